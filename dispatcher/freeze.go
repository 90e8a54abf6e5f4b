package dispatcher

import (
	"context"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// freeze tells the box office what it does not know about the sale's freezes,
// before anything is closed: from then on it goes by them at every end, also
// at those that it has refused meanwhile.
func (d *Dispatcher) freeze(ctx context.Context, lease line.Lease) error {
	return d.Line.TellFreezes(ctx, lease.Slug, heard{d}.Freeze)
}

func (h heard) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	err := h.d.BoxOffice.Freeze(ctx, slug, all)
	h.d.health.boxOffice(err)
	return err
}
