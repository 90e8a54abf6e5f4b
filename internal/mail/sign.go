package mail

import (
	"bytes"
	"errors"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/inturn/inturn/internal/mail/dkim"
)

// sign adds the signatures of s to msg, or nothing where s is nil.
//
// go-mail writes a message anew each time. What it makes up in the first
// writing (the boundaries) it keeps for the next, everything else is the
// message's own, so the bytes signed here are those that leave. Its own signer
// is not used: it breaks a long h= inside a name.
func sign(msg *gomail.Msg, s *dkim.Signer) error {
	if s == nil {
		return nil
	}
	from := msg.GetFrom()
	if len(from) != 1 {
		return errors.New("the message has no one From to sign for")
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return errors.New("the message cannot be written") // the cause may quote it
	}
	values, err := s.Sign(raw.Bytes(), from[0].Address[strings.LastIndexByte(from[0].Address, '@')+1:])
	if err != nil {
		return err
	}
	// go-mail keeps one preformatted value a name; the others follow in it.
	msg.SetGenHeaderPreformatted(dkim.Field, strings.Join(values, "\r\n"+dkim.Field+": "))
	return nil
}
