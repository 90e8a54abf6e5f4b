package robots

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/sale"
)

func TestDisposables(t *testing.T) {
	r := &sale.Robots{
		Allow: []string{"mailinator.com", "good.bad.example"},
		Deny:  []string{"bad.example", "mailinator.com", "gmail.com"},
	}
	all, of := NewDisposables().Of(nil), NewDisposables().Of(r)
	for _, c := range []struct{ domain, all, of string }{
		{"example.org", "", ""},
		{"yopmail.com", "yopmail.com", "yopmail.com"},
		{"inbox.yopmail.com", "yopmail.com", "yopmail.com"},
		{"notyopmail.com", "", ""},
		{"com", "", ""},
		{"", "", ""},
		{"mailinator.com", "mailinator.com", ""},
		{"x.mailinator.com", "mailinator.com", ""},
		{"bad.example", "", "bad.example"},
		{"deep.bad.example", "", "bad.example"},
		{"good.bad.example", "", ""},
		{"gmail.com", "", "gmail.com"},
	} {
		if got := all.Find(c.domain); got != c.all {
			t.Errorf("%q without lists: %q, want %q", c.domain, got, c.all)
		}
		if got := of.Find(c.domain); got != c.of {
			t.Errorf("%q with lists: %q, want %q", c.domain, got, c.of)
		}
	}
}

// TestTheListsAreClean: sorted, without repetition, domains only, and none on
// both.
func TestTheListsAreClean(t *testing.T) {
	disposable, everyday := clean(t, disposableText), clean(t, everydayText)
	if len(disposable) < 150 || len(everyday) < 100 {
		t.Errorf("%d disposable and %d everyday domains", len(disposable), len(everyday))
	}
	for _, domain := range everyday {
		if entry := NewDisposables().Find(domain); entry != "" {
			t.Errorf("%s is an everyday mailbox, and below %s", domain, entry)
		}
	}
}

func clean(t *testing.T, text string) []string {
	t.Helper()
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		t.Error("a list is not sorted, or not distinct")
	}
	for _, domain := range list {
		if _, err := sale.ParseAddress("fan@"+domain, idna.Lookup.ToASCII); err != nil || domain != strings.ToLower(domain) {
			t.Errorf("%q is not a domain: %v", domain, err)
		}
	}
	return list
}
