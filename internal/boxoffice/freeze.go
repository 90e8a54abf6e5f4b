package boxoffice

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Freeze records the freezes of a sale, all of them from the first. From then
// on ends stand still while one lasts, and are later by every outage that they
// do not count; that holds from where a freeze began, however late it was told.
//
// What was recorded first stays, but for the end of one that lasted: the same
// again, less than was told before, and a call that comes late change nothing.
func (b *BoxOffice) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	if !plain(slug) {
		return noSuchSale()
	}
	if err := checkFreezes(all); err != nil {
		return err
	}
	return b.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		k, err := b.open(ctx, tx, slug)
		if err != nil {
			return err
		}
		for _, f := range all {
			known := len(k.freezes)
			switch {
			case f.N > known:
				err = k.addFreeze(ctx, tx, f)
			case k.freezes[f.N-1].Lasts() && !f.Lasts():
				err = k.endFreeze(ctx, tx, f)
			}
			if err != nil {
				return fmt.Errorf("record freeze %d of %s: %w", f.N, slug, err)
			}
		}
		return nil
	})
}

// checkFreezes refuses what no line could say.
func checkFreezes(all []sale.Freeze) error {
	for i, f := range all {
		whole := f.Began.Equal(f.Began.Truncate(time.Second)) && f.Ended.Equal(f.Ended.Truncate(time.Second))
		if f.N != i+1 || f.Began.IsZero() || !whole || f.Lasts() && i < len(all)-1 || !f.Lasts() && f.Ended.Before(f.Began) {
			return sale.E(sale.CodeBadRequest, "Freeze %d cannot be: they count from 1, each has a beginning and an end in whole seconds, and only the last one may last.", f.N)
		}
	}
	return nil
}

func (k *books) addFreeze(ctx context.Context, tx *sqldb.Tx, f sale.Freeze) error {
	_, err := tx.Exec(ctx, `INSERT INTO freezes (sale, n, began, ended) VALUES ($1, $2, $3, $4)`,
		k.slug, f.N, sqldb.Millis(f.Began), sqldb.NullMillis(f.Ended))
	if err != nil {
		return err
	}
	k.freezes = append(k.freezes, f)
	_, err = tx.Exec(ctx, `UPDATE sales SET freezes = $2 WHERE slug = $1`, k.slug, f.N)
	return err
}

// endFreeze ends one that lasts. A line that was restored from before it may
// have begun another one under its number: what was promised here stays.
func (k *books) endFreeze(ctx context.Context, tx *sqldb.Tx, f sale.Freeze) error {
	known := &k.freezes[f.N-1]
	known.Ended = f.Ended
	if f.Ended.Before(known.Began) {
		known.Ended = known.Began
	}
	_, err := tx.Exec(ctx, `UPDATE freezes SET ended = $3 WHERE sale = $1 AND n = $2 AND ended IS NULL`,
		k.slug, f.N, sqldb.Millis(known.Ended))
	return err
}

// readFreezes reads what is recorded of a sale, where anything is.
func readFreezes(ctx context.Context, tx *sqldb.Tx, slug string, known int) (sale.Freezes, error) {
	if known == 0 {
		return nil, nil
	}
	var all sale.Freezes
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var f sale.Freeze
		var began int64
		var ended sql.NullInt64
		err := row.Scan(&f.N, &began, &ended)
		f.Began, f.Ended = sqldb.Time(began), sqldb.NullTime(ended)
		all = append(all, f)
		return err
	}, `SELECT n, began, ended FROM freezes WHERE sale = $1 ORDER BY n`, slug)
	if err != nil {
		return nil, fmt.Errorf("read freezes of %s: %w", slug, err)
	}
	return all, nil
}

// Freezes gives what is recorded of a sale; CodeNotFound when it was never
// put.
func (b *BoxOffice) Freezes(ctx context.Context, slug string) (sale.Freezes, error) {
	if !plain(slug) {
		return nil, noSuchSale()
	}
	var all sale.Freezes
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		if err := mustExist(ctx, tx, slug); err != nil {
			return err
		}
		all, err = readFreezes(ctx, tx, slug, 1)
		return err
	})
	return all, err
}
