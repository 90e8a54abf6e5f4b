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

// TestTheListIsClean: sorted, without repetition, domains only, and nobody's
// everyday mailbox.
func TestTheListIsClean(t *testing.T) {
	var list []string
	for line := range strings.Lines(disposableText) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) || len(list) < 150 {
		t.Errorf("%d entries, not sorted or not distinct", len(list))
	}
	everyday := []string{
		"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "gmx.de", "gmx.net",
		"gmx.ch", "web.de", "bluewin.ch", "t-online.de", "orange.fr", "free.fr", "laposte.net", "ziggo.nl", "kpnmail.nl", "proton.me",
		"posteo.de", "mailbox.org", "fastmail.com", "privaterelay.appleid.com", "mozmail.com", "duck.com", "simplelogin.com",
	}
	for _, domain := range list {
		if _, err := sale.ParseAddress("fan@"+domain, idna.Lookup.ToASCII); err != nil || domain != strings.ToLower(domain) {
			t.Errorf("%q is not a domain: %v", domain, err)
		}
		if slices.Contains(everyday, domain) {
			t.Errorf("%s is an everyday mailbox", domain)
		}
	}
}
