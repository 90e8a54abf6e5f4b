package sale

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Address is one e-mail address that a registration may stand under.
//
// Typed is what mail is sent to: the address as it was typed, without the
// blanks around it. Its domain may have letters beyond ASCII; whoever hands
// mail over encodes it then, and can, because ParseAddress has tried.
//
// Canonical is for uniqueness only, and no mail is ever sent to it: two
// addresses that are known to reach the same mailbox have the same one.
// Canonical is itself an accepted address, and its own canonical form.
type Address struct {
	Typed     string
	Canonical string
}

// The length caps of RFC 5321 §4.5.3.1 (and erratum 1690), in bytes.
const (
	maxAddress = 254
	maxLocal   = 64
	maxLabel   = 63
)

// The reasons for which an address is refused.
const (
	AddressEmpty     Reason = "empty"
	AddressLong      Reason = "long"       // over 254 bytes
	AddressCharacter Reason = "character"  // one that no address has
	AddressNoAt      Reason = "no_at"      // no @
	AddressSeveral   Reason = "several"    // more than one @
	AddressNoName    Reason = "no_name"    // nothing before the @
	AddressLongName  Reason = "long_name"  // over 64 bytes before the @
	AddressName      Reason = "name"       // a wrong character before the @
	AddressNameDots  Reason = "name_dots"  // dots at an end or in a row before the @
	AddressNoSite    Reason = "no_site"    // nothing after the @
	AddressShortSite Reason = "short_site" // one label after the @
	AddressSite      Reason = "site"       // no domain name after the @
	AddressSiteDots  Reason = "site_dots"  // dots at an end or in a row after the @
	AddressSiteLabel Reason = "site_label" // a label over 63 bytes, or with a hyphen at an end
	AddressNumber    Reason = "number"     // a number instead of a domain name
	// Not of the grammar: the sale refuses disposable domains.
	AddressDisposable Reason = "disposable"
)

// ParseAddress reads an address with a grammar that is far stricter than
// RFC 5322: an ASCII dot-atom, "@", and a domain name of at least two labels.
// Quoted local parts, comments, display names, address literals, control and
// invisible characters are refused, so that no later parser can read the
// address in another way (CVE-2024-24784, CVE-2025-59937). The length caps
// come before everything else (CVE-2025-61725).
//
// toASCII turns a domain with letters beyond ASCII into its ASCII form by
// the rules of IDNA, for example [golang.org/x/net/idna.Lookup]'s ToASCII; it
// is asked only for such domains and for "xn--" labels.
//
// Every error is an [*Error] with CodeBadAddress and one of the reasons above;
// its message never repeats the address.
func ParseAddress(typed string, toASCII func(string) (string, error)) (Address, error) {
	if len(typed) > 2*maxAddress {
		return Address{}, badAddress(AddressLong, "An e-mail address has at most %d characters.", maxAddress)
	}
	typed = strings.Trim(typed, " \t")
	switch {
	case typed == "":
		return Address{}, badAddress(AddressEmpty, "Please enter your e-mail address.")
	case len(typed) > maxAddress:
		return Address{}, badAddress(AddressLong, "An e-mail address has at most %d characters.", maxAddress)
	case !printable(typed):
		return Address{}, badAddress(AddressCharacter, "The address contains a character that cannot be part of an e-mail address.")
	}
	local, domain, found := strings.Cut(typed, "@")
	if !found {
		return Address{}, badAddress(AddressNoAt, "An e-mail address has an “@” in it, like name@example.com.")
	}
	if strings.Contains(domain, "@") {
		return Address{}, badAddress(AddressSeveral, "Please enter one address only; it has exactly one “@”.")
	}
	if err := checkLocal(local); err != nil {
		return Address{}, err
	}
	ascii, err := domainToASCII(domain, toASCII)
	if err != nil {
		return Address{}, err
	}
	if len(local)+1+len(ascii) > maxAddress {
		return Address{}, badAddress(AddressLong, "An e-mail address has at most %d characters.", maxAddress)
	}
	return Address{Typed: typed, Canonical: canonical(local, ascii)}, nil
}

func badAddress(why Reason, format string, args ...any) *Error {
	e := E(CodeBadAddress, format, args...)
	e.Reason = why
	return e
}

// printable refuses invalid UTF-8, control characters, blanks, and everything
// invisible: what cannot be seen must not tell two addresses apart.
func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) ||
			unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// checkLocal takes a dot-atom of RFC 5322 §3.2.3, in ASCII.
func checkLocal(local string) error {
	if local == "" {
		return badAddress(AddressNoName, "Something is missing before the “@”.")
	}
	if len(local) > maxLocal {
		return badAddress(AddressLongName, "The part before the “@” has at most %d characters.", maxLocal)
	}
	for i := 0; i < len(local); i++ {
		if local[i] != '.' && !isAtomByte(local[i]) {
			return badAddress(AddressName, "The part before the “@” contains a character that cannot be used there.")
		}
	}
	if !isDotAtom(local) {
		return badAddress(AddressNameDots, "The part before the “@” cannot begin or end with a dot, or have two in a row.")
	}
	return nil
}

func isDotAtom(s string) bool {
	return s != "" && s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..")
}

// isAtomByte is atext of RFC 5322.
func isAtomByte(c byte) bool {
	return isAlnum(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// domainToASCII checks the domain and gives it in lower-case ASCII.
func domainToASCII(domain string, toASCII func(string) (string, error)) (string, error) {
	switch {
	case domain == "":
		return "", badAddress(AddressNoSite, "Something is missing after the “@”.")
	case domain[0] == '[' || strings.Contains(domain, ":"):
		return "", badAddress(AddressNumber, "The part after the “@” must be a name like example.com, not a number.")
	}
	ascii := lowerASCII(domain)
	if !isASCII(domain) || strings.Contains(ascii, "xn--") {
		var err error
		if ascii, err = encodeDomain(ascii, toASCII); err != nil {
			return "", err
		}
	}
	return ascii, checkDomain(ascii)
}

// encodeDomain demands that what is in ASCII already stays as it is, the
// result included: the canonical form has to be idempotent.
func encodeDomain(domain string, toASCII func(string) (string, error)) (string, error) {
	ascii, err := toASCII(domain)
	if err != nil {
		e := badAddress(AddressSite, "The part after the “@” is not a domain name.")
		e.Err = err
		return "", e
	}
	again, err := toASCII(ascii)
	if err != nil || again != ascii || !isASCII(ascii) || ascii != lowerASCII(ascii) ||
		isASCII(domain) && ascii != domain {
		return "", badAddress(AddressSite, "The part after the “@” is not a domain name.")
	}
	return ascii, nil
}

// checkDomain takes at least two labels of letters, digits and inner hyphens
// (RFC 1123 §2.1), the last of which is not a number: 127.0.0.1 is no name.
func checkDomain(domain string) error {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return badAddress(AddressShortSite, "The part after the “@” is incomplete; it looks like example.com.")
	}
	for _, label := range labels {
		if err := checkLabel(label); err != nil {
			return err
		}
	}
	if strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return badAddress(AddressNumber, "The part after the “@” must be a name like example.com, not a number.")
	}
	return nil
}

func checkLabel(label string) error {
	if label == "" {
		return badAddress(AddressSiteDots, "The part after the “@” cannot begin or end with a dot, or have two in a row.")
	}
	if len(label) > maxLabel {
		return badAddress(AddressSiteLabel, "Each part of a domain name has at most %d characters.", maxLabel)
	}
	for i := 0; i < len(label); i++ {
		if !isAlnum(label[i]) && label[i] != '-' {
			return badAddress(AddressSite, "The part after the “@” contains a character that cannot be used there.")
		}
	}
	if label[0] == '-' || label[len(label)-1] == '-' {
		return badAddress(AddressSiteLabel, "A part of a domain name cannot begin or end with a hyphen.")
	}
	return nil
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// lowerASCII folds A–Z only. Unicode case folding would make strangers'
// addresses equal (CVE-2019-19844: "ı" and "K" fold to ASCII letters).
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// MaskAddress leaves of an address what its owner knows it by, and nobody else
// learns: a…@e….org.
func MaskAddress(typed string) string {
	local, domain, ok := strings.Cut(typed, "@")
	dot := strings.LastIndexByte(domain, '.')
	if !ok || local == "" || dot < 1 {
		return "…"
	}
	_, first := utf8.DecodeRuneInString(local)
	_, second := utf8.DecodeRuneInString(domain)
	return local[:first] + "…@" + domain[:second] + "…" + domain[dot:]
}
