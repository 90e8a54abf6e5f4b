package app

import (
	"cmp"
	"context"
	"slices"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// feedPage is how many outcomes are asked for at once.
const feedPage = 500

// DoorList gives the orders of a sale by code, with the addresses that only
// the line knows. Notes say what may be missing and why.
//
// The line has every order up to its feed cursor; what the box office has
// decided since is read from the feed itself, so that nobody who holds an
// order is missing at the door.
func (p *Parts) DoorList(ctx context.Context, slug string) (rows []line.DoorRow, notes []string, err error) {
	if !p.HasLine() {
		return p.ordersOnly(ctx, slug)
	}
	l, err := p.Line(ctx)
	if err != nil {
		return nil, nil, err
	}
	state, err := l.Sale(ctx, slug)
	if err != nil {
		return nil, nil, err
	}
	byCode := map[string]line.DoorRow{}
	err = l.Orders(ctx, slug, func(r line.DoorRow) error {
		byCode[r.Order.Code] = r
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	late := false
	err = p.outcomes(ctx, slug, state.Cursor, func(o sale.Outcome) {
		if o.Order == nil {
			return
		}
		r, known := byCode[o.Order.Code]
		late = late || !known
		r.Order = *o.Order
		byCode[o.Order.Code] = r
	})
	if err != nil {
		p.o.Logger.Warn("read outcomes", "sale", slug, "error", err)
		notes = append(notes, "the box office could not be reached: orders of the last moments may be missing")
	}
	if late {
		notes = append(notes, "orders without an address were placed since the dispatcher last ran; it adds the address")
	}
	for _, r := range byCode {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b line.DoorRow) int { return cmp.Compare(a.Order.Code, b.Order.Code) })
	return rows, notes, nil
}

// ordersOnly is the list on a machine that has the box office and no line.
func (p *Parts) ordersOnly(ctx context.Context, slug string) (rows []line.DoorRow, notes []string, err error) {
	b, err := p.BoxOffice(ctx)
	if err != nil {
		return nil, nil, err
	}
	err = b.Orders(ctx, slug, func(o sale.Order) error {
		rows = append(rows, line.DoorRow{Order: o})
		return nil
	})
	return rows, []string{"there is no line database here, and only it knows addresses"}, err
}

// outcomes visits a sale's feed from after a position on.
func (p *Parts) outcomes(ctx context.Context, slug string, after int64, visit func(sale.Outcome)) error {
	wire, err := p.Wire(ctx)
	if err != nil {
		return err
	}
	for {
		page, err := wire.Outcomes(ctx, slug, after, feedPage)
		if err != nil {
			return err
		}
		for _, o := range page {
			visit(o)
			after = o.Position
		}
		if len(page) == 0 {
			return nil
		}
	}
}
