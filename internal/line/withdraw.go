package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Withdraw marks a registration withdrawn; the next beat closes its offer,
// when it has one. A purchase that got there first stands, and then nothing
// changes: who could leave with tickets in hand could join again for more.
// Repeating it changes nothing either. The mail that confirms it is queued in
// the same transaction; an address that takes no mail is spared it.
func (l *Line) Withdraw(ctx context.Context, slug string, number int) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		// The dispatch row orders withdrawals against hand-overs: no mail
		// begins to leave once this has committed.
		id, err := lockDispatch(ctx, tx, slug)
		if err != nil {
			return err
		}
		e := auditEntry{at: l.now(), actor: "fan", action: "withdraw", saleID: id, number: number}
		left, err := leaveLine(ctx, tx, e)
		if err != nil || !left {
			return err
		}
		return audit(ctx, tx, e)
	})
	if err != nil {
		return fmt.Errorf("withdraw place %d of %s: %w", number, slug, err)
	}
	return nil
}

// leaveLine marks a registration withdrawn, unless it is already or stands
// with tickets in hand.
func leaveLine(ctx context.Context, tx *sqldb.Tx, e auditEntry) (bool, error) {
	bounced, err := ints(ctx, tx, `UPDATE registrations SET withdrawn_at = $1, waiting = 0, withdrawing = 1
		WHERE sale_id = $2 AND number = $3 AND withdrawn_at IS NULL AND erased_at IS NULL AND NOT EXISTS
		(SELECT 1 FROM orders WHERE sale_id = $2 AND number = $3 AND state = 'confirmed') RETURNING bounced`, sqldb.Millis(e.at), e.saleID, e.number)
	if err != nil {
		return false, err
	}
	if len(bounced) == 0 {
		return false, mustExist(ctx, tx, e.saleID, e.number)
	}
	if bounced[0] == 1 {
		return true, nil
	}
	return true, confirmWithdrawal(ctx, tx, e.saleID, e.number, e.at)
}

// mostWithdrawn is how many withdrawals of one place are confirmed by mail.
// Who goes on leaving and coming back sees on the page where he stands, and a
// receipt in the wrong hands fills nobody's inbox.
const mostWithdrawn = 3

// confirmWithdrawal queues the mail that says so. One that is still on its way
// says it already, and one that was taken back before it left is queued again.
func confirmWithdrawal(ctx context.Context, tx *sqldb.Tx, id int64, number int, now time.Time) error {
	var before, onWay int
	err := tx.QueryRow(ctx, `SELECT COUNT(*), COUNT(CASE WHEN due_at IS NOT NULL OR state = 'sending' THEN 1 END) FROM outbox
		WHERE sale_id = $1 AND number = $2 AND kind = 'withdrawn'`, id, number).Scan(&before, &onWay)
	if err != nil || onWay > 0 {
		return err
	}
	again, err := ints(ctx, tx, `UPDATE outbox SET state = 'queued', due_at = $1, tried = 0, first_at = NULL
		WHERE sale_id = $2 AND number = $3 AND kind = 'withdrawn' AND state = 'cancelled' RETURNING number`, sqldb.Millis(now), id, number)
	if err != nil || len(again) > 0 || before >= mostWithdrawn {
		return err
	}
	return queueMail(ctx, tx, mailRow{saleID: id, kind: sale.MailWithdrawn, number: number, ref: strconv.Itoa(before + 1), at: now})
}

// extra is what dueMails asks about mails of one kind only, of a mail m to a
// registration r. Kept out of the others' query, it costs them nothing.
type extra struct{ columns, condition string }

var ofOtherKinds = extra{columns: "0, 0"}

// ofWithdrawals asks whether the withdrawal may be taken back: no offer was
// used up for it and the address has not joined again, see restore. The mail
// is moot once it was taken back, and where a purchase came first and stands.
// Until the box office has said what became of an offer, it waits.
var ofWithdrawals = extra{
	columns: `CASE WHEN NOT EXISTS (SELECT 1 FROM offers w WHERE w.sale_id = m.sale_id AND w.number = m.number AND ` + hadTurn + `)
		AND NOT EXISTS (SELECT 1 FROM registrations n WHERE n.identity = r.identity AND n.withdrawn_at IS NULL AND n.erased_at IS NULL)
		THEN 1 ELSE 0 END,
		CASE WHEN r.withdrawn_at IS NULL
		OR EXISTS (SELECT 1 FROM orders p WHERE p.sale_id = m.sale_id AND p.number = m.number AND p.state = 'confirmed')
		THEN 1 ELSE 0 END`,
	condition: `
		AND (r.withdrawn_at IS NULL OR NOT EXISTS (SELECT 1 FROM offers v
			WHERE v.sale_id = m.sale_id AND v.number = m.number AND v.state IN ('planned', 'open', 'closing')))`,
}

// giveUpMoot does without a mail that has nothing to say any more.
func giveUpMoot(ctx context.Context, tx *sqldb.Tx, m Mail, now time.Time) error {
	if m.Kind == sale.MailTest {
		if err := tested(ctx, tx, Tried{Mail: m, Result: resultGivenUp}, now); err != nil {
			return err
		}
	}
	return cancelMoot(ctx, tx, m.ID)
}

// cancelMoot takes a mail that is due out of the outbox unsent.
func cancelMoot(ctx context.Context, tx *sqldb.Tx, id int64) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END, due_at = NULL WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("cancel a moot mail: %w", err)
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

// Restore takes a withdrawal back, under the old number. The mail that was to
// confirm it is moot now and cancelled when its turn comes. It is too late once
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
		(SELECT COUNT(*) FROM offers WHERE sale_id = $1 AND number = $2 AND `+hadTurn+`)`,
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
