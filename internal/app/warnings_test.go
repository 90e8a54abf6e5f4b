package app

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Mails with links that only this machine can open go out to people.
func TestWarnings(t *testing.T) {
	const (
		smtp = "INTURN_SMTP_URL=smtp://mail.example"
		reg  = "INTURN_REGISTRATION_URL="
		box  = "INTURN_CHECKOUT_URL="
	)
	for name, c := range map[string]struct {
		roles Roles
		env   []string
		want  []string // the settings that are named
	}{
		"neither is set":         {AllRoles(), []string{smtp}, []string{"INTURN_REGISTRATION_URL", "INTURN_CHECKOUT_URL"}},
		"one is set":             {AllRoles(), []string{smtp, reg + "https://tickets.example"}, []string{"INTURN_CHECKOUT_URL"}},
		"both are set":           {AllRoles(), []string{smtp, reg + "https://tickets.example", box + "https://shop.example"}, nil},
		"to this machine":        {AllRoles(), []string{smtp, reg + "http://LocalHost:8080", box + "http://[::1]:8081"}, []string{"INTURN_REGISTRATION_URL", "INTURN_CHECKOUT_URL"}},
		"by a name":              {AllRoles(), []string{smtp, reg + "http://tickets.localhost", box + "http://[::ffff:127.0.0.1]"}, []string{"INTURN_REGISTRATION_URL", "INTURN_CHECKOUT_URL"}},
		"to no machine":          {AllRoles(), []string{smtp, reg + "http://0.0.0.0", box + "http://[::]"}, []string{"INTURN_REGISTRATION_URL", "INTURN_CHECKOUT_URL"}},
		"listens on a network":   {AllRoles(), []string{smtp, "INTURN_REGISTRATION_LISTEN=192.0.2.7:0", "INTURN_CHECKOUT_LISTEN=:0"}, []string{"INTURN_CHECKOUT_URL"}},
		"no mail leaves":         {AllRoles(), nil, nil},
		"mail stays here":        {AllRoles(), []string{"INTURN_SMTP_URL=smtp://127.0.0.1:1025"}, nil},
		"mail leaves, not there": {Roles{Checkout}, []string{smtp}, nil},
	} {
		var got []string
		for _, w := range Warnings(load(t, c.env...), c.roles) {
			name, _, _ := strings.Cut(w, " ")
			got = append(got, name)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: named (-want +got):\n%s", name, d)
		}
	}
}
