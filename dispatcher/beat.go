package dispatcher

import (
	"context"
	"errors"
	"fmt"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// BeatAll is one beat: for every sale, take or extend the lease and, where
// this process holds it, do the steps. Sales do not wait for each other's
// errors.
func (d *Dispatcher) BeatAll(ctx context.Context) error {
	sales, err := d.Line.Sales(ctx)
	if err != nil {
		return fmt.Errorf("beat: %w", err)
	}
	var errs []error
	for _, st := range sales {
		lease, ok, err := d.Line.Acquire(ctx, st.Sale.Slug, d.Holder, d.Lease)
		if err != nil && ctx.Err() != nil {
			errs = append(errs, err)
			break // stopped: what is held is still to be given back
		}
		if err != nil || !ok {
			d.held.drop(st.Sale.Slug)
			errs = append(errs, err)
			continue
		}
		d.held.keep(lease)
		if err := d.Step(ctx, lease); err != nil {
			if sale.CodeOf(err) == sale.CodeFenced {
				d.held.drop(lease.Slug)
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Step does what a sale's assigner does on every beat: settle mails that
// nobody holds, put what the box office lacks, tell it of freezes, cancel,
// collect, close, offer, tell, forget.
// It stops at the first step that fails; each can be done again from the
// start on the next beat. Only a version that the box office will not have
// stops nothing: the one in force goes on, and the refusal is the error.
func (d *Dispatcher) Step(ctx context.Context, lease line.Lease) error {
	steps := []struct {
		name string
		do   func(context.Context, line.Lease) error
	}{
		{"settle", d.settle},
		{"put", d.put},
		{"freeze", d.freeze},
		{"cancel", d.cancel},
		{"collect", d.collect},
		{"close", d.close},
		{"offer", d.offer},
		{"tell", d.tell},
		{"forget", d.forget},
	}
	var refusal error
	for _, step := range steps {
		err := step.do(ctx, lease)
		if err == nil {
			continue
		}
		err = fmt.Errorf("%s for %s: %w", step.name, lease.Slug, err)
		if step.name != "put" || !answered(err) {
			return err
		}
		refusal = err
	}
	return refusal
}
