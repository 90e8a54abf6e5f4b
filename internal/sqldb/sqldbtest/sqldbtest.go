// Package sqldbtest gives tests fresh databases of both kinds, so that every
// store test runs on SQLite and on PostgreSQL.
//
// SQLite databases are files in the test's temporary directory. PostgreSQL
// databases are schemas of their own in a scratch cluster that is started
// once per test process when initdb and pg_ctl are on the machine, or in the
// database that INTURN_TEST_POSTGRES names. Where neither is there, the
// subtest is skipped aloud, and fails when INTURN_TEST_NO_SKIP=1.
package sqldbtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/inturn/inturn/internal/sqldb"
)

// Main runs the tests of a package and stops the cluster that they started,
// then does what else has to be done after the last test:
//
//	func TestMain(m *testing.M) { sqldbtest.Main(m) }
func Main(m *testing.M, after ...func()) {
	code := m.Run()
	scratch.stop()
	for _, do := range after {
		do()
	}
	os.Exit(code)
}

// Each runs the subtests "sqlite" and "postgres". Every call of dsn names a
// fresh, empty database.
func Each(t *testing.T, run func(t *testing.T, dsn func() string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t)) })
}

// EachB is Each for benchmarks.
func EachB(b *testing.B, run func(b *testing.B, dsn func() string)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { run(b, SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, Postgres(b)) })
}

// Open opens dsn and closes it when the test ends.
func Open(tb testing.TB, dsn string, o sqldb.Options) *sqldb.DB {
	tb.Helper()
	db, err := sqldb.Open(tb.Context(), dsn, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close database: %v", err)
		}
	})
	return db
}

// SQLite gives a function that names a fresh SQLite file at every call.
func SQLite(tb testing.TB) func() string {
	dir, n := tb.TempDir(), 0
	return func() string {
		n++
		return "sqlite:" + filepath.Join(dir, fmt.Sprintf("%d.db", n))
	}
}

// schemas counts the schemas of this process.
var schemas atomic.Int64

// Postgres gives a function that names a fresh PostgreSQL schema at every
// call. It skips, or fails, where there is no PostgreSQL.
func Postgres(tb testing.TB) func() string {
	tb.Helper()
	server := os.Getenv("INTURN_TEST_POSTGRES")
	if server == "" {
		var err error
		if server, err = scratch.start(); err != nil {
			if os.Getenv("INTURN_TEST_NO_SKIP") == "1" {
				tb.Fatalf("no PostgreSQL, and INTURN_TEST_NO_SKIP=1: %v", err)
			}
			tb.Skipf("NOT TESTED ON POSTGRESQL: %v", err)
		}
	}
	admin := Open(tb, server, sqldb.Options{Readers: 1, Unsafe: true})
	return func() string {
		tb.Helper()
		name := fmt.Sprintf("inturn_test_%d_%d", os.Getpid(), schemas.Add(1))
		run(tb, admin, "CREATE SCHEMA "+name)
		tb.Cleanup(func() { run(tb, admin, "DROP SCHEMA "+name+" CASCADE") })
		u, err := url.Parse(server)
		if err != nil {
			tb.Fatal(err)
		}
		q := u.Query()
		q.Set("search_path", name)
		u.RawQuery = q.Encode()
		return u.String()
	}
}

// run runs one statement, also while the test is being cleaned up.
func run(tb testing.TB, db *sqldb.DB, q string) {
	tb.Helper()
	if err := db.Write(context.WithoutCancel(tb.Context()), func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, q)
		return err
	}); err != nil {
		tb.Errorf("%s: %v", q, err)
	}
}
