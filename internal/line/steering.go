package line

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sqldb"
)

// Standing is where a sale stands at one moment, for whoever is about to
// change it. It is read in one snapshot, by indexes: its cost grows with the
// links that are out, not with the line.
type Standing struct {
	State   State
	Newest  Version   // what an edit replaces; narrower limits may be in force
	Waiting int       // registrations that may still get an offer
	Open    int       // offers that are open
	LastEnd time.Time // when the last clock that runs stops; zero when none does
	Unsent  int       // mails of offers that were never tried
	Hour    int       // mails that count against the limit of an hour
}

// Standing reads it; CodeNotFound when there is no such sale.
func (l *Line) Standing(ctx context.Context, slug string) (Standing, error) {
	var s Standing
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		if s.State, err = readState(ctx, tx, slug); err != nil {
			return err
		}
		if s.Newest, err = versionInfo(ctx, tx, s.State.ID, s.State.Latest); err != nil {
			return err
		}
		var lastEnd sql.NullInt64
		if s.Waiting, err = countWaiting(ctx, tx, s.State); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT
			(SELECT COUNT(*) FROM offers WHERE sale_id = $1 AND state = 'open'),
			(SELECT MAX(ends) FROM offers WHERE sale_id = $1 AND state = 'open'),
			(`+untried+`),
			(SELECT COUNT(*) FROM mail_tries WHERE result IN ('accepted', 'unknown') AND done_at >= $2)`,
			s.State.ID, sqldb.Millis(l.now().Add(-time.Hour))).Scan(&s.Open, &lastEnd, &s.Unsent, &s.Hour)
		s.LastEnd = sqldb.Time(lastEnd.Int64)
		return err
	})
	if err != nil {
		return Standing{}, fmt.Errorf("read where %s stands: %w", slug, err)
	}
	return s, nil
}

// countWaiting counts who may still get an offer, without counting the line:
// numbers are dense, so behind the one that was reached everybody waits but
// those who left, and before it only those whose turn comes again.
func countWaiting(ctx context.Context, tx *sqldb.Tx, st State) (int, error) {
	var left, again int
	err := tx.QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM registrations WHERE sale_id = $1 AND waiting = 0 AND number > $2),
		(SELECT COUNT(*) FROM registrations WHERE sale_id = $1 AND waiting = 1 AND number <= $2)`, st.ID, st.Reached).Scan(&left, &again)
	if err != nil {
		return 0, fmt.Errorf("count who waits: %w", err)
	}
	return st.Last - st.Reached - left + again, nil
}
