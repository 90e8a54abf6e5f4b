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
	return PutFreezes(ctx, d.Line, heard{d}, lease.Slug)
}

func (h heard) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	err := h.d.BoxOffice.Freeze(ctx, slug, all)
	h.d.health.boxOffice(err)
	return err
}

// Freezer is the part of the box office that is told of freezes.
type Freezer interface {
	Freeze(ctx context.Context, slug string, all []sale.Freeze) error
}

// PutFreezes tells a sale's box office of freezes that it does not know, and
// records that on the line. It tells nothing to one that has not got the sale
// yet. The error is the box office's when it could not be reached: then the
// dispatcher tells it later.
func PutFreezes(ctx context.Context, l *line.Line, box Freezer, slug string) error {
	untold, err := l.UntoldFreezes(ctx, slug)
	if err != nil || len(untold) == 0 {
		return err
	}
	if err := box.Freeze(ctx, slug, untold); err != nil {
		return err
	}
	return l.FreezesTold(ctx, slug, untold)
}
