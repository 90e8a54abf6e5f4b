package registration

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// noon is when the tests' dispatch starts; the form closes an hour before.
var noon = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)

func testSale() sale.Sale {
	return sale.Sale{
		Slug: "lakeside-2027", Version: 1, Title: sale.Text{"en": "Lakeside Festival 2027"},
		Timezone: "Europe/Zurich", Languages: []string{"en", "xx"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd", Privacy: "https://lakeside.example/privacy"},
		Registration: sale.Registration{Opens: noon.Add(-48 * time.Hour), Closes: noon.Add(-time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 2, Capacity: 4, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 2, Price: 8500},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: 2, Price: 9500},
		}},
		Caps: sale.Caps{Guaranteed: 2, Standby: 2},
		Dispatch: sale.Dispatch{
			Starts: noon, Ends: noon.Add(8 * 24 * time.Hour), Every: "@every 1m", Batch: 10,
			LinkLife: time.Hour,
		},
		Payment: sale.PaymentOnSite,
		Mail: sale.MailSettings{
			From: "tickets@lakeside.example", Receipt: true,
			Alternatives: sale.Text{"en": "Come to the open rehearsal."},
		},
	}
}

// fakeLine is a line of one sale in memory, for what the real one cannot be
// brought to do at will. The real one is tested with in line_test.go.
type fakeLine struct {
	mu     sync.Mutex
	state  line.State
	places map[int]line.Place
	moved  []string
	asked  []line.Ask
	signed []line.SignUp // that got a place
	err    error         // of every call
	refuse error         // of SignUp, when err is nil
	stays  error         // of Withdraw and Restore, when err is nil
	reads  int
	lost   []line.LostReceipt
	clock  sale.Clock
}

func (f *fakeLine) Sales(context.Context) ([]line.State, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	return []line.State{f.state}, f.err
}

func (f *fakeLine) SignUp(_ context.Context, in line.SignUp) (line.Registration, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.err, f.refuse); err != nil {
		return line.Registration{}, err
	}
	n := len(f.places) + 1
	caps := f.state.Sale.Caps
	reg := line.Registration{Sale: in.Sale, Number: n, Class: sale.Guaranteed, Address: in.Address.Typed, Lang: in.Lang, At: f.clock()}
	switch {
	case in.Sale != f.state.Sale.Slug:
		return line.Registration{}, sale.E(sale.CodeNotFound, "There is no such sale.")
	case n > caps.Guaranteed+caps.Standby:
		return line.Registration{}, sale.E(sale.CodeFull, "All places in line are taken.")
	case n > caps.Guaranteed:
		reg.Class = sale.Standby
	}
	f.places[n] = line.Place{Registration: reg, Since: reg.At, Waiting: true}
	f.signed = append(f.signed, in)
	return reg, nil
}

// AskConfirm counts who asked; refs are "ref1", "ref2"….
func (f *fakeLine) AskConfirm(_ context.Context, in line.Ask) (line.Asked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return line.Asked{}, f.err
	}
	f.asked = append(f.asked, in)
	return line.Asked{Until: f.state.Sale.Registration.Closes}, nil
}

func (f *fakeLine) Confirmation(_ context.Context, slug, ref string) (line.Confirmation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, in := range f.asked {
		if ref == fmt.Sprint("ref", i+1) {
			return line.Confirmation{Sale: slug, Ref: ref, Address: in.Address.Typed, Lang: in.Lang, Ends: f.state.Sale.Registration.Closes}, f.err
		}
	}
	return line.Confirmation{}, sale.E(sale.CodeConfirmOver, "Over.")
}

func (f *fakeLine) Place(_ context.Context, _ string, number int) (line.Place, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.places[number], f.err
}

func (f *fakeLine) Withdraw(_ context.Context, slug string, number int) error {
	return f.move("withdraw", slug, number)
}

func (f *fakeLine) Restore(_ context.Context, slug string, number int) error {
	return f.move("restore", slug, number)
}

func (f *fakeLine) SetLanguage(_ context.Context, slug string, number int, lang string) error {
	return f.move("language "+lang, slug, number)
}

func (f *fakeLine) move(what, slug string, number int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.moved = append(f.moved, fmt.Sprint(what, " ", slug, " ", number))
	return cmp.Or(f.err, f.stays)
}

func (f *fakeLine) ResendReceipt(_ context.Context, in line.LostReceipt) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost = append(f.lost, in)
	return f.err
}

func (f *fakeLine) SigningKeys(context.Context, string) ([]string, error) {
	return []string{f.state.PendingWhy}, f.err // any field that is free: the key's id
}

// set changes the fake under its lock.
func (f *fakeLine) set(change func(*fakeLine)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// world is a server over a fake line, with a clock that the test turns.
type world struct {
	*testing.T
	fake *fakeLine
	keys *link.Keys
	srv  *Server
	url  string
	stop func()        // the listener
	log  *bytes.Buffer // may be read after stop: a request is logged after its answer

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T, change func(*Options)) *world {
	t.Helper()
	w := &world{T: t, fake: &fakeLine{state: line.State{Sale: testSale()}, places: map[int]line.Place{}}, log: new(bytes.Buffer)}
	w.fake.clock = w.clock
	w.now = noon.Add(-2 * time.Hour)
	o := Options{
		Line: w.fake, URL: "http://line.example", CheckoutURL: "http://checkout.example",
		Limits: web.LimitOptions{PerSec: 10, Burst: 100},
		Clock:  w.clock, Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	var err error
	if w.keys, err = link.OpenKeys(t.TempDir()+"/keys", link.KeyOptions{Clock: w.clock}); err != nil {
		t.Fatal(err)
	}
	w.fake.state.PendingWhy = w.keys.Public()[0].KID
	o.Keys = w.keys
	if o.Templates, err = templates.New(); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&o)
	}
	if w.srv, err = New(o); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w.srv.Handler())
	t.Cleanup(srv.Close)
	w.url, w.stop = srv.URL, srv.Close
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) at(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

// reread brings the board up to date, as the next poll would.
func (w *world) reread() {
	w.Helper()
	if err := w.srv.board.read(w.Context()); err != nil {
		w.Fatal(err)
	}
}

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends one request; header is name, value, name, value…
func (w *world) do(method, path, body string, header ...string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

func (w *world) get(path string, header ...string) answer {
	w.Helper()
	return w.do(http.MethodGet, path, "", header...)
}

// asJSON is what a program sends.
var asJSON = []string{"Accept", "application/json"}

func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// wants checks status, what the body must contain and what it must not,
// which is what follows "not".
func (a answer) wants(t testing.TB, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	wanted := true
	for _, word := range words {
		if word == "not" {
			wanted = false
			continue
		}
		if strings.Contains(a.body, word) != wanted {
			t.Errorf("contains %q: %v, want %v in\n%s", word, !wanted, wanted, a.body)
		}
	}
}

func TestMissingOptionIsNamed(t *testing.T) {
	w := newWorld(t, nil)
	for name, drop := range map[string]func(*Options){
		"Line": func(o *Options) { o.Line = nil }, "Keys": func(o *Options) { o.Keys = nil },
		"Limits":    func(o *Options) { o.Limits.Burst = 0 },
		"Templates": func(o *Options) { o.Templates = nil }, "Clock": func(o *Options) { o.Clock = nil },
		"URL": func(o *Options) { o.URL = "line.example" }, "CheckoutURL": func(o *Options) { o.CheckoutURL = "https://x.example/path" },
	} {
		o := w.srv.o
		drop(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), "Options."+name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
