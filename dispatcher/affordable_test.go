package dispatcher_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// counter is a box office with one sale in some state.
type counter struct {
	*rapid.T
	*boxoffice.BoxOffice
	slug   string
	each   int
	offers int
	open   []string
}

// reserve asks for n offers at once and gives what each got.
func (c *counter) reserve(n int) (got []int) {
	asks := make([]sale.Ask, n)
	for i := range asks {
		c.offers++
		asks[i] = sale.Ask{Offer: fmt.Sprintf("%s-%d", c.slug, c.offers), Most: c.each}
	}
	grants, err := c.Reserve(c.Context(), c.slug, asks)
	if err != nil {
		c.Fatal(err)
	}
	for _, g := range grants {
		if g.Granted > 0 {
			c.open = append(c.open, g.Offer)
		}
		got = append(got, g.Granted)
	}
	return got
}

// use buys so many of what an open offer holds, or gives it back.
func (c *counter) use(offer string, tickets int) {
	ends := noon.Add(time.Hour)
	var err error
	if tickets == 0 {
		err = c.Decline(c.Context(), c.slug, offer, sale.End{At: ends})
	} else {
		_, _, err = c.Buy(c.Context(), boxoffice.Purchase{
			Offer: offer, Sale: c.slug, Ends: ends, Quantities: sale.Quantities{"ticket": tickets},
		})
	}
	if err != nil {
		c.Fatal(err)
	}
}

// Affordable and the box office's Reserve are one rule on two sides: as many
// offers as it says are all granted, and one more gets less than a whole one.
// Otherwise batches would be planned and dropped for ever, or tickets strand.
func TestAffordableIsWhatReserveGrants(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.SQLite(t)(), sqldb.Options{Unsafe: true})
	box, err := boxoffice.New(t.Context(), boxoffice.Options{
		DB: db, Clock: func() time.Time { return noon }, Rand: rand.NewChaCha8([32]byte{3}),
	})
	must(t, err)
	sales := 0
	rapid.Check(t, func(rt *rapid.T) {
		sales++
		s := lakeside()
		s.Slug, s.Version = fmt.Sprintf("sale-%d", sales), 1
		s.Tickets.MaxPerFan = rapid.IntRange(1, 5).Draw(rt, "each")
		s.Tickets.Capacity = rapid.IntRange(s.Tickets.MaxPerFan, 30).Draw(rt, "capacity")
		s.Tickets.Types[0].Stock, s.Caps.Guaranteed = s.Tickets.Capacity, 0
		must(t, box.Put(t.Context(), s, nil))
		c := &counter{T: rt, BoxOffice: box, slug: s.Slug, each: s.Tickets.MaxPerFan}
		for range rapid.IntRange(0, 12).Draw(rt, "steps") {
			if len(c.open) == 0 || rapid.Bool().Draw(rt, "reserve") {
				c.reserve(1)
				continue
			}
			offer := c.open[0]
			c.open = c.open[1:]
			view, err := box.Offer(t.Context(), offer)
			must(t, err)
			c.use(offer, rapid.IntRange(0, view.Granted).Draw(rt, "tickets"))
		}
		stock, err := box.Stock(t.Context(), s.Slug)
		must(t, err)
		most := dispatcher.Affordable(stock.Capacity(), c.each)
		got := c.reserve(most + 1)
		for i, granted := range got[:most] {
			if granted == 0 || granted < c.each && most > 1 {
				rt.Fatalf("of %d offers from %+v, number %d got %d of %d", most, stock.Capacity(), i+1, granted, c.each)
			}
		}
		if one := got[most]; one == c.each || one > 0 && most == 0 {
			rt.Fatalf("%d offers from %+v, and one more got %d of %d", most, stock.Capacity(), one, c.each)
		}
	})
}
