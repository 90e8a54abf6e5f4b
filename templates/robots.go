package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// ConfirmMail asks whether an address is its reader's: the way into the line
// without a proof of work.
type ConfirmMail struct {
	Sale  sale.Sale
	Link  string
	Until time.Time
}

// ConfirmMail renders the mail in the best available language.
func (t *Templates) ConfirmMail(lang string, d ConfirmMail) (Mail, error) {
	return t.mail(lang, "mail/confirm", d.Sale, d)
}

// SentPage says that a mail with a link is on its way, to everybody who asked,
// in line or not.
type SentPage struct {
	Frame
	Address    string // as typed just now
	Until      time.Time
	LandingURL string
}

// SentPage renders the answer to a sign-up that has to be confirmed by mail.
func (t *Templates) SentPage(w io.Writer, d SentPage) error {
	return t.render(w, d.Lang, "registration/sent", &d)
}

// ConfirmPage is what the link of a ConfirmMail opens: one button.
type ConfirmPage struct {
	Frame
	Notice  Notice
	Address string
	Action  string
	Until   time.Time
}

// ConfirmPage renders the page.
func (t *Templates) ConfirmPage(w io.Writer, d ConfirmPage) error {
	return t.render(w, d.Lang, "registration/confirm", &d)
}
