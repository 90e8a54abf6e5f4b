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

// heldOffer is the newest offer of a place, with its mail.
type heldOffer struct {
	id        string
	state     sale.OfferState
	ends      time.Time
	mail      int64
	mailState sale.MailState
	due       bool
}

func (h *held) offer(ctx context.Context, tx *sqldb.Tx) (*heldOffer, error) {
	var o heldOffer
	var ends, mail, due sql.NullInt64
	var mailState sql.NullString
	err := tx.QueryRow(ctx, `SELECT o.id, o.state, o.ends, m.id, m.state, m.due_at FROM offers o
		LEFT JOIN outbox m ON m.kind = 'offer' AND m.ref = o.id
		WHERE o.sale_id = $1 AND o.number = $2 ORDER BY o.batch DESC LIMIT 1`, h.saleID, h.number).
		Scan(&o.id, &o.state, &ends, &mail, &mailState, &due)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, sale.E(sale.CodeTooLate, "This fan has had no offer yet.")
	}
	if err != nil {
		return nil, fmt.Errorf("read the offer: %w", err)
	}
	o.ends, o.mail, o.mailState, o.due = sqldb.NullTime(ends), mail.Int64, sale.MailState(mailState.String), due.Valid
	return &o, nil
}

// notOpen says why nothing can be done about an offer, or nil when it is open.
func (o *heldOffer) notOpen() error {
	switch o.state {
	case sale.OfferOpen:
		return nil
	case sale.OfferPlanned:
		return sale.E(sale.CodeTooLate, "The box office has not answered yet what it has for this offer; its mail leaves by itself.")
	case sale.OfferClosing:
		return sale.E(sale.CodeTooLate, "This offer is just being closed.")
	case sale.OfferBought:
		return sale.E(sale.CodeAlreadyBought, "This fan has bought with this offer.")
	default:
		return sale.E(sale.CodeTooLate, "This offer is over (%s); its tickets have gone to the next in line.", o.state)
	}
}

// ResendOffer queues the mail of the open offer once more: the same offer, a
// new link, a whole life from when it leaves. It refuses, with the reason in
// words, when there is nothing to send again, and more than three times in 24
// hours for one place.
func (l *Line) ResendOffer(ctx context.Context, a Act) error {
	return l.act(ctx, a, "resend", func(ctx context.Context, tx *sqldb.Tx, h *held) error {
		if h.withdrawn {
			return sale.E(sale.CodeTooLate, "This fan has left the line.")
		}
		o, err := h.offer(ctx, tx)
		if err != nil {
			return err
		}
		if err := o.notOpen(); err != nil {
			return err
		}
		clock := h.at
		if h.state.Frozen {
			clock = h.state.FrozenSince
		}
		switch {
		case o.due || o.mailState == sale.MailSending:
			return sale.E(sale.CodeTooLate, "The mail with the link is still on its way.")
		case !h.at.Before(h.state.Sale.Dispatch.Ends):
			return sale.E(sale.CodeTooLate, "The sale is over; no offer is mailed any more.")
		case !clock.Before(o.ends):
			return sale.E(sale.CodeTooLate, "The offer's time has passed; it is just being closed.")
		}
		if err := h.notTooOften(ctx, tx); err != nil {
			return err
		}
		h.detail = o.id
		_, err = tx.Exec(ctx, `UPDATE outbox SET due_at = $1, first_at = NULL, give_up_at = NULL,
			state = CASE WHEN state = 'refused' AND delivered = 1 THEN 'unknown' WHEN state = 'refused' THEN 'queued' ELSE state END
			WHERE id = $2`, sqldb.Millis(h.at), o.mail)
		if err != nil {
			return fmt.Errorf("queue the offer's mail again: %w", err)
		}
		return nil
	})
}

// VoidOffer takes an open offer back. The next beat closes it at the box
// office, unless the fan has bought meanwhile, and its tickets go to the next
// in line. The fan has had his turn.
func (l *Line) VoidOffer(ctx context.Context, a Act) error {
	return l.act(ctx, a, "void", func(ctx context.Context, tx *sqldb.Tx, h *held) error {
		o, err := h.offer(ctx, tx)
		if err != nil {
			return err
		}
		if err := o.notOpen(); err != nil {
			return err
		}
		h.detail = o.id
		return closeFor(ctx, tx, o.id, sale.OfferVoided)
	})
}

// closeFor marks an open offer as closing, for a reason that is not in the
// offer itself.
func closeFor(ctx context.Context, tx *sqldb.Tx, offer string, reason sale.OfferState) error {
	_, err := tx.Exec(ctx, `UPDATE offers SET state = 'closing', reason = $1 WHERE id = $2 AND state = 'open'`, string(reason), offer)
	if err != nil {
		return fmt.Errorf("mark %s: %w", reason, err)
	}
	return nil
}
