package dkim

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/sale"
)

// Ref names a key file and the selector under which its public half is
// published.
type Ref struct{ Selector, Path string }

// label is one part of a name in the DNS that is also a sub-domain in RFC
// 5321's sense, which is what a selector consists of.
const label = `[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`

var (
	selectorForm = regexp.MustCompile(`^` + label + `(?:\.` + label + `)*$`)
	domainForm   = regexp.MustCompile(`^` + label + `(?:\.` + label + `)+$`)
)

// mostKeys bounds the signatures of a mail; receivers look at a few only.
const mostKeys = 4

// ParseRefs reads `selector:path`, several separated by commas. Errors are
// CodeInvalid.
func ParseRefs(text string) ([]Ref, error) {
	var refs []Ref
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		selector, path, found := strings.Cut(word, ":")
		if path = strings.TrimSpace(path); !found || path == "" {
			return nil, sale.E(sale.CodeInvalid, "%q is not of the form selector:path", word)
		}
		if err := CheckSelector(selector); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(refs, func(r Ref) bool { return strings.EqualFold(r.Selector, selector) }) {
			return nil, sale.E(sale.CodeInvalid, "has the selector %s twice; each key has a selector of its own", selector)
		}
		refs = append(refs, Ref{Selector: selector, Path: path})
	}
	if len(refs) > mostKeys {
		return nil, sale.E(sale.CodeInvalid, "names %d keys; %d are the most", len(refs), mostKeys)
	}
	return refs, nil
}

// CheckSelector refuses what cannot stand before ._domainkey in the DNS. The
// error is CodeInvalid.
func CheckSelector(selector string) error {
	if len(selector) > 100 || !selectorForm.MatchString(selector) {
		return sale.E(sale.CodeInvalid, "%q is not a selector: letters, digits, hyphens within, parts separated by dots", selector)
	}
	return nil
}

// Domain gives a domain as it stands in a signature: ASCII and small. The
// error is CodeInvalid.
func Domain(text string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.TrimSpace(text), "."))
	if err != nil || len(ascii) > 253 || !domainForm.MatchString(ascii) {
		return "", sale.E(sale.CodeInvalid, "%q is not a domain like lakeside.example", text)
	}
	return strings.ToLower(ascii), nil
}

// String is the form that ParseRefs reads.
func (r Ref) String() string { return fmt.Sprintf("%s:%s", r.Selector, r.Path) }
