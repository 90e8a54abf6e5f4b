package line

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Tell queues the polite decline for up to most of those who still wait, in
// order, and gives how many it queued. Nobody is told twice. They stay in
// line: what a cancelled order gives back still goes to them.
func (l *Line) Tell(ctx context.Context, lease Lease, most int) (int, error) {
	told := 0
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		told = 0
		numbers, err := ints(ctx, tx, `SELECT number FROM registrations WHERE sale_id = $1 AND waiting = 1
			AND number > (SELECT told_upto FROM dispatch WHERE sale_id = $1) ORDER BY number LIMIT $2`, lease.SaleID, most)
		if err != nil || len(numbers) == 0 {
			return err
		}
		now := l.now()
		for _, n := range numbers {
			if err := queueMail(ctx, tx, mailRow{saleID: lease.SaleID, kind: sale.MailDecline, number: n, at: now}); err != nil {
				return err
			}
		}
		told = len(numbers)
		_, err = tx.Exec(ctx, `UPDATE dispatch SET told_upto = $1 WHERE sale_id = $2`, numbers[len(numbers)-1], lease.SaleID)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("tell those who wait in %s: %w", lease.Slug, err)
	}
	return told, nil
}

// Exhausted says whether nobody waits and no offer is live.
func (l *Line) Exhausted(ctx context.Context, slug string) (bool, error) {
	var left int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT
			(SELECT COUNT(*) FROM (SELECT 1 FROM registrations r WHERE r.sale_id = s.id AND r.waiting = 1 LIMIT 1) w) +
			(SELECT COUNT(*) FROM (SELECT 1 FROM offers o WHERE o.sale_id = s.id AND o.state IN ('planned', 'open', 'closing') LIMIT 1) v)
			FROM sales s WHERE s.slug = $1`, slug).Scan(&left)
	})
	if err != nil {
		return false, fmt.Errorf("look whether %s's line is exhausted: %w", slug, err)
	}
	return left == 0, nil
}

// DoorRow is one row of the door list.
type DoorRow struct {
	Order   sale.Order
	Number  int
	Address string // as typed; empty once erased
}

// Orders visits the orders of a sale by code: what the door needs.
func (l *Line) Orders(ctx context.Context, slug string, visit func(DoorRow) error) error {
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		return tx.Each(ctx, func(row sqldb.Row) error {
			var doc string
			var d DoorRow
			if err := row.Scan(&doc, &d.Number, &d.Address); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(doc), &d.Order); err != nil {
				return fmt.Errorf("read order: %w", err)
			}
			return visit(d)
		}, `SELECT b.doc, b.number, r.address FROM orders b
			JOIN registrations r ON r.sale_id = b.sale_id AND r.number = b.number WHERE b.sale_id = $1 ORDER BY b.code`, st.ID)
	})
	if err != nil {
		return fmt.Errorf("read orders of %s: %w", slug, err)
	}
	return nil
}
