package console

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
)

// serve has the house answer on a port of this machine, and gives its address
// by number and by name.
func (h *house) serve() (byNumber, byName string) {
	h.Helper()
	server := httptest.NewServer(h.s.Handler())
	h.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		h.Fatal(err)
	}
	return server.URL, "http://localhost:" + u.Port()
}

// enter signs somebody in by the form.
func enter(b *browsertest.Browser, name string) {
	b.Type("#address", name+"@lakeside.example")
	b.Type("#passphrase", passphrase)
	b.Click("main button")
}

// TestCookieOnThisMachine: a browser keeps the session's cookie over plain
// HTTP on this machine, by its number as by its name, as in the README's first
// minutes.
func TestCookieOnThisMachine(t *testing.T) {
	h := newHouse(t)
	byNumber, byName := h.serve()
	for _, at := range []string{byNumber, byName} {
		b := browsertest.New(t, browsertest.Options{})
		b.Goto(at + "/sales/lakeside-2027")
		enter(b, "viewer")
		if got := b.Text(".you"); !strings.Contains(got, "viewer@lakeside.example") {
			t.Errorf("at %s: %q", at, got)
		}
		b.Goto(at + "/")
		if got := b.Text("main"); !strings.Contains(got, "Lakeside Festival 2027") {
			t.Errorf("at %s the session is gone: %q", at, got)
		}
	}
}
