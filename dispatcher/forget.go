package dispatcher

import (
	"context"

	"github.com/inturn/inturn/internal/line"
)

// forget deletes addresses that were to be confirmed and were not in time.
func (d *Dispatcher) forget(ctx context.Context, lease line.Lease) error {
	return d.Line.ForgetConfirmations(ctx, lease)
}
