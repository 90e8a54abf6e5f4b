package boxoffice_test

import (
	"context"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// Each check goes red when what it checks is broken behind the code's back.
func TestChecksFindWhatIsBroken(t *testing.T) {
	move := func(pool, source, target, reason, offer string) string {
		return `INSERT INTO transfers (sale, pool, source, target, units, reason, offer, at)
			VALUES ('lakeside', '` + pool + `', '` + source + `', '` + target + `', 1, '` + reason + `', ` + offer + `, 0)`
	}
	damage := map[string][]string{
		"an offer has at most one purchase, and a bought one has it":         {`UPDATE offers SET state = 'open', ended = NULL WHERE id = 'bought'`},
		"what open offers hold is what the capacity has offered":             {`UPDATE offers SET granted = 3 WHERE id = 'open'`},
		"no more is offered and sold than was issued":                        {`UPDATE accounts SET balance = 100 WHERE pool = 'capacity' AND name = 'offered'`},
		"freezes are dense and counted, and none lasts but the last":         {`UPDATE sales SET freezes = 1`},
		"an offer ends once, as its row says":                                {`UPDATE offers SET reason = 'withdrawn' WHERE id = 'declined'`},
		"the accounts of a pool sum to zero":                                 {`UPDATE accounts SET balance = balance + 1 WHERE pool = 'fri' AND name = 'available'`},
		"none but issued is negative":                                        {`PRAGMA ignore_check_constraints = 1`, `UPDATE accounts SET balance = -1 WHERE pool = 'fri' AND name = 'offered'`},
		"balances are the sum of their transfers":                            {move("fri", "issued", "available", "issue", "NULL")},
		"what was issued is the stock of the version in force":               {`UPDATE accounts SET balance = balance - 1 WHERE pool = 'fri' AND name = 'issued'`},
		"every unit sold has its ticket":                                     {`UPDATE tickets SET voided = 1 WHERE number = 1`},
		"an order is worth its tickets, and has no more than was granted":    {`UPDATE orders SET total = total + 1 WHERE offer = 'bought'`},
		"an order has tickets":                                               {`DELETE FROM tickets`},
		"an offer held what it was granted, and everything left it once":     {move("capacity", "offered", "available", "close", "'declined'")},
		"what an order took is what left its pools":                          {move("fri", "sold", "available", "cancel", "'bought'")},
		"a cancelled order has no valid ticket, a confirmed one no void one": {`UPDATE tickets SET voided = 0`},
		"a cancelled order is told of once":                                  {`UPDATE orders SET state = 'cancelled', cancelled = 0 WHERE offer = 'bought'`},
		"the types have a ticket for every unit that is free or offered":     {`UPDATE accounts SET balance = 100 WHERE pool = 'capacity' AND name = 'available'`},
		"the feed is dense up to its counter":                                {`UPDATE sales SET feed = feed + 1`},
		"an order stands at its place in the feed":                           {`UPDATE orders SET position = 99 WHERE offer = 'bought'`},
	}
	for _, c := range boxoffice.Checks() {
		t.Run(c.Name, func(t *testing.T) {
			if damage[c.Name] == nil {
				t.Fatal("nothing shows that this check can fail")
			}
			h := open(t, sqldbtest.SQLite(t)(), sqldb.Options{Unsafe: true})
			everyState(t, h)
			h.check(t)
			if err := h.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				for _, q := range damage[c.Name] {
					if n, err := tx.Exec(ctx, q); err != nil {
						return err
					} else if _, err := n.RowsAffected(); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := h.db.Read(t.Context(), c.Run); err == nil {
				t.Error("the check did not see it")
			} else {
				t.Log(err)
			}
		})
	}
}

// everyState makes a sale with an offer in every state and a cancelled order.
func everyState(t testing.TB, h *house) {
	t.Helper()
	if err := h.Put(t.Context(), lakeside(20), nil); err != nil {
		t.Fatal(err)
	}
	var asks []sale.Ask
	for _, id := range []string{"open", "bought", "cancelled", "declined", "closed"} {
		asks = append(asks, sale.Ask{Offer: id, Most: 4})
	}
	if _, err := h.Reserve(t.Context(), "lakeside", append(asks, sale.Ask{Offer: "dropped", Most: 4})); err != nil {
		t.Fatal(err)
	}
	h.buy(t, "bought", 2, 1)
	if _, err := h.Cancel(t.Context(), "lakeside", h.buy(t, "cancelled", 1, 1).Code, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.Decline(t.Context(), "lakeside", "declined", sale.End{At: noon.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Close(t.Context(), "lakeside", sale.Closing{Offer: "closed", Reason: sale.OfferBounced}); err != nil {
		t.Fatal(err)
	}
}

// Should all code above it be wrong, the database itself refuses to sell what
// is not there, to end an offer twice, and to rewrite what happened.
func TestTheDatabaseIsTheLastDefence(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := open(t, dsn(), sqldb.Options{Unsafe: true})
		everyState(t, h)
		run := func(q string) error {
			return h.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, q)
				return err
			})
		}
		for _, name := range []string{"available", "offered", "sold"} {
			if err := run(`UPDATE accounts SET balance = balance - 1000 WHERE pool = 'capacity' AND name = '` + name + `'`); !sqldb.IsCheck(err) {
				t.Errorf("%s below zero: %v", name, err)
			}
		}
		for what, q := range map[string]string{
			"a second order for an offer": `INSERT INTO orders (ref, sale, code, offer, position, version, state, total, idempotency, at)
				SELECT 'other', sale, 'other', offer, 99, version, state, total, '', at FROM orders WHERE offer = 'bought'`,
			"a second end of an offer": `INSERT INTO outcomes (sale, position, kind, offer, reason, at)
				VALUES ('lakeside', 99, 'closed', 'bought', 'expired', 0)`,
			"a second cancellation": `INSERT INTO outcomes (sale, position, kind, offer, reason, at)
				VALUES ('lakeside', 99, 'cancelled', 'cancelled', '', 0)`,
		} {
			if err := run(q); !sqldb.IsUnique(err) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, q := range []string{
			`UPDATE transfers SET units = units + 1`, `DELETE FROM transfers`,
			`UPDATE outcomes SET reason = 'expired'`, `DELETE FROM outcomes`,
			`UPDATE sale_versions SET document = '{}'`, `DELETE FROM sale_versions`,
		} {
			if err := run(q); err == nil {
				t.Errorf("allowed: %s", q)
			}
		}
		h.check(t)
	})
}
