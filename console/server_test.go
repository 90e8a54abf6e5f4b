package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/templates"
)

func TestListener(t *testing.T) {
	for _, c := range []struct {
		name               string
		change             []func(*Options)
		method, path, want string
		status             int
		location           string
	}{
		{name: "metrics", method: "GET", path: "/metrics", status: 200, want: "inturn_build_info"},
		{name: "health", method: "GET", path: "/healthz", status: 200, want: "ok"},
		{name: "ready", method: "GET", path: "/readyz", status: 200, want: "ready"},
		{name: "no mail is caught", method: "GET", path: "/mailbox", status: 404},
		{name: "caught on this machine", change: []func(*Options){catching(t, true)}, method: "GET", path: "/mailbox", status: 200, want: "leaves"},
		{name: "caught, others come in", change: []func(*Options){catching(t, false)}, method: "GET", path: "/mailbox", status: 303, location: "/signin?to=%2Fmailbox"},
		{name: "mailbox takes no post", change: []func(*Options){catching(t, true)}, method: "POST", path: "/mailbox", status: 405},
		{name: "nothing is there, said as the console says it", method: "GET", path: "/sales", status: 404, want: `<body class="console">`},
		{name: "a post where none is taken", method: "POST", path: "/", status: 405, want: "Something is in the way"},
		{name: "metrics take no post", method: "POST", path: "/metrics", status: 405},
	} {
		h := newEmptyHouse(t)
		h.open(c.change...)
		w := httptest.NewRecorder()
		h.s.Handler().ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) || w.Header().Get("Location") != c.location {
			t.Errorf("%s: %s %s: %d to %q, want %d to %q with %q:\n%s",
				c.name, c.method, c.path, w.Code, w.Header().Get("Location"), c.status, c.location, c.want, w.Body)
		}
	}
}

func TestMissingOptionsAreNamed(t *testing.T) {
	whole := func() Options {
		return Options{Line: &line.Line{}, Keys: &link.Keys{}, Templates: &templates.Templates{}, Clock: time.Now, Metrics: http.NotFoundHandler(), URL: "https://console.example", BoxOffice: &boxoffice.BoxOffice{}, Sales: (&house{}).desk()}
	}
	for want, without := range map[string]func(*Options){
		"Line":      func(o *Options) { o.Line = nil },
		"Keys":      func(o *Options) { o.Keys = nil },
		"Templates": func(o *Options) { o.Templates = nil },
		"Clock":     func(o *Options) { o.Clock = nil },
		"Metrics":   func(o *Options) { o.Metrics = nil },
		"URL":       func(o *Options) { o.URL = "" },

		"Sales.CheckSchedule": func(o *Options) { o.Sales.CheckSchedule = nil },
		"Sales.CheckSale":     func(o *Options) { o.Sales.CheckSale = nil },
		"Sales.Moments":       func(o *Options) { o.Sales.Moments = nil },
		"Sales.NextMoments":   func(o *Options) { o.Sales.NextMoments = nil },
		"BoxOffice":           func(o *Options) { o.BoxOffice = nil },
		"Sales.Write":         func(o *Options) { o.Sales.Write = nil },
	} {
		o := whole()
		without(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), "Options."+want) {
			t.Errorf("got %v, want Options.%s named", err, want)
		}
	}
}
