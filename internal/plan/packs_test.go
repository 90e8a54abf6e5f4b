package plan

import (
	"fmt"
	"math"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// TestPacks: offers that are played together end as those do that are played
// one by one.
func TestPacks(t *testing.T) {
	q := article()
	q.Sale.Tickets.Capacity, q.Sale.Dispatch.Batch = 400_000, 5000
	q.Sale.Caps, q.Demand = sale.Caps{Guaranteed: 100_000, Standby: 300_000}, 400_000
	for _, limits := range []Limits{{}, {PerSecond: 10}, {PerHour: 30_000}} {
		q.Limits = limits
		packed := predict(t, q)
		r := newRun(q)
		r.pack, r.mails.most = 1, 1
		single := r.play()
		if packed.steps*5 > single.steps {
			t.Errorf("%+v: %d steps instead of %d", limits, packed.steps, single.steps)
		}
		if packed.Sold != single.Sold || packed.Limit != single.Limit || packed.Line != single.Line {
			t.Errorf("%+v: %d sold, limited by %d; one by one %d by %d", limits, packed.Sold, packed.Limit, single.Sold, single.Limit)
		}
		near := func(what string, got, want, of float64) {
			if off := math.Abs(got-want) / of; off > 0.005 {
				t.Errorf("%+v: %s %.0f, one by one %.0f: off by %.2f %%", limits, what, got, want, 100*off)
			}
		}
		near("mailed", float64(packed.Mailed), float64(single.Mailed), float64(single.Mailed))
		near("buyers", float64(packed.Buyers), float64(single.Buyers), float64(single.Buyers))
		length := single.Takes().Seconds()
		// The last ticket of all is a matter of single fans: a sale of four
		// tickets more ends that much sooner or later too.
		if off := (packed.Takes() - single.Takes()).Abs(); off > 2*q.Sale.Dispatch.LinkLife {
			t.Errorf("%+v: takes %s, one by one %s", limits, packed.Takes(), single.Takes())
		}
		near("guaranteed", packed.Guaranteed.Sub(start).Seconds(), single.Guaranteed.Sub(start).Seconds(), length)
		for _, share := range []int{100, 500, 900, 990, 999} {
			sold := q.Sale.Tickets.Capacity / 1000 * share
			near(fmt.Sprintf("%d of 1,000 sold", share), packed.Reached(sold).Sub(start).Seconds(), single.Reached(sold).Sub(start).Seconds(), length)
		}
	}
}
