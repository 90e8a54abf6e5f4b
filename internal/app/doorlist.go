package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// feedPage is how many outcomes are asked for at once.
const feedPage = 500

// DoorList gives the orders of a sale by code, with the addresses that only
// the line knows. Notes say what may be missing and why.
//
// The box office decides who holds an order, so its whole feed is read: what
// it decided since the line's cursor is there, and so is what the line passed
// over because it does not know the offer any more, being restored from an
// older backup. Nobody who holds an order is missing at the door.
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
	list := doorList{cursor: state.Cursor, rows: map[string]line.DoorRow{}, foreign: map[string]bool{}}
	err = l.Orders(ctx, slug, func(r line.DoorRow) error {
		list.rows[r.Order.Code] = r
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if err := p.outcomes(ctx, slug, list.add); err != nil {
		p.o.Logger.Warn("read outcomes", "sale", slug, "error", err)
		notes = append(notes, "the box office could not be reached: orders may be missing, those of the last moments above all")
	}
	rows = slices.SortedFunc(maps.Values(list.rows), func(a, b line.DoorRow) int { return cmp.Compare(a.Order.Code, b.Order.Code) })
	return rows, append(notes, list.missing()...), nil
}

// doorList is the line's orders, by code, on which the box office's outcomes
// are laid.
type doorList struct {
	cursor  int64 // outcomes up to here the line has collected
	rows    map[string]line.DoorRow
	foreign map[string]bool // orders of offers that the line does not know
}

func (d doorList) add(o sale.Outcome) {
	if o.Order == nil {
		return
	}
	r, collected := d.rows[o.Order.Code], o.Position <= d.cursor
	switch known := r.Number > 0; {
	case known && collected:
		return // the line has this, and perhaps what came after it
	case collected:
		d.foreign[o.Order.Code] = true
	}
	r.Order = *o.Order
	d.rows[o.Order.Code] = r
}

// missing says how many of those who come to the door have no address on the
// list, and why.
func (d doorList) missing() (notes []string) {
	late, foreign := 0, 0
	for code, r := range d.rows {
		switch {
		case r.Number > 0 || r.Order.State != sale.OrderConfirmed:
		case d.foreign[code]:
			foreign++
		default:
			late++
		}
	}
	if late > 0 {
		notes = append(notes, fmt.Sprintf("orders without an address: %d, placed since the dispatcher last ran; it adds the address", late))
	}
	if foreign > 0 {
		notes = append(notes, fmt.Sprintf("orders without an address: %d, good, but of offers that this line does not know, as after the restore of an older one", foreign))
	}
	return notes
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

// outcomes visits a sale's whole feed, in order.
func (p *Parts) outcomes(ctx context.Context, slug string, visit func(sale.Outcome)) error {
	wire, err := p.Wire(ctx)
	if err != nil {
		return err
	}
	for after := int64(0); ; {
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
