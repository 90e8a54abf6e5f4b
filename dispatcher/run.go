package dispatcher

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// leases are the leases this process holds.
type leases struct {
	mu     sync.Mutex
	bySlug map[string]line.Lease
	turn   int
}

func (l *leases) keep(lease line.Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bySlug == nil {
		l.bySlug = map[string]line.Lease{}
	}
	l.bySlug[lease.Slug] = lease
}

func (l *leases) drop(slug string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.bySlug, slug)
}

// any says whether there is one.
func (l *leases) any() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.bySlug) > 0
}

// inTurn gives the leases, beginning with another one each time, so that a
// sale with many mails does not starve the others. Asking is taking a turn:
// a round of sending asks once.
func (l *leases) inTurn() []line.Lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]line.Lease, 0, len(l.bySlug))
	for _, lease := range l.bySlug {
		all = append(all, lease)
	}
	slices.SortFunc(all, func(a, b line.Lease) int { return strings.Compare(a.Slug, b.Slug) })
	if len(all) > 1 {
		l.turn = (l.turn + 1) % len(all)
		all = append(all[l.turn:], all[:l.turn]...)
	}
	return all
}

// nudge wakes a sender: mail may be due.
func (d *Dispatcher) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run beats and sends until ctx ends, finishes the hand-overs that have
// begun, gives its leases back and returns nil. Errors of a beat or a
// hand-over are logged and met again on the next one; they end nothing.
func (d *Dispatcher) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.beats(ctx) })
	for range d.Workers {
		group.Go(func() error { return d.sends(ctx) })
	}
	err := group.Wait()
	// The stop must not keep what was begun from being finished.
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for _, lease := range d.held.inTurn() {
		if err := d.Line.Release(release, lease); err != nil {
			d.Logger.WarnContext(release, "lease not given back", "sale", lease.Slug, "error", err)
		}
	}
	return err
}

// beats is the heartbeat. A beat that the stop cuts short is done again from
// the start by whoever beats next.
func (d *Dispatcher) beats(ctx context.Context) error {
	tick := time.NewTicker(d.Beat)
	defer tick.Stop()
	said := ""
	for {
		began := d.Clock()
		err := d.BeatAll(ctx)
		if ctx.Err() != nil {
			return nil
		}
		d.health.beat(err)
		d.Metrics.Beat(d.Clock().Sub(began), err)
		said = d.sayOnce(ctx, said, err)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// sayOnce logs an error when it begins and when it is over, not on every
// beat of an outage.
func (d *Dispatcher) sayOnce(ctx context.Context, said string, err error) string {
	now := kinds(err)
	if now == said {
		return said
	}
	if err != nil {
		d.Logger.ErrorContext(ctx, "beat failed", "code", string(sale.CodeOf(err)), "error", err)
	} else {
		d.Logger.InfoContext(ctx, "beat works again")
	}
	return now
}

// kinds says what is wrong, in words that stay the same while it is: the code
// of each sale's error. The text of an outage names another port every time;
// only an internal error is told by its text.
func kinds(err error) string {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var words []string
		for _, one := range all.Unwrap() {
			words = append(words, kinds(one))
		}
		return strings.Join(words, ", ")
	}
	if code := sale.CodeOf(err); code != sale.CodeInternal {
		return string(code)
	}
	return err.Error()
}

// The waits between hand-overs that our own fault stopped.
const (
	firstHold = time.Second
	lastHold  = time.Minute
)

// sends is one worker with its own connection.
func (d *Dispatcher) sends(ctx context.Context) error {
	var courier Courier
	defer func() {
		if courier != nil {
			courier.Close()
		}
	}()
	hold := time.Duration(0)
	for ctx.Err() == nil {
		pause := d.Beat
		if d.held.any() {
			courier, pause = d.round(ctx, courier)
			if pause == faulty {
				hold = min(max(2*hold, firstHold), lastHold)
				rest(ctx, hold, nil) // no news shortens it
				continue
			}
			hold = 0
		}
		rest(ctx, pause, d.wake)
	}
	return nil
}

// faulty is a pause that stands for "our own fault".
const faulty = time.Duration(-1)

// round connects when necessary and sends one mail; it gives how long to
// rest before the next.
func (d *Dispatcher) round(ctx context.Context, courier Courier) (Courier, time.Duration) {
	if courier == nil {
		var err error
		courier, err = d.Connect(ctx)
		d.health.connect(err)
		if err != nil {
			d.Logger.WarnContext(ctx, "no connection to the mail server", "error", err)
			return nil, faulty
		}
	}
	// A hand-over that has begun is finished and recorded, stop or no stop.
	sent, err := d.Send(context.WithoutCancel(ctx), courier, 1)
	switch {
	case err != nil:
		if ctx.Err() == nil && sale.CodeOf(err) != sale.CodeFenced {
			d.Logger.ErrorContext(ctx, "sending failed", "error", err)
		}
		return courier, d.Beat
	case sent.Fault:
		courier.Close()
		return nil, faulty
	case sent.Mails > 0:
		d.nudge() // there may be more, for the others too
		return courier, 0
	case sent.Wait > 0:
		return courier, min(sent.Wait, d.Beat)
	}
	return courier, d.Beat
}

// rest waits for the pause to pass, for news, or for the end.
func rest(ctx context.Context, pause time.Duration, news <-chan struct{}) {
	if pause <= 0 {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-news:
	case <-timer.C:
	}
}
