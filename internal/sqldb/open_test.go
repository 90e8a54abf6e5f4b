package sqldb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ dsn, want string }{
		{"", "sqlite:PATH"},
		{"mysql://user:secret@host/db", "sqlite:PATH"},
		{"sqlite:", "path of a file"},
		{"sqlite::memory:", "path of a file"},
		{"sqlite:" + dir + "/x.db?_pragma=synchronous(OFF)", "without parameters"},
		{"sqlite:" + dir, "is a directory"},
		{"sqlite:" + dir + "/missing/x.db", "no such file or directory"},
		{"sqlite:" + text, "not a database"},
		{"postgres://user:secret@127.0.0.1:1/db?connect_timeout=1", "connect"},
	} {
		db, err := sqldb.Open(t.Context(), c.dsn, sqldb.Options{})
		if err == nil {
			_ = db.Close()
			t.Errorf("%s: opened", c.dsn)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q and no secret", c.dsn, err, c.want)
		}
	}
}

// NATS 2.12.1 acknowledged before fsync, as Jepsen showed.
func TestOpenRefusesPostgresThatDoesNotSync(t *testing.T) {
	dsn := sqldbtest.Postgres(t)() + "&synchronous_commit=off"
	if _, err := sqldb.Open(t.Context(), dsn, sqldb.Options{}); err == nil || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Fatalf("got %v, want a refusal", err)
	}
	sqldbtest.Open(t, dsn, sqldb.Options{Unsafe: true})
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name#1 100%.db")
	open(t, "sqlite:"+path, sqldb.Options{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Fatalf("mode %o, want 600", got)
	}
}

func TestMemoryIsFullyFledged(t *testing.T) {
	db := open(t, "sqlite::memory:", sqldb.Options{Unsafe: true})
	if err := db.Write(t.Context(), take(3)); err != nil {
		t.Fatal(err)
	}
	if got := balance(t, db); got != 7 {
		t.Fatalf("balance %d, want 7", got)
	}
}
