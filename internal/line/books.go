package line

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Books is what the line knows of a sale's offers at one moment, for
// comparing it with the box office.
type Books struct {
	Cursor int64 // outcomes up to here are collected
	Offers map[string]BookRow
}

// BookRow is one offer as the line has it.
type BookRow struct {
	State   sale.OfferState
	Granted int
}

// Books reads the offers of a sale and the cursor in one snapshot.
func (l *Line) Books(ctx context.Context, slug string) (Books, error) {
	var b Books
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		b = Books{Offers: map[string]BookRow{}}
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		b.Cursor = st.Cursor
		return tx.Each(ctx, func(row sqldb.Row) error {
			var id string
			var r BookRow
			err := row.Scan(&id, &r.State, &r.Granted)
			b.Offers[id] = r
			return err
		}, `SELECT id, state, granted FROM offers WHERE sale_id = $1`, st.ID)
	})
	if err != nil {
		return Books{}, fmt.Errorf("read the books of %s: %w", slug, err)
	}
	return b, nil
}

// OfferCounts is how many offers a sale has in each state; a state without
// any is left out.
func (l *Line) OfferCounts(ctx context.Context, slug string) (map[sale.OfferState]int, error) {
	var counts map[sale.OfferState]int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		counts = map[sale.OfferState]int{}
		return tx.Each(ctx, func(row sqldb.Row) error {
			var state sale.OfferState
			var n int
			err := row.Scan(&state, &n)
			counts[state] = n
			return err
		}, `SELECT o.state, COUNT(*) FROM offers o JOIN sales s ON s.id = o.sale_id
			WHERE s.slug = $1 GROUP BY o.state`, slug)
	})
	if err != nil {
		return nil, fmt.Errorf("count the offers of %s: %w", slug, err)
	}
	return counts, nil
}
