package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/console"
	"github.com/inturn/inturn/internal/mailbox"
	"github.com/inturn/inturn/templates"
)

// newConsole makes a console, with a mailbox that holds nothing if wanted.
func newConsole(t *testing.T, catches bool) http.Handler {
	t.Helper()
	pages, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	o := console.Options{
		Templates: pages, Clock: time.Now,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("inturn_build_info 1\n")) }),
	}
	if catches {
		if o.Mailbox, err = mailbox.Open(t.TempDir(), mailbox.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := console.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s.Handler()
}

func TestRoutes(t *testing.T) {
	for _, c := range []struct {
		catches            bool
		method, path, want string
		status             int
		location           string
	}{
		{method: "GET", path: "/metrics", status: 200, want: "inturn_build_info"},
		{method: "GET", path: "/healthz", status: 200, want: "ok"},
		{method: "GET", path: "/readyz", status: 200, want: "ready"},
		{method: "GET", path: "/", status: 404},
		{method: "GET", path: "/mailbox", status: 404},
		{method: "GET", path: "/", catches: true, status: 303, location: "/mailbox"},
		{method: "GET", path: "/mailbox", catches: true, status: 200, want: "leaves"},
		{method: "POST", path: "/mailbox", catches: true, status: 405},
		{method: "POST", path: "/metrics", status: 405},
	} {
		w := httptest.NewRecorder()
		newConsole(t, c.catches).ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) || w.Header().Get("Location") != c.location {
			t.Errorf("%s %s (catches mail: %v): %d to %q, want %d to %q with %q:\n%s",
				c.method, c.path, c.catches, w.Code, w.Header().Get("Location"), c.status, c.location, c.want, w.Body)
		}
	}
}

func TestMissingOptionsAreNamed(t *testing.T) {
	pages, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]console.Options{
		"Templates": {Clock: time.Now, Metrics: http.NotFoundHandler()},
		"Clock":     {Templates: pages, Metrics: http.NotFoundHandler()},
		"Metrics":   {Templates: pages, Clock: time.Now},
	} {
		if _, err := console.New(o); err == nil || !strings.Contains(err.Error(), "Options."+want) {
			t.Errorf("got %v, want Options.%s named", err, want)
		}
	}
}
