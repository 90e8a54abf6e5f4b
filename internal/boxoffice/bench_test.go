package boxoffice_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// Orders a second, durable, with 64 buyers at once.
func BenchmarkOrders(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		h := open(b, dsn(), sqldb.Options{})
		s := lakeside(max(4*b.N, 100))
		if err := h.Put(b.Context(), s, nil); err != nil {
			b.Fatal(err)
		}
		for from := 0; from < b.N; from += 1000 {
			var asks []sale.Ask
			for i := from; i < min(from+1000, b.N); i++ {
				asks = append(asks, sale.Ask{Offer: fmt.Sprint("offer-", i), Most: 4})
			}
			if _, err := h.Reserve(b.Context(), s.Slug, asks); err != nil {
				b.Fatal(err)
			}
		}
		var n atomic.Int64
		b.SetParallelism(32)
		b.ResetTimer()
		begin := time.Now()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				offer := fmt.Sprint("offer-", n.Add(1)-1)
				if _, _, err := h.Buy(b.Context(), h.purchase(offer, 2, 1)); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "orders/s")
		b.StopTimer()
	})
}

// An offer's page, read by one fan after the other.
func BenchmarkOfferView(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		h := fresh(b, dsn(), 100)
		offer := h.reserve(b, 4, 4)[0]
		for b.Loop() {
			if _, err := h.Offer(b.Context(), offer); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// All invariants over a small sale: the simulator does it after every event.
func BenchmarkChecks(b *testing.B) {
	h := open(b, "sqlite::memory:", sqldb.Options{Unsafe: true})
	everyState(b, h)
	for b.Loop() {
		h.check(b)
	}
}
