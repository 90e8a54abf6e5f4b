package sqldb

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Parameters of a SQLite name can be dropped in silence; what counts is what
// the connection really runs with.
func TestCheckRefusesConnectionsThatWouldLoseCommits(t *testing.T) {
	for _, c := range []struct{ journal, sync, want string }{
		{"journal_mode(WAL)", "synchronous(FULL)", ""},
		{"journal_mode(WAL)", "synchronous(NORMAL)", "written to disk"},
		{"journal_mode(WAL)", "synchronous(OFF)", "written to disk"},
		{"journal_mode(DELETE)", "synchronous(FULL)", "write-ahead"},
	} {
		s, err := openSessions(sqliteName(filepath.Join(t.TempDir(), "x.db"), c.journal, c.sync), 1)
		if err != nil {
			t.Fatal(err)
		}
		err = s.check(t.Context(), true)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.journal, c.sync, err, c.want)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}
}

// SQLite before 3.51.3 could reset its write-ahead log under a writer and
// lose what had been committed.
func TestSQLiteWALResetBugIsMended(t *testing.T) {
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version string
	err = db.Read(t.Context(), func(ctx context.Context, tx *Tx) error {
		return tx.QueryRow(ctx, "SELECT sqlite_version()").Scan(&version)
	})
	if err != nil {
		t.Fatal(err)
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		t.Fatalf("version %q: %v", version, err)
	}
	if number := major*1_000_000 + minor*1000 + patch; number < 3_051_003 {
		t.Errorf("SQLite is %s, and the bug was mended in 3.51.3", version)
	}
}

// A deferred transaction that reads and then writes is told "database is
// locked" at once when somebody wrote in between, whatever the busy timeout.
// Two processes, as far as SQLite knows, do nothing else here.
func TestReadThenWriteBesideAnotherProcessIsNotLocked(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	const writers, rounds = 4, 10
	var all sync.WaitGroup
	for process := range 2 {
		db, err := Open(t.Context(), dsn, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if process == 0 {
			write(t, db, func(ctx context.Context, tx *Tx) error {
				_, err := tx.Exec(ctx, "CREATE TABLE counter (n INTEGER NOT NULL)")
				return err
			})
			write(t, db, func(ctx context.Context, tx *Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO counter (n) VALUES (0)")
				return err
			})
		}
		for range writers {
			all.Go(func() {
				for range rounds {
					write(t, db, increment)
				}
			})
		}
		if process == 1 {
			all.Wait()
			var n int
			err := db.Read(t.Context(), func(ctx context.Context, tx *Tx) error {
				return tx.QueryRow(ctx, "SELECT n FROM counter").Scan(&n)
			})
			if err != nil || n != 2*writers*rounds {
				t.Errorf("counted %d, %v, want %d", n, err, 2*writers*rounds)
			}
		}
	}
}

func increment(ctx context.Context, tx *Tx) error {
	var n int
	if err := tx.QueryRow(ctx, "SELECT n FROM counter").Scan(&n); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE counter SET n = $1", n+1)
	return err
}

func write(t *testing.T, db *DB, do func(ctx context.Context, tx *Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), do); err != nil {
		t.Error(err)
	}
}
