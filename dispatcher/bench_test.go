package dispatcher_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
	"github.com/inturn/inturn/templates"
)

// taker is a mail server that takes everything at once.
type taker struct{}

func (taker) Close() {}
func (taker) Send(context.Context, mail.Message) mail.Result {
	return mail.Result{Outcome: mail.Accepted, Code: 250, Stage: mail.StageDot}
}

// benchSale is a dispatcher over a sale with a line of n registrations.
type benchSale struct {
	*dispatcher.Dispatcher
	lease line.Lease
	now   time.Time
}

func newBenchSale(b *testing.B, dsn func() string, n int) *benchSale {
	b.Helper()
	begin := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	s := &benchSale{now: begin}
	clock := func() time.Time { return s.now }
	lineDB := sqldbtest.Open(b, dsn(), sqldb.Options{})
	l, err := line.New(b.Context(), line.Options{DB: lineDB, Clock: clock})
	must(b, err)
	box, err := boxoffice.New(b.Context(), boxoffice.Options{DB: sqldbtest.Open(b, dsn(), sqldb.Options{}), Clock: clock})
	must(b, err)
	keys, err := link.OpenKeys(b.TempDir(), link.KeyOptions{Clock: clock})
	must(b, err)
	words, err := templates.New()
	must(b, err)
	s.Dispatcher, err = dispatcher.New(dispatcher.Options{
		Line: l, BoxOffice: box, Keys: keys, Templates: words, Clock: clock, Holder: "bench", Lease: 1000 * time.Hour,
		Connect:         func(context.Context) (dispatcher.Courier, error) { return taker{}, nil },
		RegistrationURL: "https://line.example", CheckoutURL: "https://box.example",
	})
	must(b, err)
	_, err = l.Apply(b.Context(), sale.Sale{
		Slug: "bench", Title: sale.Text{"en": "Bench"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Registration: sale.Registration{Opens: begin.Add(-time.Hour), Closes: begin},
		Tickets: sale.Tickets{MaxPerFan: 1, Capacity: 10_000_000, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 10_000_000, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 10_000_000, Standby: 1},
		Dispatch: sale.Dispatch{Starts: begin, Ends: begin.Add(10_000 * time.Hour), Every: "@every 1s", Batch: 500, LinkLife: 10 * time.Hour},
		Payment:  sale.PaymentNone, Mail: sale.MailSettings{From: "Bench <tickets@bench.example>"},
	}, "bench")
	must(b, err)
	lease, ok, err := l.Acquire(b.Context(), "bench", "bench", 1000*time.Hour)
	if must(b, err); !ok {
		b.Fatal("no lease")
	}
	s.lease = lease
	const chunk = 50_000 // a statement each, well within the time-out
	for from := 1; from <= n; from += chunk {
		to := min(from+chunk-1, n)
		must(b, lineDB.Write(b.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO registrations (sale_id, number, address, identity, class, lang, at)
				WITH RECURSIVE n (i) AS (SELECT $1 + 0 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
				SELECT $3, i, 'fan' || i || '@example.org', '1:fan' || i || '@example.org', 'guaranteed', 'en', $4 FROM n`,
				from, to, lease.SaleID, sqldb.Millis(begin.Add(-time.Minute)))
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE sales SET last_number = $1, guaranteed_given = $1`, to)
			return err
		}))
	}
	return s
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// batch is one whole batch: planned, reserved, opened, every mail handed
// over.
func (s *benchSale) batch(b *testing.B) {
	s.now = s.now.Add(time.Second)
	must(b, s.BeatAll(b.Context()))
	for {
		sent, err := s.Send(b.Context(), taker{}, 100)
		if must(b, err); sent.Mails == 0 {
			return
		}
	}
}

// BenchmarkBeat is what the dispatcher costs in lines of different lengths:
// a beat in which nothing is due while 2,000 links are out, and a batch of
// 500 from planning to the last hand-over. Neither may grow with the line.
func BenchmarkBeat(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		for _, rows := range []int{10_000, 1_000_000} {
			b.Run(fmt.Sprintf("line=%d/idle", rows), func(b *testing.B) {
				s := newBenchSale(b, dsn, rows)
				for range 4 {
					s.batch(b)
				}
				b.ResetTimer()
				for range b.N {
					must(b, s.Step(b.Context(), s.lease))
				}
			})
			b.Run(fmt.Sprintf("line=%d/batch", rows), func(b *testing.B) {
				s := newBenchSale(b, dsn, rows)
				b.ResetTimer()
				for range b.N {
					s.batch(b)
				}
				b.ReportMetric(float64(500*b.N)/b.Elapsed().Seconds(), "offers/s")
			})
		}
	})
}
