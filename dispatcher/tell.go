package dispatcher

import (
	"context"

	"github.com/inturn/inturn/internal/line"
)

// tellLimit is how many polite declines one beat queues: a long line is told
// over many beats, and none of them is long.
const tellLimit = 500

// tell lets those who wait know that it is over: when everything is sold, and
// at the sale's end, unless that comes while the clocks stand still, since it
// may be moved yet. They stay in line until the end, since a cancelled order
// still goes to the next.
func (d *Dispatcher) tell(ctx context.Context, lease line.Lease) error {
	st, err := d.Line.Sale(ctx, lease.Slug)
	if err != nil {
		return err
	}
	if !st.SoldOut && (st.Frozen || d.Clock().Before(st.Sale.Dispatch.Ends)) {
		return nil
	}
	told, err := d.Line.Tell(ctx, lease, tellLimit)
	if told > 0 {
		d.nudge()
	}
	return err
}
