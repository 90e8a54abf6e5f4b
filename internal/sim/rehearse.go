package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/plan"
)

// beats are those between two moments of a rehearsal.
const beats = 15

// Rehearsal is how a sale went that was played to compare it with its
// forecast.
type Rehearsal struct {
	Points   []plan.Point // at every beat; only At, Mailed and Sold
	SoldOut  time.Time    // zero when tickets were left
	Problems []string     // broken promises
}

// Rehearse plays a sale without faults, with fans who do what a forecast
// assumes of them: each draws by himself whether he buys, how many tickets,
// and when. Everybody is in line before the first moment, and mails leave a
// second after their beat.
func Rehearse(ctx context.Context, stage Stage, s Scenario, a plan.Assumptions, seed uint64) (Rehearsal, error) {
	w := newWorld(ctx, stage, s, seed)
	w.healed = true // nothing goes wrong
	if err := w.build(); err != nil {
		return Rehearsal{}, fmt.Errorf("build the world: %w", err)
	}
	defer w.tearDown()
	r := rehearsal{World: w, a: a, due: map[time.Time][]*fan{}}
	for range a.Demand {
		w.join(r.newFan())
	}
	for k := 0; len(w.problems) == 0 && !r.over(); k++ {
		r.until(epoch.Add(time.Duration(k) * s.Every / beats))
		w.beat(0)
		w.advance(time.Second)
		for before := -1; before != w.Counts["mail delivered"]; {
			before = w.Counts["mail delivered"]
			w.send(0, 1000)
		}
		r.look()
	}
	w.check()
	r.out.Problems = w.problems
	return r.out, nil
}

type rehearsal struct {
	*World
	a      plan.Assumptions
	due    map[time.Time][]*fan // who acts when
	mailed int
	out    Rehearsal
}

// newFan draws what somebody will do.
func (r *rehearsal) newFan() *fan {
	n := len(r.fans) + 1
	f := &fan{address: fmt.Sprintf("fan-%d@sim.example", n)}
	switch who := r.rand.Float64(); {
	case who < r.a.Buys:
		f.wants = int(r.a.Tickets)
		if r.rand.Float64() < r.a.Tickets-float64(f.wants) {
			f.wants++
		}
	case who >= 1-r.a.Declines:
		f.declines = true
	}
	r.fans = append(r.fans, f)
	r.byAddress[f.address] = f
	return f
}

// look notes how far the sale is, and who has got a mail.
func (r *rehearsal) look() {
	for _, f := range r.fans {
		if len(f.tokens) > f.used {
			f.used = len(f.tokens)
			r.mailed++
			at := r.now.Add(time.Duration(2 * r.rand.Float64() * float64(r.a.Takes)))
			r.due[at] = append(r.due[at], f)
		}
	}
	stock := r.capacity()
	r.out.Points = append(r.out.Points, plan.Point{At: r.now, Mailed: r.mailed, Sold: stock.Sold})
	if stock.Sold == stock.Issued && r.out.SoldOut.IsZero() {
		r.out.SoldOut = r.now
	}
}

// until lets fans act up to a time.
func (r *rehearsal) until(t time.Time) {
	var times []time.Time
	for at := range r.due {
		if at.Before(t) {
			times = append(times, at)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, at := range times {
		r.now = at
		for _, f := range r.due[at] {
			r.useLink(f, f.tokens[len(f.tokens)-1])
		}
		delete(r.due, at)
	}
	r.now = t
}

// over says that nothing is left to sell, or nobody to sell it to.
func (r *rehearsal) over() bool {
	stock := r.capacity()
	return stock.Issued > 0 && stock.Offered == 0 && (stock.Available == 0 || r.mailed == len(r.answered))
}
