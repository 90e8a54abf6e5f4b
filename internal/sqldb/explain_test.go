package sqldb_test

import (
	"context"
	"slices"
	"testing"

	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// TestExplain: every statement is explained once it is run, with who runs it.
func TestExplain(t *testing.T) {
	var told []sqldb.Explained
	db := open(t, sqldbtest.SQLite(t)(), sqldb.Options{Explain: func(e sqldb.Explained) { told = append(told, e) }})
	err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE accounts\n\tSET balance = $1 WHERE name = $2", 3, "stock"); err != nil {
			return err
		}
		var n int
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM accounts WHERE balance > $1`, 1).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 2 {
		t.Fatalf("told of %+v", told)
	}
	first, second := told[0], told[1]
	if first.Statement != "UPDATE accounts SET balance = $1 WHERE name = $2" || first.Call != "sqldb_test.TestExplain" {
		t.Errorf("%+v", first)
	}
	if want := []string{"SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (name=?)"}; !slices.Equal(first.Steps, want) {
		t.Errorf("%q", first.Steps)
	}
	if want := []string{"SCAN accounts"}; !slices.Equal(second.Steps, want) {
		t.Errorf("%q", second.Steps)
	}
	if balance(t, db) != 3 {
		t.Error("the statement itself was not run")
	}
}
