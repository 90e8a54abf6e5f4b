package line

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sqldb"
)

// Journey is one place's way through a sale, as far as a report goes.
type Journey struct {
	Number    int
	At        time.Time // of the sign-up
	Offered   time.Time // when its first offer was open; zero: it had none
	Has       bool      // it has an offer that is not over
	Mailed    time.Time // when the mail of the offer that it bought first reached a server; zero: not known
	Bought    time.Time // zero: it did not buy
	Cancelled bool      // what it bought was cancelled
	Left      bool      // withdrawn or erased
	Bounced   bool
}

// Journeys reads places in order from after a number: for each a handful of
// rows by key, about 20 µs.
func (l *Line) Journeys(ctx context.Context, saleID int64, after, limit int) ([]Journey, error) {
	var all []Journey
	err := l.readRows(ctx, func(row sqldb.Row) error {
		var j Journey
		var at, offered, mailed, bought int64
		var has, cancelled, left, bounced int
		err := row.Scan(&j.Number, &at, &offered, &has, &mailed, &bought, &cancelled, &left, &bounced)
		j.At, j.Offered, j.Mailed, j.Bought = sqldb.Time(at), sqldb.Time(offered), sqldb.Time(mailed), sqldb.Time(bought)
		j.Has, j.Cancelled, j.Left, j.Bounced = has == 1, cancelled == 1, left == 1, bounced == 1
		all = append(all, j)
		return err
	}, `SELECT r.number, r.at,
			COALESCE((SELECT MIN(o.opened_at) FROM offers o WHERE o.sale_id = r.sale_id AND o.number = r.number), 0),
			CASE WHEN EXISTS (SELECT 1 FROM offers o WHERE o.sale_id = r.sale_id AND o.number = r.number AND o.state IN ('planned', 'open', 'closing')) THEN 1 ELSE 0 END,
			COALESCE((SELECT MIN(t.done_at) FROM outbox m JOIN mail_tries t ON t.mail_id = m.id
				WHERE m.kind = 'offer' AND m.ref = b.offer AND t.result IN ('accepted', 'unknown')), 0),
			COALESCE(b.at, 0), CASE WHEN b.state = 'cancelled' THEN 1 ELSE 0 END,
			CASE WHEN r.withdrawn_at IS NULL AND r.erased_at IS NULL THEN 0 ELSE 1 END, r.bounced
		FROM registrations r LEFT JOIN orders b ON b.sale_id = r.sale_id AND b.number = r.number
		WHERE r.sale_id = $1 AND r.number > $2 ORDER BY r.number LIMIT $3`, saleID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read journeys: %w", err)
	}
	return all, nil
}

// Steps gives what was done to a whole sale, oldest first: the entries of its
// audit with one of these actions, at most a thousand.
func (l *Line) Steps(ctx context.Context, saleID int64, actions ...string) ([]AuditEntry, error) {
	args := []any{saleID}
	for _, a := range actions {
		args = append(args, a)
	}
	var all []AuditEntry
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		all, err = auditRows(ctx, tx, `sale_id = $1 AND action IN (`+sqldb.Marks(2, len(actions))+`) ORDER BY id LIMIT 1000`, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", strings.Join(actions, ", "), err)
	}
	return all, nil
}
