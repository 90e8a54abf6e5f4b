package line_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// fill stores n registrations, as if they had signed up long ago.
func (b *bench) fill(t testing.TB, n int) {
	t.Helper()
	const chunk = 50_000 // a statement each, well within the time-out
	for from := 1; from <= n; from += chunk {
		to := min(from+chunk-1, n)
		err := b.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO registrations (sale_id, number, address, identity, class, lang, at)
				WITH RECURSIVE n (i) AS (SELECT $1 + 0 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
				SELECT $3, i, 'old' || i || '@example.org', '1:old' || i || '@example.org', 'guaranteed', 'en', $4 FROM n`,
				from, to, b.lease.SaleID, sqldb.Millis(start))
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE sales SET last_number = $1, guaranteed_given = $1, last_at = $2`, to, sqldb.Millis(start))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// bigSale has room for everybody.
func bigSale() sale.Sale {
	s := testSale()
	s.Tickets.MaxPerFan, s.Tickets.Capacity = 1, 10_000_000
	s.Tickets.Types[0].Stock = 10_000_000
	s.Caps = sale.Caps{Guaranteed: 10_000_000, Standby: 90_000_000}
	return s
}

// BenchmarkSignUps is the bare group commit: sign-ups of 64 callers, answered
// durably, in lines of different lengths. The cost must not grow with the
// line. Receipts are part of it.
func BenchmarkSignUps(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		for _, rows := range []int{10_000, 1_000_000} {
			b.Run(fmt.Sprintf("line=%d", rows), func(b *testing.B) {
				l := newBench(b, dsn())
				l.open(b, bigSale())
				l.fill(b, rows)
				var n atomic.Int64
				b.SetParallelism(32) // × GOMAXPROCS callers
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, err := l.SignUp(b.Context(), signUp(fmt.Sprintf("fan%d", n.Add(1)))); err != nil {
							b.Error(err)
							return
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "signups/s")
			})
		}
	})
}
