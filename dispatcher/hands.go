package dispatcher

import (
	"context"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// hands is what this process knows about the mails that it is sending. The
// outbox says the same, unless the answer of a transaction was lost on the
// way: then the two are brought together again.
type hands struct {
	mu sync.RWMutex // held for reading while mails are being leased

	inner sync.Mutex
	held  map[int64]bool
	left  []line.Tried    // results whose recording failed
	doubt map[string]bool // sales of which a lease's answer was lost
}

// take leases mails and notes that they are in this process's hands.
func (d *Dispatcher) take(ctx context.Context, h line.Hand) ([]line.Mail, time.Duration, error) {
	d.hands.mu.RLock()
	defer d.hands.mu.RUnlock()
	mails, wait, err := d.Line.LeaseMails(ctx, h)
	d.hands.inner.Lock()
	defer d.hands.inner.Unlock()
	if err != nil && sale.CodeOf(err) != sale.CodeFenced {
		for _, l := range h.Leases {
			d.hands.doubt[l.Slug] = true
		}
	}
	for _, m := range mails {
		d.hands.held[m.ID] = true
	}
	return mails, wait, err
}

// record stores a result; one that cannot be stored now is kept for the next
// round, since the mail counts as being sent until then.
func (d *Dispatcher) record(ctx context.Context, t line.Tried) error {
	err := d.Line.Record(ctx, t)
	d.hands.inner.Lock()
	defer d.hands.inner.Unlock()
	if err != nil {
		d.hands.left = append(d.hands.left, t)
		return err
	}
	delete(d.hands.held, t.Mail.ID)
	return nil
}

// recordLeft stores the results that an earlier round could not.
func (d *Dispatcher) recordLeft(ctx context.Context) error {
	d.hands.inner.Lock()
	left := d.hands.left
	d.hands.left = nil
	d.hands.inner.Unlock()
	var failed error
	for _, t := range left {
		if err := d.record(ctx, t); err != nil {
			failed = err
		}
	}
	return failed
}

// settle gives mails back that the outbox believes to be in this process's
// hands and that are not, because the answer that handed them over was lost.
func (d *Dispatcher) settle(ctx context.Context, lease line.Lease) error {
	d.hands.mu.Lock() // no lease is under way
	defer d.hands.mu.Unlock()
	d.hands.inner.Lock()
	doubt := d.hands.doubt[lease.Slug]
	ids := make([]int64, 0, len(d.hands.held))
	for id := range d.hands.held {
		ids = append(ids, id)
	}
	d.hands.inner.Unlock()
	if !doubt {
		return nil
	}
	if err := d.Line.Orphan(ctx, lease, ids); err != nil {
		return err
	}
	d.hands.inner.Lock()
	defer d.hands.inner.Unlock()
	delete(d.hands.doubt, lease.Slug)
	return nil
}
