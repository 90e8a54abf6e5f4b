package dkim

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
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
