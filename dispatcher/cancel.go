package dispatcher

import (
	"context"

	"github.com/inturn/inturn/internal/line"
)

// cancel has the box office cancel the orders that an organizer asked to
// cancel. It may be asked again without harm; its feed, which is read next,
// brings the answer. What it refuses is recorded, and not asked again: one
// order that it does not know must not stop a sale.
func (d *Dispatcher) cancel(ctx context.Context, lease line.Lease) error {
	due, err := d.Line.Cancellings(ctx, lease)
	if err != nil {
		return err
	}
	for _, c := range due {
		_, err := d.BoxOffice.Cancel(ctx, lease.Slug, c.Code, c.Why)
		d.health.boxOffice(err)
		if err != nil && !answered(err) {
			return err
		}
		if err == nil {
			continue
		}
		if err := d.Line.NotCancelled(ctx, lease, c.Code, messageOf(err)); err != nil {
			return err
		}
	}
	return nil
}
