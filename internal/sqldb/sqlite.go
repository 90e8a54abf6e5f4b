package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	_ "modernc.org/sqlite" // registers the driver
)

// sqliteEngine is one writer and several readers on one file. Both kinds of
// connection are sessions with their own prepared statements.
type sqliteEngine struct {
	writer *sessions
	reader *sessions // the writer itself for :memory:
}

// memory is the path of a database that lives in the process.
const memory = ":memory:"

func openSQLite(ctx context.Context, path string, o Options) (*sqliteEngine, error) {
	if path == memory && o.Unsafe {
		w, err := openSessions(sqliteName(path, "synchronous(OFF)"), 1)
		if err != nil {
			return nil, err
		}
		return &sqliteEngine{writer: w, reader: w}, nil
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	sync := "synchronous(FULL)"
	if o.Unsafe {
		sync = "synchronous(OFF)"
	}
	// The name must start with "file:", or the driver drops mode; a pragma
	// must stand in the name, or it reaches one connection of the pool only.
	// The writer keeps 64 MiB of pages: sign-ups come in no order of their
	// addresses, so the index of a long line is touched everywhere.
	w, err := openSessions(sqliteName(path, "journal_mode(WAL)", "cache_size(-65536)", sync)+"&_txlock=immediate", 1)
	if err != nil {
		return nil, err
	}
	if err := w.check(ctx, !o.Unsafe); err != nil {
		return nil, errors.Join(err, w.close())
	}
	r, err := openSessions(sqliteName(path)+"&mode=ro", cmp.Or(o.Readers, 6))
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return &sqliteEngine{writer: w, reader: r}, nil
}

// checkPath makes the file, so that what is wrong with the path is said in
// the operating system's words and the file is nobody else's to read.
func checkPath(path string) error {
	if path == "" || path == memory || strings.HasPrefix(path, "file:") || strings.Contains(path, "?") {
		return errors.New("want the path of a file, without parameters")
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteName is the driver's name for the file with the pragmas that every
// connection needs.
func sqliteName(path string, pragmas ...string) string {
	name := "file:" + strings.NewReplacer("%", "%25", "#", "%23").Replace(path) +
		"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)"
	for _, p := range pragmas {
		name += "&_pragma=" + p
	}
	return name
}

// check reads back what the connection really runs with: parameters can be
// dropped in silence, and WAL is not to be had on every file system.
func (s *sessions) check(ctx context.Context, durable bool) error {
	one, err := s.take(ctx)
	if err != nil {
		return err
	}
	defer s.give(one)
	var journal string
	var synchronous, foreignKeys int
	if err := errors.Join(
		one.conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal),
		one.conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous),
		one.conn.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&foreignKeys),
	); err != nil {
		return err
	}
	const full = 2
	switch {
	case journal != "wal":
		return fmt.Errorf("the file system does not support write-ahead logging (journal_mode is %q, want wal)", journal)
	case durable && synchronous < full:
		return fmt.Errorf("commits would not be written to disk (synchronous is %d, want FULL)", synchronous)
	case foreignKeys != 1:
		return errors.New("foreign keys are not enforced")
	}
	return nil
}

func (e *sqliteEngine) begin(ctx context.Context, write bool) (unit, error) {
	pool, begin := e.reader, "BEGIN"
	if write {
		pool, begin = e.writer, "BEGIN IMMEDIATE"
	}
	s, err := pool.take(ctx)
	if err != nil {
		return nil, err
	}
	if write {
		ctx = context.WithoutCancel(ctx)
	}
	if _, err := s.exec(ctx, begin, nil); err != nil {
		pool.give(s)
		return nil, err
	}
	return &sqliteUnit{session: s, pool: pool}, nil
}

func (e *sqliteEngine) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return ctx, func() {} // a file answers
}

func (e *sqliteEngine) close() error {
	if e.reader == e.writer {
		return e.writer.close()
	}
	// The writer last: it checkpoints the log when nobody else is there.
	return errors.Join(e.reader.close(), e.writer.close())
}

// sqliteUnit is a transaction on a session.
type sqliteUnit struct {
	*session
	pool      *sessions
	committed bool
}

func (u *sqliteUnit) commit(ctx context.Context) error {
	_, err := u.exec(ctx, "COMMIT", nil)
	u.committed = err == nil
	return err
}

func (u *sqliteUnit) end() {
	if !u.committed {
		// After some errors SQLite has rolled back on its own, and then this
		// one fails. A session whose state is in doubt starts afresh.
		if _, err := u.exec(context.Background(), "ROLLBACK", nil); err != nil {
			u.drop()
		}
	}
	u.pool.give(u.session)
}

// sessions is a pool of a fixed number of sessions.
type sessions struct {
	db   *sql.DB
	free chan *session
}

func openSessions(name string, n int) (*sessions, error) {
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	s := &sessions{db: db, free: make(chan *session, n)}
	for range n {
		s.free <- &session{}
	}
	return s, nil
}

// take waits for a free session and connects it when it is not yet.
func (s *sessions) take(ctx context.Context) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var one *session
	select {
	case one = <-s.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if one.conn == nil {
		c, err := s.db.Conn(context.WithoutCancel(ctx))
		if err != nil {
			s.free <- one
			return nil, err
		}
		one.conn, one.prepared = c, map[string]*sql.Stmt{}
	}
	return one, nil
}

func (s *sessions) give(one *session) { s.free <- one }

func (s *sessions) close() error {
	for range cap(s.free) {
		(<-s.free).release()
	}
	return s.db.Close()
}
