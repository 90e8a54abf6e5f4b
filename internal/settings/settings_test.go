package settings

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

var update = flag.Bool("update", false, "write docs/configuration.md and config.example.yaml")

// files is an Input.ReadFile over a map.
func files(m map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		text, ok := m[path]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return []byte(text), nil
	}
}

func TestPrecedence(t *testing.T) {
	config := "data: /file\nINTURN_BEAT: 2s\nhelo: file.example\nmail_per_hour: 30\ntrusted_proxies: [10.0.0.0/8, 192.0.2.7]\nlimits: off\ndkim_keys: [r:/k/r.pem, \"e:/k/e.pem\"]\ndkim_domain: Bücher.example\n"
	s, err := Load(Input{
		Flags:    map[string]string{"data": "/flag"},
		Env:      []string{"INTURN_CONFIG=c.yaml", "INTURN_DATA=/env", "INTURN_HELO=env.example", "INTURN_LOG_LEVEL=", "OTHER=1", "INTURN_TEST_POSTGRES=x"},
		ReadFile: files(map[string]string{"c.yaml": config}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Data != "/flag" || s.Helo != "env.example" || s.Beat != 2*time.Second || s.MailPerHour != 30 || s.Limits {
		t.Errorf("flags > env > file was not kept: %+v", s)
	}
	if s.RegistrationListen != "127.0.0.1:8080" || s.MailConnections != 4 || s.LogFormat != "text" {
		t.Errorf("defaults: %+v", s)
	}
	if got := len(s.TrustedProxies); got != 2 || s.TrustedProxies[1].String() != "192.0.2.7/32" {
		t.Errorf("trusted proxies: %v", s.TrustedProxies)
	}
	if got := s.DKIMKeys; len(got) != 2 || got[0].Selector != "r" || got[1].Path != "/k/e.pem" || s.DKIMDomain != "xn--bcher-kva.example" {
		t.Errorf("DKIM: %v %q", got, s.DKIMDomain)
	}
	if s.LineDSN != "sqlite:/flag/line.db" || s.BoxofficeDSN != "sqlite:/flag/boxoffice.db" {
		t.Errorf("databases do not follow the data directory: %q %q", s.LineDSN, s.BoxofficeDSN)
	}
	sources := map[string]string{}
	for _, v := range s.Values() {
		sources[v.Name] = v.Source
	}
	want := map[string]string{"data": "flag --data", "helo": "environment INTURN_HELO", "beat": "file c.yaml:2", "log_level": "default"}
	for name, source := range want {
		if sources[name] != source {
			t.Errorf("%s comes from %q, want %q", name, sources[name], source)
		}
	}
	if len(sources) != len(Table()) {
		t.Errorf("config show has %d of %d settings", len(sources), len(Table()))
	}
}

// TestAllMistakesAtOnce wants each mistake by the name and place where it was
// written, and no secret in the text.
func TestAllMistakesAtOnce(t *testing.T) {
	config := "beat: 5ms\nregistration_lisen: :1\nconfig: again\nlimits: [{a: b}]\nline_dsn: mysql://root:hunter2secret@db\nhelo: a\nINTURN_HELO: b\n"
	_, err := Load(Input{
		Flags:    map[string]string{"config": "c.yaml", "checkout_listen": "8081"},
		Env:      []string{"INTURN_MAIL_CONNECTIONS=0", "INTURN_PEER_SECRET=tooshort", "INTURN_CHECKOUT_URL=https://a.example/path", "INTURN_SMTP_URL=smtp://:hunter2secret@", "INTURN_LOG_LEVEL=loud", "INTURN_TRUSTED_PROXIES=all", "INTURN_DKIM_KEYS=/etc/key.pem", "INTURN_DKIM_DOMAIN=a b"},
		ReadFile: files(map[string]string{"c.yaml": config}),
	})
	var e *sale.Error
	if !errors.As(err, &e) || e.Code != sale.CodeInvalid {
		t.Fatalf("got %v", err)
	}
	got := map[string]int{}
	for _, f := range e.Fields {
		got[f.Field] = f.Line
	}
	want := map[string]int{
		"beat": 1, "registration_lisen": 2, "config": 3, "limits": 4, "line_dsn": 5, "INTURN_HELO": 7, "--checkout-listen": 0,
		"INTURN_MAIL_CONNECTIONS": 0, "INTURN_PEER_SECRET": 0, "INTURN_CHECKOUT_URL": 0, "INTURN_SMTP_URL": 0, "INTURN_LOG_LEVEL": 0, "INTURN_TRUSTED_PROXIES": 0,
		"INTURN_DKIM_KEYS": 0, "INTURN_DKIM_DOMAIN": 0,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("mistakes (-want +got):\n%s", d)
	}
	if strings.Contains(err.Error(), "hunter2secret") || strings.Contains(err.Error(), "tooshort") {
		t.Errorf("a secret is in the error: %v", err)
	}
	if !strings.Contains(err.Error(), "did you mean registration_listen?") {
		t.Errorf("no suggestion: %v", err)
	}
}

func TestSecrets(t *testing.T) {
	t.Run("from a file, hidden", func(t *testing.T) {
		s, err := Load(Input{
			Env:      []string{"INTURN_PEER_SECRET_FILE=/run/peer", "INTURN_LINE_DSN=postgres://u:topsecret@db/line?password=topsecret", "INTURN_SMTP_URL=smtp://u:topsecret@mx:587"},
			ReadFile: files(map[string]string{"/run/peer": "0123456789abcdef-topsecret\n"}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if s.PeerSecret != "0123456789abcdef-topsecret" {
			t.Errorf("peer secret %q", s.PeerSecret)
		}
		for _, v := range s.Values() {
			if strings.Contains(v.Value, "topsecret") {
				t.Errorf("%s shows its secret: %s", v.Name, v.Value)
			}
			if v.Name == "line_dsn" && v.Value != "postgres://(hidden)@db/line?(hidden)" {
				t.Errorf("line_dsn is shown as %s", v.Value)
			}
		}
	})
	for name, env := range map[string][]string{
		"both given": {"INTURN_PEER_SECRET=0123456789abcdef", "INTURN_PEER_SECRET_FILE=/run/peer"},
		"no file":    {"INTURN_PEER_SECRET_FILE=/run/none"},
		"empty file": {"INTURN_PEER_SECRET_FILE=/run/empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(Input{Env: env, ReadFile: files(map[string]string{"/run/peer": "0123456789abcdef", "/run/empty": "\n"})})
			if err == nil || !strings.Contains(err.Error(), "INTURN_PEER_SECRET_FILE") {
				t.Errorf("got %v, want an error about INTURN_PEER_SECRET_FILE", err)
			}
		})
	}
}

func TestFile(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"not a mapping": {"- a\n", "must hold lines"},
		"broken":        {"data: [\n", "c.yaml"},
		"not there":     {"", "--config"},
	} {
		t.Run(name, func(t *testing.T) {
			m := map[string]string{"c.yaml": c.file}
			if c.file == "" {
				m = nil
			}
			_, err := Load(Input{Flags: map[string]string{"config": "c.yaml"}, ReadFile: files(m)})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	s, err := Load(Input{Env: []string{"INTURN_BEET=1s", "INTURN_CHECKOUT_URL=http://shop.example/", "INTURN_CONSOLE_URL=http://console.example", "INTURN_REGISTRATION_URL=http://127.0.0.1:1", "INTURN_LIMITS=off"}})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(s.Warnings(), "\n")
	for _, want := range []string{"INTURN_BEET", "did you mean beat?", "checkout_url", "console_url", "limits: off"} {
		if !strings.Contains(got, want) {
			t.Errorf("no warning with %q in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "registration_url") {
		t.Errorf("loopback needs no warning:\n%s", got)
	}
}

// TestContract holds the names that DESIGN fixes, which scripts rely on.
func TestContract(t *testing.T) {
	known := map[string]bool{}
	for _, s := range Table() {
		if known[s.Env()] {
			t.Errorf("%s stands twice in the table", s.Env())
		}
		known[s.Env()] = true
		if s.Secret != (s.show != nil) {
			t.Errorf("%s: a secret needs a way to be shown, and only a secret", s.Name)
		}
		if s.Doc == "" || s.Shape == "" || s.Section == "" {
			t.Errorf("%s is not documented", s.Name)
		}
	}
	for _, name := range []string{
		"INTURN_DATA", "INTURN_REGISTRATION_LISTEN", "INTURN_CHECKOUT_LISTEN", "INTURN_CONSOLE_LISTEN", "INTURN_PEER_LISTEN",
		"INTURN_REGISTRATION_URL", "INTURN_CHECKOUT_URL", "INTURN_CONSOLE_URL", "INTURN_LINE_DSN", "INTURN_BOXOFFICE_DSN",
		"INTURN_PEER_URL", "INTURN_PEER_SECRET", "INTURN_SMTP_URL", "INTURN_LIMITS",
	} {
		if !known[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestDocumentation fails when a page is older than the table; -update writes
// them.
func TestDocumentation(t *testing.T) {
	for path, want := range map[string][]byte{"docs/configuration.md": markdown(), "config.example.yaml": exampleFile()} {
		path = filepath.Join("..", "..", path)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is older than the table: run `make docs`", path)
		}
	}
}

// TestExampleLoads proves that the example file is one, with every line
// switched on.
func TestExampleLoads(t *testing.T) {
	var on strings.Builder
	for line := range strings.Lines(string(exampleFile())) {
		if len(line) > 1 && line[0] == '#' && line[1] != ' ' {
			on.WriteString(line[1:])
		}
	}
	_, err := Load(Input{Flags: map[string]string{"config": "e.yaml"}, ReadFile: files(map[string]string{"e.yaml": on.String()})})
	if err != nil {
		t.Error(err)
	}
}
