package boxoffice_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// noon is when every test begins.
var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

// lakeside is a valid sale: capacity tickets, as many fridays, and half as
// many saturdays again.
func lakeside(capacity int) sale.Sale {
	return sale.Sale{
		Slug: "lakeside", Version: 1,
		Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich",
		Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: noon.Add(-48 * time.Hour), Closes: noon.Add(-time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: capacity, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: capacity, Price: 8500},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: capacity/2 + 1, Price: 9500},
		}},
		Caps:     sale.SuggestCaps(capacity, 4),
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(240 * time.Hour), Every: "@every 1m", Batch: 100, LinkLife: time.Hour},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "tickets@lakeside.example"},
	}
}

// house is a box office under test: its database, and a clock to turn.
type house struct {
	*boxoffice.BoxOffice
	db  *sqldb.DB
	now time.Time
}

// open opens a box office on dsn.
func open(tb testing.TB, dsn string, o sqldb.Options) *house {
	tb.Helper()
	h := &house{db: sqldbtest.Open(tb, dsn, o), now: noon}
	var err error
	h.BoxOffice, err = boxoffice.New(tb.Context(), boxoffice.Options{
		DB: h.db, Clock: func() time.Time { return h.now }, Rand: rand.NewChaCha8([32]byte{}),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// indexed: a sale of a million costs what is asked for, but where it is read as
// a whole on purpose.
var indexed = sqldbtest.Indexed{Home: "boxoffice.", Large: []string{"offers", "orders", "tickets", "transfers", "outcomes"}}

// fresh is a box office with the lakeside sale, checked when the test ends. It
// does not sync: what is tested with it is decided, not kept.
func fresh(tb testing.TB, dsn string, capacity int) *house {
	tb.Helper()
	return freshWith(tb, dsn, capacity, sqldb.Options{Unsafe: true, Explain: indexed.Watch(tb)})
}

func freshWith(tb testing.TB, dsn string, capacity int, o sqldb.Options) *house {
	tb.Helper()
	h := open(tb, dsn, o)
	if err := h.Put(tb.Context(), lakeside(capacity), nil); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { h.check(tb) })
	return h
}

// check fails the test where an invariant is broken.
func (h *house) check(tb testing.TB) {
	tb.Helper()
	if err := h.checkAll(tb); err != nil {
		tb.Error(err)
	}
}

// checkAll runs every check and joins what it finds.
func (h *house) checkAll(tb testing.TB) error {
	tb.Helper()
	var all []error
	for _, c := range boxoffice.Checks() {
		err := h.db.Read(context.WithoutCancel(tb.Context()), c.Run)
		if err != nil {
			all = append(all, fmt.Errorf("invariant %d (%s): %w", c.Invariant, c.Name, err))
		}
	}
	return errors.Join(all...)
}

// reserve reserves for one offer after the other and wants what they get.
func (h *house) reserve(tb testing.TB, most int, want ...int) (offers []string) {
	tb.Helper()
	var asks []sale.Ask
	for range want {
		id := fmt.Sprintf("offer-%d", rand.Uint64())
		offers = append(offers, id)
		asks = append(asks, sale.Ask{Offer: id, Most: most})
	}
	grants, err := h.Reserve(tb.Context(), "lakeside", asks)
	if err != nil {
		tb.Fatal(err)
	}
	for i, g := range grants {
		if g.Offer != asks[i].Offer || g.Granted != want[i] || g.Closed {
			tb.Fatalf("grant %d is %+v, want %d", i, g, want[i])
		}
	}
	return offers
}

// purchase is what a fan posts within his hour.
func (h *house) purchase(offer string, fri, sat int) boxoffice.Purchase {
	return boxoffice.Purchase{
		Offer: offer, Sale: "lakeside", Ends: noon.Add(time.Hour),
		Quantities: sale.Quantities{"fri": fri, "sat": sat},
	}
}

// buy buys and wants it to go well.
func (h *house) buy(tb testing.TB, offer string, fri, sat int) sale.Order {
	tb.Helper()
	order, repeated, err := h.Buy(tb.Context(), h.purchase(offer, fri, sat))
	if err != nil || repeated {
		tb.Fatalf("buy: %v (repeated: %v)", err, repeated)
	}
	return order
}

// refused wants a code.
func refused(tb testing.TB, err error, want sale.Code) {
	tb.Helper()
	if got := sale.CodeOf(err); got != want {
		tb.Helper()
		tb.Errorf("got %q (%v), want %q", got, err, want)
	}
}

// stock wants the capacity's accounts.
func (h *house) stock(tb testing.TB, available, offered, sold int) {
	tb.Helper()
	s, err := h.Stock(tb.Context(), "lakeside")
	if err != nil {
		tb.Fatal(err)
	}
	if c := s.Capacity(); c.Available != available || c.Offered != offered || c.Sold != sold {
		tb.Errorf("%d available, %d offered, %d sold; want %d, %d, %d", c.Available, c.Offered, c.Sold, available, offered, sold)
	}
}
