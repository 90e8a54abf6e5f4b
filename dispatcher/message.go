package dispatcher

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// message writes one mail: to one recipient, about his place and nobody
// else's.
func (d *Dispatcher) message(ctx context.Context, m line.Mail) (mail.Message, error) {
	text, err := d.text(ctx, m)
	if err != nil {
		return mail.Message{}, fmt.Errorf("write %s mail: %w", m.Kind, err)
	}
	msg := mail.Message{
		From: m.Sale.Mail.From, ReplyTo: m.Sale.Mail.ReplyTo, To: m.Address,
		Subject: text.Subject, Text: text.Text, HTML: text.HTML, Lang: text.Lang,
		Date: m.Started, MessageID: messageID(m), Headers: map[string]string{},
	}
	if m.Kind == sale.MailOffer {
		msg.Headers["X-Inturn-Offer"] = m.Offer
	}
	return msg, nil
}

func (d *Dispatcher) text(ctx context.Context, m line.Mail) (templates.Mail, error) {
	place := d.RegistrationURL + "/" + m.Sale.Slug + "/place/" + d.Keys.Receipt(m.Sale.Slug, m.Number, m.At)
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
			Sale: m.Sale, Number: m.Number, Order: *m.Order, OrderURL: d.CheckoutURL + "/order/" + m.Order.Ref,
		})
	case sale.MailDecline:
		return d.Templates.DeclineMail(m.Lang, templates.DeclineMail{Sale: m.Sale, Number: m.Number, PlaceURL: place, SoldOut: m.SoldOut})
	default:
		return d.Templates.ReceiptMail(m.Lang, templates.ReceiptMail{Sale: m.Sale, Number: m.Number, Class: m.Class, PlaceURL: place})
	}
}

// mint signs the link with the newest key that the box office has and this
// process can sign with.
func (d *Dispatcher) mint(ctx context.Context, m line.Mail) (string, error) {
	kids, err := d.Line.SigningKeys(ctx, m.Sale.Slug)
	if err != nil {
		return "", err
	}
	token, err := d.Keys.MintFirst(kids, link.Claims{Offer: m.Offer, Sale: m.Sale.Slug, Issued: m.Started, Ends: m.Ends})
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
	case sale.MailOrder:
		return "order." + m.Sale.Slug + "." + m.Order.Code + "@" + domain
	default:
		return fmt.Sprintf("%s.%s.%d@%s", m.Kind, m.Sale.Slug, m.Number, domain)
	}
}
