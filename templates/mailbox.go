package templates

import (
	"io"
	"time"
)

// MailboxPage lists the mails that were caught because no SMTP server is set.
type MailboxPage struct {
	Frame
	To        string // only mails to this address; empty: all
	Total     int
	Mails     []MailLine // newest first
	NewestURL string     // empty: this is the newest page
	OlderURL  string     // empty: this is the oldest page
}

// MailLine is one mail in the list. Moments are shown in UTC: the mailbox is
// not one sale's.
type MailLine struct {
	URL, To, From, Subject string
	Date                   time.Time // zero: the mail does not say
}

// MailPage is one mail. Its HTML is shown in a sandboxed frame that loads
// FrameURL; links of its text stand beneath, because those in the frame do
// nothing.
type MailPage struct {
	Frame
	MailLine
	Text     string
	Links    []string
	FrameURL string // empty: no HTML part
	ToURL    string // all mails to the same address
	ListURL  string
}

// MailboxPage renders the list.
func (t *Templates) MailboxPage(w io.Writer, d MailboxPage) error {
	return t.render(w, d.Lang, "mailbox/list", &d)
}

// MailPage renders one mail.
func (t *Templates) MailPage(w io.Writer, d MailPage) error {
	return t.render(w, d.Lang, "mailbox/mail", &d)
}
