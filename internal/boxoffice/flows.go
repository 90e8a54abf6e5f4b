package boxoffice

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// mostTransfers is how many transfers one answer of Flows adds up: a
// hundredth of a second or two of one reader, however long the ledger is.
const mostTransfers = 10_000

// Flows tells what moved in a sale's ledger after a position of it (0: from
// its beginning), minute by minute. Transfers never change and those of one
// sale are written under its lock, so their ids ascend in commit order: who
// has read up to a position has missed nothing before it.
func (b *BoxOffice) Flows(ctx context.Context, slug string, after int64) (sale.Flows, error) {
	f := sale.Flows{Position: max(after, 0)}
	if !plain(slug) {
		return f, noSuchSale()
	}
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		f.Flows, f.More = nil, false
		var read int
		err := tx.Each(ctx, func(row sqldb.Row) error {
			var flow sale.Flow
			var minute, last int64
			var count int
			err := row.Scan(&minute, &flow.Pool, &flow.Source, &flow.Target, &flow.Units, &count, &last)
			flow.Minute = sqldb.Time(minute * 60_000)
			f.Flows, f.Position = append(f.Flows, flow), max(f.Position, last)
			read += count
			return err
		}, `SELECT minute, pool, source, target, SUM(units), COUNT(*), MAX(id) FROM (
				SELECT id, at / 60000 AS minute, pool, source, target, units FROM transfers
				WHERE sale = $1 AND id > $2 ORDER BY id LIMIT $3) AS page
			GROUP BY minute, pool, source, target ORDER BY minute, pool, source, target`, slug, f.Position, mostTransfers)
		if err != nil {
			return fmt.Errorf("read flows of %s: %w", slug, err)
		}
		f.More = read == mostTransfers
		if read == 0 {
			return mustExist(ctx, tx, slug)
		}
		return nil
	})
	return f, err
}
