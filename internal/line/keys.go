package line

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

func storedKeys(ctx context.Context, tx *sqldb.Tx, id int64) (map[string]time.Time, error) {
	known := map[string]time.Time{}
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var kid string
		var created int64
		err := row.Scan(&kid, &created)
		known[kid] = sqldb.Time(created)
		return err
	}, `SELECT kid, created FROM stored_keys WHERE sale_id = $1`, id)
	return known, err
}

// SigningKeys gives the ids of the keys that the sale's box office has, the
// one to sign with first. Only these may sign a link for it: first those that
// every process of the box office knows by now, the newest first. A key that
// was stored a moment ago comes last: a box office that keeps the keys in
// memory would refuse its links as strange.
func (l *Line) SigningKeys(ctx context.Context, slug string) ([]string, error) {
	var known, fresh []string
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		known, fresh = nil, nil
		settled := sqldb.Millis(l.now().Add(-sale.KeySettles))
		return tx.Each(ctx, func(row sqldb.Row) error {
			var kid string
			var storedAt int64
			if err := row.Scan(&kid, &storedAt); err != nil {
				return err
			}
			if storedAt <= settled {
				known = append(known, kid)
			} else {
				fresh = append(fresh, kid)
			}
			return nil
		}, `SELECT k.kid, k.stored_at FROM stored_keys k JOIN sales s ON s.id = k.sale_id
			WHERE s.slug = $1 ORDER BY k.created, k.kid`, slug)
	})
	if err != nil {
		return nil, fmt.Errorf("read signing keys of %s: %w", slug, err)
	}
	slices.Reverse(known)
	return append(known, fresh...), nil
}
