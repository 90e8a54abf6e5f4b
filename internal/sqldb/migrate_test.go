package sqldb_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// Many processes start at once; each is a DB of its own here.
func TestMigrateRaces(t *testing.T) {
	files := fstest.MapFS{}
	for name, f := range schema {
		files[name] = f
	}
	// Not idempotent on purpose: applied twice it shows.
	for i := 2; i < 6; i++ {
		files[fmt.Sprintf("%04d_more.sql", i)] = &fstest.MapFile{
			Data: []byte("-- +goose Up\nUPDATE accounts SET balance = balance + 1;\n"),
		}
	}
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		name := dsn()
		var all sync.WaitGroup
		for range 6 {
			db := sqldbtest.Open(t, name, sqldb.Options{})
			all.Go(func() {
				if err := db.Migrate(t.Context(), files); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := balance(t, sqldbtest.Open(t, name, sqldb.Options{})); got != 14 {
			t.Fatalf("balance %d, want 14: a migration ran twice or never", got)
		}
	})
}

// Goose has no lock for SQLite. A migration that two processes run at once
// is undone in one of them, because its version can be added only once.
func TestMigrateAddsAVersionOnceOnSQLite(t *testing.T) {
	db := open(t, sqldbtest.SQLite(t)(), sqldb.Options{})
	if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO test_versions (version_id, is_applied) VALUES (1, 1)")
		return err
	}); !sqldb.IsUnique(err) {
		t.Errorf("got %v, want a unique violation", err)
	}
}

func TestMigrateSaysWhatIsWrong(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		other := fstest.MapFS{"0001_other.sql": schema["0001_test.sql"]}
		if err := db.Migrate(t.Context(), other); err == nil || !strings.Contains(err.Error(), "accounts") {
			t.Errorf("both sides in one database: got %v", err)
		}
		bad := fstest.MapFS{"0001_bad.sql": {Data: []byte("-- +goose Up\nCREATE TABLE x (a {{.Nonsense}});\n")}}
		if err := db.Migrate(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "Nonsense") {
			t.Errorf("unknown fragment: got %v", err)
		}
		if err := db.Migrate(t.Context(), fstest.MapFS{}); err == nil {
			t.Error("no files: no error")
		}
		newer := fstest.MapFS{"0001_test.sql": schema["0001_test.sql"], "0002_more.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}}
		if err := db.Migrate(t.Context(), newer); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context(), schema); err == nil || !strings.Contains(err.Error(), "newer program") {
			t.Errorf("an older program on a newer schema: got %v", err)
		}
	})
}

// The simulator opens thousands of these.
func BenchmarkOpenAndMigrateInMemory(b *testing.B) {
	for b.Loop() {
		db, err := sqldb.Open(b.Context(), "sqlite::memory:", sqldb.Options{Unsafe: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Migrate(b.Context(), schema); err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
