package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Found is what an address has in a sale's line.
type Found struct {
	Numbers []int     // the place that it stands at, then those that it left, newest first
	Asked   time.Time // when it was last mailed a link that confirms it; zero when it was not, or when the link is over
}

// Find looks an address up in a sale's line, whichever way it is spelled.
func (l *Line) Find(ctx context.Context, slug string, a sale.Address) (Found, error) {
	var f Found
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		f = Found{}
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		who := identityOf(st.ID, a)
		here, err := ints(ctx, tx, `SELECT number FROM registrations WHERE identity = $1 AND withdrawn_at IS NULL AND erased_at IS NULL`, who)
		if err != nil {
			return err
		}
		gone, err := ints(ctx, tx, `SELECT number FROM registrations WHERE identity = $1 AND withdrawn_at IS NOT NULL ORDER BY number DESC LIMIT 100`, who)
		if err != nil {
			return err
		}
		f.Numbers = append(here, gone...)
		var asked int64
		err = tx.QueryRow(ctx, `SELECT sent_at FROM confirmations WHERE identity = $1`, who).Scan(&asked)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		f.Asked = sqldb.Time(asked)
		return err
	})
	if err != nil {
		return Found{}, fmt.Errorf("look up an address in %s: %w", slug, err)
	}
	return f, nil
}

// Queue is how a place stands in the line as a whole.
type Queue struct {
	Ahead   int  // who wait with a lower number
	AtLeast bool // there are more than Ahead: nobody counted further
	Untried int  // mails of the last batch, of anybody, that were not tried yet
}

// mostAhead bounds what is counted for one page.
const mostAhead = 20_000

// Queue reads it. It looks at no more than twenty thousand who wait.
func (l *Line) Queue(ctx context.Context, slug string, number int) (Queue, error) {
	var s Queue
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		s = Queue{}
		err = tx.QueryRow(ctx, `SELECT
			(SELECT COUNT(*) FROM (SELECT 1 FROM registrations WHERE sale_id = $1 AND waiting = 1 AND number < $2 LIMIT $3) w),
			(`+untried+`)`,
			st.ID, number, mostAhead+1).Scan(&s.Ahead, &s.Untried)
		if s.Ahead > mostAhead {
			s.Ahead, s.AtLeast = mostAhead, true
		}
		return err
	})
	if err != nil {
		return Queue{}, fmt.Errorf("see how place %d of %s stands: %w", number, slug, err)
	}
	return s, nil
}

// AuditEntry is one row of the audit.
type AuditEntry struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Action string    `json:"action"`
	Number int       `json:"number,omitempty"` // of the place that it is about
	Detail string    `json:"detail,omitempty"`
	Why    string    `json:"why,omitempty"`
}

// HistoryPage asks for a part of a sale's audit, newest first: that of one
// place, or of everything when Number is 0; what is older than the entry
// Before, when it is not 0.
type HistoryPage struct {
	Sale   string
	Number int
	Before int64
	Most   int
}

// History reads a part of the audit.
func (l *Line) History(ctx context.Context, p HistoryPage) ([]AuditEntry, error) {
	var all []AuditEntry
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		st, err := readState(ctx, tx, p.Sale)
		if err != nil {
			return err
		}
		before := p.Before
		if before <= 0 {
			before = 1 << 62
		}
		if p.Number > 0 {
			all, err = auditRows(ctx, tx, `sale_id = $1 AND id < $2 AND number = $3 AND number > 0 ORDER BY id DESC LIMIT $4`, st.ID, before, p.Number, p.Most)
		} else {
			all, err = auditRows(ctx, tx, `sale_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, st.ID, before, p.Most)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", p.Sale, err)
	}
	return all, nil
}

func auditRows(ctx context.Context, tx *sqldb.Tx, where string, args ...any) ([]AuditEntry, error) {
	var all []AuditEntry
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var e AuditEntry
		var at int64
		err := row.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Number, &e.Detail, &e.Why)
		e.At = sqldb.Time(at)
		all = append(all, e)
		return err
	}, `SELECT id, at, actor, action, number, detail, why FROM audit WHERE `+where, args...)
	return all, err
}
