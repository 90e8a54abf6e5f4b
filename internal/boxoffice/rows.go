package boxoffice

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/sqldb"
)

// among runs q, which contains the words IN ($), for all keys.
func among(ctx context.Context, tx *sqldb.Tx, q string, keys []string, scan func(rows *sql.Rows) error) error {
	for _, chunk := range sqldb.Chunks(keys) {
		if err := each(ctx, tx, scan, strings.Replace(q, "IN ($)", "IN ("+sqldb.Marks(1, len(chunk))+")", 1), chunk...); err != nil {
			return err
		}
	}
	return nil
}

// each runs a query and hands over its rows.
func each(ctx context.Context, tx *sqldb.Tx, scan func(rows *sql.Rows) error, q string, args ...any) error {
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
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
