package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Draft is a sale that is being set up: what its organizer typed so far, by
// the fields of the form, right or wrong. It is nobody's promise.
type Draft struct {
	ID      int64
	Fields  map[string]string
	Changed time.Time
}

// mostDrafts is how many an organizer may have begun.
const mostDrafts = 20

func noSuchDraft() error {
	return sale.E(sale.CodeNotFound, "There is no such draft: it was discarded, or its sale is created and stands among the sales.")
}

// NewDraft begins one. CodeInvalid when the organizer has too many.
func (l *Line) NewDraft(ctx context.Context, organizer int64, fields map[string]string) (int64, error) {
	doc, err := json.Marshal(fields)
	if err != nil {
		return 0, fmt.Errorf("begin a draft: %w", err)
	}
	var id int64
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		// One after another, or all that come at once would find room for one.
		err := tx.QueryRow(ctx, `SELECT id FROM organizers WHERE id = $1`+tx.Dialect().ForUpdate, organizer).Scan(&id)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM drafts WHERE organizer_id = $1`, organizer).Scan(&n); err != nil {
			return err
		}
		if n >= mostDrafts {
			return sale.E(sale.CodeInvalid, "You have %d drafts. Finish or discard one of them first.", n)
		}
		return tx.QueryRow(ctx, `INSERT INTO drafts (organizer_id, fields, changed_at) VALUES ($1, $2, $3) RETURNING id`,
			organizer, string(doc), sqldb.Millis(l.now())).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("begin a draft: %w", err)
	}
	return id, nil
}

// Drafts gives an organizer's, the newest first.
func (l *Line) Drafts(ctx context.Context, organizer int64) ([]Draft, error) {
	var all []Draft
	err := l.readRows(ctx, func(row sqldb.Row) error {
		d, err := scanDraft(row.Scan)
		all = append(all, d)
		return err
	}, `SELECT id, fields, changed_at FROM drafts WHERE organizer_id = $1 ORDER BY id DESC`, organizer)
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	return all, nil
}

// Draft gives one of an organizer's; CodeNotFound when it is not theirs.
func (l *Line) Draft(ctx context.Context, organizer, id int64) (Draft, error) {
	var d Draft
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		d, err = readDraft(ctx, tx, organizer, id, "")
		return err
	})
	if err != nil {
		return Draft{}, fmt.Errorf("read a draft: %w", err)
	}
	return d, nil
}

// ChangeDraft lets change alter the fields of one of an organizer's drafts,
// and gives it as it is then. Whoever changes other fields at the same time
// loses nothing. change may run more than once.
func (l *Line) ChangeDraft(ctx context.Context, organizer, id int64, change func(fields map[string]string)) (Draft, error) {
	var d Draft
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		if d, err = readDraft(ctx, tx, organizer, id, tx.Dialect().ForUpdate); err != nil {
			return err
		}
		change(d.Fields)
		doc, err := json.Marshal(d.Fields)
		if err != nil {
			return err
		}
		d.Changed = l.now()
		_, err = tx.Exec(ctx, `UPDATE drafts SET fields = $1, changed_at = $2 WHERE id = $3`, string(doc), sqldb.Millis(d.Changed), id)
		return err
	})
	if err != nil {
		return Draft{}, fmt.Errorf("change a draft: %w", err)
	}
	return d, nil
}

// DropDraft forgets one of an organizer's. One that is gone stays gone.
func (l *Line) DropDraft(ctx context.Context, organizer, id int64) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM drafts WHERE id = $1 AND organizer_id = $2`, id, organizer)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop a draft: %w", err)
	}
	return nil
}

func readDraft(ctx context.Context, tx *sqldb.Tx, organizer, id int64, lock string) (Draft, error) {
	d, err := scanDraft(tx.QueryRow(ctx, `SELECT id, fields, changed_at FROM drafts WHERE id = $1 AND organizer_id = $2`+lock, id, organizer).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, noSuchDraft()
	}
	return d, err
}

func scanDraft(scan func(...any) error) (Draft, error) {
	var d Draft
	var fields string
	var changed int64
	if err := scan(&d.ID, &fields, &changed); err != nil {
		return Draft{}, err
	}
	d.Changed = sqldb.Time(changed)
	if err := json.Unmarshal([]byte(fields), &d.Fields); err != nil {
		return Draft{}, fmt.Errorf("read draft %d: %w", d.ID, err)
	}
	if d.Fields == nil {
		d.Fields = map[string]string{}
	}
	return d, nil
}
