package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
)

// load gives settings from environment lines, with a data directory of its
// own.
func load(t *testing.T, env ...string) *settings.Settings {
	t.Helper()
	env = append([]string{
		"INTURN_DATA=" + t.TempDir(), "INTURN_REGISTRATION_LISTEN=127.0.0.1:0", "INTURN_CHECKOUT_LISTEN=127.0.0.1:0",
		"INTURN_CONSOLE_LISTEN=127.0.0.1:0",
	}, env...)
	s, err := settings.Load(settings.Input{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCheck wants every missing setting named, at once.
func TestCheck(t *testing.T) {
	smtp := "INTURN_SMTP_URL=smtp://mail.example"
	far := []string{smtp, "INTURN_PEER_URL=https://box.example", "INTURN_PEER_SECRET=0123456789abcdef", "INTURN_CHECKOUT_URL=https://shop.example"}
	for name, c := range map[string]struct {
		roles Roles
		env   []string
		want  []string
	}{
		"all":                         {AllRoles(), nil, nil},
		"a box office needs none":     {Roles{Checkout}, nil, nil},
		"registration alone":          {Roles{Registration}, nil, []string{"INTURN_CHECKOUT_URL"}},
		"registration alone, told":    {Roles{Registration}, far[3:], nil},
		"no console":                  {Roles{Registration, Dispatcher, Checkout}, nil, []string{"INTURN_SMTP_URL"}},
		"no console, SMTP":            {Roles{Registration, Dispatcher, Checkout}, []string{smtp}, nil},
		"dispatcher alone":            {Roles{Dispatcher}, nil, []string{"INTURN_SMTP_URL", "INTURN_PEER_URL", "INTURN_PEER_SECRET", "INTURN_CHECKOUT_URL"}},
		"dispatcher alone, told":      {Roles{Dispatcher}, far, nil},
		"two box offices to choose":   {AllRoles(), far, []string{"INTURN_PEER_URL"}},
		"keys that are not there":     {Roles{Registration, Dispatcher, Checkout}, []string{smtp, "INTURN_DKIM_KEYS=a:/nowhere/a.pem,b:/nowhere/b.pem"}, []string{"INTURN_DKIM_KEYS", "INTURN_DKIM_KEYS"}},
		"keys that nobody uses":       {Roles{Checkout}, []string{"INTURN_DKIM_KEYS=a:/nowhere/a.pem"}, nil},
		"dispatcher and console only": {Roles{Dispatcher, Console}, far[1:], nil},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(load(t, c.env...), c.roles)
			var e *sale.Error
			var got []string
			if errors.As(err, &e) {
				for _, f := range e.Fields {
					got = append(got, f.Field)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("named (-want +got):\n%s", d)
			}
		})
	}
}

// TestCheckTakesACopiedSecret: the box office's peer.secret, copied into the
// data directory, stands in for the setting.
func TestCheckTakesACopiedSecret(t *testing.T) {
	s := load(t, "INTURN_SMTP_URL=smtp://mail.example", "INTURN_PEER_URL=https://box.example", "INTURN_CHECKOUT_URL=https://shop.example")
	if err := os.WriteFile(filepath.Join(s.Data, "peer.secret"), []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Check(s, Roles{Dispatcher}); err != nil {
		t.Error(err)
	}
}

func TestParseRoles(t *testing.T) {
	got, err := ParseRoles(nil)
	if err != nil || got.String() != "registration dispatcher checkout console" {
		t.Errorf("no word gives %s, %v", got, err)
	}
	got, err = ParseRoles([]string{"checkout", "checkout"})
	if err != nil || got.String() != "checkout" {
		t.Errorf("a repeated word gives %s, %v", got, err)
	}
	if _, err := ParseRoles([]string{"cashier"}); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("an unknown word gives %v", err)
	}
}
