package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// schema is a table with everything that migrations render.
var schema = fstest.MapFS{"0001_test.sql": {Data: []byte(`-- +goose Up
CREATE TABLE accounts (
	name TEXT NOT NULL PRIMARY KEY,
	balance {{.Int}} NOT NULL CONSTRAINT not_negative CHECK (balance >= 0),
	note {{.Blob}}
){{.Strict}};
CREATE TABLE entries (
	id {{.ID}},
	account TEXT NOT NULL REFERENCES accounts (name)
){{.Strict}};
INSERT INTO accounts (name, balance) VALUES ('stock', 10);
`)}}

func open(t *testing.T, dsn string, o sqldb.Options) *sqldb.DB {
	t.Helper()
	db := sqldbtest.Open(t, dsn, o)
	if err := db.Migrate(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	return db
}

func balance(t *testing.T, db *sqldb.DB) (n int) {
	t.Helper()
	if err := db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, "SELECT balance FROM accounts WHERE name = $1", "stock").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func take(n int) func(ctx context.Context, tx *sqldb.Tx) error {
	return func(ctx context.Context, tx *sqldb.Tx) error {
		// $2 before $1: numbers count, not positions.
		_, err := tx.Exec(ctx, "UPDATE accounts SET balance = balance - $2 WHERE name = $1", "stock", n)
		return err
	}
}

func TestWriteCommitsAndRollsBack(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		if err := db.Write(t.Context(), take(3)); err != nil {
			t.Fatal(err)
		}
		want := errors.New("changed my mind")
		if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			return errors.Join(take(3)(ctx, tx), want)
		}); !errors.Is(err, want) {
			t.Fatalf("got %v, want the function's own error", err)
		}
		if got := balance(t, db); got != 7 {
			t.Fatalf("balance %d, want 7", got)
		}
	})
}

func TestPanicRollsBackAndFreesTheConnection(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		func() {
			defer func() { _ = recover() }()
			_ = db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				_ = take(3)(ctx, tx)
				panic("bug")
			})
		}()
		if got := balance(t, db); got != 10 {
			t.Fatalf("balance %d, want 10", got)
		}
		if err := db.Write(t.Context(), take(1)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadCannotWrite(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		if err := db.Read(t.Context(), take(3)); err == nil {
			t.Fatal("a read transaction wrote")
		}
		if got := balance(t, db); got != 10 {
			t.Fatalf("balance %d, want 10", got)
		}
	})
}

func TestReadSeesOneSnapshot(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		if err := db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			var before, after int
			const q = "SELECT balance FROM accounts WHERE name = 'stock'"
			if err := tx.QueryRow(ctx, q).Scan(&before); err != nil {
				return err
			}
			if err := db.Write(ctx, take(3)); err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, q).Scan(&after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("saw %d, then %d in one transaction", before, after)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestErrorsAreRecognised(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		run := func(q string) error {
			return db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, q)
				return err
			})
		}
		unique := run("INSERT INTO accounts (name, balance) VALUES ('stock', 1)")
		if !sqldb.IsUnique(unique) || sqldb.IsCheck(unique) {
			t.Errorf("not recognised as unique: %v", unique)
		}
		check := run("UPDATE accounts SET balance = balance - 11")
		if !sqldb.IsCheck(check) || sqldb.IsUnique(check) {
			t.Errorf("not recognised as check: %v", check)
		}
		foreign := run("INSERT INTO entries (account) VALUES ('nobody')")
		if foreign == nil || sqldb.IsCheck(foreign) || sqldb.IsUnique(foreign) {
			t.Errorf("a row that points nowhere gave %v", foreign)
		}
		if nonsense := run("SELECT nonsense"); nonsense == nil || sale.CodeOf(nonsense) != sale.CodeInternal {
			t.Errorf("nonsense gave %v", nonsense)
		}
	})
}

func TestFaultBeforeAndAfterCommit(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		broken := errors.New("broken")
		var strike sqldb.Phase
		var seen []string
		db := open(t, dsn(), sqldb.Options{Fault: func(_ context.Context, p sqldb.Point) error {
			seen = append(seen, p.String())
			if p.Phase == strike {
				return broken
			}
			return nil
		}})
		for _, c := range []struct {
			strike sqldb.Phase
			want   int
		}{{sqldb.BeforeCommit, 10}, {sqldb.AfterCommit, 7}} {
			strike, seen = c.strike, nil
			if err := db.Write(t.Context(), take(3)); !errors.Is(err, broken) {
				t.Fatalf("%s: got %v", c.strike, err)
			}
			want := string(c.strike) + " of sqldb_test.TestFaultBeforeAndAfterCommit"
			if got := seen[len(seen)-1]; got != want {
				t.Errorf("struck at %q, want %q", got, want)
			}
			strike = ""
			if got := balance(t, db); got != c.want {
				t.Errorf("%s: balance %d, want %d", c.strike, got, c.want)
			}
		}
		strike = sqldb.BeforeRead
		if err := db.Ping(t.Context()); !errors.Is(err, broken) {
			t.Errorf("read: got %v", err)
		}
	})
}

func TestWaitingEndsWithTheContextButWritingDoesNot(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		if err := db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
			cancel() // the caller has gone away
			return take(3)(ctx, tx)
		}); err != nil {
			t.Fatalf("a write that had begun was cut short: %v", err)
		}
		if err := db.Write(ctx, take(3)); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want context.Canceled", err)
		}
		if got := balance(t, db); got != 7 {
			t.Fatalf("balance %d, want 7", got)
		}
	})
}

// Two transactions take two rows in opposite order. The server gives up on
// one of them, which is then run again from its beginning.
func TestDeadlocksAreRetriedWhole(t *testing.T) {
	db := open(t, sqldbtest.Postgres(t)(), sqldb.Options{})
	if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.Insert(ctx, "INSERT INTO accounts (name, balance)", [][]any{{"a", 100}, {"b", 100}})
	}); err != nil {
		t.Fatal(err)
	}
	var both, met sync.WaitGroup
	met.Add(2)
	var runs atomic.Int64
	for _, names := range [][2]string{{"a", "b"}, {"b", "a"}} {
		both.Go(func() {
			first := true
			if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				runs.Add(1)
				for _, name := range names {
					if _, err := tx.Exec(ctx, "UPDATE accounts SET balance = balance - 1 WHERE name = $1", name); err != nil {
						return err
					}
					if first {
						first = false
						met.Done()
						met.Wait() // both hold one row now
					}
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if runs.Load() != 3 {
		t.Errorf("%d runs, want 3: two that met and one again", runs.Load())
	}
	if err := db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		var a, b int
		const q = "SELECT (SELECT balance FROM accounts WHERE name = 'a'), (SELECT balance FROM accounts WHERE name = 'b')"
		if err := tx.QueryRow(ctx, q).Scan(&a, &b); err != nil {
			return err
		}
		if a != 98 || b != 98 {
			t.Errorf("balances %d and %d, want 98 each", a, b)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestFullDiskIsUnavailableAndLosesNothing(t *testing.T) {
	db := open(t, sqldbtest.SQLite(t)(), sqldb.Options{})
	err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "PRAGMA max_page_count = 1"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO accounts (name, balance, note) VALUES ('big', 1, zeroblob(1000000))")
		return err
	})
	if !sqldb.IsFull(err) || sale.CodeOf(err) != sale.CodeUnavailable {
		t.Fatalf("got %v, want a full disk", err)
	}
	if got := balance(t, db); got != 10 {
		t.Fatalf("balance %d, want 10", got)
	}
}

func TestInsertManyKeepsOrder(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := open(t, dsn(), sqldb.Options{})
		var rows [][]any
		for i := range 2*256 + 64 + 3 {
			rows = append(rows, []any{fmt.Sprintf("n%03d", i), i})
		}
		if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			return tx.Insert(ctx, "INSERT INTO accounts (name, balance)", rows)
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			found, err := tx.Query(ctx, "SELECT balance FROM accounts WHERE name <> 'stock' ORDER BY name")
			if err != nil {
				return err
			}
			defer found.Close()
			n := 0
			for ; found.Next(); n++ {
				var got int
				if err := found.Scan(&got); err != nil || got != n {
					t.Fatalf("row %d holds %d (%v)", n, got, err)
				}
			}
			if n != len(rows) {
				t.Errorf("%d rows, want %d", n, len(rows))
			}
			return found.Err()
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTimes(t *testing.T) {
	at := time.Date(2027, 3, 12, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	if got, want := sqldb.Time(sqldb.Millis(at)), at.Truncate(time.Millisecond); !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("got %v, want %v in UTC", got, want)
	}
	if sqldb.Millis(time.Time{}) != 0 || !sqldb.Time(0).IsZero() {
		t.Error("the zero time is not 0")
	}
	if sqldb.NullMillis(time.Time{}).Valid || !sqldb.NullTime(sqldb.NullMillis(at)).Equal(at.Truncate(time.Millisecond)) {
		t.Error("NULL is not the zero time")
	}
}
