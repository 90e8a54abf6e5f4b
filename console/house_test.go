package console

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mailbox"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
	"github.com/inturn/inturn/templates"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// noon is when the house opens: two days after the form, as tickets start.
var noon = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)

// passphrase is everybody's.
const passphrase = "four words of a house"

// house is a console over a real line and a real box office, with two sales
// and somebody in every role. They sign in as "owner" (of everything),
// "chief" (owner of lakeside-2027), "manager", "viewer", and "other" (manager
// of the other sale).
type house struct {
	testing.TB
	now   atomic.Pointer[time.Time]
	line  *line.Line
	keys  *link.Keys
	box   *boxoffice.BoxOffice
	boxDB *sqldb.DB
	s     *Server
	pages *templates.Templates
}

// newHouse opens one. change, when given, changes the console's options.
func newHouse(t testing.TB, change ...func(*Options)) *house {
	t.Helper()
	h := &house{TB: t, boxDB: openDB(t)}
	h.at(noon)
	var err error
	if h.line, err = line.New(t.Context(), line.Options{DB: openDB(t), Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	if h.box, err = boxoffice.New(t.Context(), boxoffice.Options{DB: h.boxDB, Clock: h.clock, Rand: rand.Reader}); err != nil {
		t.Fatal(err)
	}
	h.open(change...)
	h.apply(lakeside())
	second := lakeside()
	second.Slug, second.Title = "hillside-2027", sale.Text{"en": "Hillside 2027"}
	h.apply(second)
	h.people()
	return h
}

// open makes the console over the house's line and box office.
func (h *house) open(change ...func(*Options)) {
	h.Helper()
	var err error
	if h.pages, err = templates.New(); err != nil {
		h.Fatal(err)
	}
	if h.keys, err = link.OpenKeys(h.TempDir()+"/keys", link.KeyOptions{Clock: h.clock}); err != nil {
		h.Fatal(err)
	}
	o := Options{
		Line: h.line, Keys: h.keys, Templates: h.pages, Clock: h.clock, URL: "https://console.example",
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("inturn_build_info 1\n")) }),
		Sales:   h.desk(), BoxOffice: h.box,
	}
	for _, c := range change {
		c(&o)
	}
	if h.s, err = New(o); err != nil {
		h.Fatal(err)
	}
}

// desk knows schedules of the kind "@every 1m" and no others.
func (h *house) desk() SalesDesk {
	every := func(expr string) (time.Duration, error) {
		length, ok := strings.CutPrefix(expr, "@every ")
		d, err := time.ParseDuration(length)
		if !ok || err != nil || d < time.Second {
			return 0, sale.E(sale.CodeInvalid, "%q is not a schedule", expr)
		}
		return d, nil
	}
	return SalesDesk{
		CheckSchedule: func(expr string, _ *time.Location) error { _, err := every(expr); return err },
		CheckSale:     func(sale.Sale) error { return nil },
		Moments: func(s sale.Sale) (func(time.Time) time.Time, error) {
			d, err := every(s.Dispatch.Every)
			rest := s.Rest()
			return func(after time.Time) time.Time {
				if after.IsZero() {
					return rest.NextLoud(s.Dispatch.Starts)
				}
				return rest.NextLoud(after.Add(d))
			}, err
		},
		NextMoments: func(s sale.Sale, remembered, _ time.Time) (time.Time, time.Time, error) {
			d, err := every(s.Dispatch.Every)
			if remembered.IsZero() {
				remembered = s.Dispatch.Starts
			}
			return remembered, remembered.Add(d), err
		},
		Write: h.write,
	}
}

// write writes a sale as the wiring does.
func (h *house) write(ctx context.Context, box BoxOffice, s sale.Sale, e line.Edit) (string, error) {
	if _, err := h.line.Write(ctx, s, e); err != nil {
		return "", err
	}
	u, ok, err := h.line.Unstored(ctx, s.Slug, nil)
	if err != nil || !ok {
		return "", err
	}
	err = box.Put(ctx, u.Sale, nil)
	if sale.CodeOf(err) == sale.CodeUnavailable {
		return "it does not answer", h.line.MarkPending(ctx, s.Slug, "it does not answer")
	}
	if err != nil {
		return "", err
	}
	return "", h.line.MarkStored(ctx, u)
}

// catching has the console show caught mail.
func catching(t testing.TB, private bool) func(*Options) {
	return func(o *Options) {
		box, err := mailbox.Open(t.TempDir(), mailbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o.Mailbox, o.Private = box, private
	}
}

func openDB(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), "sqlite:"+t.TempDir()+"/house.db", sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (h *house) clock() time.Time { return *h.now.Load() }

// at sets the clock.
func (h *house) at(now time.Time) { h.now.Store(&now) }

// lakeside is a sale whose tickets start at noon.
func lakeside() sale.Sale {
	return sale.Sale{
		Slug: "lakeside-2027", Title: sale.Text{"en": "Lakeside Festival 2027"}, Timezone: "Europe/Zurich",
		Languages: []string{"en", "de"}, Currency: "CHF", Organizer: sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: noon.Add(-48 * time.Hour), Closes: noon.Add(24 * time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 100, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 40, Price: 8500, Pools: []string{"fri"}},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: 60, Price: 9500, Pools: []string{"sat"}},
		}},
		Caps:     sale.Caps{Guaranteed: 25, Standby: 75},
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(8 * 24 * time.Hour), Every: "@every 1m", Batch: 10, LinkLife: time.Hour},
		Payment:  sale.PaymentNone, Mail: sale.MailSettings{From: "Lakeside <tickets@lakeside.example>", Receipt: true},
	}
}

// apply writes a sale to the line and puts it to the box office.
func (h *house) apply(s sale.Sale) {
	h.Helper()
	if _, err := h.write(h.Context(), h.box, s, line.Edit{Actor: "house", Source: line.FromFile}); err != nil {
		h.Fatal(err)
	}
}

// people gives every role somebody. Only the owner is hashed: all have the
// same passphrase.
func (h *house) people() {
	h.Helper()
	hash, err := h.s.hash(h.Context(), passphrase)
	if err != nil {
		h.Fatal(err)
	}
	for _, p := range []struct {
		name, slug string
		role       sale.Role
	}{
		{name: "owner"},
		{"chief", "lakeside-2027", sale.RoleOwner},
		{"manager", "lakeside-2027", sale.RoleManager},
		{"viewer", "lakeside-2027", sale.RoleViewer},
		{"other", "hillside-2027", sale.RoleManager},
	} {
		address, err := parseAddress(p.name + "@lakeside.example")
		if err != nil {
			h.Fatal(err)
		}
		o, err := h.line.AddOrganizer(h.Context(), line.NewOrganizer{Address: address, Passphrase: hash}, p.slug == "", "house")
		if err != nil {
			h.Fatal(err)
		}
		if p.slug == "" {
			continue
		}
		if err := h.line.SetRole(h.Context(), o.ID, p.slug, p.role, "house"); err != nil {
			h.Fatal(err)
		}
	}
}

// browser keeps a session's cookie, and follows nothing.
type browser struct {
	*house
	cookie string
	known  string // that somebody has signed in here before
	from   string // its network; empty: some
}

// stranger is a browser that has not signed in.
func (h *house) stranger() *browser { return &browser{house: h} }

// as is a browser in which somebody has signed in; "stranger" is nobody.
func (h *house) as(name string) *browser {
	h.Helper()
	b := h.stranger()
	if name == "stranger" {
		return b
	}
	b.want(b.post("/signin", url.Values{"address": {name + "@lakeside.example"}, "passphrase": {passphrase}}), 303)
	return b
}

func (b *browser) get(path string) *httptest.ResponseRecorder {
	return b.do(httptest.NewRequest(http.MethodGet, "https://console.example"+path, nil))
}

func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://console.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func (b *browser) do(r *http.Request) *httptest.ResponseRecorder {
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	}
	if b.known != "" {
		r.AddCookie(&http.Cookie{Name: knownCookie, Value: b.known})
	}
	if b.from != "" {
		r.RemoteAddr = b.from + ":1234"
	}
	w := httptest.NewRecorder()
	b.s.Handler().ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		switch c.Name {
		case cookieName:
			b.cookie = c.Value
		case knownCookie:
			b.known = c.Value
		}
	}
	return w
}

// want fails unless the answer has the status and every text; one that begins
// with a minus must not be there.
func (b *browser) want(w *httptest.ResponseRecorder, status int, texts ...string) {
	b.Helper()
	if w.Code != status {
		b.Errorf("status %d to %q, want %d:\n%s", w.Code, w.Header().Get("Location"), status, w.Body)
	}
	for _, text := range texts {
		if unwanted, not := strings.CutPrefix(text, "-"); not == strings.Contains(w.Body.String(), unwanted) {
			b.Errorf("contains %q is %v:\n%s", unwanted, not, w.Body)
		}
	}
}

// addressOf is the address of somebody in the house.
func addressOf(t testing.TB, name string) sale.Address {
	t.Helper()
	address, err := parseAddress(name + "@lakeside.example")
	if err != nil {
		t.Fatal(err)
	}
	return address
}
