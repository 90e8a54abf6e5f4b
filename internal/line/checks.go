package line

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sqldb"
)

// Checks are the invariants of the line's stored data. Each looks at all
// sales; each returns the first few violations it finds.
func Checks() []sqldb.Check {
	return []sqldb.Check{
		{Invariant: 1, Name: "numbers are dense", Run: none(`SELECT s.slug, s.last_number, COUNT(r.number), COALESCE(MAX(r.number), 0)
			FROM sales s LEFT JOIN registrations r ON r.sale_id = s.id GROUP BY s.id, s.slug, s.last_number
			HAVING COUNT(r.number) <> s.last_number OR COALESCE(MAX(r.number), 0) <> s.last_number`)},
		{Invariant: 3, Name: "a lower number is never later", Run: none(`SELECT sale_id, number, before, at
			FROM (SELECT sale_id, number, at, LAG(at) OVER (PARTITION BY sale_id ORDER BY number) AS before FROM registrations) t
			WHERE at < before LIMIT 5`)},
		{Invariant: 5, Name: "an address stands in line once", Run: none(`SELECT sale_id, MIN(number), MAX(number), COUNT(*) FROM registrations
			WHERE withdrawn_at IS NULL AND erased_at IS NULL GROUP BY sale_id, identity HAVING COUNT(*) > 1`)},
		{Invariant: 5, Name: "a lost receipt is sent again three times a day", Run: none(resentTooOften)},
		{Invariant: 6, Name: "the guaranteed are the first", Run: none(`SELECT s.slug, s.guaranteed_given, COUNT(r.number), COALESCE(MAX(r.number), 0)
			FROM sales s LEFT JOIN registrations r ON r.sale_id = s.id AND r.class = 'guaranteed'
			GROUP BY s.id, s.slug, s.guaranteed_given
			HAVING COUNT(r.number) <> s.guaranteed_given OR COALESCE(MAX(r.number), 0) <> s.guaranteed_given`)},
		{Invariant: 6, Name: "the guarantees can be kept", Run: guaranteesKept},
		{Invariant: 7, Name: "one live offer and one purchase", Run: none(`SELECT sale_id, number, COUNT(*), 0 FROM offers
			WHERE state IN ('planned', 'open', 'closing') GROUP BY sale_id, number HAVING COUNT(*) > 1
			UNION ALL SELECT sale_id, number, COUNT(*), 1 FROM offers WHERE state = 'bought' GROUP BY sale_id, number HAVING COUNT(*) > 1`)},
		{Invariant: 7, Name: "waiting is what the offers say", Run: none(`SELECT r.sale_id, r.number, r.waiting, r.bounced FROM registrations r
			WHERE r.withdrawn_at IS NULL AND r.erased_at IS NULL AND r.bounced = 0 AND r.waiting = CASE WHEN EXISTS
				(SELECT 1 FROM offers o WHERE o.sale_id = r.sale_id AND o.number = r.number AND ` + hadTurn + `)
				THEN 1 ELSE 0 END LIMIT 5`)},
		{Invariant: 8, Name: "offers go in order", Run: eachSale(inOrder)},
		{Invariant: 10, Name: "batch after batch", Run: none(batchAfterBatch)},
		{Invariant: 12, Name: "no offer is planned while paused", Run: eachSale(notWhile("pause", "resume"))},
		{Invariant: 12, Name: "no offer is planned while frozen", Run: eachSale(notWhile("freeze", "release"))},
		{Invariant: 14, Name: "freezes are dense, and one lasts at most", Run: none(freezesDense)},
		{Invariant: 15, Name: "a live offer ends as its mail and the freezes say", Run: eachSale(endsAsGiven)},
		{Invariant: 15, Name: "no offer expires while the clocks stand still", Run: none(expiredFrozen)},
		{Invariant: 15, Name: "a delivered offer has its end", Run: none(`SELECT o.sale_id, o.number, m.id, m.tries FROM offers o
			JOIN outbox m ON m.kind = 'offer' AND m.ref = o.id WHERE o.ends IS NULL AND m.tries > 0 LIMIT 5`)},
		{Invariant: 20, Name: "a bought offer has its order", Run: none(`SELECT o.sale_id, o.number, 0, 0 FROM offers o LEFT JOIN orders b ON b.offer = o.id
			WHERE (o.state = 'bought') <> (b.code IS NOT NULL) LIMIT 5`)},
		{Invariant: 29, Name: "an expired offer had reached its fan", Run: none(`SELECT o.sale_id, o.number, 0, 0 FROM offers o
			WHERE o.state = 'expired' AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.kind = 'offer' AND m.ref = o.id AND m.delivered = 1) LIMIT 5`)},
		{Invariant: 29, Name: "an offer that bounced had reached nobody", Run: none(`SELECT o.sale_id, o.number, t.id, 0 FROM offers o
			JOIN outbox m ON m.kind = 'offer' AND m.ref = o.id JOIN mail_tries t ON t.mail_id = m.id
			WHERE o.state IN ('bounced', 'undelivered') AND t.result IN ('accepted', 'unknown') AND t.bounced_at IS NULL LIMIT 5`)},
		{Invariant: 29, Name: "no mail of an over offer waits", Run: none(`SELECT o.sale_id, o.number, m.id, 0 FROM outbox m JOIN offers o ON o.id = m.ref
			WHERE m.kind = 'offer' AND m.due_at IS NOT NULL AND o.state NOT IN ('planned', 'open', 'closing') LIMIT 5`)},
		{Invariant: 29, Name: "no hand-over begins after withdrawal", Run: none(`SELECT t.sale_id, r.number, t.started_at, r.withdrawn_at FROM mail_tries t
			JOIN outbox m ON m.id = t.mail_id JOIN registrations r ON r.sale_id = m.sale_id AND r.number = m.number
			WHERE m.kind = 'offer' AND t.started_at > r.withdrawn_at LIMIT 5`)},
		{Invariant: 29, Name: "only who left is told so", Run: none(`SELECT t.sale_id, m.number, t.started_at, w.at FROM mail_tries t
			JOIN outbox m ON m.id = t.mail_id AND m.kind = 'withdrawn'
			LEFT JOIN (SELECT sale_id, number, MIN(at) AS at FROM audit WHERE action = 'withdraw' GROUP BY sale_id, number) w
				ON w.sale_id = m.sale_id AND w.number = m.number
			WHERE w.at IS NULL OR t.started_at < w.at LIMIT 5`)},
		{Invariant: 29, Name: "no hand-over of an offer begins in quiet hours", Run: notInQuietHours},
		{Invariant: 29, Name: "what is being sent has one open try", Run: none(`SELECT m.sale_id, m.number, m.id, COUNT(t.id) FROM outbox m
			LEFT JOIN mail_tries t ON t.mail_id = m.id AND t.done_at IS NULL GROUP BY m.id, m.sale_id, m.number, m.state
			HAVING COUNT(t.id) <> CASE WHEN m.state = 'sending' THEN 1 ELSE 0 END`)},
		{Invariant: 33, Name: "a test mail's address is gone once it is done", Run: none(`SELECT m.sale_id, m.id, m.state, 0 FROM outbox m
			JOIN test_mails x ON x.ref = m.ref WHERE m.kind = 'test' AND m.due_at IS NULL AND m.state <> 'sending' AND x.address <> '' LIMIT 5`)},
		{Invariant: 33, Name: "an erased person is gone", Run: none(`SELECT sale_id, number, 0, 0 FROM registrations
			WHERE erased_at IS NOT NULL AND (address <> '' OR identity LIKE '%@%' OR network IS NOT NULL OR idem IS NOT NULL) LIMIT 5`)},
		{Invariant: 33, Name: "nobody who was erased is mailed", Run: none(`SELECT r.sale_id, r.number, m.id, 0 FROM registrations r
			JOIN outbox m ON m.sale_id = r.sale_id AND m.number = r.number AND m.kind IN (` + placeMails + `)
			WHERE r.erased_at IS NOT NULL AND (m.due_at IS NOT NULL OR EXISTS
				(SELECT 1 FROM mail_tries t WHERE t.mail_id = m.id AND t.started_at > r.erased_at)) LIMIT 5`)},
	}
}

// batchAfterBatch finds a batch that was planned before every mail of the
// one before it had a recorded outcome. Our own faults are no outcome; a
// cancelled mail needs none.
const batchAfterBatch = `SELECT sale_id, batch, next_planned, last_done FROM (
		SELECT sale_id, batch, MAX(done) AS last_done, MAX(undone_until) AS undone_until,
			LEAD(MIN(planned_at)) OVER (PARTITION BY sale_id ORDER BY batch) AS next_planned
		FROM (SELECT sale_id, batch, planned_at, done,
				CASE WHEN mail IS NOT NULL AND done IS NULL THEN COALESCE(over_at, 4611686018427387904) END AS undone_until
			FROM (SELECT o.sale_id, o.batch, o.planned_at, o.over_at, m.id AS mail,
					(SELECT MIN(t.done_at) FROM mail_tries t WHERE t.mail_id = m.id AND t.result NOT IN ('', 'fault')) AS done
				FROM offers o LEFT JOIN outbox m ON m.kind = 'offer' AND m.ref = o.id) each_offer) each_mail
		GROUP BY sale_id, batch) each_batch
	WHERE last_done > next_planned OR undone_until > next_planned LIMIT 5`

// none makes a check of a query with four columns that must find nothing.
func none(query string) func(context.Context, *sqldb.Tx) error {
	return func(ctx context.Context, tx *sqldb.Tx) error {
		var found []string
		err := tx.Each(ctx, func(row sqldb.Row) error {
			var v [4]any
			err := row.Scan(&v[0], &v[1], &v[2], &v[3])
			found = append(found, fmt.Sprint(v[:]...))
			return err
		}, query)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("%d rows: %v", len(found), found)
		}
		return nil
	}
}

// eachSale runs a check sale by sale.
func eachSale(check func(ctx context.Context, tx *sqldb.Tx, saleID int64) error) func(context.Context, *sqldb.Tx) error {
	return func(ctx context.Context, tx *sqldb.Tx) error {
		ids, err := ints(ctx, tx, `SELECT id FROM sales ORDER BY id`)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := check(ctx, tx, int64(id)); err != nil {
				return fmt.Errorf("sale %d: %w", id, err)
			}
		}
		return nil
	}
}

func guaranteesKept(ctx context.Context, tx *sqldb.Tx) error {
	slugs, err := texts(ctx, tx, `SELECT slug FROM sales ORDER BY id`)
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		t := st.Sale.Tickets
		if owed := max(st.Sale.Caps.Guaranteed, st.GuaranteedGiven) * t.MaxPerFan; owed > t.Capacity {
			return fmt.Errorf("%s: %d tickets are guaranteed, %d are for sale", slug, owed, t.Capacity)
		}
	}
	return nil
}

// pause is a stretch in which a sale was halted; to is 0 while it still is.
type pause struct{ from, to int64 }

// pauses reads them from the audit: begun by one action, ended by the other.
func pauses(ctx context.Context, tx *sqldb.Tx, saleID int64, begin, end string) ([]pause, error) {
	var all []pause
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var at int64
		var action string
		if err := row.Scan(&at, &action); err != nil {
			return err
		}
		if action == begin {
			all = append(all, pause{from: at})
		} else if len(all) > 0 {
			all[len(all)-1].to = at
		}
		return nil
	}, `SELECT at, action FROM audit WHERE sale_id = $1 AND action IN ($2, $3) ORDER BY id`, saleID, begin, end)
	return all, err
}

// notWhile covers the planning of offers and the hand-over of their mails
// between two actions of organizers.
func notWhile(begin, end string) func(context.Context, *sqldb.Tx, int64) error {
	return func(ctx context.Context, tx *sqldb.Tx, saleID int64) error {
		stretches, err := pauses(ctx, tx, saleID, begin, end)
		if err != nil {
			return err
		}
		return noneBetween(ctx, tx, saleID, stretches)
	}
}

func noneBetween(ctx context.Context, tx *sqldb.Tx, saleID int64, stretches []pause) error {
	for _, p := range stretches {
		to := p.to
		if to == 0 {
			to = 1 << 62
		}
		var n int
		err := tx.QueryRow(ctx, `SELECT
			(SELECT COUNT(*) FROM offers WHERE sale_id = $1 AND planned_at > $2 AND planned_at < $3) +
			(SELECT COUNT(*) FROM mail_tries t JOIN outbox m ON m.id = t.mail_id
				WHERE t.sale_id = $1 AND m.kind = 'offer' AND t.started_at > $2 AND t.started_at < $3)`, saleID, p.from, to).Scan(&n)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%d offers or offer mails between %d and %d", n, p.from, to)
		}
	}
	return nil
}
