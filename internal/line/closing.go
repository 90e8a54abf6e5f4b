package line

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// CloseDue marks every offer whose time has come as closing, and gives all
// that are closing, in order: expired ones whose mail was delivered and of
// which none is being sent or was held back by quiet hours, those of withdrawn
// registrations, and those that could not be handed over for one life or
// before the sale's end; in a frozen sale only those of withdrawn
// registrations. From here on nothing is minted for them.
func (l *Line) CloseDue(ctx context.Context, lease Lease) ([]sale.Closing, error) {
	var all []sale.Closing
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		st, err := readState(ctx, tx, lease.Slug)
		if err != nil {
			return err
		}
		if err := markClosing(ctx, tx, st, l.now()); err != nil {
			return err
		}
		all, err = closingOffers(ctx, tx, st)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("close due offers of %s: %w", lease.Slug, err)
	}
	return all, nil
}

func markClosing(ctx context.Context, tx *sqldb.Tx, st State, now time.Time) error {
	if st.Frozen { // no clock runs: no hour is over, and no patience
		return markWithdrawn(ctx, tx, st.ID)
	}
	at := sqldb.Millis(now)
	// Its hour is over, and the fan had it. Where quiet hours held a hand-over
	// back that is owed to him, the life is moved behind it.
	_, err := tx.Exec(ctx, `UPDATE offers SET state = 'closing', reason = 'expired'
		WHERE sale_id = $1 AND state = 'open' AND ends <= $2
		AND EXISTS (SELECT 1 FROM outbox m WHERE m.kind = 'offer' AND m.ref = offers.id AND m.delivered = 1)
		AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.kind = 'offer' AND m.ref = offers.id AND m.state = 'sending')
		AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.kind = 'offer' AND m.ref = offers.id
			AND m.due_at < $3 AND (m.give_up_at IS NULL OR m.due_at < m.give_up_at))`, st.ID, at, sqldb.Millis(heldUntil(st, now)))
	if err != nil {
		return fmt.Errorf("mark expired: %w", err)
	}
	if err := markWithdrawn(ctx, tx, st.ID); err != nil {
		return err
	}
	// In one life of tries nobody took the mail, or the sale ends before anybody
	// could. What fell due in that life is tried before it counts as over.
	// A pause is not the fan's fault: while it lasts, nothing is tried.
	if st.Paused && now.Before(st.Sale.Dispatch.Ends) {
		return nil
	}
	_, err = tx.Exec(ctx, `UPDATE offers SET state = 'closing', reason = 'undelivered'
		WHERE state = 'open' AND id IN (SELECT m.ref FROM outbox m WHERE m.sale_id = $1 AND m.priority = 0 AND m.due_at IS NOT NULL
			AND m.state = 'queued' AND m.delivered = 0 AND ((m.give_up_at <= $2 AND m.due_at >= m.give_up_at) OR $3 = 1))`,
		st.ID, at, flag(!now.Before(st.Sale.Dispatch.Ends)))
	if err != nil {
		return fmt.Errorf("mark undelivered: %w", err)
	}
	return nil
}

// markWithdrawn closes the offers of those who left, or were erased, since the last beat. One
// that is planned waits for the box office's answer first.
func markWithdrawn(ctx context.Context, tx *sqldb.Tx, saleID int64) error {
	numbers, err := ints(ctx, tx, `SELECT number FROM registrations WHERE sale_id = $1 AND withdrawing = 1 ORDER BY number`, saleID)
	if err != nil {
		return fmt.Errorf("find withdrawn: %w", err)
	}
	for _, n := range numbers {
		_, err := tx.Exec(ctx, `UPDATE offers SET state = 'closing', reason = CASE WHEN EXISTS (SELECT 1 FROM registrations r
			WHERE r.sale_id = $1 AND r.number = $2 AND r.erased_at IS NOT NULL) THEN 'erased' ELSE 'withdrawn' END
			WHERE sale_id = $1 AND number = $2 AND state = 'open'`, saleID, n)
		if err != nil {
			return fmt.Errorf("mark withdrawn: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE registrations SET withdrawing = 0 WHERE sale_id = $1 AND number = $2 AND NOT EXISTS
			(SELECT 1 FROM offers WHERE sale_id = $1 AND number = $2 AND state = 'planned')`, saleID, n)
		if err != nil {
			return fmt.Errorf("settle withdrawn: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'cancelled', due_at = NULL WHERE sale_id = $1 AND number = $2
			AND kind IN ('receipt', 'decline') AND due_at IS NOT NULL
			AND EXISTS (SELECT 1 FROM registrations WHERE sale_id = $1 AND number = $2 AND withdrawn_at IS NOT NULL)`, saleID, n)
		if err != nil {
			return fmt.Errorf("cancel mails of withdrawn: %w", err)
		}
	}
	return nil
}

func closingOffers(ctx context.Context, tx *sqldb.Tx, st State) ([]sale.Closing, error) {
	var all []sale.Closing
	err := tx.Each(ctx, func(row sqldb.Row) error {
		c := sale.Closing{Freezes: st.Freezes}
		var ends sql.NullInt64
		err := row.Scan(&c.Offer, &c.Reason, &ends)
		c.Ends = sqldb.Time(ends.Int64)
		all = append(all, c)
		return err
	}, `SELECT id, reason, ends FROM offers WHERE sale_id = $1 AND state = 'closing' ORDER BY number`, st.ID)
	if err != nil {
		return nil, fmt.Errorf("read closing offers: %w", err)
	}
	return all, nil
}

// Closed records the box office's answers to closings. Closed ends the
// offer for the reason it was closed for; bought is left to the feed, which
// brings the order with it; not yet is asked again on the next beat.
func (l *Line) Closed(ctx context.Context, lease Lease, answers map[string]sale.Answer) error {
	if len(answers) == 0 {
		return nil
	}
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		closing, err := closingOffers(ctx, tx, State{ID: lease.SaleID})
		if err != nil {
			return err
		}
		now := l.now()
		for _, c := range closing {
			if answers[c.Offer] != sale.AnswerClosed {
				continue
			}
			_, err := finish(ctx, tx, over{saleID: lease.SaleID, offer: c.Offer, state: c.Reason, from: "closing", at: now})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record closed offers of %s: %w", lease.Slug, err)
	}
	return nil
}
