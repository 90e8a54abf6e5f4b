package boxoffice

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// order is one row of orders with its tickets.
type order struct {
	ref, slug, code, offer string
	position, version      int64
	state                  sale.OrderState
	total                  int64
	idempotency            string
	at                     int64
	why                    string     // why it was cancelled
	tickets                []ticket   // by number, from 1
	terms                  *sale.Sale // the version it was bought under
}

// ticket is one row of tickets.
type ticket struct {
	kind  string // the ticket type
	price int64
}

// public is the order as it leaves this package.
func (o *order) public() sale.Order {
	p := sale.Order{
		Code: o.code, Ref: o.ref, Sale: o.slug, Offer: o.offer, State: o.state,
		Payment: o.terms.Payment, Currency: o.terms.Currency, Total: o.total, At: sqldb.Time(o.at),
	}
	for i, t := range o.tickets {
		// The order's code is unique in the sale, and so is this one.
		described, _ := o.terms.Type(t.kind)
		p.Tickets = append(p.Tickets, sale.Ticket{
			Code: o.code + "-" + strconv.Itoa(i+1), Type: t.kind, Title: described.Title, Price: t.price,
		})
	}
	return p
}

// quantities is what was ordered.
func (o *order) quantities() sale.Quantities {
	q := sale.Quantities{}
	for _, t := range o.tickets {
		q[t.kind]++
	}
	return q
}

// writeOrders stores the orders that were placed, with their tickets.
func (k *books) writeOrders(ctx context.Context, tx *sqldb.Tx) error {
	var orders, tickets [][]any
	for _, o := range k.placed {
		orders = append(orders, []any{
			o.ref, o.slug, o.code, o.offer, o.position, o.version, string(o.state), o.total, o.idempotency, o.at,
		})
		for i, t := range o.tickets {
			tickets = append(tickets, []any{o.ref, i + 1, t.kind, t.price, 0})
		}
	}
	if err := tx.Insert(ctx, `INSERT INTO orders
		(ref, sale, code, offer, position, version, state, total, idempotency, at)`, orders); err != nil {
		return fmt.Errorf("store orders: %w", err)
	}
	if err := tx.Insert(ctx, `INSERT INTO tickets (ref, number, type, price, voided)`, tickets); err != nil {
		return fmt.Errorf("store tickets: %w", err)
	}
	return nil
}

// orderColumns is what scanOrder scans.
const orderColumns = `ref, sale, code, offer, position, version, state, total, idempotency, at`

func scanOrder(row sqldb.Row) (*order, error) {
	o := &order{}
	return o, row.Scan(&o.ref, &o.slug, &o.code, &o.offer, &o.position, &o.version, &o.state, &o.total, &o.idempotency, &o.at)
}

// ordersOf reads the orders of offers, complete.
func (b *BoxOffice) ordersOf(ctx context.Context, tx *sqldb.Tx, offers []string) ([]*order, error) {
	var all []*order
	err := among(ctx, tx, `SELECT `+orderColumns+` FROM orders WHERE offer IN ($)`, offers, func(row sqldb.Row) error {
		o, err := scanOrder(row)
		all = append(all, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return all, b.complete(ctx, tx, all)
}

// complete reads the tickets of orders and the terms they were bought under.
func (b *BoxOffice) complete(ctx context.Context, tx *sqldb.Tx, orders []*order) (err error) {
	byRef := make(map[string]*order, len(orders))
	refs := make([]string, len(orders))
	for i, o := range orders {
		byRef[o.ref], refs[i] = o, o.ref
		if o.terms, err = b.document(ctx, tx, edition{o.slug, o.version}); err != nil {
			return err
		}
	}
	err = among(ctx, tx, `SELECT ref, type, price FROM tickets WHERE ref IN ($) ORDER BY ref, number`, refs,
		func(row sqldb.Row) error {
			var ref string
			var t ticket
			if err := row.Scan(&ref, &t.kind, &t.price); err != nil {
				return err
			}
			byRef[ref].tickets = append(byRef[ref].tickets, t)
			return nil
		})
	if err != nil {
		return fmt.Errorf("read tickets: %w", err)
	}
	return nil
}

// Order gives the order with this name of its page, and the sale as it is
// now. The sale is shared: nobody may change it.
func (b *BoxOffice) Order(ctx context.Context, ref string) (sale.Order, sale.Sale, error) {
	return b.find(ctx, ref, `SELECT `+orderColumns+` FROM orders WHERE ref = $1`, ref)
}

// OrderByCode gives the order of a sale with this code, as people read it
// out: case and spaces around it do not matter.
func (b *BoxOffice) OrderByCode(ctx context.Context, slug, code string) (sale.Order, sale.Sale, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if !plain(slug) {
		return sale.Order{}, sale.Sale{}, noSuchOrder()
	}
	return b.find(ctx, code, `SELECT `+orderColumns+` FROM orders WHERE code = $1 AND sale = $2`, code, slug)
}

func (b *BoxOffice) find(ctx context.Context, name, q string, args ...any) (sale.Order, sale.Sale, error) {
	if !plain(name) {
		return sale.Order{}, sale.Sale{}, noSuchOrder()
	}
	var found sale.Order
	var now *sale.Sale
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		orders, err := b.list(ctx, tx, q, args...)
		if err != nil {
			return err
		}
		if len(orders) == 0 {
			return noSuchOrder()
		}
		found = orders[0].public()
		now, err = b.inForce(ctx, tx, found.Sale)
		return err
	})
	if err != nil {
		return sale.Order{}, sale.Sale{}, err
	}
	return found, *now, nil
}

// list runs a query for orderColumns and completes what it finds.
func (b *BoxOffice) list(ctx context.Context, tx *sqldb.Tx, q string, args ...any) ([]*order, error) {
	var all []*order
	err := tx.Each(ctx, func(row sqldb.Row) error {
		o, err := scanOrder(row)
		all = append(all, o)
		return err
	}, q, args...)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return all, b.complete(ctx, tx, all)
}

// Orders hands over all orders of a sale, cancelled ones too, as they were
// placed. What each returns ends it.
func (b *BoxOffice) Orders(ctx context.Context, slug string, each func(sale.Order) error) error {
	if !plain(slug) {
		return noSuchSale()
	}
	after := int64(0)
	for {
		var page []*order
		err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) (err error) {
			if err := mustExist(ctx, tx, slug); err != nil {
				return err
			}
			page, err = b.list(ctx, tx, `SELECT `+orderColumns+` FROM orders
				WHERE sale = $1 AND position > $2 ORDER BY position LIMIT $3`, slug, after, pageSize)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, o := range page {
			if err := each(o.public()); err != nil {
				return err
			}
			after = o.position
		}
	}
}

func noSuchOrder() error {
	return sale.E(sale.CodeNotFound, "There is no such order.")
}
