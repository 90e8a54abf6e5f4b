package sqldb

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/inturn/inturn/internal/sale"
)

// SQLite's result codes (https://www.sqlite.org/rescode.html).
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteIOErr      = 10
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteCheck      = 275
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// PostgreSQL's SQLSTATEs (appendix A of its manual).
const (
	pgUnique        = "23505"
	pgCheck         = "23514"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgDiskFull      = "53100"
	pgLockTimeout   = "55P03"
	pgCanceled      = "57014" // its time was up
	pgIdleTimeout   = "25P03"
)

// codes gives the SQLite result code or the SQLSTATE an error carries.
func codes(err error) (sqliteCode int, state string) {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code(), ""
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return 0, pg.Code
	}
	return 0, ""
}

// IsUnique says whether a primary key or a unique constraint refused a row.
func IsUnique(err error) bool {
	c, s := codes(err)
	return c == sqlitePrimaryKey || c == sqliteUnique || s == pgUnique
}

// IsCheck says whether a CHECK refused a row: for stock, that code was about
// to sell what is not there and the database did not let it.
func IsCheck(err error) bool {
	c, s := codes(err)
	return c == sqliteCheck || s == pgCheck
}

// IsFull says whether the disk is full.
func IsFull(err error) bool {
	c, s := codes(err)
	return c == sqliteFull || s == pgDiskFull
}

// IsBusy says whether others kept the database locked for too long, a
// statement's time was up, or the database gave up on a conflict. Nothing was stored; trying again makes sense.
func IsBusy(err error) bool {
	c, s := codes(err)
	return c&0xff == sqliteBusy || c&0xff == sqliteLocked || isConflict(err) || s == pgLockTimeout || s == pgCanceled
}

// isConflict says whether PostgreSQL rolled the transaction back so that
// another could go on. The same transaction, run again, will do.
func isConflict(err error) bool {
	_, s := codes(err)
	return s == pgSerialization || s == pgDeadlock
}

// isGone says whether the database could not be reached or cannot serve.
func isGone(err error) bool {
	c, s := codes(err)
	if c&0xff == sqliteIOErr || c&0xff == sqliteCantOpen {
		return true
	}
	// 08: connection; 57P: shutting down, starting up; 53: out of resources.
	if strings.HasPrefix(s, "08") || strings.HasPrefix(s, "57P") || strings.HasPrefix(s, "53") || s == pgIdleTimeout {
		return true
	}
	var dial *pgconn.ConnectError
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &dial) || errors.As(err, &network)
}

// translate gives what the database said about itself one of the codes that
// cross packages. What is already one of ours passes unchanged.
func translate(err error) error {
	var ours *sale.Error
	switch {
	case err == nil, errors.As(err, &ours):
		return err
	case IsFull(err):
		return sale.Wrap(sale.CodeUnavailable, err, "There is no room left to store this.")
	case IsBusy(err):
		e := sale.Wrap(sale.CodeOverloaded, err, "Too much is going on at this moment. Please try again.")
		e.RetryAfter = time.Second
		return e
	case isGone(err):
		e := sale.Wrap(sale.CodeUnavailable, err, "The database does not answer at this moment. Please try again.")
		e.RetryAfter = 5 * time.Second
		return e
	}
	return err
}
