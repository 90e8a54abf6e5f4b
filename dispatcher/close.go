package dispatcher

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// close asks the box office to close what is due, and records its answers.
// An offer that it had sold meanwhile stays: the feed brings the order. What
// was answered before a call failed is recorded all the same.
func (d *Dispatcher) close(ctx context.Context, lease line.Lease) error {
	due, err := d.Line.CloseDue(ctx, lease)
	if err != nil || len(due) == 0 {
		return err
	}
	answers, callErr := d.askToClose(ctx, lease.Slug, due)
	d.health.boxOffice(callErr)
	if err := d.Line.Closed(ctx, lease, answers); err != nil {
		return err
	}
	return callErr
}

// askToClose asks side by side, so that a box office that commits in groups
// can answer many with one fsync.
func (d *Dispatcher) askToClose(ctx context.Context, slug string, due []sale.Closing) (map[string]sale.Answer, error) {
	var mu sync.Mutex
	answers := make(map[string]sale.Answer, len(due))
	var refusals []error
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(d.Closers)
	for _, c := range due {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			answer, err := d.BoxOffice.Close(ctx, slug, c)
			if err != nil && !answered(err) {
				return err // the others would not be heard either
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				refusals = append(refusals, err)
				return nil
			}
			answers[c.Offer] = answer
			return nil
		})
	}
	err := group.Wait()
	return answers, errors.Join(append(refusals, err)...)
}
