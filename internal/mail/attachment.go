package mail

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	gomail "github.com/wneessen/go-mail"
)

// Attachment is a file that goes with a mail. With one, the mail becomes
// multipart/mixed around what it otherwise is.
type Attachment struct {
	Name string // like event.ics
	Type string // like text/calendar, with its parameters
	Data []byte
}

var (
	fileName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	contentType = regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]+(; [a-z]+=[A-Za-z0-9-]+)*$`)
)

func (a Attachment) check() error {
	switch {
	case !fileName.MatchString(a.Name):
		return errors.New("an attachment's Name is not that of a file")
	case !contentType.MatchString(a.Type):
		return errors.New("an attachment's Type is not a content type")
	case len(a.Data) == 0:
		return errors.New("an attachment has no Data")
	}
	return nil
}

// attach encodes the bytes as they are: quoted-printable would take the ends
// of a file's lines for those of the mail.
func (a Attachment) attach(msg *gomail.Msg) error {
	err := msg.AttachReader(a.Name, bytes.NewReader(a.Data),
		gomail.WithFileContentType(gomail.ContentType(a.Type)), gomail.WithFileEncoding(gomail.EncodingB64))
	if err != nil {
		return fmt.Errorf("attach %s: %w", a.Name, err)
	}
	return nil
}
