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

// Offer is the line's side of an offer.
type Offer struct {
	ID     string
	Number int
	Most   int // what the box office granted; 0 while planned
	State  sale.OfferState
	Ends   time.Time   // zero while the clock does not run
	Order  *sale.Order // when bought
}

// Place is everything the fan's own page shows about a registration.
type Place struct {
	Registration
	Offer   *Offer // the live one, else the latest; nil when there was none
	Waiting bool   // eligible for an offer
	Bounced bool   // three rounds of mail came to nothing, or the address was refused
}

// Place reads one registration; CodeNotFound when there is none. It writes
// nothing.
func (l *Line) Place(ctx context.Context, slug string, number int) (Place, error) {
	var p Place
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		p = Place{Registration: Registration{Sale: slug, Number: number}}
		var id, at int64
		var withdrawn sql.NullInt64
		var waiting, bounced int
		err := tx.QueryRow(ctx, `SELECT s.id, r.class, r.address, r.lang, r.at, r.withdrawn_at, r.waiting, r.bounced
			FROM registrations r JOIN sales s ON s.id = r.sale_id WHERE s.slug = $1 AND r.number = $2`, slug, number).
			Scan(&id, &p.Class, &p.Address, &p.Lang, &at, &withdrawn, &waiting, &bounced)
		if errors.Is(err, sql.ErrNoRows) {
			return sale.E(sale.CodeNotFound, "There is no such place.")
		}
		if err != nil {
			return err
		}
		p.At, p.Withdrawn, p.Waiting, p.Bounced = sqldb.Time(at), withdrawn.Valid, waiting == 1, bounced == 1
		p.Offer, err = latestOffer(ctx, tx, id, number)
		return err
	})
	if err != nil {
		return Place{}, fmt.Errorf("read place %d of %s: %w", number, slug, err)
	}
	return p, nil
}

func latestOffer(ctx context.Context, tx *sqldb.Tx, saleID int64, number int) (*Offer, error) {
	o := Offer{Number: number}
	var ends sql.NullInt64
	var order sql.NullString
	err := tx.QueryRow(ctx, `SELECT o.id, o.granted, o.state, o.ends, b.doc
		FROM offers o LEFT JOIN orders b ON b.offer = o.id
		WHERE o.sale_id = $1 AND o.number = $2 ORDER BY o.batch DESC LIMIT 1`, saleID, number).
		Scan(&o.ID, &o.Most, &o.State, &ends, &order)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read offer: %w", err)
	}
	o.Ends = sqldb.Time(ends.Int64)
	if order.Valid {
		o.Order = &sale.Order{}
		if err := json.Unmarshal([]byte(order.String), o.Order); err != nil {
			return nil, fmt.Errorf("read order: %w", err)
		}
	}
	return &o, nil
}

// Withdraw marks a registration withdrawn; the next beat closes its offer,
// when it has one. A purchase that got there first stands, and then nothing
// changes: who could leave with tickets in hand could join again for more.
// Repeating it changes nothing either.
func (l *Line) Withdraw(ctx context.Context, slug string, number int) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		// The dispatch row orders withdrawals against hand-overs: no mail
		// begins to leave once this has committed.
		id, err := lockDispatch(ctx, tx, slug)
		if err != nil {
			return err
		}
		now := l.now()
		res, err := tx.Exec(ctx, `UPDATE registrations SET withdrawn_at = $1, waiting = 0, withdrawing = 1
			WHERE sale_id = $2 AND number = $3 AND withdrawn_at IS NULL AND erased_at IS NULL AND NOT EXISTS
			(SELECT 1 FROM orders WHERE sale_id = $2 AND number = $3 AND state = 'confirmed')`, sqldb.Millis(now), id, number)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return mustExist(ctx, tx, id, number)
		}
		return audit(ctx, tx, auditEntry{at: now, actor: "fan", action: "withdraw", saleID: id, number: number})
	})
	if err != nil {
		return fmt.Errorf("withdraw place %d of %s: %w", number, slug, err)
	}
	return nil
}

func mustExist(ctx context.Context, tx *sqldb.Tx, id int64, number int) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM registrations WHERE sale_id = $1 AND number = $2`, id, number).Scan(&n)
	if err == nil && n == 0 {
		return sale.E(sale.CodeNotFound, "There is no such place.")
	}
	return err
}

// Restore takes a withdrawal back, under the old number. It is too late once
// the box office was asked to close the offer for it, and when the address
// has joined the line again.
func (l *Line) Restore(ctx context.Context, slug string, number int) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockSale(ctx, tx, slug)
		if err != nil {
			return err
		}
		return l.restore(ctx, tx, id, number)
	})
	if err != nil {
		return fmt.Errorf("restore place %d of %s: %w", number, slug, err)
	}
	return nil
}

func (l *Line) restore(ctx context.Context, tx *sqldb.Tx, id int64, number int) error {
	// The dispatch row is what the assigner holds while it closes: under it,
	// the offer is either still open or too late.
	var toldUpTo int64
	err := tx.QueryRow(ctx, `SELECT told_upto FROM dispatch WHERE sale_id = $1`+tx.Dialect().ForUpdate, id).Scan(&toldUpTo)
	if err != nil {
		return err
	}
	var withdrawn, erased sql.NullInt64
	var who string
	var bounced int
	err = tx.QueryRow(ctx, `SELECT withdrawn_at, erased_at, identity, bounced FROM registrations WHERE sale_id = $1 AND number = $2`, id, number).
		Scan(&withdrawn, &erased, &who, &bounced)
	switch {
	case errors.Is(err, sql.ErrNoRows) || erased.Valid:
		return sale.E(sale.CodeNotFound, "There is no such place.")
	case err != nil:
		return err
	case !withdrawn.Valid:
		return nil
	}
	var again, gone, had int
	err = tx.QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM registrations WHERE identity = $3 AND withdrawn_at IS NULL AND erased_at IS NULL),
		(SELECT COUNT(*) FROM offers WHERE sale_id = $1 AND number = $2 AND (state = 'withdrawn' OR (state = 'closing' AND reason = 'withdrawn'))),
		(SELECT COUNT(*) FROM offers WHERE sale_id = $1 AND number = $2 AND state NOT IN ('dropped', 'undelivered'))`,
		id, number, who).Scan(&again, &gone, &had)
	switch {
	case err != nil:
		return err
	case again > 0:
		return sale.E(sale.CodeTooLate, "This address has joined the line again, with a new number.")
	case gone > 0:
		return sale.E(sale.CodeTooLate, "The tickets kept for this place were already given to the next in line.")
	}
	waiting := had == 0 && bounced == 0
	_, err = tx.Exec(ctx, `UPDATE registrations SET withdrawn_at = NULL, withdrawing = 0, waiting = $1 WHERE sale_id = $2 AND number = $3`,
		flag(waiting), id, number)
	if err != nil {
		return err
	}
	if err := untell(ctx, tx, id, number, waiting); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'queued', due_at = $1 WHERE sale_id = $2 AND number = $3
		AND kind IN ('receipt', 'decline') AND state = 'cancelled'`, sqldb.Millis(l.now()), id, number)
	if err != nil {
		return fmt.Errorf("queue mails again: %w", err)
	}
	return audit(ctx, tx, auditEntry{at: l.now(), actor: "fan", action: "restore", saleID: id, number: number})
}

// untell moves the mark of those who were told that it is over back before a
// number that waits again. The outbox keeps anybody from being told twice.
func untell(ctx context.Context, tx *sqldb.Tx, saleID int64, number int, waiting bool) error {
	if !waiting {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE dispatch SET told_upto = $1 WHERE sale_id = $2 AND told_upto >= $3`, number-1, saleID, number)
	return err
}
