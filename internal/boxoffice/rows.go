package boxoffice

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/sqldb"
)

// among runs q, which contains the words IN ($), for all keys.
func among(ctx context.Context, tx *sqldb.Tx, q string, keys []string, scan func(row sqldb.Row) error) error {
	for _, chunk := range sqldb.Chunks(keys) {
		if err := tx.Each(ctx, scan, strings.Replace(q, "IN ($)", "IN ("+sqldb.Marks(1, len(chunk))+")", 1), chunk...); err != nil {
			return err
		}
	}
	return nil
}

// mustExist answers "no such sale" where there is none.
func mustExist(ctx context.Context, tx *sqldb.Tx, slug string) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM sales WHERE slug = $1`, slug).Scan(&n); err != nil {
		return fmt.Errorf("find sale %s: %w", slug, err)
	}
	if n == 0 {
		return noSuchSale()
	}
	return nil
}

// affected is how many rows a statement changed.
func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// nullText is NULL for "".
func nullText(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
