package templates

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Mail is one rendered mail: subject, plain text and HTML say the same.
type Mail struct{ Subject, Text, HTML, Lang string }

// ReceiptMail confirms a place in line.
type ReceiptMail struct {
	Sale     sale.Sale
	Number   int
	Class    sale.Class
	PlaceURL string
}

// OfferMail carries the personal link. Ends is when the link is over, Life
// how long it lives from this hand-over.
type OfferMail struct {
	Sale         sale.Sale
	Number, Most int
	Link         string
	Ends         time.Time
	Life         time.Duration
	PlaceURL     string
}

// OrderMail confirms a purchase.
type OrderMail struct {
	Sale     sale.Sale
	Number   int
	Order    sale.Order
	OrderURL string
}

// CancellationMail says that an order was cancelled: its tickets are void.
type CancellationMail struct {
	Sale     sale.Sale
	Number   int
	Order    sale.Order
	OrderURL string
}

// DeclineMail is the polite end for those who got no ticket. SoldOut: all
// tickets are sold; the place is kept until the end, in case of a
// cancellation. Otherwise the sale is over.
type DeclineMail struct {
	Sale     sale.Sale
	Number   int
	PlaceURL string
	SoldOut  bool
}

// WithdrawnMail confirms that a fan has left the line. Until is when the
// withdrawal can no longer be taken back; zero when it is too late already.
type WithdrawnMail struct {
	Sale     sale.Sale
	Number   int
	PlaceURL string
	Until    time.Time
}

// mailFrame is what the mail layouts need besides the mail's own data.
type mailFrame struct {
	Lang        string
	Subject     string
	Light, Dark mailColours
	D           any
}

// button is the one thing to press in a mail; its address is shown too.
type button struct {
	URL, Label string
	Light      mailColours
}

// ReceiptMail renders the mail in the best available language.
func (t *Templates) ReceiptMail(lang string, d ReceiptMail) (Mail, error) {
	return t.mail(lang, "mail/receipt", d.Sale, d)
}

// OfferMail renders the mail in the best available language.
func (t *Templates) OfferMail(lang string, d OfferMail) (Mail, error) {
	return t.mail(lang, "mail/offer", d.Sale, d)
}

// OrderMail renders the mail in the best available language.
func (t *Templates) OrderMail(lang string, d OrderMail) (Mail, error) {
	return t.mail(lang, "mail/order", d.Sale, d)
}

// CancellationMail renders the mail in the best available language.
func (t *Templates) CancellationMail(lang string, d CancellationMail) (Mail, error) {
	return t.mail(lang, "mail/cancellation", d.Sale, d)
}

// DeclineMail renders the mail in the best available language.
func (t *Templates) DeclineMail(lang string, d DeclineMail) (Mail, error) {
	return t.mail(lang, "mail/decline", d.Sale, d)
}

// WithdrawnMail renders the mail in the best available language.
func (t *Templates) WithdrawnMail(lang string, d WithdrawnMail) (Mail, error) {
	return t.mail(lang, "mail/withdrawn", d.Sale, d)
}

// mail renders the subject from NAME.txt's "subject", then both bodies.
func (t *Templates) mail(lang, name string, s sale.Sale, d any) (Mail, error) {
	lang = t.Language(lang)
	text, html := t.texts[key{lang, name}], t.pages[key{lang, name}]
	if text == nil || html == nil {
		return Mail{}, fmt.Errorf("render %s: no such mail", name)
	}
	var subject, plain, rich bytes.Buffer
	colours := t.mailPalette(s.Brand)
	frame := mailFrame{Lang: lang, Light: colours.Light, Dark: colours.Dark, D: d}
	if err := text.ExecuteTemplate(&subject, "subject", frame); err != nil {
		return Mail{}, fmt.Errorf("render %s: %w", name, err)
	}
	// A subject is one line, whatever a sale's title contains.
	frame.Subject = strings.Join(strings.Fields(subject.String()), " ")
	if err := text.ExecuteTemplate(&plain, "mail", frame); err != nil {
		return Mail{}, fmt.Errorf("render %s: %w", name, err)
	}
	if err := html.ExecuteTemplate(&rich, "mail", frame); err != nil {
		return Mail{}, fmt.Errorf("render %s: %w", name, err)
	}
	return Mail{
		Subject: frame.Subject,
		Text:    wrap(strings.TrimSpace(plain.String())) + "\n",
		HTML:    rich.String(),
		Lang:    lang,
	}, nil
}
