package line

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sqldb"
)

// MailLimits are the most mails that may be accepted, or may have been, in
// any second and in any hour. Zero means no limit.
type MailLimits struct {
	PerSecond int
	PerHour   int
}

// mailsFree is how many mails the limits allow to begin now. What is still
// being sent counts in every window, since it may yet be accepted in it; what
// is done counts from the moment it was done.
func mailsFree(ctx context.Context, tx *sqldb.Tx, limits MailLimits, now time.Time) (free int, wait time.Duration, err error) {
	free = int(^uint(0) >> 1)
	if limits == (MailLimits{}) {
		return free, 0, nil
	}
	var one int
	if err := tx.QueryRow(ctx, `SELECT id FROM mail_limit WHERE id = 1`+tx.Dialect().ForUpdate).Scan(&one); err != nil {
		return 0, 0, fmt.Errorf("lock the mail limit: %w", err)
	}
	var sending int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM mail_tries WHERE done_at IS NULL`).Scan(&sending); err != nil {
		return 0, 0, fmt.Errorf("count mails being sent: %w", err)
	}
	for _, w := range []struct {
		most   int
		window time.Duration
	}{{limits.PerSecond, time.Second}, {limits.PerHour, time.Hour}} {
		if w.most == 0 {
			continue
		}
		n, next, err := inWindow(ctx, tx, w.most-sending, now.Add(-w.window))
		if err != nil {
			return 0, 0, err
		}
		left := w.most - sending - n
		if left <= 0 && !next.IsZero() {
			wait = max(wait, next.Add(w.window).Sub(now)+time.Millisecond)
		}
		free = min(free, max(left, 0))
	}
	return free, wait, nil
}

// inWindow counts what was done since a moment, up to most, and gives the
// time of the oldest of the newest `most`: when that one leaves the window, a
// place is free.
func inWindow(ctx context.Context, tx *sqldb.Tx, most int, since time.Time) (n int, oldest time.Time, err error) {
	if most <= 0 {
		return 0, time.Time{}, nil
	}
	var at sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT COUNT(*), MIN(done_at) FROM (SELECT done_at FROM mail_tries
		WHERE result IN ('accepted', 'unknown') AND done_at >= $1 ORDER BY done_at DESC LIMIT $2) newest`,
		sqldb.Millis(since), most).Scan(&n, &at)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count mails in the window: %w", err)
	}
	return n, sqldb.Time(at.Int64), nil
}
