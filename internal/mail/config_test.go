package mail

import (
	"fmt"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func TestParse(t *testing.T) {
	for raw, want := range map[string]Config{
		"smtp://mail.example":                           {Host: "mail.example", Port: 587, TLS: StartTLS},
		"smtp://mail.example?tls=implicit":              {Host: "mail.example", Port: 465, TLS: Implicit},
		"smtp://mail.example?tls=none":                  {Host: "mail.example", Port: 25, TLS: NoTLS},
		"smtp://u:p%40%3A%2F@mail.example:2525/":        {Host: "mail.example", Port: 2525, User: "u", Password: "p@:/", TLS: StartTLS},
		"smtp://127.0.0.1:2525":                         {Host: "127.0.0.1", Port: 2525, TLS: NoTLS},
		"smtp://[::1]:2525":                             {Host: "::1", Port: 2525, TLS: NoTLS},
		"smtp://LocalHost:2525":                         {Host: "LocalHost", Port: 2525, TLS: NoTLS},
		"smtp://localhost:2525?tls=starttls":            {Host: "localhost", Port: 2525, TLS: StartTLS},
		"smtp://user%40site.example:x@mail.example:587": {Host: "mail.example", Port: 587, User: "user@site.example", Password: "x", TLS: StartTLS},
	} {
		got, err := Parse(raw)
		if err != nil || got != want {
			t.Errorf("%s: %#v, %v", raw, got, err)
		}
	}
}

func TestParseRefusesWithoutShowingThePassword(t *testing.T) {
	for _, raw := range []string{
		"", "mail.example:25", "http://u:hunter2@mail.example", "smtps://u:hunter2@mail.example", "smtp://", "smtp://u:hunter2@",
		"smtp://u:hunter2@mail.example:0", "smtp://u:hunter2@mail.example:70000", "smtp://u:hunter2@mail.example:x",
		"smtp://u:hunter2@mail.example?tls=perhaps", "smtp://u:hunter2@mail.example?ssl=1", "smtp://u:hunter2@mail.example?tls=none&tls=starttls",
		"smtp://u:hunter2@mail.example/inbox", "smtp://u:hunter2@mail.example#x", "smtp://:hunter2@mail.example", "smtp://u:hunter2%zz@mail.example",
		"smtp://u:hunter2@mail.example?tls=%zz",
	} {
		_, err := Parse(raw)
		if sale.CodeOf(err) != sale.CodeInvalid || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestConfigPrintsNoPassword(t *testing.T) {
	c, err := Parse("smtp://user:hunter2@mail.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, c); got != "smtp://user:***@mail.example:587?tls=starttls" {
			t.Errorf("%s: %s", verb, got)
		}
	}
}
