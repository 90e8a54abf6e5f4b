package demo

import (
	"context"
	"net/http"
	"slices"
)

// respond does what the fan has made up their mind to do with an offer.
func (f *life) respond(ctx context.Context) {
	defer func() { f.watching = true }() // from here on the place page tells the rest
	switch f.Behaviour {
	case Withdraws:
		f.withdraw(ctx)
		return
	case Ignores:
		return
	}
	p, err := f.crowd.browser.get(ctx, f.offer)
	if err != nil {
		f.trouble(ctx, err)
		return
	}
	_, open := p.form("version")
	switch {
	case p.status == http.StatusGone:
		f.crowd.tally.tooSlow.Add(1)
		return
	case p.status != http.StatusOK || !open:
		f.broke("the link was answered %d: %s", p.status, p.heading())
		return
	}
	f.Offered = p.most()
	if f.Behaviour == Declines {
		f.decline(ctx, p)
		return
	}
	f.buy(ctx, p)
}

func (f *life) decline(ctx context.Context, offer page) {
	sheet, ok := offer.formTo("/decline")
	if !ok {
		f.broke("the offer cannot be declined")
		return
	}
	p, err := f.crowd.browser.send(ctx, sheet)
	switch {
	case err != nil:
		f.trouble(ctx, err)
	case p.status != http.StatusGone:
		f.broke("declining was answered %d: %s", p.status, p.heading())
	}
}

// mostTries bounds how often a fan chooses again because a ticket type was
// sold out meanwhile.
const mostTries = 10

// buy orders by the form, and again from what is left when somebody else was
// quicker with a ticket type.
func (f *life) buy(ctx context.Context, p page) {
	for range mostTries {
		sheet, ok := p.form("version")
		if !ok {
			f.broke("there is no form to order with: %d %s", p.status, p.heading())
			return
		}
		if sheet.order(f.wanted(sheet), f.plan.likes) == 0 {
			f.broke("an open offer finds no ticket of any type")
			return
		}
		var err error
		if p, err = f.press(ctx, sheet); err != nil {
			f.trouble(ctx, err)
			return
		}
		if code := p.orderCode(); code != "" {
			f.keep(p, code)
			return
		}
		if p.status == http.StatusGone {
			f.crowd.tally.tooSlow.Add(1)
			return
		}
	}
	f.broke("no order could be placed in %d tries", mostTries)
}

// wanted is how many tickets the fan orders of what the form has.
func (f *life) wanted(sheet form) int {
	if f.Behaviour == BuysAll {
		return f.Offered
	}
	return min(f.plan.wants, f.Offered)
}

// press sends the order; with a double click, or a friend who has the same
// link, twice at once. Both must end up at the same order.
func (f *life) press(ctx context.Context, sheet form) (page, error) {
	other := sheet
	switch f.Behaviour {
	default:
		return f.crowd.browser.send(ctx, sheet)
	case DoubleClicks:
	case Shares:
		other.fields = cloned(sheet.fields)
		other.order(min(f.plan.friend, f.Offered), f.plan.likes+1)
	}
	a, b, err := f.both(ctx, sheet, other)
	if err != nil {
		return page{}, err
	}
	one, two := a.orderCode(), b.orderCode()
	switch {
	case one == "":
		return b, nil // the friend's was possible, or neither
	case two != "" && (one != two || !slices.Equal(a.tickets(), b.tickets())):
		f.broke("one link gave two orders, %s and %s", one, two)
	case f.Behaviour == DoubleClicks && two == "" && !refused(b):
		f.broke("a double click was answered with an order and with %d", b.status)
	}
	return a, nil
}

// refused says whether the order was refused only because a ticket type was
// short, with the form to choose again. It may come back in the moment between
// two clicks.
func refused(p page) bool {
	_, again := p.form("version")
	return again && p.status == http.StatusConflict
}

func cloned(fields map[string][]string) map[string][]string {
	c := make(map[string][]string, len(fields))
	for name, values := range fields {
		c[name] = slices.Clone(values)
	}
	return c
}

// keep puts the order away.
func (f *life) keep(p page, code string) {
	f.order, f.codes = code, p.tickets()
	f.Tickets = len(f.codes)
	if f.Tickets < 1 || f.Tickets > f.Offered {
		f.broke("%d tickets were ordered on an offer for %d", f.Tickets, f.Offered)
	}
	f.crowd.tally.tickets.Add(int64(f.Tickets))
	f.crowd.tally.orders.Add(1)
}
