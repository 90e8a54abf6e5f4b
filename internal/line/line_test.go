package line_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// start is when the clocks of these tests begin.
var start = time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC)

// bench is a line with one sale: 12 tickets, at most 2 each, 4 guaranteed, 6
// standby; the form is open, dispatch runs, links live for a minute.
type bench struct {
	*line.Line
	clock *saletest.Clock
	db    *sqldb.DB
	lease line.Lease
}

func testSale() sale.Sale {
	return sale.Sale{
		Slug: "lakeside", Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: start, Closes: start.Add(time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 2, Capacity: 12, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 12, Price: 8500, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 4, Standby: 6},
		Dispatch: sale.Dispatch{Starts: start, Ends: start.Add(24 * time.Hour), Every: "@every 1m", Batch: 3, LinkLife: time.Minute},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>", Receipt: true},
	}
}

// indexed: a sale of a million costs what is under way, but where it is read as
// a whole on purpose.
var indexed = sqldbtest.Indexed{
	Home:  "line.",
	Large: []string{"registrations", "offers", "orders", "outbox", "mail_tries"},
	Few: []string{
		"registrations_waiting", "registrations_withdrawing", "offers_planned", "offers_ends", "offers_closing",
		"orders_cancelling", "outbox_due", "outbox_sending", "outbox_untried", "mail_tries_open", "mail_tries_bounced",
	},
	Walks: []string{"line.(*Line).OfferCounts", "line.(*Line).Queues"}, // the gauges, when somebody reads them
}

func newBench(t testing.TB, dsn string) *bench {
	t.Helper()
	db := sqldbtest.Open(t, dsn, sqldb.Options{Explain: indexed.Watch(t)})
	c := saletest.NewClock(start)
	l, err := line.New(t.Context(), line.Options{DB: db, Clock: c.Now, Rand: chacha(1)})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Line: l, clock: c, db: db}
}

func chacha(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// open applies the sale, stores it at an imagined box office and takes the
// lease.
func (b *bench) open(t testing.TB, s sale.Sale) {
	t.Helper()
	ctx := t.Context()
	if _, err := b.Apply(ctx, s, "test"); err != nil {
		t.Fatal(err)
	}
	b.store(t, s.Slug)
	lease, ok, err := b.Acquire(ctx, s.Slug, "test", time.Hour)
	if err != nil || !ok {
		t.Fatalf("acquire: %v %v", ok, err)
	}
	b.lease = lease
}

func (b *bench) store(t testing.TB, slug string) {
	t.Helper()
	u, ok, err := b.Unstored(t.Context(), slug, []sale.PublicKey{{KID: "k1", X: make([]byte, 32), Created: start}})
	if err != nil || !ok {
		t.Fatalf("unstored: %v %v", ok, err)
	}
	if err := b.MarkStored(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) join(t testing.TB, name string) line.Registration {
	t.Helper()
	r, err := b.SignUp(t.Context(), signUp(name))
	if err != nil {
		t.Fatalf("sign up %s: %v", name, err)
	}
	return r
}

func signUp(name string) line.SignUp {
	address := name + "@example.org"
	return line.SignUp{Sale: "lakeside", Lang: "en", Address: sale.Address{Typed: address, Canonical: address}}
}

// batch plans, grants everything and opens; it gives the offers' ids.
func (b *bench) batch(t testing.TB, most int) []string {
	t.Helper()
	asks, err := b.PlanBatch(t.Context(), b.lease, line.Plan{Most: most, Each: 2, Next: b.clock.Now().Add(time.Minute), Period: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	var grants []sale.Grant
	var ids []string
	for _, a := range asks {
		grants = append(grants, sale.Grant{Offer: a.Offer, Granted: a.Most})
		ids = append(ids, a.Offer)
	}
	if err := b.OpenBatch(t.Context(), b.lease, grants); err != nil {
		t.Fatal(err)
	}
	return ids
}

// send leases up to most mails and records the same result for each.
func (b *bench) send(t testing.TB, most int, result line.MailResult) []line.Mail {
	t.Helper()
	mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: most})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		var retry time.Time
		if result != line.ResultAccepted && result != line.ResultRefused {
			retry = b.clock.Now().Add(time.Second)
		}
		if err := b.Record(t.Context(), line.Tried{Mail: m, Result: result, Retry: retry}); err != nil {
			t.Fatal(err)
		}
	}
	return mails
}

// closeAll closes what is due, as a box office that sold nothing would.
func (b *bench) closeAll(t testing.TB) []sale.Closing {
	t.Helper()
	due, err := b.CloseDue(t.Context(), b.lease)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]sale.Answer{}
	for _, c := range due {
		answers[c.Offer] = sale.AnswerClosed
	}
	if err := b.Closed(t.Context(), b.lease, answers); err != nil {
		t.Fatal(err)
	}
	return due
}

func (b *bench) state(t testing.TB, number int) sale.OfferState {
	t.Helper()
	p, err := b.Place(t.Context(), "lakeside", number)
	if err != nil {
		t.Fatal(err)
	}
	if p.Offer == nil {
		return ""
	}
	return p.Offer.State
}

// holds runs every invariant over what is stored.
func (b *bench) holds(t testing.TB) {
	t.Helper()
	err := b.db.Read(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *sqldb.Tx) error {
		for _, c := range line.Checks() {
			if err := c.Run(ctx, tx); err != nil {
				t.Errorf("invariant %d (%s): %v", c.Invariant, c.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// each runs a test on both databases, and the invariants after it.
func each(t *testing.T, run func(t *testing.T, b *bench)) {
	t.Helper()
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		b := newBench(t, dsn())
		b.open(t, testSale())
		run(t, b)
		b.holds(t)
	})
}

func wantCode(t testing.TB, err error, want sale.Code) {
	t.Helper()
	if got := sale.CodeOf(err); got != want {
		t.Fatalf("got %q (%v), want %q", got, err, want)
	}
}

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("fan%d", i+1)
	}
	return all
}
