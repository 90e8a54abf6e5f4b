package boxoffice

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Checks are the invariants of docs/invariants.md that the box office can check on
// its own data.
func Checks() []sqldb.Check {
	return []sqldb.Check{
		none(7, "an offer has at most one purchase, and a bought one has it", `
			SELECT 'offer ' || o.id || ' is ' || o.state || ' and has ' || CAST(COUNT(p.ref) AS TEXT) || ' orders'
			FROM offers o LEFT JOIN orders p ON p.offer = o.id
			GROUP BY o.id, o.state
			HAVING COUNT(p.ref) <> CASE WHEN o.state = 'bought' THEN 1 ELSE 0 END`),
		none(11, "what open offers hold is what the capacity has offered", `
			SELECT 'sale ' || a.sale || ': ' || CAST(a.balance AS TEXT) || ' offered, open offers hold ' || CAST(COALESCE(h.units, 0) AS TEXT)
			FROM accounts a LEFT JOIN
				(SELECT sale, SUM(granted) AS units FROM offers WHERE state = 'open' GROUP BY sale) h ON h.sale = a.sale
			WHERE a.name = 'offered' AND a.balance <> CASE WHEN a.pool = 'capacity' THEN COALESCE(h.units, 0) ELSE 0 END`),
		none(11, "no more is offered and sold than was issued", `
			SELECT 'sale ' || i.sale || ', pool ' || i.pool || ': more offered and sold than issued'
			FROM accounts i JOIN accounts u ON u.sale = i.sale AND u.pool = i.pool AND u.name IN ('offered', 'sold')
			WHERE i.name = 'issued'
			GROUP BY i.sale, i.pool, i.balance HAVING SUM(u.balance) > -i.balance`),
		none(14, "freezes are dense and counted, and none lasts but the last", `
			SELECT 'sale ' || s.slug || ': ' || CAST(s.freezes AS TEXT) || ' counted, ' || CAST(COUNT(f.n) AS TEXT) || ' there'
			FROM sales s LEFT JOIN freezes f ON f.sale = s.slug GROUP BY s.slug, s.freezes
			HAVING COUNT(f.n) <> s.freezes OR COALESCE(MAX(f.n), 0) <> s.freezes
				OR MIN(CASE WHEN f.ended IS NULL THEN f.n ELSE s.freezes END) < s.freezes`),
		none(16, "an offer ends once, as its row says", `
			SELECT 'offer ' || o.id || ' is ' || o.state || ' ' || o.reason || ', its outcome is ' || COALESCE(e.kind || ' ' || e.reason, 'none')
			FROM offers o LEFT JOIN outcomes e ON e.offer = o.id AND e.kind <> 'cancelled'
			WHERE COALESCE(e.kind || e.reason, '') <> CASE
				WHEN o.state = 'bought' THEN 'bought'
				WHEN o.state = 'open' OR o.reason = 'dropped' THEN ''
				WHEN o.reason = 'declined' THEN 'declined'
				ELSE 'closed' || o.reason END`),
		none(19, "the accounts of a pool sum to zero", `
			SELECT 'sale ' || sale || ', pool ' || pool || ': sum ' || CAST(SUM(balance) AS TEXT)
			FROM accounts GROUP BY sale, pool HAVING SUM(balance) <> 0 OR COUNT(*) <> 4`),
		none(19, "none but issued is negative", `
			SELECT 'sale ' || sale || ', pool ' || pool || ': ' || name || ' ' || CAST(balance AS TEXT)
			FROM accounts WHERE (name = 'issued' AND balance > 0) OR (name <> 'issued' AND balance < 0)`),
		none(19, "balances are the sum of their transfers", `
			SELECT 'sale ' || a.sale || ', pool ' || a.pool || ': ' || a.name || ' ' || CAST(a.balance AS TEXT)
			FROM accounts a LEFT JOIN (
				SELECT sale, pool, name, SUM(units) AS units FROM (
					SELECT sale, pool, target AS name, units FROM transfers
					UNION ALL SELECT sale, pool, source AS name, -units FROM transfers) both_ends
				GROUP BY sale, pool, name) t ON t.sale = a.sale AND t.pool = a.pool AND t.name = a.name
			WHERE a.balance <> COALESCE(t.units, 0)`),
		{Invariant: 19, Name: "what was issued is the stock of the version in force", Run: checkIssued},
		none(19, "every unit sold has its ticket", `
			SELECT 'sale ' || a.sale || ', pool ' || a.pool || ': ' || CAST(a.balance AS TEXT) || ' sold, not as many tickets'
			FROM accounts a LEFT JOIN (
				SELECT p.sale, t.type AS pool, COUNT(*) AS units FROM tickets t JOIN orders p ON p.ref = t.ref
				WHERE t.voided = 0 GROUP BY p.sale, t.type
				UNION ALL SELECT p.sale, 'capacity', COUNT(*) FROM tickets t JOIN orders p ON p.ref = t.ref
				WHERE t.voided = 0 GROUP BY p.sale) v ON v.sale = a.sale AND v.pool = a.pool
			WHERE a.name = 'sold' AND a.balance <> COALESCE(v.units, 0)`),
		none(20, "an order is worth its tickets, and has no more than was granted", `
			SELECT 'order ' || p.code || ' of sale ' || p.sale
			FROM orders p JOIN offers o ON o.id = p.offer JOIN tickets t ON t.ref = p.ref
			GROUP BY p.ref, p.code, p.sale, p.total, o.granted, o.sale
			HAVING SUM(t.price) <> p.total OR COUNT(*) > o.granted OR MAX(t.number) <> COUNT(*) OR o.sale <> p.sale`),
		none(20, "an order has tickets", `
			SELECT 'order ' || code || ' of sale ' || sale FROM orders WHERE ref NOT IN (SELECT ref FROM tickets)`),
		none(21, "an offer held what it was granted, and everything left it once", `
			SELECT 'offer ' || o.id || ' (' || o.state || ')'
			FROM offers o LEFT JOIN transfers t ON t.offer = o.id AND t.pool = 'capacity'
			GROUP BY o.id, o.state, o.granted
			HAVING COALESCE(SUM(CASE WHEN t.target = 'offered' THEN t.units END), 0) <> o.granted
				OR COALESCE(SUM(CASE WHEN t.source = 'offered' THEN t.units END), 0)
					<> CASE WHEN o.state = 'open' THEN 0 ELSE o.granted END`),
		none(21, "what an order took is what left its pools", `
			SELECT 'order ' || p.code || ' of sale ' || p.sale || ', pool ' || x.pool
			FROM orders p JOIN
				(SELECT ref, type AS pool, COUNT(*) AS units FROM tickets GROUP BY ref, type
				UNION ALL SELECT ref, 'capacity', COUNT(*) FROM tickets GROUP BY ref) x ON x.ref = p.ref
			LEFT JOIN transfers t ON t.offer = p.offer AND t.pool = x.pool
			GROUP BY p.ref, p.code, p.sale, p.state, x.pool, x.units
			HAVING COALESCE(SUM(CASE WHEN t.reason = 'buy' THEN t.units END), 0) <> x.units
				OR COALESCE(SUM(CASE WHEN t.reason = 'cancel' THEN t.units END), 0)
					<> CASE WHEN p.state = 'cancelled' THEN x.units ELSE 0 END`),
		none(23, "a cancelled order has no valid ticket, a confirmed one no void one", `
			SELECT 'order ' || p.code || ' of sale ' || p.sale FROM orders p JOIN tickets t ON t.ref = p.ref
			WHERE t.voided <> CASE WHEN p.state = 'cancelled' THEN 1 ELSE 0 END`),
		none(23, "a cancelled order is told of once", `
			SELECT 'order ' || p.code || ' of sale ' || p.sale
			FROM orders p LEFT JOIN outcomes e ON e.offer = p.offer AND e.kind = 'cancelled'
			GROUP BY p.ref, p.code, p.sale, p.state
			HAVING COUNT(e.offer) <> CASE WHEN p.state = 'cancelled' THEN 1 ELSE 0 END`),
		none(24, "the types have a ticket for every unit that is free or offered", `
			SELECT 'sale ' || c.sale FROM accounts c
			WHERE c.pool = 'capacity' AND c.name IN ('available', 'offered')
			GROUP BY c.sale HAVING SUM(c.balance) >
				(SELECT SUM(t.balance) FROM accounts t WHERE t.sale = c.sale AND t.pool <> 'capacity' AND t.name = 'available')`),
		none(31, "the feed is dense up to its counter", `
			SELECT 'sale ' || s.slug || ': counter ' || CAST(s.feed AS TEXT) || ', entries ' || CAST(COUNT(e.position) AS TEXT)
			FROM sales s LEFT JOIN outcomes e ON e.sale = s.slug
			GROUP BY s.slug, s.feed HAVING COUNT(e.position) <> s.feed OR COALESCE(MAX(e.position), 0) <> s.feed`),
		none(31, "an order stands at its place in the feed", `
			SELECT 'order ' || p.code || ' of sale ' || p.sale
			FROM orders p LEFT JOIN outcomes e ON e.sale = p.sale AND e.position = p.position AND e.kind = 'bought'
			WHERE e.offer IS NULL OR e.offer <> p.offer`),
	}
}

// mostTold is how many violations one error tells of.
const mostTold = 5

// none makes a check of a query that finds the violations and describes them.
func none(invariant int, name, q string) sqldb.Check {
	return sqldb.Check{Invariant: invariant, Name: name, Run: func(ctx context.Context, tx *sqldb.Tx) error {
		var found []string
		if err := tx.Each(ctx, func(row sqldb.Row) error {
			var one string
			err := row.Scan(&one)
			found = append(found, one)
			return err
		}, q); err != nil {
			return err
		}
		return broken(found)
	}}
}

func broken(found []string) error {
	switch n := len(found); {
	case n == 0:
		return nil
	case n > mostTold:
		return fmt.Errorf("%s; and %d more", strings.Join(found[:mostTold], "; "), n-mostTold)
	}
	return errors.New(strings.Join(found, "; "))
}

// checkIssued compares every pool with the sale's own words.
func checkIssued(ctx context.Context, tx *sqldb.Tx) error {
	type row struct {
		edition
		document string
	}
	var rows []row
	if err := tx.Each(ctx, func(found sqldb.Row) error {
		var r row
		err := found.Scan(&r.slug, &r.version, &r.document)
		rows = append(rows, r)
		return err
	}, `SELECT s.slug, s.version, v.document FROM sales s JOIN sale_versions v ON v.sale = s.slug AND v.version = s.version`); err != nil {
		return err
	}
	var wrong []string
	for _, r := range rows {
		s, err := decode(r.document)
		if err != nil {
			return err
		}
		balances, err := readBalances(ctx, tx, r.slug)
		if err != nil {
			return err
		}
		want := map[string]int{sale.CapacityPool: s.Tickets.Capacity}
		for _, t := range s.Tickets.Types {
			want[t.ID] = t.Stock
		}
		l := ledger{balances: balances}
		for pool := range want {
			l.add(pool)
		}
		for _, pool := range l.pools() {
			if have := -l.balance(pool, issued); have != want[pool] {
				wrong = append(wrong, fmt.Sprintf("sale %s, pool %s: issued %d, stock %d", r.slug, pool, have, want[pool]))
			}
		}
	}
	return broken(wrong)
}
