package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// What is taken out of a sale is read a page at a time, from a key on: no
// transaction is open while somebody reads what was found, and no page costs
// more for what came before it. Who joins meanwhile may be on a later page.

// RegistrationRow is one place of a line.
type RegistrationRow struct {
	Number      int
	Class       sale.Class
	Address     string // empty once erased
	Lang        string
	Joined      time.Time
	Waiting     bool
	Bounced     bool
	Undelivered int
	Withdrawn   time.Time
	Erased      time.Time
	Corrected   time.Time
}

// RegistrationsAfter gives the places after a number, in order.
func (l *Line) RegistrationsAfter(ctx context.Context, slug string, number, most int) ([]RegistrationRow, error) {
	return page(ctx, l, slug, `SELECT number, class, address, lang, at, waiting, bounced, undelivered,
			COALESCE(withdrawn_at, 0), COALESCE(erased_at, 0), COALESCE(corrected_at, 0)
		FROM registrations WHERE sale_id = $1 AND number > $2 ORDER BY number LIMIT $3`, []any{number, most},
		func(row sqldb.Row) (r RegistrationRow, err error) {
			var at, withdrawn, erased, correctedAt int64
			var waiting, bounced int
			err = row.Scan(&r.Number, &r.Class, &r.Address, &r.Lang, &at, &waiting, &bounced, &r.Undelivered, &withdrawn, &erased, &correctedAt)
			r.Joined, r.Withdrawn, r.Erased, r.Corrected = sqldb.Time(at), sqldb.Time(withdrawn), sqldb.Time(erased), sqldb.Time(correctedAt)
			r.Waiting, r.Bounced = waiting == 1, bounced == 1
			return r, err
		})
}

// OfferRow is one offer of a sale.
type OfferRow struct {
	Number int
	FanOffer
}

// OffersAfter gives the offers after that of a number in a batch, by number
// and batch.
func (l *Line) OffersAfter(ctx context.Context, slug string, number int, batch int64, most int) ([]OfferRow, error) {
	return page(ctx, l, slug, `SELECT number, id, batch, most, granted, state, reason, COALESCE(ends, 0), planned_at,
			COALESCE(opened_at, 0), COALESCE(over_at, 0), COALESCE(returned_at, 0)
		FROM offers WHERE sale_id = $1 AND (number, batch) > ($2, $3) ORDER BY number, batch LIMIT $4`, []any{number, batch, most},
		func(row sqldb.Row) (o OfferRow, err error) {
			var ends, planned, opened, over, returned int64
			err = row.Scan(&o.Number, &o.ID, &o.Batch, &o.Most, &o.Granted, &o.State, &o.Reason, &ends, &planned, &opened, &over, &returned)
			o.Ends, o.Planned, o.Opened = sqldb.Time(ends), sqldb.Time(planned), sqldb.Time(opened)
			o.Over, o.Returned = sqldb.Time(over), sqldb.Time(returned)
			return o, err
		})
}

// OrderRow is one order of a sale.
type OrderRow struct {
	Number  int
	Address string // empty once erased
	FanOrder
}

// OrdersAfter gives the orders after a code, by code.
func (l *Line) OrdersAfter(ctx context.Context, slug, code string, most int) ([]OrderRow, error) {
	return page(ctx, l, slug, `SELECT b.number, r.address, b.doc, b.state, COALESCE(b.cancel_at, 0), b.cancel_why
		FROM orders b JOIN registrations r ON r.sale_id = b.sale_id AND r.number = b.number
		WHERE b.sale_id = $1 AND b.code > $2 ORDER BY b.code LIMIT $3`, []any{code, most},
		func(row sqldb.Row) (o OrderRow, err error) {
			var doc string
			var state sale.OrderState
			var asked int64
			if err = row.Scan(&o.Number, &o.Address, &doc, &state, &asked, &o.CancelWhy); err != nil {
				return o, err
			}
			err = json.Unmarshal([]byte(doc), &o.Order)
			o.Order.State, o.Asked = state, sqldb.Time(asked)
			return o, err
		})
}

// AuditAfter gives the entries of the audit after an id, oldest first.
func (l *Line) AuditAfter(ctx context.Context, slug string, id int64, most int) ([]AuditEntry, error) {
	return page(ctx, l, slug, `SELECT id, at, actor, action, number, detail, why FROM audit
		WHERE sale_id = $1 AND id > $2 ORDER BY id LIMIT $3`, []any{id, most},
		func(row sqldb.Row) (e AuditEntry, err error) {
			var at int64
			err = row.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Number, &e.Detail, &e.Why)
			e.At = sqldb.Time(at)
			return e, err
		})
}

// page runs a query about a sale, whose id is $1, in a transaction of its own.
func page[T any](ctx context.Context, l *Line, slug, query string, args []any, scan func(sqldb.Row) (T, error)) ([]T, error) {
	var all []T
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		var id int64
		err := tx.QueryRow(ctx, `SELECT id FROM sales WHERE slug = $1`, slug).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return sale.E(sale.CodeNotFound, "There is no sale %q.", slug)
		}
		if err != nil {
			return err
		}
		return tx.Each(ctx, func(row sqldb.Row) error {
			one, err := scan(row)
			if err != nil {
				return err
			}
			all = append(all, one)
			return nil
		}, query, append([]any{id}, args...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read a page of %s: %w", slug, err)
	}
	return all, nil
}
