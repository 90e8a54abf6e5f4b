package doctor_test

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/doctor"
)

// pages answers by path; what has no page is 404.
type pages map[string]struct {
	status int
	body   string
}

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, ok := p[r.URL.Path]
	if !ok {
		page.status = http.StatusNotFound
	}
	w.WriteHeader(page.status)
	_, _ = w.Write([]byte(page.body))
}

func registration() pages {
	return pages{"/healthz": {200, `{"status":"ok"}`}, "/.well-known/jwks.json": {200, `{"keys":[{"kid":"abcd2345"}]}`}}
}

func checkout() pages {
	return pages{"/healthz": {200, `{"status":"ok"}`}, "/c/doctor": {401, `{"code":"bad_link"}`}}
}

func console() pages {
	return pages{"/healthz": {200, `{"status":"ok"}`}, "/metrics": {200, "inturn_build_info{} 1"}}
}

// startTLS serves until the test ends, and keeps to itself which clients did
// not like its certificate.
func startTLS(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// look asks one site that a handler serves, over TLS.
func look(t *testing.T, s doctor.Site, h http.Handler) []doctor.Finding {
	t.Helper()
	server := startTLS(t, h)
	s.URL, s.Setting = server.URL, "INTURN_"+strings.ToUpper(string(s.Kind))+"_URL"
	return examine(t, "", doctor.Patient{Sites: []doctor.Site{s}}, at(time.Now()), func(o *doctor.Options) { o.HTTP = server.Client() })
}

func TestPublicAddresses(t *testing.T) {
	for what, c := range map[string]struct {
		site  doctor.Site
		pages http.Handler
		level doctor.Level
		words []string
	}{
		"registration":               {doctor.Site{Kind: doctor.Registration, KIDs: []string{"x", "abcd2345"}}, registration(), doctor.OK, []string{"this data directory's keys"}},
		"registration, keys unknown": {doctor.Site{Kind: doctor.Registration}, registration(), doctor.OK, []string{"registration answers"}},
		"registration, another's":    {doctor.Site{Kind: doctor.Registration, KIDs: []string{"x"}}, registration(), doctor.Fail, []string{"other keys than this data directory", "INTURN_DATA"}},
		"checkout":                   {doctor.Site{Kind: doctor.Checkout}, checkout(), doctor.OK, []string{"checkout answers"}},
		"console":                    {doctor.Site{Kind: doctor.Console}, console(), doctor.OK, []string{"the console answers"}},
		"checkout for registration":  {doctor.Site{Kind: doctor.Registration}, checkout(), doctor.Fail, []string{"not its registration", "proxy"}},
		"registration for checkout":  {doctor.Site{Kind: doctor.Checkout}, registration(), doctor.Fail, []string{"not its checkout (status 404 at /c/doctor)"}},
		"registration for console":   {doctor.Site{Kind: doctor.Console}, registration(), doctor.Fail, []string{"not its console"}},
		"somebody else's page":       {doctor.Site{Kind: doctor.Checkout}, pages{"/healthz": {200, "<h1>Welcome to nginx"}}, doctor.Fail, []string{"something else than inturn answers (status 200"}},
		"nothing behind the proxy":   {doctor.Site{Kind: doctor.Checkout}, pages{"/healthz": {502, "bad gateway"}}, doctor.Fail, []string{"nothing behind it (status 502)", "inturn serve checkout"}},
		"a redirect":                 {doctor.Site{Kind: doctor.Registration}, http.RedirectHandler("https://www.lakeside.example/", http.StatusMovedPermanently), doctor.Fail, []string{"redirects (status 301) to https://www.lakeside.example/"}},
		"keys that are no JSON":      {doctor.Site{Kind: doctor.Registration}, pages{"/healthz": {200, `{"status":"ok"}`}, "/.well-known/jwks.json": {200, "null"}}, doctor.Fail, []string{"not its registration"}},
	} {
		t.Run(what, func(t *testing.T) {
			all := look(t, c.site, c.pages)
			wants(t, all, string(c.site.Kind), c.level, c.words...)
		})
	}
}

func TestCertificates(t *testing.T) {
	server := startTLS(t, registration())
	patient := doctor.Patient{Sites: []doctor.Site{{Kind: doctor.Registration, URL: server.URL}}}
	trusting := func(o *doctor.Options) { o.HTTP = server.Client() }
	ends := server.Certificate().NotAfter
	wants(t, examine(t, "", patient, trusting, at(ends.Add(-90*24*time.Hour))), "certificate", doctor.OK, "good for 90 more days", ends.UTC().Format("2006-01-02"))
	wants(t, examine(t, "", patient, trusting, at(ends.Add(-13*24*time.Hour))), "certificate", doctor.Warn, "good for 13 more days")
	wants(t, examine(t, "", patient, trusting, at(ends.Add(-24*time.Hour))), "certificate", doctor.Fail, "good for 1 more days")

	// of an authority that nobody knows
	wants(t, examine(t, "", patient), "registration", doctor.Fail, "certificate is not good", "whole chain")

	// ended, by the client's clock
	ended := func(o *doctor.Options) {
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.Time = func() time.Time { return ends.Add(time.Hour) }
		o.HTTP = &http.Client{Transport: transport}
	}
	wants(t, examine(t, "", patient, ended), "registration", doctor.Fail, "its certificate has ended")

	// for another name
	otherName := func(o *doctor.Options) {
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.ServerName = "tickets.lakeside.test"
		o.HTTP = &http.Client{Transport: transport}
	}
	var wrong x509.HostnameError
	_, err := otherClient(otherName).Get(server.URL)
	if !errors.As(err, &wrong) {
		t.Fatalf("%v", err)
	}
	wants(t, examine(t, "", patient, otherName), "registration", doctor.Fail, "certificate is not good", "for this very name")
}

func otherClient(change func(*doctor.Options)) *http.Client {
	var o doctor.Options
	change(&o)
	return o.HTTP
}

func TestAddressesThatDoNotAnswer(t *testing.T) {
	gone := httptest.NewServer(registration())
	gone.Close()
	hangs := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hangs }))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(hangs) })
	for url, words := range map[string]string{
		gone.URL: "no connection", silent.URL: "no answer in time",
	} {
		p := doctor.Patient{Sites: []doctor.Site{{Kind: doctor.Checkout, Setting: "INTURN_CHECKOUT_URL", URL: url}}}
		short := func(o *doctor.Options) { o.Timeout = 200 * time.Millisecond }
		wants(t, examine(t, "", p, short), "checkout", doctor.Fail, words)
	}
}

func TestAddressesThatAreNotSet(t *testing.T) {
	p := doctor.Patient{Senders: []doctor.Sender{sender("lakeside.example")}, Sites: []doctor.Site{
		{Kind: doctor.Registration, Setting: "INTURN_REGISTRATION_URL", Default: "http://127.0.0.1:8080"},
	}}
	wants(t, examine(t, healthy, p), "registration", doctor.OK, "http://127.0.0.1:8080 is used")
	p.Server = patientOf(t, nil, "smtp://mail.lakeside.test").Server
	wants(t, examine(t, healthy, p, func(o *doctor.Options) { o.Timeout = time.Second }), "registration", doctor.Fail, "INTURN_REGISTRATION_URL · is not set", "https://tickets.lakeside.example")
}

func TestPeer(t *testing.T) {
	server := httptest.NewServer(registration())
	t.Cleanup(server.Close)
	for err, want := range map[error]doctor.Level{nil: doctor.OK, errors.New("status 401, not signed with our secret"): doctor.Fail} {
		p := doctor.Patient{Peer: &doctor.Peer{URL: server.URL, Ping: func(context.Context) error { return err }}}
		wants(t, examine(t, "", p, at(time.Now())), "box office", want)
	}
}

func TestClock(t *testing.T) {
	dated := func(date string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", date)
			registration().ServeHTTP(w, r)
		})
	}
	for what, c := range map[string]struct {
		ours  time.Time
		level doctor.Level
		words string
	}{
		"agrees":              {noon.Add(600 * time.Millisecond), doctor.Warn, "no other clock"}, // this machine's own says nothing
		"a little behind":     {noon.Add(-5 * time.Second), doctor.Warn, "5s behind"},
		"a little ahead":      {noon.Add(6 * time.Second), doctor.Warn, "5s ahead"},
		"far behind":          {noon.Add(-3 * time.Minute), doctor.Fail, "3m0s behind"},
		"far ahead":           {noon.Add(time.Hour), doctor.Fail, "59m59s ahead"},
		"within what is read": {noon.Add(-1500 * time.Millisecond), doctor.Warn, "no other clock"},
	} {
		t.Run(what, func(t *testing.T) {
			server := httptest.NewServer(dated(noon.Format(http.TimeFormat)))
			t.Cleanup(server.Close)
			p := doctor.Patient{Sites: []doctor.Site{{Kind: doctor.Registration, URL: server.URL}}}
			wants(t, examine(t, "", p, at(c.ours)), "clock", c.level, c.words)
		})
	}
	synced := func(synced, known bool) func(*doctor.Options) {
		return func(o *doctor.Options) { o.Synced = func() (bool, bool) { return synced, known } }
	}
	wants(t, examine(t, "", doctor.Patient{}, synced(true, true)), "clock", doctor.OK, "is synchronised")
	wants(t, examine(t, "", doctor.Patient{}, synced(false, true)), "clock", doctor.Warn, "not synchronised")
	wants(t, examine(t, "", doctor.Patient{}), "clock", doctor.Warn, "timedatectl")
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for _, o := range []doctor.Options{{}, {HTTP: http.DefaultClient}, {HTTP: http.DefaultClient, Clock: time.Now}} {
		if _, err := doctor.New(o); err == nil || !strings.Contains(err.Error(), "doctor: Options.") {
			t.Errorf("%v", err)
		}
	}
}
