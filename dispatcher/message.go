package dispatcher

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	ics "github.com/inturn/inturn/internal/calendar"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// message writes one mail: to one recipient, about his place and nobody
// else's.
func (d *Dispatcher) message(ctx context.Context, m line.Mail) (mail.Message, error) {
	// The sale's languages may have changed since, or not been known at the
	// sign-up.
	m.Lang = d.Templates.LanguageOf(m.Sale.Languages, m.Lang)
	place := d.RegistrationURL + "/" + m.Sale.Slug + "/place/" + d.Keys.Receipt(m.Sale.Slug, m.Number, m.At)
	text, err := d.text(ctx, m, place)
	if err != nil {
		return mail.Message{}, fmt.Errorf("write %s mail: %w", m.Kind, err)
	}
	msg := mail.Message{
		From: m.Sale.Mail.From, ReplyTo: m.Sale.Mail.ReplyTo, To: m.Address,
		Subject: text.Subject, Text: text.Text, HTML: text.HTML, Lang: text.Lang,
		Date: m.Started, MessageID: messageID(m), Headers: map[string]string{},
	}
	if !d.ReturnPath.IsZero() {
		msg.Envelope = d.ReturnPath.With(d.Keys.BounceTag(link.Handover{Try: m.TryID, Started: m.Started}))
	}
	if m.Kind == sale.MailOffer {
		msg.Headers["X-Inturn-Offer"] = m.Offer
	}
	if m.Kind == sale.MailTest {
		msg.Headers["X-Inturn-Test"] = m.About
	}
	if order := orderOf(m); order != nil && !m.Sale.Event.IsZero() {
		entry, err := ics.Order(d.Templates, m.Lang, m.Sale, *order, d.orderURL(*order))
		if err != nil {
			return mail.Message{}, fmt.Errorf("write %s mail: %w", m.Kind, err)
		}
		msg.Attachments = []mail.Attachment{{Name: "event.ics", Type: ics.ContentType, Data: entry}}
	}
	if canUnsubscribe(m.Kind) {
		msg.Headers["List-Unsubscribe"] = "<" + place + "/withdraw>"
		msg.Headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
	}
	return msg, nil
}

// canUnsubscribe says whether a mail offers to leave the line with one click
// in the mail program (RFC 2369, RFC 8058). Not that of an order: it stands,
// and who unsubscribes must not believe to have cancelled it. Nor those of a
// cancellation and a withdrawal, where there is nothing left to leave.
// Nor those of a confirmation, a test and an invitation, whose readers are in
// no line.
func canUnsubscribe(kind sale.MailKind) bool {
	return kind == sale.MailOffer || kind == sale.MailReceipt || kind == sale.MailDecline
}

func (d *Dispatcher) text(ctx context.Context, m line.Mail, place string) (templates.Mail, error) {
	switch m.Kind {
	case sale.MailOffer:
		token, err := d.mint(ctx, m)
		if err != nil {
			return templates.Mail{}, err
		}
		return d.Templates.OfferMail(m.Lang, templates.OfferMail{
			Sale: m.Sale, Number: m.Number, Most: m.Most, Link: d.CheckoutURL + "/c/" + token,
			Ends: m.Ends, Life: m.Sale.Dispatch.LinkLife, PlaceURL: place,
		})
	case sale.MailOrder:
		if m.Order == nil {
			return templates.Mail{}, errors.New("the order is missing")
		}
		return d.Templates.OrderMail(m.Lang, templates.OrderMail{
			Sale: m.Sale, Number: m.Number, Order: *m.Order, OrderURL: d.orderURL(*m.Order),
		})
	case sale.MailCancellation:
		if m.Order == nil {
			return templates.Mail{}, errors.New("the order is missing")
		}
		return d.Templates.CancellationMail(m.Lang, templates.CancellationMail{
			Sale: m.Sale, Number: m.Number, Order: *m.Order, OrderURL: d.orderURL(*m.Order),
		})
	case sale.MailConfirm:
		return d.Templates.ConfirmMail(m.Lang, templates.ConfirmMail{
			Sale: m.Sale, Until: m.Ends,
			Link: d.RegistrationURL + "/" + m.Sale.Slug + "/confirm/" + d.Keys.Confirmation(m.Sale.Slug, m.Ref, m.Ends),
		})
	case sale.MailInvitation:
		return d.Templates.InvitationMail(m.Lang, templates.InvitationMail{
			Sale: m.Sale, Inviter: m.Invitation.Inviter, Role: m.Invitation.Role, Everything: m.Invitation.Sale == "", Until: m.Ends,
			Link: d.ConsoleURL + "/invitation/" + d.Keys.Invitation(m.Ref, m.Ends),
		})
	case sale.MailTest:
		return d.sample(m)
	case sale.MailWithdrawn:
		return d.Templates.WithdrawnMail(m.Lang, templates.WithdrawnMail{Sale: m.Sale, Number: m.Number, PlaceURL: place, Until: backUntil(m)})
	case sale.MailDecline:
		return d.Templates.DeclineMail(m.Lang, templates.DeclineMail{Sale: m.Sale, Number: m.Number, PlaceURL: place, SoldOut: m.SoldOut})
	default:
		return d.Templates.ReceiptMail(m.Lang, templates.ReceiptMail{Sale: m.Sale, Number: m.Number, Class: m.Class, PlaceURL: place})
	}
}

// testMark begins the subject of a mail that an organizer sent himself.
const testMark = "[Test] "

// sample is what a fan would get, with made-up data. Its addresses lead to
// the right pages and open nothing: no receipt, no token, no order is called
// so.
func (d *Dispatcher) sample(m line.Mail) (templates.Mail, error) {
	text, err := d.Templates.SampleMail(m.About, templates.Preview{
		Sale: m.Sale, Lang: m.Lang, Now: m.Started,
		PlaceURL: d.RegistrationURL + "/" + m.Sale.Slug + "/place/sample",
		Link:     d.CheckoutURL + "/c/sample",
		OrderURL: d.orderURL(templates.SampleOrder(m.Sale, m.Started)),
	})
	text.Subject = testMark + text.Subject
	return text, err
}

func (d *Dispatcher) orderURL(o sale.Order) string { return d.CheckoutURL + "/order/" + o.Ref }

// orderOf is the order that a mail confirms, or a sample does; nil for others.
func orderOf(m line.Mail) *sale.Order {
	if m.Kind == sale.MailTest && m.About == string(sale.MailOrder) {
		sample := templates.SampleOrder(m.Sale, m.Started)
		return &sample
	}
	if m.Kind == sale.MailOrder {
		return m.Order
	}
	return nil
}

// backUntil is until when a withdrawal can be taken back; zero when it is too
// late already.
func backUntil(m line.Mail) time.Time {
	if ends := m.Sale.Dispatch.Ends; m.Back && m.Started.Before(ends) {
		return ends
	}
	return time.Time{}
}

// mint signs the link with the newest key that the box office has and this
// process can sign with.
func (d *Dispatcher) mint(ctx context.Context, m line.Mail) (string, error) {
	kids, err := d.Line.SigningKeys(ctx, m.Sale.Slug)
	if err != nil {
		return "", err
	}
	token, err := d.Keys.MintFirst(kids, link.Claims{Offer: m.Offer, Sale: m.Sale.Slug, Issued: m.Started, Ends: m.Ends, Freezes: m.Freezes})
	if err != nil {
		return "", fmt.Errorf("sign the link: %w", err)
	}
	return token, nil
}

// messageID names the mail after what it is about, so that a mail that is
// sent again carries the same name (RFC 5322, 3.6.4) and clients that know it
// show it once.
func messageID(m line.Mail) string {
	domain := "localhost"
	if from, err := netmail.ParseAddress(m.Sale.Mail.From); err == nil {
		domain = from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	}
	switch m.Kind {
	case sale.MailOffer:
		return "offer." + m.Offer + "@" + domain
	case sale.MailCancellation:
		return "cancellation." + m.Sale.Slug + "." + m.Order.Code + "@" + domain
	case sale.MailOrder:
		return "order." + m.Sale.Slug + "." + m.Order.Code + "@" + domain
	case sale.MailConfirm, sale.MailInvitation:
		return fmt.Sprintf("%s.%s.%d@%s", m.Kind, m.Sale.Slug, m.ID, domain)
	case sale.MailTest:
		return fmt.Sprintf("%s.%s.%s@%s", m.Kind, m.Sale.Slug, m.Ref, domain)
	case sale.MailWithdrawn:
		return fmt.Sprintf("%s.%s.%d.%s@%s", m.Kind, m.Sale.Slug, m.Number, m.Ref, domain)
	case sale.MailReceipt:
		if m.Ref != "" { // asked for again: programs that know the first one show this one too
			return fmt.Sprintf("%s.%s.%d.%s@%s", m.Kind, m.Sale.Slug, m.Number, m.Ref, domain)
		}
		fallthrough
	default:
		return fmt.Sprintf("%s.%s.%d@%s", m.Kind, m.Sale.Slug, m.Number, domain)
	}
}
