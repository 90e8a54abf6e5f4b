package sqldb_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// counting gives 1, 2, 3 … up to its argument.
const counting = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1 + 0) SELECT i FROM n`

// breaking fails as it comes to its third row.
func breaking(d sqldb.Dialect) string {
	if d.Name == "postgres" {
		return `SELECT 1 / (3 - i) FROM generate_series(1, 5) i`
	}
	return `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT abs(-9223372036854775805 - i) FROM n`
}

func TestEach(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			var seen []int
			into := func(row sqldb.Row) error {
				var n int
				err := row.Scan(&n)
				seen = append(seen, n)
				return err
			}
			if err := tx.Each(ctx, into, counting, 4); err != nil || !slices.Equal(seen, []int{1, 2, 3, 4}) {
				t.Errorf("saw %v, %v", seen, err)
			}

			// What scan says ends it, and the next statement can follow.
			seen = nil
			enough := errors.New("enough")
			err := tx.Each(ctx, func(row sqldb.Row) error {
				if err := into(row); err != nil || len(seen) < 2 {
					return err
				}
				return enough
			}, counting, 100_000)
			if !errors.Is(err, enough) || !slices.Equal(seen, []int{1, 2}) {
				t.Errorf("saw %v, %v; want two rows and the function's own error", seen, err)
			}
			if err := take(3)(ctx, tx); err != nil {
				t.Errorf("the rows are not closed: %v", err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := balance(t, db); got != 7 {
			t.Errorf("balance %d, want 7", got)
		}
	})
}

// Rows that break off are not all there are.
func TestEachBreaksOff(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		rows := 0
		err := db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			return tx.Each(ctx, func(sqldb.Row) error { rows++; return nil }, breaking(tx.Dialect()))
		})
		if err == nil {
			t.Errorf("%d rows and no error", rows)
		}
		err = db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			return tx.Each(ctx, func(sqldb.Row) error { return nil }, `SELECT nothing FROM nowhere`)
		})
		if err == nil {
			t.Error("a statement that cannot be: no error")
		}
	})
}
