package checkout

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
	"github.com/inturn/inturn/templates"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// counter is a whole box office behind HTTP, and the line's keys.
type counter struct {
	testing.TB
	clock *saletest.Clock
	db    *sqldb.DB
	box   *boxoffice.BoxOffice
	line  *link.Keys
	http  http.Handler
	log   *safeBuffer

	broken atomic.Bool // every transaction fails
}

// safeBuffer is a log that requests side by side may write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// each runs a test over a counter on both databases.
func each(t *testing.T, run func(t *testing.T, c *counter)) {
	t.Helper()
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) { run(t, newCounter(t, dsn())) })
}

func newCounter(t testing.TB, dsn string) *counter {
	t.Helper()
	c := &counter{TB: t, clock: saletest.NewClock(noon), log: &safeBuffer{}}
	c.db = sqldbtest.Open(t, dsn, sqldb.Options{Fault: func(context.Context, sqldb.Point) error {
		if c.broken.Load() {
			return errors.New("disk on fire")
		}
		return nil
	}})
	c.line = lineKeys(t, c.clock.Now)
	logger := slog.New(slog.NewJSONHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	box, err := boxoffice.New(t.Context(), boxoffice.Options{DB: c.db, Clock: c.clock.Now, Rand: rand.Reader, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{BoxOffice: box, Templates: pages, URL: "https://tickets.example/", Clock: c.clock.Now, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	c.box, c.http = box, s.Handler()
	return c
}

// festival has ten Fridays, three Saturdays, and ten places in all.
func festival() sale.Sale {
	return sale.Sale{
		Slug: "fest", Version: 1, Title: sale.Text{"en": "Lakeside Festival"}, Timezone: "Europe/Zurich",
		Languages: []string{"en"}, Currency: "CHF", Organizer: sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: noon.Add(-48 * time.Hour), Closes: noon},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 10, Price: 8500},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: 3, Price: 9500},
		}},
		Caps:     sale.Caps{Guaranteed: 2, Standby: 10},
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(48 * time.Hour), Every: "@every 1m", Batch: 10, LinkLife: time.Hour},
		Payment:  sale.PaymentOnSite,
		Mail: sale.MailSettings{
			From: "tickets@lakeside.example", Alternatives: sale.Text{"en": "The Sunday concert is open to all."},
		},
	}
}

func (c *counter) put(s sale.Sale) {
	c.Helper()
	if err := c.box.Put(c.Context(), s, c.line.Public()); err != nil {
		c.Fatal(err)
	}
}

// offer puts the festival, reserves most tickets, and gives a link to them
// that is good for an hour.
func (c *counter) offer(id string, most int) (token string) {
	c.Helper()
	c.put(festival())
	grants, err := c.box.Reserve(c.Context(), "fest", []sale.Ask{{Offer: id, Most: most}})
	if err != nil {
		c.Fatal(err)
	}
	if len(grants) != 1 || grants[0].Granted != most {
		c.Fatalf("reserved %+v, want %d", grants, most)
	}
	return c.link(id)
}

func (c *counter) link(offer string) string {
	c.Helper()
	return mint(c, c.line, link.Claims{Offer: offer, Sale: "fest", Issued: c.clock.Now(), Ends: noon.Add(time.Hour)})
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   string
}

// request is what a test sends: JSON when accept or kind say so.
type request struct {
	method, path, body string
	accept, kind       string
	header             map[string]string
}

func (c *counter) do(r request) answer {
	c.Helper()
	req := httptest.NewRequestWithContext(c.Context(), r.method, "https://tickets.example"+r.path, strings.NewReader(r.body))
	if r.accept != "" {
		req.Header.Set("Accept", r.accept)
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	c.http.ServeHTTP(w, req)
	return answer{w.Code, w.Header(), w.Body.String()}
}

const browser = "text/html,application/xhtml+xml,*/*;q=0.8"

func (c *counter) page(path string) answer {
	c.Helper()
	return c.do(request{method: "GET", path: path, accept: browser})
}

func (c *counter) json(path string) answer {
	c.Helper()
	return c.do(request{method: "GET", path: path, accept: js})
}

func (c *counter) postForm(path, body string) answer {
	c.Helper()
	return c.do(request{method: "POST", path: path, body: body, kind: form, accept: browser})
}

func (c *counter) postJSON(path, body string) answer {
	c.Helper()
	return c.do(request{method: "POST", path: path, body: body, kind: js, accept: js})
}

// want checks a status, and what must and must not (after "-") be in the body.
func (c *counter) want(a answer, status int, parts ...string) {
	c.Helper()
	if a.status != status {
		c.Errorf("status %d, want %d:\n%s", a.status, status, a.body)
	}
	for _, part := range parts {
		if unwanted, is := strings.CutPrefix(part, "-"); is {
			if strings.Contains(a.body, unwanted) {
				c.Errorf("contains %q:\n%s", unwanted, a.body)
			}
		} else if !strings.Contains(a.body, part) {
			c.Errorf("lacks %q:\n%s", part, a.body)
		}
	}
}

// decode reads a JSON body.
func decode[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// sold is how many units of a pool are sold.
func (c *counter) pool(name string) sale.PoolStock {
	c.Helper()
	stock, err := c.box.Stock(c.Context(), "fest")
	if err != nil {
		c.Fatal(err)
	}
	for _, p := range stock.Pools {
		if p.Pool == name {
			return p
		}
	}
	c.Fatalf("no pool %q in %+v", name, stock)
	return sale.PoolStock{}
}

// dump is every row of every table, as text.
func (c *counter) dump() string {
	c.Helper()
	names := "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
	if c.db.Dialect().Name == "sqlite" {
		names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
	}
	var b strings.Builder
	err := c.db.Read(c.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		for _, table := range rows(c, ctx, tx, names) {
			all := rows(c, ctx, tx, "SELECT * FROM "+table)
			slices.Sort(all)
			fmt.Fprintf(&b, "%s (%d)\n%s\n", table, len(all), strings.Join(all, "\n"))
		}
		return nil
	})
	if err != nil {
		c.Fatal(err)
	}
	return b.String()
}

func rows(t testing.TB, ctx context.Context, tx *sqldb.Tx, q string) []string {
	t.Helper()
	r, err := tx.Query(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	columns, err := r.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for r.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		if err := r.Scan(row...); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, v := range row {
			texts = append(texts, fmt.Sprint(*v.(*any)))
		}
		all = append(all, strings.Join(texts, "|"))
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
