package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

type postgresEngine struct{ db *sql.DB }

func openPostgres(ctx context.Context, dsn string, o Options) (*postgresEngine, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err // pgx hides the password
	}
	// A stuck client must not hold a sale's row for ever. And a plan made
	// while a table was empty must not be kept while it grows by thousands of
	// rows a second: planning anew costs a fraction of a millisecond. What
	// the DSN says itself wins.
	for name, value := range map[string]string{
		"application_name":                    "inturn",
		"statement_timeout":                   "30s",
		"idle_in_transaction_session_timeout": "60s",
		"plan_cache_mode":                     "force_custom_plan",
	} {
		if _, ok := config.RuntimeParams[name]; !ok {
			config.RuntimeParams[name] = value
		}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	if o.Unsafe {
		config.RuntimeParams["synchronous_commit"] = "off"
	}
	db := stdlib.OpenDB(*config)
	n := cmp.Or(o.Readers, 16)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(5 * time.Minute)
	e := &postgresEngine{db: db}
	if !o.Unsafe {
		if err := e.checkDurable(ctx); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return e, nil
}

// checkDurable refuses a server, or a session, that answers a commit before
// it is on disk.
func (e *postgresEngine) checkDurable(ctx context.Context) error {
	for _, name := range []string{"fsync", "synchronous_commit"} {
		var value string
		if err := e.db.QueryRowContext(ctx, "SHOW "+name).Scan(&value); err != nil {
			return err
		}
		if value == "off" {
			return fmt.Errorf("commits would not be written to disk (%s is off)", name)
		}
	}
	return nil
}

func (e *postgresEngine) begin(ctx context.Context, write bool) (unit, error) {
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	o := sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	if write {
		o = sql.TxOptions{Isolation: sql.LevelReadCommitted}
		ctx = context.WithoutCancel(ctx)
	}
	tx, err := conn.BeginTx(ctx, &o)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &postgresUnit{conn: conn, tx: tx}, nil
}

// writeBound is longer than statement_timeout, which ends what the server
// still hears of. This ends what goes into a network that is gone.
const writeBound = time.Minute

func (e *postgresEngine) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, writeBound)
}

func (e *postgresEngine) close() error { return e.db.Close() }

// postgresUnit is a transaction on a connection of its own; pgx keeps the
// prepared statements.
type postgresUnit struct {
	conn *sql.Conn
	tx   *sql.Tx
}

func (u *postgresUnit) exec(ctx context.Context, q string, args []any) (sql.Result, error) {
	return u.tx.ExecContext(ctx, q, args...)
}

func (u *postgresUnit) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	return u.tx.QueryContext(ctx, q, args...)
}

func (u *postgresUnit) queryRow(ctx context.Context, q string, args []any) *sql.Row {
	return u.tx.QueryRowContext(ctx, q, args...)
}

func (u *postgresUnit) commit(context.Context) error { return u.tx.Commit() }

// end ignores what Rollback says: after a commit there is nothing to roll
// back, and a lost connection rolls back on the server.
func (u *postgresUnit) end() {
	_ = u.tx.Rollback()
	_ = u.conn.Close()
}
