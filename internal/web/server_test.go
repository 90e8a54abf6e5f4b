package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// start serves a web.Server over loopback. The log can be read once: that
// stops the server, since a request is logged after its answer.
func start(t *testing.T, o Options, routes func(*echo.Echo)) (url string, logged func() string) {
	t.Helper()
	var err error
	if o.Templates, err = templates.New(); err != nil {
		t.Fatal(err)
	}
	log := new(bytes.Buffer)
	o.Clock, o.Logger, o.Name = time.Now, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), "test"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if routes != nil {
		routes(s.Echo())
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return srv.URL, func() string {
		srv.Close()
		return log.String()
	}
}

// do sends one request and reads the answer.
func do(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func failing(err error) func(*echo.Echo) {
	return func(e *echo.Echo) { e.GET("/fail/:token", func(echo.Context) error { return err }) }
}

func TestErrorsBecomeAnswers(t *testing.T) {
	cause := errors.New("the cause is nobody's business")
	for _, c := range []struct {
		err        error
		status     int
		code       string
		detail     string
		retryAfter string
	}{
		{sale.E(sale.CodeFull, "The line is full."), 410, "full", "The line is full.", ""},
		{fmt.Errorf("sign up: %w", sale.E(sale.CodeNotFound, "No such sale.")), 404, "not_found", "No such sale.", ""},
		{&sale.Error{Code: sale.CodeOverloaded, Message: "Busy.", RetryAfter: 1100 * time.Millisecond, Err: cause}, 503, "overloaded", "Busy.", "2"},
		{sale.E(sale.CodeUnavailable, "No room."), 503, "unavailable", "No room.", "5"},
		{&sale.Error{Code: sale.CodeInternal, Message: "told by mistake", Err: cause}, 500, "internal", "", ""},
		{cause, 500, "internal", "", ""},
		{context.DeadlineExceeded, 503, "unavailable", "This took too long.", "2"},
		{sale.E("unheard_of", "told by mistake"), 500, "unheard_of", "", ""},
	} {
		url, _ := start(t, Options{}, failing(c.err))
		res, body := do(t, "GET", url+"/fail/secret", "", "Accept", "application/json")
		var p problem
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if res.StatusCode != c.status || p.Status != c.status || string(p.Code) != c.code || p.Detail != c.detail {
			t.Errorf("%v: status %d, body %s", c.err, res.StatusCode, body)
		}
		if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%v: Content-Type %q", c.err, got)
		}
		if got := res.Header.Get("Retry-After"); got != c.retryAfter {
			t.Errorf("%v: Retry-After %q, want %q", c.err, got, c.retryAfter)
		}
		res, page := do(t, "GET", url+"/fail/secret", "", "Accept", "text/html")
		if res.StatusCode != c.status || !strings.Contains(page, "<h1") || strings.Contains(page+body, "nobody") ||
			strings.Contains(page+body, "mistake") {
			t.Errorf("%v: status %d, page %s", c.err, res.StatusCode, page)
		}
	}
}

// TestEveryCodeIsDecided reads the codes from the source of sale, so that a
// new one cannot be forgotten here or in the message files.
func TestEveryCodeIsDecided(t *testing.T) {
	ts, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range codesOfSale(t) {
		if _, ok := statuses[code]; !ok {
			t.Errorf("%s has no status", code)
		}
		for _, part := range []string{".title", ".text"} {
			if _, err := ts.Text("en", "errors."+string(code)+part); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRouter(t *testing.T) {
	url, _ := start(t, Options{}, func(e *echo.Echo) {
		e.GET("/thing", func(c echo.Context) error { return JSON(c, 200, map[string]int{"n": 1}) })
	})
	res, _ := do(t, "GET", url+"/nothing", "")
	if res.StatusCode != 404 {
		t.Errorf("unknown route: %d", res.StatusCode)
	}
	allowed := []string{"OPTIONS, GET, HEAD"}
	for method, status := range map[string]int{"POST": 405, "OPTIONS": 204} {
		res, _ = do(t, method, url+"/thing", "")
		if got := res.Header.Values("Allow"); res.StatusCode != status || !slices.Equal(got, allowed) {
			t.Errorf("%s: %d, Allow %q", method, res.StatusCode, got)
		}
	}
	res, body := do(t, "HEAD", url+"/thing", "")
	if res.StatusCode != 200 || body != "" || res.ContentLength != 7 {
		t.Errorf("HEAD: %d, %q, length %d", res.StatusCode, body, res.ContentLength)
	}
}

// TestNothingAboutPeopleInTheLog: neither the URI nor the client's address
// nor anything a panic was about reaches the log, but for the stack.
func TestNothingAboutPeopleInTheLog(t *testing.T) {
	url, logged := start(t, Options{}, func(e *echo.Echo) {
		e.GET("/fail/:token", func(echo.Context) error { panic("boom") })
	})
	res, _ := do(t, "GET", url+"/fail/secret?email=fan@example.org", "")
	if res.StatusCode != 500 {
		t.Errorf("panic: %d", res.StatusCode)
	}
	if res, _ = do(t, "GET", url+"/healthz", ""); res.StatusCode != 200 {
		t.Errorf("after a panic: %d", res.StatusCode)
	}
	written := logged()
	for _, unwanted := range []string{"secret", "fan@example.org", "127.0.0.1"} {
		if strings.Contains(written, unwanted) {
			t.Errorf("the log contains %q:\n%s", unwanted, written)
		}
	}
	if !strings.Contains(written, "route=/fail/:token") || !strings.Contains(written, "status=500") {
		t.Errorf("the log lacks the request:\n%s", written)
	}
}

func TestBodyLimit(t *testing.T) {
	url, _ := start(t, Options{}, func(e *echo.Echo) {
		e.POST("/form", func(c echo.Context) error {
			if _, err := Form(c); err != nil {
				return err
			}
			return c.NoContent(204)
		})
	})
	for size, want := range map[int]int{4 << 10: 204, 4<<10 + 1: 413} {
		if res, _ := do(t, "POST", url+"/form", strings.Repeat("a", size)); res.StatusCode != want {
			t.Errorf("%d bytes: %d, want %d", size, res.StatusCode, want)
		}
	}
}

func TestOtherSites(t *testing.T) {
	url, _ := start(t, Options{CrossOriginExempt: func(r *http.Request) bool { return r.URL.Path == "/open" }},
		func(e *echo.Echo) {
			ok := func(c echo.Context) error { return c.NoContent(204) }
			e.POST("/open", ok)
			e.POST("/own", ok)
			e.GET("/own", ok)
		})
	for _, c := range []struct {
		method, path, site string
		want               int
	}{
		{"POST", "/own", "cross-site", 403},
		{"POST", "/own", "same-site", 403},
		{"POST", "/own", "same-origin", 204},
		{"POST", "/own", "", 204},
		{"GET", "/own", "cross-site", 204},
		{"POST", "/open", "cross-site", 204},
	} {
		var header []string
		if c.site != "" {
			header = []string{"Sec-Fetch-Site", c.site}
		}
		if res, _ := do(t, c.method, url+c.path, "", header...); res.StatusCode != c.want {
			t.Errorf("%s %s from %q: %d, want %d", c.method, c.path, c.site, res.StatusCode, c.want)
		}
	}
}

func TestTrustedProxies(t *testing.T) {
	whoami := func(e *echo.Echo) {
		e.GET("/ip", func(c echo.Context) error { return c.String(200, c.RealIP()+" "+c.Scheme()) })
	}
	for _, c := range []struct {
		trusted, want string
	}{
		{"", "127.0.0.1 http"}, {"10.0.0.0/8", "127.0.0.1 http"}, {"127.0.0.1/32", "203.0.113.9 https"},
	} {
		var o Options
		if c.trusted != "" {
			o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
		}
		url, _ := start(t, o, whoami)
		// The client forged the first address; the proxy added the second.
		res, got := do(t, "GET", url+"/ip", "", "X-Forwarded-For", "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto", "https")
		if got != c.want {
			t.Errorf("trusting %q: %q, want %q", c.trusted, got, c.want)
		}
		if hsts := res.Header.Get("Strict-Transport-Security") != ""; hsts != strings.HasSuffix(c.want, "https") {
			t.Errorf("trusting %q: HSTS %v", c.trusted, hsts)
		}
	}
}

func TestHeaders(t *testing.T) {
	url, _ := start(t, Options{}, nil)
	for _, path := range []string{"/healthz", "/nothing"} {
		res, _ := do(t, "GET", url+path, "")
		h := res.Header
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") ||
			!strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("Referrer-Policy") != "same-origin" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// TestServeFinishesWhatIsInFlight stops the server while a request runs. The
// request's own context outlives the stop, and its answer arrives.
// A client that half-closes its connection still reads. A request that was cut
// off is told so; one that failed because its client seemed gone gets no
// answer, and never a 200 that nobody meant.
func TestGoneClientIsNeverAnswered200(t *testing.T) {
	url, _ := start(t, Options{}, func(e *echo.Echo) {
		e.POST("/form", func(c echo.Context) error {
			if _, err := Form(c); err != nil {
				return err
			}
			return c.NoContent(http.StatusCreated)
		})
		e.GET("/wait", func(c echo.Context) error {
			<-c.Request().Context().Done()
			return errors.New("interrupted")
		})
	})
	for _, c := range []struct{ request, want string }{
		{"POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nemail=a", "HTTP/1.1 400 "},
		{"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n", ""},
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, c.request); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(got), c.want) || c.want == "" && len(got) > 0 {
			t.Errorf("%.20q: answered %.80q, want %q", c.request, got, c.want)
		}
	}
}

func TestServeFinishesWhatIsInFlight(t *testing.T) {
	ts, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Name: "test", Templates: ts, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	s.Echo().GET("/slow", func(c echo.Context) error {
		close(entered)
		<-release
		if err := c.Request().Context().Err(); err != nil {
			return err
		}
		return c.String(200, "whole")
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Serve(ctx, ln) }()
	answer := make(chan string, 1)
	go func() {
		_, body := do(t, "GET", "http://"+ln.Addr().String()+"/slow", "")
		answer <- body
	}()
	<-entered
	stop()
	close(release)
	if body := <-answer; body != "whole" {
		t.Errorf("in flight: %q", body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("still listening after the stop")
	}
}

// TestErrorPageOfAListener: it is told what strangers may read, and only
// where no other page or JSON is wanted.
func TestErrorPageOfAListener(t *testing.T) {
	page := func(w io.Writer, e *sale.Error) error {
		_, err := fmt.Fprintf(w, "<p>%s|%s|%d", e.Code, e.Message, len(e.Fields))
		return err
	}
	field := []sale.FieldError{{Field: "f", Message: "m"}}
	url, _ := start(t, Options{ErrorPage: page}, func(e *echo.Echo) {
		e.GET("/ours", func(echo.Context) error {
			return &sale.Error{Code: sale.CodeInternal, Message: "disk on fire", Fields: field}
		})
		e.GET("/theirs", func(echo.Context) error { return &sale.Error{Code: sale.CodeInvalid, Message: "No.", Fields: field} })
	})
	for path, want := range map[string]string{
		"/ours": "<p>internal||0", "/theirs": "<p>invalid|No.|1", "/nothing": "<p>not_found|There is nothing at this address.|0",
	} {
		if _, body := do(t, "GET", url+path, ""); body != want {
			t.Errorf("%s: %q, want %q", path, body, want)
		}
		if res, body := do(t, "GET", url+path, "", "Accept", "application/json"); res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s as JSON: %q", path, body)
		}
	}
}
