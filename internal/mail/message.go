package mail

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// Message is one mail to one person. The caller has made every text in it;
// this package only puts it on paper.
//
// From and ReplyTo may carry a display name. Envelope is the bare address that
// the mail comes back to when it cannot be delivered (RFC 5321's reverse
// path); From's address when it is empty. To is a bare address. MessageID comes without angle brackets.
// Headers are extra ones and may only be named X-… or List-….
type Message struct {
	From, ReplyTo, To   string
	Envelope            string
	Subject, Text, HTML string
	MessageID           string
	Date                time.Time
	Headers             map[string]string
	Lang                string
	Attachments         []Attachment
}

var (
	localPart  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	headerName = regexp.MustCompile(`^(X|List)-[A-Za-z0-9-]+$`)
	langTag    = regexp.MustCompile(`^[A-Za-z0-9-]{0,35}$`)
)

// errRecipient says that To cannot be written in SMTP. It is about this one
// person; every other failure to build a message is about all of them.
var errRecipient = errors.New("the recipient is not an address that SMTP can carry")

// build turns m into what go-mail sends. What could smuggle in a header, a
// command or a second recipient is refused here, before any connection is
// touched, although go-mail would encode it.
func (m Message) build() (*gomail.Msg, error) {
	to, err := asciiAddress(m.To)
	if err != nil {
		return nil, errRecipient
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.To(to); err != nil {
		return nil, errRecipient
	}
	from, err := parseSender("From", m.From)
	if err != nil {
		return nil, err
	}
	msg.FromMailAddress(from)
	envelope := from.Address
	if m.Envelope != "" {
		if envelope, err = asciiAddress(m.Envelope); err != nil {
			return nil, errors.New("the message's Envelope is not an address that SMTP can carry")
		}
	}
	msg.EnvelopeFromMailAddress(&netmail.Address{Address: envelope})
	if m.ReplyTo != "" {
		reply, err := parseSender("ReplyTo", m.ReplyTo)
		if err != nil {
			return nil, err
		}
		msg.ReplyToMailAddress(reply)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	id, err := asciiParts(m.MessageID) // an address in form, but not bounded like one
	if err != nil {
		return nil, errors.New("the message's MessageID is not of the form id@host")
	}
	msg.SetMessageIDWithValue(id)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Lang != "" {
		msg.SetGenHeader("Content-Language", m.Lang)
	}
	for name, value := range m.Headers {
		msg.SetGenHeader(gomail.Header(name), value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, a := range m.Attachments {
		if err := a.attach(msg); err != nil {
			return nil, err
		}
	}
	return msg, nil
}

// check refuses what no caller should have passed. The texts name fields,
// never their contents.
func (m Message) check() error {
	switch {
	case m.Date.IsZero():
		return errors.New("the message has no Date")
	case !langTag.MatchString(m.Lang):
		return errors.New("the message's Lang is not a language tag")
	case m.Text == "":
		return errors.New("the message has no Text")
	}
	for _, a := range m.Attachments {
		if err := a.check(); err != nil {
			return err
		}
	}
	lines := map[string]string{"From": m.From, "ReplyTo": m.ReplyTo, "Subject": m.Subject}
	for name, value := range m.Headers {
		if !headerName.MatchString(name) {
			return errors.New("the message has an extra header that is not X-… or List-…")
		}
		lines[name] = value
	}
	for name, value := range lines {
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("the message's %s has a control character", name)
		}
	}
	return nil
}

func parseSender(field, typed string) (*netmail.Address, error) {
	a, err := netmail.ParseAddress(typed)
	if err != nil {
		return nil, fmt.Errorf("the message's %s is not an address", field)
	}
	if a.Address, err = asciiAddress(a.Address); err != nil {
		return nil, fmt.Errorf("the message's %s is not an address that SMTP can carry", field)
	}
	return a, nil
}

// asciiAddress is asciiParts within the lengths that SMTP sets (RFC 5321,
// 4.5.3.1): 64 bytes before the @, 254 in all.
func asciiAddress(address string) (string, error) {
	ascii, err := asciiParts(address)
	if err != nil || len(ascii) > 254 || strings.IndexByte(ascii, '@') > 64 {
		return "", errRecipient
	}
	return ascii, nil
}

// asciiParts writes the domain in ASCII (RFC 5891) and refuses every local
// part that would need quoting or SMTPUTF8.
func asciiParts(address string) (string, error) {
	local, domain, found := strings.Cut(address, "@")
	if !found || !localPart.MatchString(local) {
		return "", errRecipient
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || ascii == "" || strings.ContainsAny(ascii, "@ <>\r\n[]") {
		return "", errRecipient
	}
	return local + "@" + ascii, nil
}
