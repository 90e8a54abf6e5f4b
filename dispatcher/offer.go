package dispatcher

import (
	"context"
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
	cal, err := calendarOf(st.Sale)
	if err != nil {
		return nil, err
	}
	moment := cal.due(st.NextBatch, st.Sale.Dispatch.Starts, now)
	if now.Before(moment) {
		if moment.Equal(st.NextBatch) {
			return nil, nil
		}
		return nil, d.Line.Reschedule(ctx, lease, moment, cal.period(moment))
	}
	stock, err := d.BoxOffice.Stock(ctx, lease.Slug)
	d.health.boxOffice(err)
	if err != nil {
		return nil, err
	}
	next := cal.following(moment, now)
	p := line.Plan{Each: st.Sale.Tickets.MaxPerFan, Next: next, Period: cal.period(next), SoldOut: soldOut(stock)}
	if cal.every || now.Sub(moment) <= lateness {
		p.Most = min(Affordable(stock.Capacity(), p.Each), st.Sale.Dispatch.Batch)
	}
	return d.Line.PlanBatch(ctx, lease, p)
}

// Affordable is how many offers of `each` tickets the free units allow. When
// they do not suffice for one, and nothing is offered that could still come
// back, the last units make one smaller offer.
func Affordable(capacity sale.PoolStock, each int) int { return capacity.Offers(each) }

// soldOut says that nothing is left and nothing can come back but by a
// cancelled order.
func soldOut(stock sale.Stock) bool {
	c := stock.Capacity()
	return c.Issued > 0 && c.Available == 0 && c.Offered == 0
}
