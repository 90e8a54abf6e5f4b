package console

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/watch"
)

// reports are made in the background: that of a large sale takes a while, and
// no page waits for it longer than reportPatience. What was made is shown
// again until a fiftieth of the time may be spent on a new one.
type reports struct {
	s       *Server
	mu      sync.Mutex
	sales   map[string]*reporting
	stopped bool
	stop    context.CancelFunc
	ctx     context.Context
	running sync.WaitGroup
}

const (
	reportPatience = 100 * time.Millisecond
	reportShare    = 50
)

// reporting is the report of one sale: the last that was made, and the one
// that is being made.
type reporting struct {
	last     *figures.Report
	next     time.Time     // when a newer one may be made
	making   chan struct{} // closed when it is made; nil: none is
	err      error
	read, of atomic.Int64
}

func newReports(s *Server) *reports {
	ctx, stop := context.WithCancel(context.Background())
	return &reports{s: s, sales: map[string]*reporting{}, ctx: ctx, stop: stop}
}

// end stops making reports.
func (r *reports) end() {
	r.stop()
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.running.Wait()
}

// get gives the newest report of a sale, or says how far it is.
func (r *reports) get(ctx context.Context, slug string) (report *figures.Report, counting string, err error) {
	r.mu.Lock()
	one := r.sales[slug]
	if one == nil {
		one = &reporting{}
		r.sales[slug] = one
	}
	if one.making == nil && !r.stopped && (one.last == nil || !r.s.clock().Before(one.next)) {
		one.making = make(chan struct{})
		r.running.Go(func() { r.make(slug, one) })
	}
	making := one.making
	r.mu.Unlock()
	if making != nil {
		timer := time.NewTimer(reportPatience)
		defer timer.Stop()
		select {
		case <-making:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case one.last != nil && one.err == nil:
		return one.last, "", nil
	case one.making == nil && one.err != nil:
		return nil, "", one.err
	}
	return nil, one.progress(), nil
}

// progress says in words how far a report is.
func (o *reporting) progress() string {
	if of := o.of.Load(); of > 0 {
		return fmt.Sprintf("The report is being made: %s of %s places are read.", chart.Number(int(o.read.Load())), chart.Number(int(of)))
	}
	return "The report is being made."
}

// make makes one report.
func (r *reports) make(slug string, one *reporting) {
	began := r.s.clock()
	report, err := r.read(slug, one)
	done := r.s.clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	one.err = err
	if err == nil {
		one.last, one.next = &report, done.Add(holds(report, done.Sub(began)))
	}
	close(one.making)
	one.making = nil
}

// holds is how long a report is shown that took so long to make. One without
// the box office is made anew as soon as half of the time is spent on it.
func holds(report figures.Report, took time.Duration) time.Duration {
	if report.BoxErr != nil {
		return took
	}
	return reportShare * took
}

func (r *reports) read(slug string, one *reporting) (figures.Report, error) {
	return r.s.figures.Of(slug).Report(r.ctx, watch.DemandStep, func(read, of int) {
		one.read.Store(int64(read))
		one.of.Store(int64(of))
	})
}
