package mailbox

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/emersion/go-smtp"
)

// deliveredTo is the header that a mailbox puts on top: the recipient of the
// envelope, which the mail itself need not name.
const deliveredTo = "Delivered-To"

// mostMail bounds one mail in bytes; ours are under 100 KB.
const mostMail = 4 << 20

// newServer speaks plain SMTP: the other end is in the same process, or at
// least on the same machine. One recipient per mail, as everywhere in inturn;
// a second is a mistake that a rehearsal should show.
func (m *Mailbox) newServer() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{mailbox: m}, nil
	}))
	s.Domain = "inturn-mailbox"
	s.MaxRecipients = 1
	s.MaxMessageBytes = mostMail
	s.ReadTimeout = 5 * time.Minute // RFC 5321, 4.5.3.2.7
	s.WriteTimeout = time.Minute
	s.ErrorLog = slog.NewLogLogger(m.logger.Handler(), slog.LevelDebug)
	return s
}

// session is one connection's mail in the making.
type session struct {
	mailbox  *Mailbox
	from, to string
}

var _ smtp.Session = (*session)(nil)

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

// Data keeps the mail. What goes wrong is ours and passes: 452.
func (s *session) Data(r io.Reader) error {
	var raw bytes.Buffer
	fmt.Fprintf(&raw, "Return-Path: <%s>\r\n%s: %s\r\n", s.from, deliveredTo, s.to)
	if _, err := raw.ReadFrom(r); err != nil {
		return err // too large, or cut off: go-smtp has the answer
	}
	if err := s.mailbox.take(raw.Bytes()); err != nil {
		s.mailbox.logger.Error("mail not taken", "error", err)
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "The mail could not be stored"}
	}
	return nil
}
