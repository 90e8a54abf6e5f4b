package templates

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/sale"
)

// stage serves one page at /, under the policy of the real listeners, and a
// browser that looks at it by a clock that the test turns: pass(ms).
type stage struct {
	*browsertest.Browser
	t   *testing.T
	ts  *Templates
	url string

	mu      sync.Mutex
	html    func(w io.Writer) error
	json    string
	answer  func(w http.ResponseWriter, r *http.Request) bool // true: answered
	date    time.Time                                         // of the answers
	asked   map[string]int                                    // requests by kind: GET, HEAD, POST, json
	dropped []string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	clock, err := os.ReadFile("testdata/comforts/clock.js")
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{Browser: browsertest.New(t, browsertest.Options{Scripts: true}), t: t, ts: newTemplates(t), date: noon, asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.Handle(StaticPath, s.ts.Static())
	mux.HandleFunc("/clock.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(clock)
	})
	mux.HandleFunc("/", s.serve)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wantsJSON := strings.Contains(r.Header.Get("Accept"), "json")
	kind := r.Method
	if wantsJSON {
		kind = "json"
	}
	s.asked[kind]++
	h := w.Header()
	h.Set("Date", s.date.UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'")
	switch {
	case s.answer != nil && s.answer(w, r):
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusNoContent) // the browser stays where it is
	case wantsJSON:
		h.Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, s.json)
	default:
		var b bytes.Buffer
		if err := s.html(&b); err != nil {
			s.dropped = append(s.dropped, err.Error())
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, strings.Replace(b.String(), "<head>", `<head><script src="/clock.js"></script>`, 1))
	}
}

// set changes what the server says.
func (s *stage) set(change func(s *stage)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *stage) count(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[kind]
}

// open shows the page.
func (s *stage) open(html func(w io.Writer) error) {
	s.t.Helper()
	s.set(func(s *stage) { s.html = html })
	s.Goto(s.url + "/")
}

func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	browsertest.Evaluate[bool](s.Browser, "pass("+strconv.FormatInt(d.Milliseconds(), 10)+")")
}

func (s *stage) js(expression string) string {
	s.t.Helper()
	return browsertest.Evaluate[string](s.Browser, "String("+expression+")")
}

func (s *stage) says(selector, want string) {
	s.t.Helper()
	if got := s.Text(selector); got != want {
		s.t.Errorf("%s says %q, want %q", selector, got, want)
	}
}

// heard is what was read aloud, and forgets it.
func (s *stage) heard(want ...string) {
	s.t.Helper()
	got := browsertest.Evaluate[[]string](s.Browser, "heard.splice(0)")
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		s.t.Errorf("read aloud (-want +got):\n%s", diff)
	}
}

// quiet is what the browser must not have complained about at the end.
func (s *stage) quiet() {
	s.t.Helper()
	if all := s.Errors(); len(all) > 0 {
		s.t.Errorf("the browser complains: %q", all)
	}
	if len(s.dropped) > 0 {
		s.t.Errorf("pages failed: %q", s.dropped)
	}
}

func offerFor(left time.Duration) OfferPage {
	return OfferPage{
		Frame: sampleFrame("en"), Most: 4, Now: noon, Ends: noon.Add(left), Left: left, DeclineURL: "/decline",
		Types: []OfferType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Price: 8500, Left: 9, Most: 4},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Price: 9550, Left: 9, Most: 4},
		},
	}
}
