package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// mostPrepared bounds the statements a session keeps. Constant texts never
// reach it; a text built at run time then costs a compilation, not memory.
const mostPrepared = 512

// session is one SQLite connection with its prepared statements. Compiling
// costs more than running most of them.
type session struct {
	conn     *sql.Conn // nil: to be connected by the next taker
	prepared map[string]*sql.Stmt
}

// stmt is the prepared statement for q; nil when it is better run unprepared:
// the cache is full, or q does not compile and running it will say why.
func (s *session) stmt(ctx context.Context, q string) *sql.Stmt {
	if st, ok := s.prepared[q]; ok {
		return st
	}
	if len(s.prepared) >= mostPrepared {
		return nil
	}
	st, err := s.conn.PrepareContext(ctx, q)
	if err != nil {
		return nil
	}
	s.prepared[q] = st
	return st
}

func (s *session) exec(ctx context.Context, q string, args []any) (sql.Result, error) {
	if st := s.stmt(ctx, q); st != nil {
		return st.ExecContext(ctx, args...)
	}
	return s.conn.ExecContext(ctx, q, args...)
}

func (s *session) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	if st := s.stmt(ctx, q); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return s.conn.QueryContext(ctx, q, args...)
}

func (s *session) queryRow(ctx context.Context, q string, args []any) *sql.Row {
	if st := s.stmt(ctx, q); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return s.conn.QueryRowContext(ctx, q, args...)
}

// release gives the connection back to its pool, healthy.
func (s *session) release() {
	if s.conn == nil {
		return
	}
	for _, st := range s.prepared {
		_ = st.Close() // it only frees memory
	}
	_ = s.conn.Close()
	s.conn, s.prepared = nil, nil
}

// drop closes the connection for good.
func (s *session) drop() {
	for _, st := range s.prepared {
		_ = st.Close()
	}
	// Raw discards the connection when the function calls it bad.
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	s.conn, s.prepared = nil, nil
}
