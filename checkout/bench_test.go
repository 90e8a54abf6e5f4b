package checkout

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// BenchmarkOrder places one order per offer through the whole handler, 64 at
// a time: the link is verified, the order is durable, and the page redirects.
func BenchmarkOrder(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		c := newCounter(b, dsn())
		tokens := c.offers(b.N)
		var next atomic.Int64
		b.SetParallelism(32)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				a := c.postForm("/c/"+tokens[next.Add(1)-1], "version=1&qty.fri=2")
				if a.status != http.StatusSeeOther {
					b.Errorf("status %d: %s", a.status, a.body)
					return
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
	})
}

// BenchmarkOfferPage is what a fan, or a mail scanner, costs by looking.
func BenchmarkOfferPage(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		c := newCounter(b, dsn())
		token := c.offer("o1", 4)
		for b.Loop() {
			if a := c.page("/c/" + token); a.status != http.StatusOK {
				b.Fatalf("status %d", a.status)
			}
		}
	})
}

// offers reserves n offers of two tickets and gives their links.
func (c *counter) offers(n int) []string {
	c.Helper()
	s := festival()
	s.Tickets.MaxPerFan = 2
	s.Caps = sale.Caps{Standby: n}
	s.Tickets.Capacity = 2 * n
	s.Tickets.Types[0].Stock = 2 * n
	c.put(s)
	tokens := make([]string, n)
	var asks []sale.Ask
	for i := range tokens {
		id := fmt.Sprintf("o%d", i)
		tokens[i] = c.link(id)
		asks = append(asks, sale.Ask{Offer: id, Most: 2})
		if len(asks) < 500 && i < n-1 {
			continue
		}
		grants, err := c.box.Reserve(c.Context(), "fest", asks)
		if err != nil || len(grants) != len(asks) {
			c.Fatalf("%d grants for %d asks, %v", len(grants), len(asks), err)
		}
		asks = asks[:0]
	}
	return tokens
}
