package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sqldb"
)

// Session is what is kept of one of the console's sessions, under the hash of
// its token.
type Session struct {
	Token      string
	Data       []byte
	Ends       time.Time
	Organizer  int64 // 0: nobody has signed in yet
	Generation int64
	Began      time.Time
	Seen       time.Time
	Browser    string
}

// Session reads what is kept under a token's hash; found is false when there
// is nothing, or it is over.
func (l *Line) Session(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT data FROM sessions WHERE token = $1 AND ends > $2 AND ended = 0`, token, sqldb.Millis(l.now())).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	return data, true, nil
}

// KeepSession writes a session, and forgets those that have run out. One that
// was ended stays ended, whatever a request that was in flight meanwhile still
// writes.
func (l *Line) KeepSession(ctx context.Context, s Session) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE ends <= $1`, sqldb.Millis(l.now())); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO sessions (token, data, ends, organizer_id, generation, began_at, seen_at, browser)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, ends = excluded.ends, organizer_id = excluded.organizer_id,
				generation = excluded.generation, began_at = excluded.began_at, seen_at = excluded.seen_at, browser = excluded.browser
			WHERE sessions.ended = 0`,
			s.Token, s.Data, sqldb.Millis(s.Ends), s.Organizer, s.Generation, sqldb.Millis(s.Began), sqldb.Millis(s.Seen), s.Browser)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// overSession ends a session. Its name is kept until it would have run out, so
// that nobody writes it anew; what it held is forgotten.
const overSession = `UPDATE sessions SET ended = 1, data = $1, organizer_id = 0, browser = '' WHERE ended = 0 AND token = $2`

// nothing is what a session holds that is over.
func nothing() []byte { return []byte{0} }

// EndSession ends a session; an unknown one is fine.
func (l *Line) EndSession(ctx context.Context, token string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, overSession, nothing(), token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// SessionsOf lists an organizer's open sessions, without their data, the one
// last seen first.
func (l *Line) SessionsOf(ctx context.Context, organizer int64) ([]Session, error) {
	var all []Session
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		return tx.Each(ctx, func(row sqldb.Row) error {
			s := Session{Organizer: organizer}
			var ends, began, seen int64
			err := row.Scan(&s.Token, &ends, &began, &seen, &s.Browser)
			s.Ends, s.Began, s.Seen = sqldb.Time(ends), sqldb.Time(began), sqldb.Time(seen)
			all = append(all, s)
			return err
		}, `SELECT s.token, s.ends, s.began_at, s.seen_at, s.browser FROM sessions s
			JOIN organizers o ON o.id = s.organizer_id AND o.generation = s.generation
			WHERE s.organizer_id = $1 AND s.ends > $2 ORDER BY s.seen_at DESC, s.token LIMIT 50`, organizer, sqldb.Millis(l.now()))
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return all, nil
}

// EndSessionOf ends one of an organizer's sessions; an unknown one, or
// somebody else's, is fine and stays.
func (l *Line) EndSessionOf(ctx context.Context, organizer int64, token string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		res, err := tx.Exec(ctx, overSession+` AND organizer_id = $3`, nothing(), token, organizer)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		o, err := readOrganizer(ctx, tx, `id = $1`, organizer)
		if err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: o.Address, action: "end session"})
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
