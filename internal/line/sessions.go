package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sqldb"
)

// Session reads what is kept under a token's hash; found is false when there
// is nothing, or it is over.
func (l *Line) Session(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT data FROM sessions WHERE token = $1 AND ends > $2`, token, sqldb.Millis(l.now())).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	return data, true, nil
}

// KeepSession writes a session, and forgets those that are over.
func (l *Line) KeepSession(ctx context.Context, token string, data []byte, ends time.Time) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE ends <= $1`, sqldb.Millis(l.now())); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO sessions (token, data, ends) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, ends = excluded.ends`, token, data, sqldb.Millis(ends))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// EndSession forgets a session; an unknown one is fine.
func (l *Line) EndSession(ctx context.Context, token string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE token = $1`, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
