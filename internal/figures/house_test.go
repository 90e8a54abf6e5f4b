package figures_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

var start = time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC)

// house is a line with one sale, and a box office made of words.
type house struct {
	*line.Line
	clock *saletest.Clock
	db    *sqldb.DB
	lease line.Lease
	box   *box
	f     *figures.Figures
	names int
}

func lakeside() sale.Sale {
	return sale.Sale{
		Slug: "lakeside", Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: start, Closes: start.Add(3 * time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 2, Capacity: 2000, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 2000, Price: 8500, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 1000, Standby: 5000},
		Dispatch: sale.Dispatch{Starts: start, Ends: start.Add(24 * time.Hour), Every: "@every 1m", Batch: 3, LinkLife: time.Minute},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>", Receipt: true},
	}
}

func open(t testing.TB, dsn string) *house {
	t.Helper()
	h := &house{clock: saletest.NewClock(start), box: &box{}, db: sqldbtest.Open(t, dsn, sqldb.Options{Unsafe: true})}
	var err error
	if h.Line, err = line.New(t.Context(), line.Options{DB: h.db, Clock: h.clock.Now, Rand: rand.NewChaCha8([32]byte{1})}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Apply(t.Context(), lakeside(), "test"); err != nil {
		t.Fatal(err)
	}
	if h.lease, _, err = h.Acquire(t.Context(), "lakeside", "test", 100*time.Hour); err != nil {
		t.Fatal(err)
	}
	h.f = h.fresh(t)
	return h
}

// fresh is figures that have read nothing yet: what they say is a count of
// everything.
func (h *house) fresh(t testing.TB) *figures.Figures {
	t.Helper()
	f, err := figures.New(figures.Options{Line: h.Line, BoxOffice: h.box, Clock: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (h *house) join(t testing.TB, n int) {
	t.Helper()
	for range n {
		h.names++
		address := fmt.Sprintf("fan%d@mail%d.example", h.names, h.names%11)
		_, err := h.SignUp(t.Context(), line.SignUp{Sale: "lakeside", Lang: "en", Address: sale.Address{Typed: address, Canonical: address}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (h *house) batch(t testing.TB, most int) {
	t.Helper()
	asks, err := h.PlanBatch(t.Context(), h.lease, line.Plan{Most: most, Each: 2, Next: h.clock.Now().Add(time.Minute), Period: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	var grants []sale.Grant
	for _, a := range asks {
		grants = append(grants, sale.Grant{Offer: a.Offer, Granted: a.Most})
	}
	if err := h.OpenBatch(t.Context(), h.lease, grants); err != nil {
		t.Fatal(err)
	}
}

// take leases mails; done records them.
func (h *house) take(t testing.TB, most int) []line.Mail {
	t.Helper()
	mails, _, err := h.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{h.lease}, Most: most})
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

func (h *house) done(t testing.TB, m line.Mail, result line.MailResult) {
	t.Helper()
	var retry time.Time
	if result != line.ResultAccepted && result != line.ResultRefused {
		retry = h.clock.Now().Add(time.Second)
	}
	if err := h.Record(t.Context(), line.Tried{Mail: m, Result: result, Retry: retry}); err != nil {
		t.Fatal(err)
	}
}

func (h *house) closeDue(t testing.TB) {
	t.Helper()
	due, err := h.CloseDue(t.Context(), h.lease)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]sale.Answer{}
	for _, c := range due {
		answers[c.Offer] = sale.AnswerClosed
	}
	if err := h.Closed(t.Context(), h.lease, answers); err != nil {
		t.Fatal(err)
	}
}

// refresh until everything is counted.
func refresh(t testing.TB, f *figures.Figures) figures.Snapshot {
	t.Helper()
	for {
		s, err := f.Of("lakeside").Refresh(t.Context(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if s.Complete() {
			return s
		}
	}
}

// box says what a test wants.
type box struct {
	mu    sync.Mutex
	err   error
	flows []sale.Flow
}

func (b *box) Stock(context.Context, string) (sale.Stock, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	balances := map[string]int{}
	for _, f := range b.flows {
		balances[f.Source] -= f.Units
		balances[f.Target] += f.Units
	}
	return sale.Stock{Sale: "lakeside", Pools: []sale.PoolStock{{
		Pool: sale.CapacityPool, Issued: -balances["issued"], Available: balances["available"], Offered: balances["offered"], Sold: balances["sold"],
	}}}, b.err
}

// Flows gives two at a time.
func (b *box) Flows(_ context.Context, _ string, after int64) (sale.Flows, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	to := min(after+2, int64(len(b.flows)))
	return sale.Flows{Position: to, More: to < int64(len(b.flows)), Flows: b.flows[after:to]}, b.err
}

func (b *box) move(minute int, source, target string, units int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flows = append(b.flows, sale.Flow{Minute: start.Add(time.Duration(minute) * time.Minute), Pool: sale.CapacityPool, Source: source, Target: target, Units: units})
}
