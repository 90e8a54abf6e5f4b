// Package dkimtest checks DKIM signatures in tests by other means than the
// library that makes them: it was written from RFC 6376 and RFC 8463 and shares
// nothing with go-msgauth but the standard library's RSA and Ed25519.
//
// It is strict where receivers may be lenient: lines end with CRLF and have at
// most 998 bytes, every tag is there once, l= is refused.
package dkimtest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Signature is one that a mail carries, and why it is not good.
type Signature struct {
	Algorithm, Domain, Selector string
	Fields                      []string // h=
	Err                         error
}

// DNS gives the TXT record of a name, or "".
type DNS map[string]string

// field is one header field as it stands in the mail, CRLFs within kept and
// the last one taken off.
type field struct{ name, whole string }

// Verify checks every signature of a mail as it arrived, in order. The error
// is about the mail's form.
func Verify(raw []byte, dns DNS) ([]Signature, error) {
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			return nil, fmt.Errorf("a line that is too long or does not end with CRLF: %.40q", line)
		}
	}
	top, body, found := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !found {
		return nil, errors.New("no end of the header")
	}
	fields, err := split(string(top))
	if err != nil {
		return nil, err
	}
	var all []Signature
	for at, f := range fields {
		if strings.EqualFold(f.name, "DKIM-Signature") {
			all = append(all, check(fields, at, body, dns))
		}
	}
	return all, nil
}

func split(top string) ([]field, error) {
	var fields []field
	for line := range strings.SplitSeq(top, "\r\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			if len(fields) == 0 || strings.TrimSpace(line) == "" {
				return nil, errors.New("a line that folds nothing")
			}
			fields[len(fields)-1].whole += "\r\n" + line
			continue
		}
		name, _, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("not a header field: %.40q", line)
		}
		fields = append(fields, field{name: name, whole: line})
	}
	return fields, nil
}

// check does what section 6.1 says.
func check(fields []field, at int, body []byte, dns DNS) Signature {
	_, value, _ := strings.Cut(fields[at].whole, ":")
	tags, err := tagList(value)
	if err != nil {
		return Signature{Err: err}
	}
	s := Signature{Algorithm: tags["a"], Domain: tags["d"], Selector: tags["s"]}
	for name := range strings.SplitSeq(tags["h"], ":") {
		s.Fields = append(s.Fields, strings.TrimSpace(name))
	}
	s.Err = s.check(fields, at, body, tags, dns)
	return s
}

func (s Signature) check(fields []field, at int, body []byte, tags map[string]string, dns DNS) error {
	for _, needed := range []string{"v", "a", "b", "bh", "c", "d", "h", "s", "t"} {
		if tags[needed] == "" {
			return fmt.Errorf("no %s=", needed)
		}
	}
	_, short := tags["l"]
	switch {
	case tags["v"] != "1" || tags["c"] != "relaxed/relaxed" || short:
		return fmt.Errorf("v=%s, c=%s, l= %v", tags["v"], tags["c"], short)
	case !slices.ContainsFunc(s.Fields, func(name string) bool { return strings.EqualFold(name, "From") }):
		return errors.New("the From is not signed")
	case slices.ContainsFunc(s.Fields, func(name string) bool { return !fieldName.MatchString(name) }):
		return fmt.Errorf("h= is broken: %q", tags["h"])
	}
	hashed := sha256.Sum256(relaxedBody(body))
	if unspaced(tags["bh"]) != base64.StdEncoding.EncodeToString(hashed[:]) {
		return errors.New("the body is another")
	}
	signature, err := base64.StdEncoding.DecodeString(unspaced(tags["b"]))
	if err != nil {
		return fmt.Errorf("b= is not base64: %w", err)
	}
	digest := sha256.Sum256([]byte(s.signed(fields, at)))
	return s.checkKey(dns[s.Selector+"._domainkey."+s.Domain], digest[:], signature)
}

var fieldName = regexp.MustCompile(`^[!-9;-~]+$`)

// signed is what the header's hash is made of: the fields of h=, each time
// the lowest one not yet taken, and the signature itself with an empty b=.
func (s Signature) signed(fields []field, at int) string {
	var b strings.Builder
	taken := map[int]bool{}
	for _, name := range s.Fields {
		for i := len(fields) - 1; i >= 0; i-- {
			if !taken[i] && strings.EqualFold(fields[i].name, name) {
				taken[i] = true
				b.WriteString(relaxedField(fields[i].whole) + "\r\n")
				break
			}
		}
	}
	own := regexp.MustCompile(`([;:]\s*b\s*=)[^;]*`).ReplaceAllString(fields[at].whole, "$1")
	return b.String() + relaxedField(own)
}

func (s Signature) checkKey(record string, digest, signature []byte) error {
	tags, err := tagList(record)
	if err != nil {
		return fmt.Errorf("the key's record: %w", err)
	}
	public, err := base64.StdEncoding.DecodeString(unspaced(tags["p"]))
	if err != nil || tags["v"] != "DKIM1" || s.Algorithm != tags["k"]+"-sha256" {
		return fmt.Errorf("the key's record does not fit %s: %q", s.Algorithm, record)
	}
	if s.Algorithm == "ed25519-sha256" {
		if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, digest, signature) {
			return errors.New("the Ed25519 signature is not good")
		}
		return nil
	}
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return fmt.Errorf("the key's record: %w", err)
	}
	rsaKey, ok := key.(*rsa.PublicKey)
	if !ok {
		return errors.New("the key's record is not RSA")
	}
	return rsa.VerifyPKCS1v15(rsaKey, crypto.SHA256, digest, signature)
}

// tagList reads section 3.2's list.
func tagList(text string) (map[string]string, error) {
	tags := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, found := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if _, twice := tags[name]; !found || twice {
			return nil, fmt.Errorf("the tag %q has no value or comes twice", name)
		}
		tags[name] = strings.TrimSpace(value)
	}
	return tags, nil
}

var (
	spaces   = regexp.MustCompile(`[ \t]+`)
	trailing = regexp.MustCompile(`[ \t]+\r\n`)
	ending   = regexp.MustCompile(`(\r\n)*$`)
)

// relaxedField is section 3.4.2's.
func relaxedField(whole string) string {
	name, value, _ := strings.Cut(whole, ":")
	value = spaces.ReplaceAllString(strings.ReplaceAll(value, "\r\n", ""), " ")
	return strings.ToLower(strings.TrimRight(name, " \t")) + ":" + strings.Trim(value, " ")
}

// relaxedBody is section 3.4.4's.
func relaxedBody(body []byte) []byte {
	text := spaces.ReplaceAllString(string(body), " ")
	text = trailing.ReplaceAllString(text+"\r\n", "\r\n")
	if text = ending.ReplaceAllString(text, ""); text == "" {
		return nil
	}
	return []byte(text + "\r\n")
}

func unspaced(text string) string { return strings.Join(strings.Fields(text), "") }
