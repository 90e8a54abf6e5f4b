package line

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// heldUntil is up to when quiet hours held mails back: what fell due before
// could not leave. A sale that is over holds nothing back any more, since
// nothing will ever leave.
func heldUntil(st State, now time.Time) time.Time {
	if !now.Before(st.Sale.Dispatch.Ends) {
		return time.Time{}
	}
	if last := st.Sale.Rest().LastQuiet(now); last.After(st.QuietUntil) {
		return last
	}
	return st.QuietUntil
}

// requieted is what a change of the quiet hours means for what is under way.
// From here on, no mail begins to leave in the new ones: the assigner's row
// is taken. What the old ones held back stays owed, and is tried for a whole
// life again, as after a pause. The next moment is not further away than it
// would have been without them; one that has become quiet is moved by the
// assigner.
func (l *Line) requieted(ctx context.Context, tx *sqldb.Tx, id int64, old, next sale.Sale) error {
	if old.Dispatch.Quiet == next.Dispatch.Quiet && (next.Dispatch.Quiet.None() || old.Timezone == next.Timezone) {
		return nil
	}
	now := l.now()
	at := sqldb.Millis(now)
	_, err := tx.Exec(ctx, `UPDATE dispatch SET quiet_until = CASE WHEN quiet_until > $1 THEN quiet_until ELSE $1 END WHERE sale_id = $2`,
		sqldb.Millis(old.Rest().LastQuiet(now)), id)
	if err != nil {
		return fmt.Errorf("remember the old quiet hours: %w", err)
	}
	if strings.HasPrefix(next.Dispatch.Every, "@every") {
		_, err = tx.Exec(ctx, `UPDATE dispatch SET next_at = $1 + period WHERE sale_id = $2 AND next_at > $1 + period`, at, id)
	} else { // a cron expression says it again
		_, err = tx.Exec(ctx, `UPDATE dispatch SET next_at = 0, period = 0 WHERE sale_id = $1`, id)
	}
	if err != nil {
		return fmt.Errorf("move the next moment: %w", err)
	}
	return tryUntil(ctx, tx, id, next.Rest().AddLoud(now, next.Dispatch.LinkLife))
}

// notInQuietHours looks at every hand-over of an offer's mail and at the quiet
// hours that were in force as it began, which the try remembers: versions may
// change them.
func notInQuietHours(ctx context.Context, tx *sqldb.Tx) error {
	known := map[string]sale.Rest{}
	return tx.Each(ctx, func(row sqldb.Row) error {
		var mail, at int64
		var hours string
		if err := row.Scan(&mail, &at, &hours); err != nil {
			return err
		}
		rest, ok := known[hours]
		if !ok {
			var err error
			if rest, err = sale.ParseRest(hours); err != nil {
				return err
			}
			known[hours] = rest
		}
		if rest.Quiet(sqldb.Time(at)) {
			return fmt.Errorf("mail %d was handed over at %d, in the quiet hours %s", mail, at, hours)
		}
		return nil
	}, `SELECT t.mail_id, t.started_at, t.quiet FROM mail_tries t
		JOIN outbox m ON m.id = t.mail_id WHERE m.kind = 'offer' AND t.quiet <> '' ORDER BY t.id`)
}
