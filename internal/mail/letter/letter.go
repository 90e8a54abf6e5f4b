// Package letter reads a mail as its reader does: decoded, with the text part
// and the HTML part apart. The mailbox shows mails with it and tests look at
// what was sent.
//
// Whatever arrives is read as far as it can be: an odd header stays empty, an
// unknown charset stays undecoded, and what is too long is cut. Nothing in a
// letter is trusted; showing it safely is the business of whoever shows it.
package letter

import (
	"errors"
	"fmt"
	"io"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-message"
	letters "github.com/emersion/go-message/mail"
)

// Letter is a mail as somebody reads it: decoded, text and HTML apart.
type Letter struct {
	MessageID, From, To string // addresses bare, without display names
	Subject             string
	Date                time.Time
	Headers             textproto.MIMEHeader // decoded
	Text, HTML          string
}

// mostPart bounds one part of a letter in bytes; the rest is left unread.
const mostPart = 1 << 20

// ReadHeader reads the top of a letter and leaves Text and HTML empty. What
// is missing or malformed in a header stays empty as well.
func ReadHeader(r io.Reader) (Letter, error) {
	entity, err := message.Read(r)
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return Letter{}, fmt.Errorf("read mail header: %w", err)
	}
	return readHeader(letters.Header{Header: entity.Header}), nil
}

// Read reads a whole mail: its headers, its first text/plain and its
// first text/html part.
func Read(r io.Reader) (Letter, error) {
	parts, err := letters.CreateReader(r)
	if err != nil && !message.IsUnknownCharset(err) {
		return Letter{}, fmt.Errorf("read mail: %w", err)
	}
	l := readHeader(parts.Header)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil && !message.IsUnknownCharset(err) {
			return l, fmt.Errorf("read mail part: %w", err)
		}
		if err := l.takePart(part); err != nil {
			return l, err
		}
	}
}

func (l *Letter) takePart(part *letters.Part) error {
	inline, ok := part.Header.(*letters.InlineHeader)
	if !ok {
		return nil
	}
	// A part whose type cannot be read is none that is shown.
	kind, _, _ := inline.ContentType()
	into := map[string]*string{"text/plain": &l.Text, "text/html": &l.HTML}[kind]
	if into == nil || *into != "" {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(part.Body, mostPart))
	if err != nil {
		return fmt.Errorf("read mail part: %w", err)
	}
	*into = strings.ReplaceAll(string(body), "\r\n", "\n")
	return nil
}

func readHeader(h letters.Header) Letter {
	l := Letter{Headers: textproto.MIMEHeader{}}
	for fields := h.Fields(); fields.Next(); {
		value, err := fields.Text()
		if err != nil {
			value = fields.Value()
		}
		l.Headers.Add(fields.Key(), value)
	}
	l.Subject = l.Headers.Get("Subject")
	l.From, l.To = bareAddress(h, "From"), bareAddress(h, "To")
	l.MessageID, _ = h.MessageID()
	if date, err := netmail.ParseDate(h.Get("Date")); err == nil {
		l.Date = date
	}
	return l
}

func bareAddress(h letters.Header, field string) string {
	list, err := h.AddressList(field)
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0].Address
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// Links gives the web addresses in the text part, in order, without the
// punctuation of a sentence around them.
func (l Letter) Links() []string {
	links := webAddress.FindAllString(l.Text, -1)
	for i, link := range links {
		links[i] = strings.TrimRight(link, ".,;:!?)")
	}
	return links
}
