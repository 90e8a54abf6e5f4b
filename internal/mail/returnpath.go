package mail

import (
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// ReturnPath is the address that undeliverable mails come back to. Each mail
// gets a sub-address of its own (RFC 5233): `bounces@tickets.example` becomes
// `bounces+TAG@tickets.example`. The zero value is none.
type ReturnPath struct{ local, domain string }

// ParseReturnPath reads the address; tag is how long the tags are that it
// must have room for. Errors are CodeInvalid.
func ParseReturnPath(address string, tag int) (ReturnPath, error) {
	ascii, err := asciiAddress(address)
	if err != nil {
		return ReturnPath{}, sale.E(sale.CodeInvalid, "must be an address like bounces@tickets.example")
	}
	local, domain, _ := strings.Cut(strings.ToLower(ascii), "@")
	switch most := 64 - len("+") - tag; { // RFC 5321, 4.5.3.1.1
	case strings.Contains(local, "+"):
		return ReturnPath{}, sale.E(sale.CodeInvalid, "must have no + before the @; inturn adds its own")
	case len(local) > most:
		return ReturnPath{}, sale.E(sale.CodeInvalid, "has %d letters before the @; %d leave room for what inturn adds", len(local), most)
	}
	return ReturnPath{local, domain}, nil
}

// IsZero says that there is none.
func (p ReturnPath) IsZero() bool { return p == ReturnPath{} }

// String is the address without a tag.
func (p ReturnPath) String() string { return p.local + "@" + p.domain }

// Domain is what stands after the @, in ASCII: what SPF is asked about, and
// what the name of the listener is.
func (p ReturnPath) Domain() string { return p.domain }

// With is the sub-address for a tag.
func (p ReturnPath) With(tag string) string { return fmt.Sprintf("%s+%s@%s", p.local, tag, p.domain) }

// Tag takes the tag out of a sub-address, in any case of letters; ok is false
// for every other address.
func (p ReturnPath) Tag(address string) (tag string, ok bool) {
	local, domain, found := strings.Cut(address, "@")
	name, tag, tagged := strings.Cut(local, "+")
	ok = found && tagged && !p.IsZero() && strings.EqualFold(domain, p.domain) && strings.EqualFold(name, p.local)
	if !ok {
		return "", false
	}
	return tag, true
}
