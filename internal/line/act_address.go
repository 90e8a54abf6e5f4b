package line

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// corrected is the bounce status of a hand-over that went to an address which
// was corrected since: whatever its server says, it did not reach the fan.
const corrected = "corrected"

// CorrectAddress puts a place under another address: what waits to be mailed
// goes there, and the old address is nowhere any more, nor in places of this
// line that the fan had left under it. The marks of mail that did not arrive
// are cleared. So a fan whose offer bounced, and who bought or declined
// nothing, is next again by his number; one whose offer is open gets it again,
// for a whole life.
//
// It refuses an address that stands in this line already, with the field
// named, and what would mail the fan too often.
func (l *Line) CorrectAddress(ctx context.Context, a Act, to sale.Address) error {
	return l.act(ctx, a, "correct", func(ctx context.Context, tx *sqldb.Tx, h *held) error {
		identity := identityOf(h.saleID, to)
		if err := h.mayMoveTo(ctx, tx, to, identity); err != nil {
			return err
		}
		if err := h.moveTo(ctx, tx, to, identity); err != nil {
			return err
		}
		if err := h.undelivered(ctx, tx); err != nil {
			return err
		}
		return h.mailAgain(ctx, tx)
	})
}

func (h *held) mayMoveTo(ctx context.Context, tx *sqldb.Tx, to sale.Address, identity string) error {
	refuse := func(code sale.Code, format string, args ...any) error {
		e := sale.E(code, format, args...)
		e.Fields = []sale.FieldError{{Field: "address", Message: e.Message}}
		return e
	}
	if h.withdrawn {
		return sale.E(sale.CodeTooLate, "This fan has left the line.")
	}
	if to.Typed == h.address {
		return refuse(sale.CodeInvalid, "This is the address that the place has.")
	}
	taken, err := ints(ctx, tx, `SELECT number FROM registrations WHERE identity = $1
		AND withdrawn_at IS NULL AND erased_at IS NULL`, identity)
	if err != nil {
		return fmt.Errorf("look the address up: %w", err)
	}
	for _, n := range taken {
		if n != h.number {
			return refuse(sale.CodeAlreadyInLine, "This address stands in this line already, with number %d.", n)
		}
	}
	return h.notTooOften(ctx, tx)
}

// moveTo writes the address wherever the old one stood.
func (h *held) moveTo(ctx context.Context, tx *sqldb.Tx, to sale.Address, identity string) error {
	at := sqldb.Millis(h.at)
	_, err := tx.Exec(ctx, `UPDATE registrations SET address = $1, identity = $2, corrected_at = $3, bounced = 0, undelivered = 0
		WHERE sale_id = $4 AND number = $5`, to.Typed, identity, at, h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("correct the address: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE registrations SET address = $1, identity = $2, corrected_at = $3
		WHERE identity = $4 AND withdrawn_at IS NOT NULL AND erased_at IS NULL`, to.Typed, identity, at, h.identity)
	if err != nil {
		return fmt.Errorf("correct the address of former places: %w", err)
	}
	return h.forgetAsked(ctx, tx)
}

// forgetAsked forgets that the address ever asked for a link that confirms it.
func (h *held) forgetAsked(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM confirmations WHERE identity = $1`, h.identity); err != nil {
		return fmt.Errorf("forget a confirmation: %w", err)
	}
	return nil
}

// undelivered takes back what it meant that mail did not arrive: the turn that
// a bounced offer used up, and that it is being closed as bounced. Of an offer
// that made the registration count as bounced, the check of the order must
// know since when it counts no more.
func (h *held) undelivered(ctx context.Context, tx *sqldb.Tx) error {
	at := sqldb.Millis(h.at)
	_, err := tx.Exec(ctx, `UPDATE offers SET returned_at = $1 WHERE sale_id = $2 AND number = $3 AND returned_at IS NULL
		AND (state = 'bounced' OR ($4 = 1 AND state = 'undelivered'
			AND batch = (SELECT MAX(l.batch) FROM offers l WHERE l.sale_id = $2 AND l.number = $3)))`,
		at, h.saleID, h.number, flag(h.bounced))
	if err != nil {
		return fmt.Errorf("give the turn back: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE offers SET reason = 'undelivered' WHERE sale_id = $1 AND number = $2
		AND state = 'closing' AND reason = 'bounced'`, h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("close as undelivered: %w", err)
	}
	waits, err := ints(ctx, tx, `UPDATE registrations SET waiting = CASE WHEN EXISTS (SELECT 1 FROM offers
		WHERE sale_id = $1 AND number = $2 AND `+hadTurn+`) THEN 0 ELSE 1 END WHERE sale_id = $1 AND number = $2 RETURNING waiting`,
		h.saleID, h.number)
	if err != nil || len(waits) == 0 {
		return err
	}
	return untell(ctx, tx, h.saleID, h.number, waits[0] == 1)
}

// mailAgain sends to the new address what the old one got or may have got: the
// open offer, and the receipt.
func (h *held) mailAgain(ctx context.Context, tx *sqldb.Tx) error {
	at := sqldb.Millis(h.at)
	// What is in a worker's hands goes to the old address, and so has gone what
	// the open offer's mail was handed over for.
	_, err := tx.Exec(ctx, `UPDATE mail_tries SET bounced_at = $1, bounce = '`+corrected+`' WHERE bounced_at IS NULL AND mail_id IN (
		SELECT m.id FROM outbox m WHERE m.sale_id = $2 AND m.number = $3 AND m.kind IN (`+placeMails+`)
			AND (m.state = 'sending' OR (m.kind = 'offer' AND EXISTS (SELECT 1 FROM offers o WHERE o.id = m.ref AND o.state = 'open'))))
		AND (done_at IS NULL OR result IN ('accepted', 'unknown'))
		AND (done_at IS NULL OR EXISTS (SELECT 1 FROM outbox m WHERE m.id = mail_id AND m.kind = 'offer'))`, at, h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("mark what went to the old address: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state = 'queued', due_at = $1, delivered = 0, first_at = NULL, give_up_at = NULL
		WHERE sale_id = $2 AND kind = 'offer' AND number = $3 AND state <> 'sending'
		AND EXISTS (SELECT 1 FROM offers o WHERE o.id = outbox.ref AND o.state = 'open')`, at, h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("queue the offer's mail again: %w", err)
	}
	if !h.state.Sale.Mail.Receipt {
		return nil
	}
	waits, err := ints(ctx, tx, `SELECT COUNT(*) FROM outbox WHERE sale_id = $1 AND kind = 'receipt' AND number = $2
		AND (due_at IS NOT NULL OR state = 'sending')`, h.saleID, h.number)
	if err != nil || len(waits) == 0 || waits[0] > 0 {
		return err
	}
	return repeatReceipt(ctx, tx, h.saleID, h.number, h.at)
}

// beginAgain gives a mail that was in a worker's hands when its address was
// corrected, and is due again, the patience and the marks of one that was
// never tried: what happened at the old address is not the new one's.
func beginAgain(ctx context.Context, tx *sqldb.Tx, mailID int64) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET first_at = NULL, give_up_at = NULL, delivered = CASE WHEN `+reached+` THEN 1 ELSE 0 END,
		state = CASE WHEN `+reached+` THEN state ELSE 'queued' END WHERE id = $1 AND due_at IS NOT NULL`, mailID)
	if err != nil {
		return fmt.Errorf("begin with the new address: %w", err)
	}
	return nil
}
