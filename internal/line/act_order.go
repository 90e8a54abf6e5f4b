package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// CancelOrder asks that the fan's order be cancelled. The next beat has the
// box office do it; its feed brings it back, with the mail that tells the fan.
// He does not stand in line again.
func (l *Line) CancelOrder(ctx context.Context, a Act) error {
	return l.act(ctx, a, "cancel", func(ctx context.Context, tx *sqldb.Tx, h *held) error {
		code, err := h.order(ctx, tx)
		if err != nil {
			return err
		}
		h.detail = code
		return h.cancelOrder(ctx, tx, code)
	})
}

// order gives the code of the order that stands and that nobody has asked to
// cancel yet.
func (h *held) order(ctx context.Context, tx *sqldb.Tx) (string, error) {
	var code string
	var state sale.OrderState
	var asked sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT code, state, cancel_at FROM orders WHERE sale_id = $1 AND number = $2
		ORDER BY CASE state WHEN 'confirmed' THEN 0 ELSE 1 END LIMIT 1`, h.saleID, h.number).Scan(&code, &state, &asked)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", sale.E(sale.CodeTooLate, "This fan has no order.")
	case err != nil:
		return "", fmt.Errorf("read the order: %w", err)
	case state == sale.OrderCancelled:
		return "", sale.E(sale.CodeTooLate, "The order %s is cancelled already.", code)
	case asked.Valid:
		return "", sale.E(sale.CodeTooLate, "The order %s is just being cancelled.", code)
	}
	return code, nil
}

func (h *held) cancelOrder(ctx context.Context, tx *sqldb.Tx, code string) error {
	_, err := tx.Exec(ctx, `UPDATE orders SET cancel_at = $1, cancel_why = $2 WHERE sale_id = $3 AND code = $4`,
		sqldb.Millis(h.at), h.why, h.saleID, code)
	if err != nil {
		return fmt.Errorf("ask to cancel: %w", err)
	}
	return nil
}

// Cancelling is an order that the box office is to cancel.
type Cancelling struct{ Code, Why string }

// Cancellings gives the orders that somebody asked to cancel and of which the
// box office has not said yet that they are.
func (l *Line) Cancellings(ctx context.Context, lease Lease) ([]Cancelling, error) {
	var all []Cancelling
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		return tx.Each(ctx, func(row sqldb.Row) error {
			var c Cancelling
			err := row.Scan(&c.Code, &c.Why)
			all = append(all, c)
			return err
		}, `SELECT code, cancel_why FROM orders WHERE sale_id = $1 AND cancel_at IS NOT NULL AND state = 'confirmed'
			ORDER BY cancel_at, code LIMIT 100`, lease.SaleID)
	})
	if err != nil {
		return nil, fmt.Errorf("read orders to cancel in %s: %w", lease.Slug, err)
	}
	return all, nil
}

// NotCancelled records that the box office refused to cancel an order, in its
// words; nobody goes on asking.
func (l *Line) NotCancelled(ctx context.Context, lease Lease, code, words string) error {
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		numbers, err := ints(ctx, tx, `UPDATE orders SET cancel_at = NULL WHERE sale_id = $1 AND code = $2
			AND cancel_at IS NOT NULL AND state = 'confirmed' RETURNING number`, lease.SaleID, code)
		if err != nil || len(numbers) == 0 {
			return err
		}
		return audit(ctx, tx, auditEntry{
			at: l.now(), actor: "box office", action: "cancel refused", saleID: lease.SaleID, number: numbers[0], detail: code + ": " + words,
		})
	})
	if err != nil {
		return fmt.Errorf("record a refused cancellation in %s: %w", lease.Slug, err)
	}
	return nil
}

// orderCancelled applies the box office's word that an order is cancelled. The
// fan is told, unless he was erased.
func (l *Line) orderCancelled(ctx context.Context, tx *sqldb.Tx, saleID int64, order *sale.Order, doc string) error {
	var number, asked int
	err := tx.QueryRow(ctx, `UPDATE orders SET state = 'cancelled', doc = $1 WHERE sale_id = $2 AND code = $3 AND state = 'confirmed'
		RETURNING number, CASE WHEN cancel_at IS NULL THEN 0 ELSE 1 END`,
		doc, saleID, order.Code).Scan(&number, &asked)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cancel order: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END, due_at = NULL
		WHERE sale_id = $1 AND kind = 'order' AND number = $2 AND ref = $3 AND due_at IS NOT NULL`, saleID, number, order.Code)
	if err != nil {
		return fmt.Errorf("cancel the order's mail: %w", err)
	}
	now := l.now()
	err = queueMail(ctx, tx, mailRow{saleID: saleID, kind: sale.MailCancellation, number: number, ref: order.Code, at: now})
	if err != nil {
		return err
	}
	if asked == 1 {
		return nil // stands in the audit, with who asked
	}
	return audit(ctx, tx, auditEntry{at: now, actor: "box office", action: "cancelled", saleID: saleID, number: number, detail: order.Code})
}
