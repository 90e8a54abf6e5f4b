package sqldb

import (
	"context"
	"database/sql"
	"log/slog"
	"math/rand/v2"
	"time"
)

// tries is how often a write is run before a conflict is given back to the
// caller as overload.
const tries = 10

// statements runs SQL; both engines bring their own.
type statements interface {
	exec(ctx context.Context, q string, args []any) (sql.Result, error)
	query(ctx context.Context, q string, args []any) (*sql.Rows, error)
	queryRow(ctx context.Context, q string, args []any) *sql.Row
}

// Tx is one running transaction, for one goroutine.
type Tx struct {
	run     statements
	dialect Dialect
}

// Dialect is the database's dialect.
func (tx *Tx) Dialect() Dialect { return tx.dialect }

// Exec runs a statement that returns no rows. Texts are prepared once per
// connection: keep them constant and put values in args.
func (tx *Tx) Exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	return tx.run.exec(ctx, q, args)
}

// Query runs a statement that returns rows. Close them before the next one.
func (tx *Tx) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return tx.run.query(ctx, q, args)
}

// Row is one row of an answer.
type Row interface{ Scan(into ...any) error }

// Each runs a statement that returns rows, hands them over one by one, and
// closes them. An error of scan ends it and is its own. scan must be done with
// a row when it returns, and runs no other statement.
func (tx *Tx) Each(ctx context.Context, scan func(Row) error, q string, args ...any) error {
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

// QueryRow runs a statement that returns at most one row.
func (tx *Tx) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	return tx.run.queryRow(ctx, q, args)
}

// Write runs do in one transaction and commits when do returns nil. On
// PostgreSQL do may run several times; see the package comment. Errors of do
// come back as they are; what the database says about itself (full, busy,
// gone) comes back as a sale.Error.
//
// An error does not always mean that nothing was stored: the connection may
// have been lost after the commit. Callers must be safe to ask again.
func (db *DB) Write(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	call := db.caller()
	for try := 1; ; try++ {
		err := db.once(ctx, true, call, do)
		if !isConflict(err) || try == tries {
			return translate(err)
		}
		db.o.Logger.LogAttrs(ctx, slog.LevelDebug, "transaction conflict, trying again",
			slog.Int("try", try), slog.Any("error", err))
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// Read runs do in one read-only transaction that sees one snapshot.
func (db *DB) Read(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	return translate(db.once(ctx, false, db.caller(), do))
}

func (db *DB) once(ctx context.Context, write bool, call string, do func(ctx context.Context, tx *Tx) error) error {
	if !write {
		if err := db.fault(ctx, BeforeRead, call); err != nil {
			return err
		}
	}
	u, err := db.engine.begin(ctx, write)
	if err != nil {
		return err
	}
	defer u.end()
	if write {
		var cancel context.CancelFunc
		ctx, cancel = db.engine.bound(context.WithoutCancel(ctx))
		defer cancel()
	}
	if err := do(ctx, &Tx{run: db.explained(u, call), dialect: db.dialect}); err != nil || !write {
		return err
	}
	if err := db.fault(ctx, BeforeCommit, call); err != nil {
		return err
	}
	if err := u.commit(ctx); err != nil {
		return err
	}
	return db.fault(ctx, AfterCommit, call)
}

// pause waits up to 2, 4, 8 … 256 ms, so that transactions which met once do
// not meet again in step.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(rand.N(time.Millisecond << min(try, 8)))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
