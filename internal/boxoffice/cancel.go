package boxoffice

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Cancel voids an order and its tickets and makes its units available again,
// once, for the next in line. Its offer stays bought: the old link is not
// revived. Cancelling again is fine. The reason is the organizer's own words.
func (b *BoxOffice) Cancel(ctx context.Context, slug, code, reason string) (sale.Order, error) {
	found, _, err := b.OrderByCode(ctx, slug, code)
	if err != nil {
		return sale.Order{}, err
	}
	reason = strings.ToValidUTF8(strings.ReplaceAll(reason, "\x00", ""), "")
	var cancelled *order
	err = b.alone(ctx, step{slug: slug, offers: []string{found.Offer}, do: func(k *books) error {
		// Found again under the lock: what was read before it only said where.
		cancelled = k.orders[found.Offer]
		if cancelled == nil {
			return noSuchOrder()
		}
		if cancelled.state == sale.OrderConfirmed {
			k.cancel(cancelled, reason)
		}
		return nil
	}})
	if err != nil {
		return sale.Order{}, err
	}
	return cancelled.public(), nil
}

func (k *books) cancel(o *order, reason string) {
	o.state, o.why = sale.OrderCancelled, reason
	back := o.quantities()
	for kind, n := range back {
		k.ledger.move(transfer{pool: kind, source: sold, target: available, units: n, reason: forCancel, offer: o.offer})
	}
	k.ledger.move(transfer{
		pool: sale.CapacityPool, source: sold, target: available,
		units: back.Total(), reason: forCancel, offer: o.offer,
	})
	k.feed.add(sale.OutcomeCancelled, o.offer, "")
	k.voided = append(k.voided, o)
}

// writeCancelled stores what was cancelled. The condition on the state makes
// it happen once.
func (k *books) writeCancelled(ctx context.Context, tx *sqldb.Tx) error {
	for _, o := range k.voided {
		n, err := affected(tx.Exec(ctx, `UPDATE orders SET state = 'cancelled', cancelled = $2, cancelled_why = $3
			WHERE ref = $1 AND state = 'confirmed'`, o.ref, sqldb.Millis(k.now), o.why))
		if err != nil {
			return fmt.Errorf("cancel order: %w", err)
		}
		if n != 1 {
			return errors.New("cancel order: it was not confirmed")
		}
		if _, err := tx.Exec(ctx, `UPDATE tickets SET voided = 1 WHERE ref = $1`, o.ref); err != nil {
			return fmt.Errorf("void tickets: %w", err)
		}
	}
	return nil
}
