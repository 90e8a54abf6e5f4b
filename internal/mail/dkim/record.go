package dkim

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// Record is a TXT record for the DNS.
type Record struct {
	Name  string `json:"name"` // without the dot at its end
	Value string `json:"value"`
}

// Record is what has to be published so that receivers find k for domain.
func (k Key) Record(domain string) Record {
	return Record{Name: RecordName(k.Selector, domain), Value: "v=DKIM1; k=" + string(k.Algorithm) + "; p=" + k.Public()}
}

// RecordName is where the public half of a key stands in the DNS.
func RecordName(selector, domain string) string { return selector + "._domainkey." + domain }

// Public is the public half as it stands in p=: for RSA its
// SubjectPublicKeyInfo, for Ed25519 the bare 32 bytes (RFC 8463, 4.2).
func (k Key) Public() string {
	if public, ok := k.signer.Public().(ed25519.PublicKey); ok {
		return base64.StdEncoding.EncodeToString(public)
	}
	der, err := x509.MarshalPKIXPublicKey(k.signer.Public())
	if err != nil {
		return "" // never for a key that newKey has taken
	}
	return base64.StdEncoding.EncodeToString(der)
}

// mostString is the length of one string of a TXT record (RFC 1035, 3.3).
const mostString = 255

// Zone is the record as a line of a zone file, its value cut into strings as
// long as the DNS allows; those who read it put them together again.
func (r Record) Zone() string {
	var strs []string
	for rest := r.Value; rest != ""; {
		n := min(len(rest), mostString)
		strs = append(strs, `"`+rest[:n]+`"`)
		rest = rest[n:]
	}
	return fmt.Sprintf("%s. IN TXT ( %s )", r.Name, strings.Join(strs, " "))
}

// Published says whether receivers that find this record take what k signs,
// and else why not. It asks the verifier: a mail is signed and checked.
func (k Key) Published(record string) error {
	const domain, letter = "published.example", "From: a@published.example\r\n\r\n\r\n"
	value, err := k.sign([]byte(letter), domain, []string{"From"})
	if err != nil {
		return fmt.Errorf("sign with selector %s: %w", k.Selector, err)
	}
	results, err := dkim.VerifyWithOptions(strings.NewReader(Field+": "+value+"\r\n"+letter), &dkim.VerifyOptions{
		LookupTXT: func(string) ([]string, error) { return []string{record}, nil },
	})
	switch {
	case err != nil:
		return fmt.Errorf("verify: %w", err)
	case len(results) != 1:
		return errors.New("no signature was found")
	default:
		return results[0].Err
	}
}
