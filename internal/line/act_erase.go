package line

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// OrderChoice is what becomes of the order of a person who is erased.
type OrderChoice string

// The choices. Who has an order needs one of them.
const (
	KeepOrder      OrderChoice = "keep"   // it stands, and nobody knows whose it is
	CancelItsOrder OrderChoice = "cancel" // its tickets go to the next in line
)

// Erase removes a person from this sale's line: the address, in every form
// and from every place that he ever had here, what his sign-up left behind,
// and all mail that waits. The numbers stay, with what happened to them. His
// offer is closed at the next beat, as erased. It cannot be taken back.
//
// What he bought is kept without the address, or cancelled, as order says; a
// purchase without a choice is refused with the field named.
func (l *Line) Erase(ctx context.Context, a Act, order OrderChoice) error {
	return l.act(ctx, a, "erase", func(ctx context.Context, tx *sqldb.Tx, h *held) error {
		numbers, err := ints(ctx, tx, `SELECT number FROM registrations WHERE identity = $1 AND withdrawn_at IS NOT NULL
			AND erased_at IS NULL AND number <> $2
			UNION SELECT number FROM registrations WHERE identity = $1 AND withdrawn_at IS NULL AND erased_at IS NULL AND number <> $2
			ORDER BY 1`, h.identity, h.number)
		if err != nil {
			return fmt.Errorf("find the person's other places: %w", err)
		}
		if err := h.forgetAsked(ctx, tx); err != nil {
			return err
		}
		for _, n := range numbers {
			other := *h
			other.number = n
			if err := other.erase(ctx, tx, order); err != nil {
				return err
			}
			if err := audit(ctx, tx, other.auditEntry); err != nil {
				return err
			}
		}
		return h.erase(ctx, tx, order)
	})
}

// erase is the same for each of the person's places.
func (h *held) erase(ctx context.Context, tx *sqldb.Tx, order OrderChoice) error {
	if err := h.settleOrder(ctx, tx, order); err != nil {
		return err
	}
	// What marks an offer that is planned to be closed as soon as the box
	// office has answered is the same as for who left.
	_, err := tx.Exec(ctx, `UPDATE registrations SET address = '', identity = $1, idem = NULL, network = NULL, lang = '',
		waiting = 0, withdrawing = 1, erased_at = $2 WHERE sale_id = $3 AND number = $4`,
		fmt.Sprintf("%d:erased %d", h.saleID, h.number), sqldb.Millis(h.at), h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("erase the registration: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE offers SET state = 'closing', reason = 'erased' WHERE sale_id = $1 AND number = $2 AND state = 'open'`, h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("close the offer: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END, due_at = NULL
		WHERE sale_id = $1 AND number = $2 AND due_at IS NOT NULL
		AND kind IN (`+placeMails+`)`, h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("cancel the mails: %w", err)
	}
	return nil
}

// settleOrder does what was chosen with an order that stands.
func (h *held) settleOrder(ctx context.Context, tx *sqldb.Tx, choice OrderChoice) error {
	codes, err := texts(ctx, tx, `SELECT code FROM orders WHERE sale_id = $1 AND number = $2 AND state = 'confirmed' AND cancel_at IS NULL`, h.saleID, h.number)
	if err != nil {
		return fmt.Errorf("look for an order: %w", err)
	}
	for _, code := range codes { // one, or none
		switch choice {
		case KeepOrder:
			h.detail = "order " + code + " kept"
		case CancelItsOrder:
			h.detail = "order " + code + " to be cancelled"
			return h.cancelOrder(ctx, tx, code)
		default:
			words := "This fan has bought: say whether the order is kept without the address, or cancelled."
			return &sale.Error{Code: sale.CodeInvalid, Message: words, Fields: []sale.FieldError{{Field: "order", Message: words}}}
		}
	}
	return nil
}
