package demo

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/inturn/inturn/internal/sale"
)

// crowd is the fans of one demo. All that they know of the sale is the
// address of its landing page; all that they use is browser and mail.
type crowd struct {
	plans   []plan
	landing string
	browser *browser
	post    *postOffice
	pace    Pace
	tally   *tally
}

// run lets everybody live their sale and gives what became of them, in the
// order of arrival.
func (c *crowd) run(ctx context.Context) []Fan {
	fans := make([]Fan, len(c.plans))
	var all sync.WaitGroup
	for i, p := range c.plans {
		fans[i] = Fan{Behaviour: p.behaviour, plan: p, mails: map[sale.MailKind]int{}}
		f := &life{Fan: &fans[i], crowd: c, box: c.post.rent(p.address, p.behaviour == Bounces)}
		all.Go(func() {
			f.run(ctx)
			c.tally.finished.Add(1)
		})
	}
	all.Wait()
	return fans
}

// tally counts what the crowd has seen so far, for those who watch.
type tally struct {
	turnedAway atomic.Int64 // saw the notice instead of the form
	served     atomic.Int64 // in line, and wait no more: read an offer, left, or cannot be reached
	orders     atomic.Int64
	tickets    atomic.Int64
	tooSlow    atomic.Int64 // acted on a link that was over
	finished   atomic.Int64 // have seen the end

	mu       sync.Mutex
	places   int
	standby  int           // numbers from here on are standby
	watch    string        // a place page worth watching
	watching int           // its number
	known    chan struct{} // closed when there is one
}

// newTally expects the first standby number at standby.
func newTally(standby int) *tally { return &tally{standby: standby, known: make(chan struct{})} }

// place counts a place in line, and keeps the address of one that a spectator
// may like to follow: the first on standby.
func (t *tally) place(number int, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.places++
	if number >= t.standby && t.watch == "" {
		t.watch, t.watching = address, number
		close(t.known)
	}
}

// inLine is how many places the crowd has.
func (t *tally) inLine() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.places
}

// toWatch is the place page worth watching, once known.
func (t *tally) toWatch() (number int, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.watching, t.watch
}
