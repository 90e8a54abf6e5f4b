package boxoffice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// OfferView is an offer as its page shows it. Sale is shared: nobody may
// change it.
type OfferView struct {
	Sale    sale.Sale
	Offer   string
	Granted int
	State   string          // "open", "closed" or "bought"
	Reason  sale.OfferState // why it was closed
	Left    map[string]int  // tickets that are left of each type, whatever the offer is good for
	Order   *sale.Order     // of a bought offer
	Freezes sale.Freezes    // of the sale: they move its ends
}

// Offer reads what the page of an offer shows, in one short transaction. It
// changes nothing.
func (b *BoxOffice) Offer(ctx context.Context, offer string) (OfferView, error) {
	if !plain(offer) {
		return OfferView{}, noSuchOffer()
	}
	v := OfferView{Offer: offer}
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		e, frozen := edition{}, 0
		err := tx.QueryRow(ctx, `SELECT o.sale, o.granted, o.state, o.reason, s.version, s.freezes
			FROM offers o JOIN sales s ON s.slug = o.sale WHERE o.id = $1`, offer).
			Scan(&e.slug, &v.Granted, &v.State, &v.Reason, &e.version, &frozen)
		if errors.Is(err, sql.ErrNoRows) {
			return noSuchOffer()
		}
		if err != nil {
			return fmt.Errorf("read offer: %w", err)
		}
		document, err := b.document(ctx, tx, e)
		if err != nil {
			return err
		}
		v.Sale = *document
		if v.Freezes, err = readFreezes(ctx, tx, e.slug, frozen); err != nil {
			return err
		}
		balances, err := readBalances(ctx, tx, e.slug)
		if err != nil {
			return err
		}
		v.Left = make(map[string]int, len(document.Tickets.Types))
		for _, t := range document.Tickets.Types {
			v.Left[t.ID] = balances[account{t.ID, available}]
		}
		if v.State != stateBought {
			return nil
		}
		orders, err := b.ordersOf(ctx, tx, []string{offer})
		if err != nil || len(orders) == 0 {
			return err
		}
		order := orders[0].public()
		v.Order = &order
		return nil
	})
	return v, err
}

// Stock is what the box office has of a sale: the capacity, then each type.
func (b *BoxOffice) Stock(ctx context.Context, slug string) (sale.Stock, error) {
	stock := sale.Stock{Sale: slug}
	if !plain(slug) {
		return stock, noSuchSale()
	}
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		s, err := b.inForce(ctx, tx, slug)
		if err != nil {
			return err
		}
		balances, err := readBalances(ctx, tx, slug)
		if err != nil {
			return err
		}
		stock.Pools = []sale.PoolStock{poolStock(balances, sale.CapacityPool)}
		for _, t := range s.Tickets.Types {
			stock.Pools = append(stock.Pools, poolStock(balances, t.ID))
		}
		return nil
	})
	return stock, err
}

// inForce is the version of a sale that is in force here.
func (b *BoxOffice) inForce(ctx context.Context, tx *sqldb.Tx, slug string) (*sale.Sale, error) {
	e := edition{slug: slug}
	err := tx.QueryRow(ctx, `SELECT version FROM sales WHERE slug = $1`, slug).Scan(&e.version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noSuchSale()
	}
	if err != nil {
		return nil, fmt.Errorf("read sale %s: %w", slug, err)
	}
	return b.document(ctx, tx, e)
}

// Sale gives the version of a sale that is in force; CodeNotFound when it was
// never put. It is shared: nobody may change it.
func (b *BoxOffice) Sale(ctx context.Context, slug string) (*sale.Sale, error) {
	if !plain(slug) {
		return nil, noSuchSale()
	}
	var s *sale.Sale
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		s, err = b.inForce(ctx, tx, slug)
		return err
	})
	return s, err
}

// Sales gives the versions in force of all sales, by slug. They are shared:
// nobody may change them.
func (b *BoxOffice) Sales(ctx context.Context) ([]sale.Sale, error) {
	var all []sale.Sale
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		var editions []edition
		if err := tx.Each(ctx, func(row sqldb.Row) error {
			var e edition
			err := row.Scan(&e.slug, &e.version)
			editions = append(editions, e)
			return err
		}, `SELECT slug, version FROM sales ORDER BY slug`); err != nil {
			return fmt.Errorf("read sales: %w", err)
		}
		for _, e := range editions {
			s, err := b.document(ctx, tx, e)
			if err != nil {
				return err
			}
			all = append(all, *s)
		}
		return nil
	})
	return all, err
}

// Keys gives the public keys that links are verified with, oldest first.
func (b *BoxOffice) Keys(ctx context.Context) ([]sale.PublicKey, error) {
	var all []sale.PublicKey
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		return tx.Each(ctx, func(row sqldb.Row) error {
			var key sale.PublicKey
			var created int64
			if err := row.Scan(&key.KID, &key.X, &created); err != nil {
				return err
			}
			key.Created = sqldb.Time(created)
			all = append(all, key)
			return nil
		}, `SELECT kid, x, created FROM keys ORDER BY created, kid`)
	})
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return all, nil
}
