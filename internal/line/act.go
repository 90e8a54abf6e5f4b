package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Act is what an organizer does about one place: who does it, and why. Both
// stand in the audit for ever.
type Act struct {
	Sale   string
	Number int
	Actor  string
	Why    string
}

// held is a registration as an act finds it: nobody else changes it, signs up
// under its address, or hands a mail to it over until the act is done.
type held struct {
	auditEntry // of the act
	state      State
	address    string
	identity   string
	withdrawn  bool
	bounced    bool
}

// act does one thing to one place, and writes it into the audit in the same
// transaction. What do answers as an error is the organizer's answer.
func (l *Line) act(ctx context.Context, a Act, action string, do func(context.Context, *sqldb.Tx, *held) error) error {
	why, err := sale.CheckWhy(a.Why)
	if err != nil {
		return err
	}
	if a.Actor == "" {
		return errors.New("an act needs an actor")
	}
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if _, err := lockSale(ctx, tx, a.Sale); err != nil {
			return err
		}
		id, err := lockDispatch(ctx, tx, a.Sale)
		if err != nil {
			return err
		}
		h := &held{auditEntry: auditEntry{at: l.now(), actor: a.Actor, action: action, saleID: id, number: a.Number, why: why}}
		if err := h.read(ctx, tx, a.Sale); err != nil {
			return err
		}
		if err := do(ctx, tx, h); err != nil {
			return err
		}
		return audit(ctx, tx, h.auditEntry)
	})
	if err != nil {
		return fmt.Errorf("%s place %d of %s: %w", action, a.Number, a.Sale, err)
	}
	return nil
}

func (h *held) read(ctx context.Context, tx *sqldb.Tx, slug string) error {
	var err error
	if h.state, err = readState(ctx, tx, slug); err != nil {
		return err
	}
	var withdrawn, erased sql.NullInt64
	var bounced int
	err = tx.QueryRow(ctx, `SELECT address, identity, withdrawn_at, erased_at, bounced FROM registrations WHERE sale_id = $1 AND number = $2`,
		h.saleID, h.number).Scan(&h.address, &h.identity, &withdrawn, &erased, &bounced)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return sale.E(sale.CodeNotFound, "There is no place %d in this line.", h.number)
	case err != nil:
		return err
	case erased.Valid:
		return sale.E(sale.CodeTooLate, "This person was erased; only the number is left.")
	}
	h.withdrawn, h.bounced = withdrawn.Valid, bounced == 1
	return nil
}

// placeMails are the kinds of mail that are about a place: the index by number
// begins with the kind.
const placeMails = `'offer', 'order', 'cancellation', 'withdrawn', 'decline', 'receipt'`

// hadTurn is the condition on an offer that used its registration's turn up,
// as [sale.OfferState.CountsAsTurn] has it, unless the turn was given back.
const hadTurn = `state NOT IN ('dropped', 'undelivered') AND returned_at IS NULL`

// What an organizer may cause to be mailed to one fan: so many times in any
// stretch of so long.
const (
	mostCaused   = 3
	causedWindow = 24 * time.Hour
)

// notTooOften refuses an act that would mail the same fan too often.
func (h *held) notTooOften(ctx context.Context, tx *sqldb.Tx) error {
	times, err := ints(ctx, tx, `SELECT at FROM audit WHERE sale_id = $1 AND number = $2 AND number > 0
		AND action IN ('resend', 'correct') AND at > $3 ORDER BY at`,
		h.saleID, h.number, sqldb.Millis(h.at.Add(-causedWindow)))
	if err != nil || len(times) < mostCaused {
		return err
	}
	free := sqldb.Time(int64(times[len(times)-mostCaused])).Add(causedWindow)
	return &sale.Error{
		Code:       sale.CodeTooMany,
		Message:    fmt.Sprintf("This fan was mailed again %d times in the last 24 hours; that is enough for one inbox.", mostCaused),
		RetryAfter: free.Sub(h.at),
	}
}

// WithdrawFor takes a fan out of the line as [Line.Withdraw] does, on an
// organizer's word. Who has bought is refused: there the order is cancelled.
func (l *Line) WithdrawFor(ctx context.Context, a Act) error {
	return l.act(ctx, a, "withdraw", func(ctx context.Context, tx *sqldb.Tx, h *held) error {
		if h.withdrawn {
			return sale.E(sale.CodeTooLate, "This fan has left the line already.")
		}
		left, err := leaveLine(ctx, tx, h.auditEntry)
		if err == nil && !left {
			return sale.E(sale.CodeAlreadyBought, "This fan has bought. Cancel the order to give the tickets back.")
		}
		return err
	})
}
