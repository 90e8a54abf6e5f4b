package peertest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

// flows reads the ledger from several positions: nothing is told twice or
// left out, and together it is what Stock says.
func (s *suite) flows() {
	if _, err := s.Wire.Flows(s.Context(), slug, 0); sale.CodeOf(err) != sale.CodeNotFound {
		s.Errorf("flows of a sale that is not there: %v", err)
	}
	s.mustPut(Sale(slug, 1))
	other := Sale("hillside", 1)
	s.mustPut(other)
	first := s.flow(0)
	s.reserves("o1 o2", "o1:4 o2:4")
	s.Clock.Advance(59 * time.Second)
	s.buys("o1", sale.Quantities{"fri": 1, "sat": 2})
	s.Clock.Advance(time.Minute)
	if err := s.Counter.Decline(s.Context(), slug, "o2", sale.End{At: Noon.Add(time.Hour)}); err != nil {
		s.Fatal(err)
	}
	rest := s.flow(first.Position)
	move := func(minute int, pool, source, target string, units int) sale.Flow {
		return sale.Flow{Minute: Noon.Add(time.Duration(minute) * time.Minute), Pool: pool, Source: source, Target: target, Units: units}
	}
	want := []sale.Flow{
		move(0, "capacity", "available", "offered", 8),
		move(0, "capacity", "offered", "available", 1),
		move(0, "capacity", "offered", "sold", 3),
		move(0, "fri", "available", "sold", 1),
		move(0, "sat", "available", "sold", 2),
		move(1, "capacity", "offered", "available", 4),
	}
	if diff := cmp.Diff(want, rest.Flows); diff != "" || rest.More {
		s.Errorf("what moved (-want +got):\n%s", diff)
	}
	if again := s.flow(rest.Position); len(again.Flows) != 0 || again.Position != rest.Position || again.More {
		s.Errorf("and then: %+v", again)
	}
	stock, err := s.Wire.Stock(s.Context(), slug)
	if err != nil {
		s.Fatal(err)
	}
	sums := map[string]map[string]int{}
	for _, f := range append(first.Flows, rest.Flows...) {
		if sums[f.Pool] == nil {
			sums[f.Pool] = map[string]int{}
		}
		sums[f.Pool][f.Source] -= f.Units
		sums[f.Pool][f.Target] += f.Units
	}
	for _, p := range stock.Pools {
		wants := map[string]int{"issued": -p.Issued, "available": p.Available, "offered": p.Offered, "sold": p.Sold}
		for account, units := range wants {
			if sums[p.Pool][account] != units {
				s.Errorf("%s of %s: %d by its flows, %d by its balance", account, p.Pool, sums[p.Pool][account], units)
			}
		}
	}
}

func (s *suite) flow(after int64) sale.Flows {
	s.Helper()
	f, err := s.Wire.Flows(s.Context(), slug, after)
	if err != nil {
		s.Fatalf("Flows after %d: %v", after, err)
	}
	return f
}
