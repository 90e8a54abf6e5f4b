package plan

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// BenchmarkPredict is the article's sale, and one of 100,000 tickets and one of
// a million with their advice.
func BenchmarkPredict(b *testing.B) {
	b.Run("article", func(b *testing.B) {
		q := article()
		for b.Loop() {
			predict(b, q)
		}
	})
	b.Run("a million in line, advised", func(b *testing.B) {
		q := article()
		q.Sale.Tickets.Capacity, q.Sale.Dispatch.Batch, q.Limits.PerHour = 100_000, 1000, 20_000
		q.Sale.Caps.Guaranteed, q.Sale.Caps.Standby, q.Demand = 25_000, 975_000, 1_000_000
		for b.Loop() {
			predict(b, q).Advise()
		}
	})
	b.Run("a million tickets, advised", func(b *testing.B) {
		q := article()
		q.Sale.Tickets.Capacity, q.Sale.Dispatch.Batch = 1_000_000, 100
		q.Sale.Caps, q.Demand = sale.Caps{Guaranteed: 250_000, Standby: 750_000}, 1_000_000
		q.Moments = every(time.Minute)
		for b.Loop() {
			predict(b, q).Advise()
		}
	})
}
