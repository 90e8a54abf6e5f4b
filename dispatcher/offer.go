package dispatcher

import (
	"context"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// lateness is how late a beat may find a moment of a cron expression and
// still keep it. A moment that was missed by more costs nothing: the next one
// offers what this one would have. `@every` has no o'clock to miss.
const lateness = time.Minute

// offer makes the next batch when its moment has come: planned, reserved,
// opened. What an earlier beat planned and could not reserve comes first.
func (d *Dispatcher) offer(ctx context.Context, lease line.Lease) error {
	asks, err := d.Line.Planned(ctx, lease)
	if err != nil {
		return err
	}
	if len(asks) == 0 {
		if asks, err = d.plan(ctx, lease); err != nil || len(asks) == 0 {
			return err
		}
	}
	grants, err := d.BoxOffice.Reserve(ctx, lease.Slug, asks)
	d.health.boxOffice(err)
	if err != nil {
		return err
	}
	if err := d.Line.OpenBatch(ctx, lease, grants); err != nil {
		return err
	}
	d.nudge()
	return nil
}

// plan writes the next batch when a moment has come and tickets are free.
func (d *Dispatcher) plan(ctx context.Context, lease line.Lease) ([]sale.Ask, error) {
	st, err := d.Line.Sale(ctx, lease.Slug)
	now := d.Clock()
	if err != nil || st.Stored == 0 || !now.Before(st.Sale.Dispatch.Ends) {
		return nil, err
	}
	schedule, err := ParseSchedule(st.Sale.Dispatch.Every, st.Sale.Location())
	if err != nil {
		return nil, err
	}
	every := strings.HasPrefix(st.Sale.Dispatch.Every, "@every")
	moment := st.NextBatch
	if moment.IsZero() {
		moment = firstMoment(schedule, every, st.Sale.Dispatch.Starts, now)
		if now.Before(moment) {
			return nil, d.Line.Reschedule(ctx, lease, moment, period(schedule, moment))
		}
	}
	if now.Before(moment) {
		return nil, nil
	}
	stock, err := d.BoxOffice.Stock(ctx, lease.Slug)
	d.health.boxOffice(err)
	if err != nil {
		return nil, err
	}
	next := nextMoment(schedule, moment, now)
	p := line.Plan{Each: st.Sale.Tickets.MaxPerFan, Next: next, Period: period(schedule, next), SoldOut: soldOut(stock)}
	if every || now.Sub(moment) <= lateness {
		p.Most = min(Affordable(stock.Capacity(), p.Each), st.Sale.Dispatch.Batch)
	}
	return d.Line.PlanBatch(ctx, lease, p)
}

// firstMoment is when a sale's schedule begins: `@every` with the start
// itself, a cron expression with its first moment from then on.
func firstMoment(schedule Schedule, every bool, starts, now time.Time) time.Time {
	if every {
		return starts
	}
	from := starts
	if now.After(from) {
		from = now
	}
	return schedule.Next(from.Add(-time.Second))
}

// nextMoment is the first moment after now; one after the other from the last
// moment on, so that `@every` keeps its rhythm, unless too many were missed.
func nextMoment(schedule Schedule, moment, now time.Time) time.Time {
	next := schedule.Next(moment)
	if next.After(now) {
		return next
	}
	return schedule.Next(now)
}

func period(schedule Schedule, moment time.Time) time.Duration {
	return schedule.Next(moment).Sub(moment)
}

// Affordable is how many offers of `each` tickets the free units allow. When
// they do not suffice for one, and nothing is offered that could still come
// back, the last units make one smaller offer.
func Affordable(capacity sale.PoolStock, each int) int {
	switch {
	case capacity.Available >= each:
		return capacity.Available / each
	case capacity.Available > 0 && capacity.Offered == 0:
		return 1
	default:
		return 0
	}
}

// soldOut says that nothing is left and nothing can come back but by a
// cancelled order.
func soldOut(stock sale.Stock) bool {
	c := stock.Capacity()
	return c.Issued > 0 && c.Available == 0 && c.Offered == 0
}
