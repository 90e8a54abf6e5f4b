package app

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/mail/dkim/dkimtest"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

// TestMailsOfARunningProcessAreSigned goes the whole way: settings, sign-up,
// outbox, a real mail server, and a verifier that asks the "DNS".
func TestMailsOfARunningProcessAreSigned(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	dns, refs := dkimtest.DNS{}, []string(nil)
	for _, a := range []dkim.Algorithm{dkim.RSA, dkim.Ed25519} {
		ref := dkim.Ref{Selector: string(a), Path: filepath.Join(t.TempDir(), "key.pem")}
		k, err := dkim.Make(ref, a, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		r := k.Record("lakeside.example")
		dns[r.Name], refs = r.Value, append(refs, ref.String())
	}
	env := []string{
		"INTURN_SMTP_URL=" + s.URL(), "INTURN_DKIM_KEYS=" + strings.Join(refs, ","), "INTURN_LIMITS=off", "INTURN_BEAT=100ms",
		"INTURN_DATA=" + t.TempDir(),
	}
	now := time.Now()
	parts, err := NewParts(PartsOptions{Settings: load(t, env...), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parts.Apply(t.Context(), lakeside(now), line.Edit{Source: line.FromFile}); err != nil {
		t.Fatal(err)
	}
	domains, err := parts.SenderDomains(t.Context())
	if err != nil || len(domains) != 1 || domains[0] != "lakeside.example" {
		t.Errorf("sender domains %v, %v", domains, err)
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	a := startNow(t, env...)
	answer, err := http.PostForm("http://"+a.listeners[string(Registration)].net.Addr().String()+"/"+lakeside(now).Slug, url.Values{"email": {"ann@fans.example"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	mails, err := s.Wait(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := dkimtest.Verify(mails[0].Raw, dns)
	if err != nil || len(got) != 2 || got[0].Err != nil || got[1].Err != nil {
		t.Errorf("%+v %v", got, err)
	}
}

// startNow runs all roles by the machine's clock until the test ends.
func startNow(t *testing.T, env ...string) *App {
	t.Helper()
	a, err := New(t.Context(), Options{Settings: load(t, env...), Roles: AllRoles(), Clock: sale.Clock(time.Now)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return a
}
