package templates

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Preview is what a page or mail with a sale's own texts looks like, filled
// with made-up data. Now is the moment it plays at. The addresses stand where
// a fan's own would: they open nothing, and nobody's place is in them.
type Preview struct {
	Sale     sale.Sale
	Lang     string
	Now      time.Time
	PlaceURL string
	Link     string // of the offer
	OrderURL string
}

// previewNumber is the place in line that previews are about.
const previewNumber = 1234

// Preview renders the page or, where isMail is true, gives the mail
// where a text stands: the name of a sale.TextPlace, or "alternatives".
func (t *Templates) Preview(w io.Writer, place string, d Preview) (mail Mail, isMail bool, err error) {
	s := d.Sale
	frame := Frame{Lang: t.LanguageOf(s.Languages, d.Lang), Sale: &s}
	landing := LandingPage{Frame: frame, Notice: NoticeGuaranteed}
	at := PlacePage{
		Frame: frame, State: PlaceWaiting, Number: previewNumber, Class: sale.Guaranteed, Address: "fan@example.org",
		Now: d.Now, MailLang: frame.Lang,
	}
	switch place {
	case "landing":
		err = t.LandingPage(w, landing)
	case "landing_before", "landing_full", "landing_closed":
		landing.Notice = Notice(strings.TrimPrefix(place, "landing_"))
		err = t.LandingPage(w, landing)
	case "place_guaranteed":
		err = t.PlacePage(w, at)
	case "place_standby":
		at.Class = sale.Standby
		err = t.PlacePage(w, at)
	case "alternatives":
		mail, err = t.SampleMail(string(sale.MailDecline), d)
		return mail, true, err
	default:
		mail, err = t.SampleMail(strings.TrimSuffix(place, "_subject"), d)
		return mail, true, err
	}
	return Mail{}, false, err
}

// SampleMail renders one of sale.SampleMails as a fan would get it, with
// made-up data. CodeNotFound: there is no such mail.
func (t *Templates) SampleMail(name string, d Preview) (Mail, error) {
	s, lang := d.Sale, t.LanguageOf(d.Sale.Languages, d.Lang)
	switch name {
	case string(sale.MailReceipt):
		return t.ReceiptMail(lang, ReceiptMail{Sale: s, Number: previewNumber, Class: sale.Guaranteed, PlaceURL: d.PlaceURL})
	case string(sale.MailOffer):
		return t.OfferMail(lang, previewOffer(d))
	case string(sale.MailOrder):
		return t.OrderMail(lang, OrderMail{Sale: s, Number: previewNumber, Order: SampleOrder(s, d.Now), OrderURL: d.OrderURL})
	case string(sale.MailCancellation):
		order := SampleOrder(s, d.Now)
		order.State = sale.OrderCancelled
		return t.CancellationMail(lang, CancellationMail{Sale: s, Number: previewNumber, Order: order, OrderURL: d.OrderURL})
	case string(sale.MailDecline):
		return t.DeclineMail(lang, DeclineMail{Sale: s, Number: previewNumber, PlaceURL: d.PlaceURL, SoldOut: true})
	case "decline_over":
		return t.DeclineMail(lang, DeclineMail{Sale: s, Number: previewNumber, PlaceURL: d.PlaceURL})
	case string(sale.MailWithdrawn):
		return t.WithdrawnMail(lang, WithdrawnMail{Sale: s, Number: previewNumber, PlaceURL: d.PlaceURL, Until: s.Dispatch.Ends})
	}
	return Mail{}, sale.E(sale.CodeNotFound, "There is no sample of a mail %q.", name)
}

// SampleOrder is an order of one ticket of every kind, as many as a fan can
// buy. Its codes are no order's.
func SampleOrder(s sale.Sale, now time.Time) sale.Order {
	o := sale.Order{
		Code: "SAMPLE-1", Ref: "sample", Sale: s.Slug, State: sale.OrderConfirmed, Payment: s.Payment, Currency: s.Currency, At: now,
	}
	for i, typ := range s.Tickets.Types {
		if i == s.Tickets.MaxPerFan {
			break
		}
		o.Tickets = append(o.Tickets, sale.Ticket{Code: fmt.Sprintf("T-SAMPLE-%d", i+1), Type: typ.ID, Title: typ.Title, Price: typ.Price})
		o.Total += typ.Price
	}
	return o
}

// PreviewValues is what the placeholders of a place become in a preview.
func (t *Templates) PreviewValues(place string, d Preview) (map[string]string, error) {
	p, ok := sale.TextPlaceOf(place)
	if !ok {
		return nil, nil // the alternatives, which have none
	}
	f := t.formatter(t.LanguageOf(d.Sale.Languages, d.Lang))
	class := sale.Guaranteed
	if place == "place_standby" {
		class = sale.Standby
	}
	known, err := f.placeValues(previewNumber, class)
	switch strings.TrimSuffix(place, "_subject") {
	case "offer":
		known, err = f.offerValues(previewOffer(d))
	case "order", "cancellation":
		known, err = f.orderValues(SampleOrder(d.Sale, d.Now))
	}
	if err != nil {
		return nil, err
	}
	return f.values(d.Sale, p, known)
}

func previewOffer(d Preview) OfferMail {
	life := d.Sale.Dispatch.LinkLife
	return OfferMail{
		Sale: d.Sale, Number: previewNumber, Most: d.Sale.Tickets.MaxPerFan, Link: d.Link,
		Ends: sale.UpToSecond(d.Now.Add(life)), Life: life, PlaceURL: d.PlaceURL,
	}
}

// SampleMailOf is the one of sale.SampleMails in which a text stands; "" for a
// text of pages.
func SampleMailOf(place string) string {
	name := strings.TrimSuffix(place, "_subject")
	if place == "alternatives" {
		name = string(sale.MailDecline)
	}
	if slices.Contains(sale.SampleMails(), name) {
		return name
	}
	return ""
}
