package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Collect applies outcomes of the sale's feed, in order, and moves the
// cursor, in one transaction. Positions that were collected before are
// skipped; a gap is refused, since an outcome would be lost.
func (l *Line) Collect(ctx context.Context, lease Lease, outcomes []sale.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		var cursor int64
		if err := tx.QueryRow(ctx, `SELECT feed_cursor FROM dispatch WHERE sale_id = $1`, lease.SaleID).Scan(&cursor); err != nil {
			return err
		}
		for _, o := range outcomes {
			if o.Position <= cursor {
				continue
			}
			if o.Position != cursor+1 {
				return fmt.Errorf("outcome %d follows %d: the feed has a gap", o.Position, cursor)
			}
			if err := l.applyOutcome(ctx, tx, lease.SaleID, o); err != nil {
				return fmt.Errorf("outcome %d: %w", o.Position, err)
			}
			cursor = o.Position
		}
		_, err := tx.Exec(ctx, `UPDATE dispatch SET feed_cursor = $1 WHERE sale_id = $2`, cursor, lease.SaleID)
		return err
	})
	if err != nil {
		return fmt.Errorf("collect outcomes of %s: %w", lease.Slug, err)
	}
	return nil
}

func (l *Line) applyOutcome(ctx context.Context, tx *sqldb.Tx, saleID int64, o sale.Outcome) error {
	var number int
	var state, reason string
	err := tx.QueryRow(ctx, `SELECT number, state, reason FROM offers WHERE id = $1 AND sale_id = $2`, o.Offer, saleID).
		Scan(&number, &state, &reason)
	if errors.Is(err, sql.ErrNoRows) {
		// The line was restored from before this offer. The box office keeps
		// its word; the organizer has to know.
		l.log.ErrorContext(ctx, "outcome of an offer that this line does not know", "offer", o.Offer, "position", o.Position)
		return audit(ctx, tx, auditEntry{at: l.now(), actor: "box office", action: "unknown offer", saleID: saleID, detail: o.Offer})
	}
	if err != nil {
		return err
	}
	end := over{saleID: saleID, offer: o.Offer, at: o.At}
	switch o.Kind {
	case sale.OutcomeBought:
		return l.bought(ctx, tx, end, number, o.Order)
	case sale.OutcomeDeclined:
		// An offer that was declined in the beat that closes it for another
		// reason is over by that answer already, and keeps that reason: the
		// answer says that it is over, not why. Expired counts as a turn too.
		end.state = sale.OfferDeclined
	case sale.OutcomeClosed:
		end.state = o.Reason
		if reason != "" {
			end.state = sale.OfferState(reason)
		}
	case sale.OutcomeCancelled:
		return l.cancelled(ctx, tx, saleID, o.Order)
	default:
		return fmt.Errorf("unknown kind %q", o.Kind)
	}
	_, err = finish(ctx, tx, end)
	return err
}

func (l *Line) bought(ctx context.Context, tx *sqldb.Tx, end over, number int, order *sale.Order) error {
	if order == nil {
		return errors.New("bought without an order")
	}
	end.state = sale.OfferBought
	ended, err := finish(ctx, tx, end)
	if err != nil || !ended {
		return err
	}
	doc, err := json.Marshal(order)
	if err != nil {
		return fmt.Errorf("write order: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO orders (sale_id, code, number, offer, state, doc, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		end.saleID, order.Code, number, end.offer, string(order.State), string(doc), sqldb.Millis(order.At))
	if err != nil {
		return fmt.Errorf("store order: %w", err)
	}
	// A purchase may have been quicker than the closing of an erased person's
	// offer: it stands, without a mail.
	return queueMail(ctx, tx, mailRow{saleID: end.saleID, kind: sale.MailOrder, number: number, ref: order.Code, at: l.now()})
}

func (l *Line) cancelled(ctx context.Context, tx *sqldb.Tx, saleID int64, order *sale.Order) error {
	if order == nil {
		return errors.New("cancelled without an order")
	}
	doc, err := json.Marshal(order)
	if err != nil {
		return fmt.Errorf("write order: %w", err)
	}
	return l.orderCancelled(ctx, tx, saleID, order, string(doc))
}
