package sqldb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// Options say how to open a database. The zero value is for production.
type Options struct {
	// Unsafe gives up durability for speed: no fsync, and none demanded.
	// For tests and the simulator only, which may then also open
	// "sqlite::memory:".
	Unsafe bool
	// Fault, for tests, is asked at every [Point]; an error it returns is
	// what the caller of the transaction gets.
	Fault func(ctx context.Context, p Point) error
	// Explain, for tests, is told how SQLite finds the rows of every
	// statement, before it is run.
	Explain func(Explained)
	// Readers is how many reads may run side by side (0: 6); on PostgreSQL
	// the size of the whole pool (0: 16).
	Readers int
	// Logger hears of migrations and retries (nil: nobody does).
	Logger *slog.Logger
}

// DB is one open database. It is safe for concurrent use.
type DB struct {
	o       Options
	engine  engine
	dialect Dialect
}

// engine is what differs between the two databases.
type engine interface {
	// begin starts a transaction. Waiting for a connection ends with ctx;
	// a write that has begun does not.
	begin(ctx context.Context, write bool) (unit, error)
	// bound gives a write's statements their last moment, where the database
	// is across a network that can go silent.
	bound(ctx context.Context) (context.Context, context.CancelFunc)
	migrate(ctx context.Context, m migrations) error
	close() error
}

// unit is one running transaction.
type unit interface {
	statements
	commit(ctx context.Context) error
	// end rolls back what was not committed and frees the connection.
	end()
}

// Open opens the database that dsn names, "sqlite:PATH" or "postgres://…".
// A SQLite file is created (mode 0600) when there is none.
//
// It refuses a database that would lose what it answered in a power cut.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch scheme {
	case "sqlite":
		e, err := openSQLite(ctx, rest, o)
		if err != nil {
			return nil, fmt.Errorf("open SQLite database %q: %w", rest, err)
		}
		return &DB{o: o, engine: e, dialect: sqliteDialect}, nil
	case "postgres", "postgresql":
		e, err := openPostgres(ctx, dsn, o)
		if err != nil {
			return nil, fmt.Errorf("open PostgreSQL database: %w", err)
		}
		return &DB{o: o, engine: e, dialect: postgresDialect}, nil
	}
	// The text may hold a password: it is not repeated.
	return nil, errors.New(`a database is named "sqlite:PATH" or "postgres://user:password@host/name"`)
}

// Dialect is the database's dialect.
func (db *DB) Dialect() Dialect { return db.dialect }

// Close waits for nobody: close after the last transaction has ended.
func (db *DB) Close() error { return db.engine.close() }

// Ping runs an empty read transaction, for readiness probes.
func (db *DB) Ping(ctx context.Context) error {
	return db.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var one int
		return tx.QueryRow(ctx, "SELECT 1").Scan(&one)
	})
}
