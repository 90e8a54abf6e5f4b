package dispatcher

import (
	"context"

	"github.com/inturn/inturn/internal/line"
)

// collectLimit is how many outcomes one transaction applies.
const collectLimit = 500

// collect applies the box office's feed since the cursor.
func (d *Dispatcher) collect(ctx context.Context, lease line.Lease) error {
	st, err := d.Line.Sale(ctx, lease.Slug)
	if err != nil || st.Stored == 0 {
		return err
	}
	for cursor := st.Cursor; ; {
		outcomes, err := d.BoxOffice.Outcomes(ctx, lease.Slug, cursor, collectLimit)
		d.health.boxOffice(err)
		if err != nil || len(outcomes) == 0 {
			return err
		}
		if err := d.Line.Collect(ctx, lease, outcomes); err != nil {
			return err
		}
		cursor = outcomes[len(outcomes)-1].Position
		d.nudge()
		if len(outcomes) < collectLimit {
			return nil
		}
	}
}
