package sqldb_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// with gives a DSN one more parameter.
func with(t *testing.T, dsn, name, value string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// Whoever waits for a lock until the statement's time is up is one too many,
// not the victim of a bug.
func TestWaitingTooLongIsOverload(t *testing.T) {
	dsn := sqldbtest.Postgres(t)()
	db := open(t, dsn, sqldb.Options{})
	impatient := sqldbtest.Open(t, with(t, dsn, "statement_timeout", "50ms"), sqldb.Options{})
	err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		if err := take(1)(ctx, tx); err != nil {
			return err
		}
		return impatient.Write(ctx, take(1))
	})
	if !sqldb.IsBusy(err) || sale.CodeOf(err) != sale.CodeOverloaded {
		t.Errorf("got %v, want overloaded", err)
	}
}

// A server that dies with the question gives no answer; its connection just
// ends.
func TestConnectionThatEndsIsUnavailable(t *testing.T) {
	dsn := sqldbtest.Postgres(t)()
	fragile := with(t, with(t, dsn, "host", "127.0.0.1"), "port", strconv.Itoa(fragile(t, dsn)))
	db := sqldbtest.Open(t, with(t, fragile, "sslmode", "disable"), sqldb.Options{})
	for name, run := range map[string]func(context.Context, func(context.Context, *sqldb.Tx) error) error{"read": db.Read, "write": db.Write} {
		err := run(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			var n int
			return tx.QueryRow(ctx, fmt.Sprintf("SELECT 1 AS %s", lastWords)).Scan(&n)
		})
		if sale.CodeOf(err) != sale.CodeUnavailable {
			t.Errorf("%s: got %v, want unavailable", name, err)
		}
	}
}

// What the driver says of a connection that was closed under its hands, when
// a server is stopped between two uses, is about the server, not about us.
func TestConnectionThatWasClosedIsUnavailable(t *testing.T) {
	struck := sqldb.Options{Fault: func(context.Context, sqldb.Point) error { return fmt.Errorf("begin: %w", pgconn.ErrConnClosed) }}
	db := sqldbtest.Open(t, sqldbtest.Postgres(t)(), struck)
	nothing := func(context.Context, *sqldb.Tx) error { return nil }
	for name, err := range map[string]error{"read": db.Read(t.Context(), nothing), "write": db.Write(t.Context(), nothing)} {
		if sale.CodeOf(err) != sale.CodeUnavailable {
			t.Errorf("%s: got %v, want unavailable", name, err)
		}
	}
}

// lastWords is what a fragile connection hears last.
const lastWords = "last_words"

// fragile listens on a port of loopback, passes everything on to the server
// of dsn, and cuts a connection that carries the last words.
func fragile(t *testing.T, dsn string) int {
	t.Helper()
	config, err := pgconn.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, address)
			if err != nil {
				client.Close()
				return
			}
			go func() { io.Copy(client, server); client.Close() }()
			go func() { copyUntilLastWords(server, client); server.Close(); client.Close() }()
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port
}

// copyUntilLastWords relies on questions being short: each comes in one piece.
func copyUntilLastWords(to io.Writer, from io.Reader) {
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		if err != nil || bytes.Contains(piece[:n], []byte(lastWords)) {
			return
		}
		if _, err := to.Write(piece[:n]); err != nil {
			return
		}
	}
}
