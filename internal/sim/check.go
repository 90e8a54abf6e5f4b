package sim

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/verify"
)

// check looks at every invariant, on both sides and between them, and at what
// fans were answered. No fault strikes while it looks.
func (w *World) check() {
	w.checking = true
	defer func() { w.checking = false }()
	problems, err := verify.Both(w.ctx, w.line(), w.box, w.boxDB)
	if err != nil {
		w.fail("verify: %v", err)
	}
	for _, p := range problems {
		w.fail("%s", p)
	}
	w.checkAnswers()
	w.checkLives()
	w.checkLinks()
}

// checkAnswers: nothing that was answered is ever lost.
func (w *World) checkAnswers() {
	err := w.lineDB.Read(w.ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		stored := map[int]string{}
		err := tx.Each(ctx, func(row sqldb.Row) error {
			var number int
			var address string
			err := row.Scan(&number, &address)
			stored[number] = address
			return err
		}, `SELECT number, address FROM registrations`)
		if err != nil {
			return err
		}
		for number, address := range w.answered {
			if stored[number] != address {
				return fmt.Errorf("number %d was answered to %s and belongs to %q", number, address, stored[number])
			}
		}
		return nil
	})
	if err != nil {
		w.fail("answered registrations: %v", err)
	}
	there := map[string]string{}
	err = w.box.Offers(w.ctx, "sim", func(r boxoffice.OfferRow) error {
		there[r.ID] = r.Order
		return nil
	})
	if err != nil {
		w.fail("answered orders: %v", err)
	}
	for offer, code := range w.orders {
		if there[offer] != code {
			w.fail("order %s of offer %s was answered, and there is %q", code, offer, there[offer])
		}
	}
}

// count is one number from the line database.
func (w *World) count(query string) int {
	var n int
	err := w.lineDB.Read(w.ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, query).Scan(&n)
	})
	w.tolerate("count", err)
	return n
}
