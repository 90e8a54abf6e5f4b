package boxoffice

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// mostLedger bounds one answer of Ledger.
const mostLedger = 1000

// Ledger reads a sale's ledger from the transfer after this id, at most limit
// (0, or more than 1000: 1000). Transfers never change, and their ids ascend
// in the order of commits: who has read up to one has missed nothing before.
func (b *BoxOffice) Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error) {
	if !plain(slug) {
		return nil, noSuchSale()
	}
	if limit <= 0 || limit > mostLedger {
		limit = mostLedger
	}
	var page []sale.Transfer
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		page = nil
		err := tx.Each(ctx, func(row sqldb.Row) error {
			var t sale.Transfer
			var at int64
			var offer sql.NullString
			err := row.Scan(&t.ID, &at, &t.Pool, &t.Source, &t.Target, &t.Units, &t.Reason, &offer)
			t.At, t.Offer = sqldb.Time(at), offer.String
			page = append(page, t)
			return err
		}, `SELECT id, at, pool, source, target, units, reason, offer FROM transfers
			WHERE sale = $1 AND id > $2 ORDER BY id LIMIT $3`, slug, max(after, 0), limit)
		if err != nil {
			return fmt.Errorf("read the ledger of %s: %w", slug, err)
		}
		if len(page) == 0 {
			return mustExist(ctx, tx, slug)
		}
		return nil
	})
	return page, err
}
