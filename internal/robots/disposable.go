package robots

import (
	_ "embed"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

//go:embed disposable.txt
var disposableText string

// Disposables knows domains whose mailboxes are made to be thrown away: the
// list that comes with inturn, under the lists of one sale.
type Disposables struct {
	known, allow, deny map[string]bool
}

// NewDisposables reads the list that comes with inturn.
func NewDisposables() *Disposables { return &Disposables{known: readList(disposableText)} }

// Of gives the list as one sale has it; nil stands for a sale that says
// nothing.
func (d *Disposables) Of(r *sale.Robots) *Disposables {
	of := &Disposables{known: d.known}
	if r != nil {
		of.allow, of.deny = set(r.Allow), set(r.Deny)
	}
	return of
}

func set(list []string) map[string]bool {
	s := make(map[string]bool, len(list))
	for _, one := range list {
		s[one] = true
	}
	return s
}

// Find gives the entry that a domain (lower-case ASCII) is at or below, ""
// when there is none or the sale allows it. The sale's allow list wins over
// its deny list, and both over the list that comes with inturn.
func (d *Disposables) Find(domain string) string {
	if at(domain, d.allow) != "" {
		return ""
	}
	if entry := at(domain, d.deny); entry != "" {
		return entry
	}
	return at(domain, d.known)
}

// Allowed says whether the sale allows a domain by name.
func (d *Disposables) Allowed(domain string) bool { return at(domain, d.allow) != "" }

// at finds the domain itself or the nearest one above it. A top-level domain
// is never asked for.
func at(domain string, list map[string]bool) string {
	if len(list) == 0 {
		return ""
	}
	for strings.Contains(domain, ".") {
		if list[domain] {
			return domain
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return ""
}

// DomainOf is what follows the "@".
func DomainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
