package boxoffice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/groupcommit"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// step is one caller's change to a sale: which offers it is about, and what
// it decides once the books are open. do must check everything before it
// changes anything: an error it returns is its own caller's answer and leaves
// the books as they were for the next one. It may run again from the start.
type step struct {
	slug   string
	offers []string
	do     func(k *books) error
}

// books are one sale's books, open for one transaction: its row is locked,
// what steps ask for is in memory, what they change is written by close.
type books struct {
	sale    *sale.Sale // the version in force; nil while the first is being put
	slug    string
	version int64
	now     time.Time // one instant for everything in the transaction
	freezes sale.Freezes

	ledger ledger
	feed   feed

	offers  map[string]*offer // by id: those the steps are about
	orders  map[string]*order // by offer: of those that were bought
	created []*offer
	ended   []*offer
	placed  []*order
	voided  []*order // cancelled in this transaction
}

// alone runs one step in a transaction of its own.
func (b *BoxOffice) alone(ctx context.Context, s step) error {
	return b.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		k, err := b.open(ctx, tx, s.slug)
		if err != nil {
			return err
		}
		if err := b.load(ctx, tx, k, s.offers); err != nil {
			return err
		}
		if err := s.do(k); err != nil {
			return err
		}
		return k.close(ctx, tx)
	})
}

// attempt is a step with its answer.
type attempt struct {
	step
	err error
}

// together runs the steps of many callers in one transaction. Sales are
// locked in the order of their names, so that two groups cannot deadlock.
func (b *BoxOffice) together(ctx context.Context, steps []step) ([]groupcommit.Result[struct{}], error) {
	all := make([]attempt, len(steps))
	bySale := map[string][]*attempt{}
	for i, s := range steps {
		all[i].step = s
		bySale[s.slug] = append(bySale[s.slug], &all[i])
	}
	err := b.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		for _, slug := range slices.Sorted(maps.Keys(bySale)) {
			if err := b.run(ctx, tx, slug, bySale[slug]); err != nil {
				return err
			}
		}
		return nil
	})
	results := make([]groupcommit.Result[struct{}], len(steps))
	for i, a := range all {
		results[i].Err = a.err
	}
	return results, err
}

// run runs the steps of one sale, one after the other.
func (b *BoxOffice) run(ctx context.Context, tx *sqldb.Tx, slug string, attempts []*attempt) error {
	k, err := b.open(ctx, tx, slug)
	if sale.CodeOf(err) == sale.CodeNotFound {
		for _, a := range attempts {
			a.err = err
		}
		return nil
	}
	if err != nil {
		return err
	}
	var ids []string
	for _, a := range attempts {
		ids = append(ids, a.offers...)
	}
	if err := b.load(ctx, tx, k, ids); err != nil {
		return err
	}
	for _, a := range attempts {
		a.err = a.do(k)
	}
	return k.close(ctx, tx)
}

// open locks the sale and reads its version and its balances. The time is
// told after the lock: who waited for it past his hour is late.
func (b *BoxOffice) open(ctx context.Context, tx *sqldb.Tx, slug string) (*books, error) {
	if !plain(slug) {
		return nil, noSuchSale()
	}
	k := &books{slug: slug, offers: map[string]*offer{}, orders: map[string]*order{}}
	frozen := 0
	err := tx.QueryRow(ctx, `SELECT version, feed, freezes FROM sales WHERE slug = $1`+tx.Dialect().ForUpdate, slug).
		Scan(&k.version, &k.feed.last, &frozen)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noSuchSale()
	}
	if err != nil {
		return nil, fmt.Errorf("lock sale %s: %w", slug, err)
	}
	k.now = sqldb.Time(sqldb.Millis(b.clock())) // as it is stored
	k.feed.first = k.feed.last + 1
	if k.version > 0 {
		if k.sale, err = b.document(ctx, tx, edition{slug, k.version}); err != nil {
			return nil, err
		}
	}
	if k.freezes, err = readFreezes(ctx, tx, slug, frozen); err != nil {
		return nil, err
	}
	k.ledger.balances, err = readBalances(ctx, tx, slug)
	return k, err
}

// load reads offers, and the orders of those that were bought, that are not
// in the books yet. Unknown ones stay unknown.
func (b *BoxOffice) load(ctx context.Context, tx *sqldb.Tx, k *books, ids []string) error {
	offers, err := readOffers(ctx, tx, ids)
	if err != nil {
		return err
	}
	var sold []string
	for _, o := range offers {
		k.offers[o.id] = o
		if o.state == stateBought {
			sold = append(sold, o.id)
		}
	}
	orders, err := b.ordersOf(ctx, tx, sold)
	for _, o := range orders {
		k.orders[o.offer] = o
	}
	return err
}

// close writes everything down. Rows come before those that point at them.
func (k *books) close(ctx context.Context, tx *sqldb.Tx) error {
	for _, write := range []func(context.Context, *sqldb.Tx) error{
		k.writeOffers, k.writeOrders, k.writeCancelled, k.writeFeed, k.writeLedger,
	} {
		if err := write(ctx, tx); err != nil {
			return fmt.Errorf("write the books of %s: %w", k.slug, err)
		}
	}
	return nil
}
