package dkim

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// Signer signs mails with every key it has. It is safe for concurrent use.
type Signer struct {
	keys   []Key
	domain string
}

// NewSigner gives a Signer, or nil without keys. Where domain is empty, a mail is
// signed for the domain of its From.
func NewSigner(keys []Key, domain string) *Signer {
	if len(keys) == 0 {
		return nil
	}
	return &Signer{keys: keys, domain: domain}
}

// Field is the name of the header field that holds a signature.
const Field = "DKIM-Signature"

// alone are header fields of which a mail must not have a second one, nor a
// first one where it has none: they decide what a reader sees.
var alone = []string{"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type"}

// aloneWhereThere are fields that no second one may be added of, although a
// relay may add the first to a mail that has none.
var aloneWhereThere = []string{"List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "X-Inturn-Offer", "Content-Transfer-Encoding"}

// Sign gives the values of the signature fields for a whole mail as written,
// one for each key, without the field's name and the last line's end. from is
// the domain of its From, in ASCII.
func (s *Signer) Sign(raw []byte, from string) ([]string, error) {
	fields, err := signedFields(raw)
	if err != nil {
		return nil, err
	}
	domain := s.domain
	if domain == "" {
		domain = strings.ToLower(from)
	}
	values := make([]string, 0, len(s.keys))
	for _, k := range s.keys {
		value, err := k.sign(raw, domain, fields)
		if err != nil {
			return nil, fmt.Errorf("sign with selector %s: %w", k.Selector, err)
		}
		values = append(values, value)
	}
	return values, nil
}

func (k Key) sign(raw []byte, domain string, fields []string) (string, error) {
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: domain, Selector: k.Selector, Signer: k.signer, HeaderKeys: fields,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return "", err
	}
	_, err = signer.Write(raw)
	if err := errors.Join(err, signer.Close()); err != nil {
		return "", err
	}
	value, ok := strings.CutPrefix(signer.Signature(), Field+":")
	if !ok {
		return "", errors.New("the signature is not a " + Field)
	}
	return strings.TrimSpace(value), nil
}

// signedFields is the signature's h=: each field of the mail as often as it
// has it, and once more those that must stay alone.
func signedFields(raw []byte) ([]string, error) {
	top, _, found := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !found {
		return nil, errors.New("the mail has no end of its header")
	}
	var fields []string
	for line := range bytes.SplitSeq(top, []byte("\r\n")) {
		if len(line) == 0 || line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name, _, found := bytes.Cut(line, []byte(":"))
		if !found {
			return nil, errors.New("the mail has a header line without a name")
		}
		fields = append(fields, string(name))
	}
	has := func(name string) bool {
		return slices.ContainsFunc(fields, func(f string) bool { return strings.EqualFold(f, name) })
	}
	more := slices.Clone(alone)
	for _, name := range aloneWhereThere {
		if has(name) {
			more = append(more, name)
		}
	}
	return append(fields, more...), nil
}
