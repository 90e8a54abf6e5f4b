package boxoffice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// The accounts of a pool.
const (
	issued    = "issued" // what the ledger owes its stock to: zero or negative
	available = "available"
	offered   = "offered"
	sold      = "sold"
)

// The reasons for a transfer. All but the first two are about an offer.
const (
	forIssue   = "issue"
	forCut     = "cut"
	forReserve = "reserve" // an offer holds capacity
	forBuy     = "buy"
	forSpare   = "spare" // a purchase left over what it did not take
	forClose   = "close" // an offer is over unused
	forCancel  = "cancel"
)

// account names one balance of a sale.
type account struct{ pool, name string }

// transfer moves units within a pool, whole.
type transfer struct {
	pool, source, target string
	units                int
	reason, offer        string
}

// ledger is the balances of a sale and the transfers that are about to be
// written. The sale's row is locked, so the balances are what they are.
type ledger struct {
	balances  map[account]int
	changes   map[account]int
	transfers []transfer
	opened    []string // pools that are new
}

// balance is an account's balance with the transfers so far.
func (l *ledger) balance(pool, name string) int { return l.balances[account{pool, name}] }

// move makes a transfer; no units, no transfer. Whether the units are there
// has been checked before, and is checked again by the database.
func (l *ledger) move(t transfer) {
	if t.units == 0 {
		return
	}
	if l.changes == nil {
		l.changes = map[account]int{}
	}
	for name, units := range map[string]int{t.source: -t.units, t.target: t.units} {
		a := account{t.pool, name}
		l.balances[a] += units
		l.changes[a] += units
	}
	l.transfers = append(l.transfers, t)
}

// pools names the pools that exist.
func (l *ledger) pools() []string {
	var names []string
	for a := range l.balances {
		if a.name == issued {
			names = append(names, a.pool)
		}
	}
	slices.Sort(names)
	return names
}

// add opens a pool with empty accounts when there is none of that name.
func (l *ledger) add(pool string) {
	if _, ok := l.balances[account{pool, issued}]; ok {
		return
	}
	l.balances[account{pool, issued}] = 0
	l.opened = append(l.opened, pool)
}

// readBalances reads all accounts of a sale.
func readBalances(ctx context.Context, tx *sqldb.Tx, slug string) (map[account]int, error) {
	balances := map[account]int{}
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var a account
		var n int
		err := row.Scan(&a.pool, &a.name, &n)
		balances[a] = n
		return err
	}, `SELECT pool, name, balance FROM accounts WHERE sale = $1`, slug)
	if err != nil {
		return nil, fmt.Errorf("read balances of %s: %w", slug, err)
	}
	return balances, nil
}

// poolStock is one pool as the line and the pages see it.
func poolStock(balances map[account]int, pool string) sale.PoolStock {
	return sale.PoolStock{
		Pool:      pool,
		Issued:    -balances[account{pool, issued}],
		Available: balances[account{pool, available}],
		Offered:   balances[account{pool, offered}],
		Sold:      balances[account{pool, sold}],
	}
}

// writeLedger stores new accounts, the transfers, and what they change.
func (k *books) writeLedger(ctx context.Context, tx *sqldb.Tx) error {
	l := &k.ledger
	var rows [][]any
	for _, pool := range l.opened {
		for _, name := range []string{issued, available, offered, sold} {
			rows = append(rows, []any{k.slug, pool, name, 0})
		}
	}
	if err := tx.Insert(ctx, `INSERT INTO accounts (sale, pool, name, balance)`, rows); err != nil {
		return fmt.Errorf("open accounts: %w", err)
	}
	at := sqldb.Millis(k.now)
	rows = nil
	for _, t := range l.transfers {
		rows = append(rows, []any{k.slug, t.pool, t.source, t.target, t.units, t.reason, nullText(t.offer), at})
	}
	if err := tx.Insert(ctx, `INSERT INTO transfers (sale, pool, source, target, units, reason, offer, at)`, rows); err != nil {
		return fmt.Errorf("store transfers: %w", err)
	}
	return k.writeChanges(ctx, tx)
}

// writeChanges changes all balances with one statement. It adds to them: even
// a bug above cannot lose what another transaction did.
func (k *books) writeChanges(ctx context.Context, tx *sqldb.Tx) error {
	if len(k.ledger.changes) == 0 {
		return nil
	}
	args := []any{k.slug}
	var values []string
	for a, units := range k.ledger.changes {
		n := len(args)
		values = append(values, fmt.Sprintf("(CAST($%d AS TEXT), CAST($%d AS TEXT), CAST($%d AS BIGINT))", n+1, n+2, n+3))
		args = append(args, a.pool, a.name, units)
	}
	n, err := affected(tx.Exec(ctx, `UPDATE accounts SET balance = balance + v.column3
		FROM (VALUES `+strings.Join(values, ", ")+`) AS v
		WHERE sale = $1 AND pool = v.column1 AND name = v.column2`, args...))
	if err != nil {
		return fmt.Errorf("change balances: %w", err)
	}
	if n != int64(len(values)) {
		return errors.New("change balances: an account is missing")
	}
	return nil
}
