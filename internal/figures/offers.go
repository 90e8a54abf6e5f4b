package figures

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// Offers are a sale's offers by state.
type Offers struct {
	States   map[sale.OfferState]int
	Mailed   map[sale.OfferState]int // of those, how many were handed to a mail server at least once
	Complete bool                    // every batch was counted
	Batch    int64                   // the last batch that was counted
}

// All is how many offers there are in some states; with none, in all.
func (o Offers) All(states ...sale.OfferState) int { return total(o.States, states) }

// Sent is how many offers in some states, or in all, were mailed.
func (o Offers) Sent(states ...sale.OfferState) int { return total(o.Mailed, states) }

func total(of map[sale.OfferState]int, states []sale.OfferState) int {
	var n int
	for state, count := range of {
		if len(states) == 0 || slices.Contains(states, state) {
			n += count
		}
	}
	return n
}

// offers counts batch by batch. A batch whose offers are all over never
// changes again: it is added to the sums, and not looked at any more.
type offers struct {
	next int64           // the first batch that was never looked at
	live map[int64]tally // batches that may still change
	sums tally           // of all others
}

type tally struct{ states, mailed map[sale.OfferState]int }

func newTally() tally {
	return tally{map[sale.OfferState]int{}, map[sale.OfferState]int{}}
}

func (t tally) add(o tally) {
	for state, n := range o.states {
		t.states[state] += n
	}
	for state, n := range o.mailed {
		t.mailed[state] += n
	}
}

// live says whether an offer of the batch is not over.
func (t tally) live() bool {
	return t.states[sale.OfferPlanned]+t.states[sale.OfferOpen]+t.states[sale.OfferClosing] > 0
}

// mostBatches is how many batches are counted with one query.
const mostBatches = 250

// refresh looks again at batches that had live offers, then at new ones.
func (f *offers) refresh(ctx context.Context, o Options, st line.State, until time.Time) (Offers, error) {
	if f.live == nil {
		f.live, f.sums, f.next = map[int64]tally{}, newTally(), 1
	}
	known := slices.Sorted(maps.Keys(f.live))
	for len(known) > 0 {
		last := known[0]
		n := 0
		for n < len(known) && known[n] < known[0]+mostBatches {
			last = known[n]
			n++
		}
		if err := f.count(ctx, o, st, known[0], last); err != nil {
			return Offers{}, err
		}
		known = known[n:]
	}
	for f.next <= st.Batch {
		last := min(f.next+mostBatches-1, st.Batch)
		if err := f.count(ctx, o, st, f.next, last); err != nil {
			return Offers{}, err
		}
		f.next = last + 1
		if !o.Clock().Before(until) {
			break
		}
	}
	all := newTally()
	all.add(f.sums)
	for _, t := range f.live {
		all.add(t)
	}
	return Offers{States: all.states, Mailed: all.mailed, Complete: f.next > st.Batch, Batch: f.next - 1}, nil
}

// count reads the batches from first to last. Of those that were seen before
// only the live ones count.
func (f *offers) count(ctx context.Context, o Options, st line.State, first, last int64) error {
	rows, err := o.Line.BatchTallies(ctx, st.ID, first, last)
	if err != nil {
		return err
	}
	batches := map[int64]tally{}
	for _, r := range rows {
		if _, known := f.live[r.Batch]; !known && r.Batch < f.next {
			continue
		}
		if batches[r.Batch].states == nil {
			batches[r.Batch] = newTally()
		}
		batches[r.Batch].states[r.State] += r.Offers
		batches[r.Batch].mailed[r.State] += r.Mailed
	}
	for batch, t := range batches {
		if t.live() {
			f.live[batch] = t
		} else {
			delete(f.live, batch)
			f.sums.add(t)
		}
	}
	return nil
}
