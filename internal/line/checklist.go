package line

import (
	"context"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sqldb"
)

// CheckItem is a thing of a sale's checklist that is kept.
type CheckItem string

// The things that are kept.
const (
	CheckDoctor CheckItem = "doctor" // the last findings, in the detail
	CheckKeys   CheckItem = "keys"   // somebody has backed the keys up
	CheckMail   CheckItem = "mail"   // what became of the last test mail: its result is the detail's last word
)

// Checked is when something was looked at or confirmed last, and by whom.
type Checked struct {
	At     time.Time
	Actor  string
	Detail string
}

// Check keeps that an organizer has looked at something or confirmed it, in
// place of the time before. words is what the audit log says of it.
func (l *Line) Check(ctx context.Context, slug string, item CheckItem, c Checked, words string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockSale(ctx, tx, slug)
		if err != nil {
			return err
		}
		now := l.now()
		_, err = tx.Exec(ctx, `INSERT INTO checklist (sale_id, item, at, actor, detail) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (sale_id, item) DO UPDATE SET at = excluded.at, actor = excluded.actor, detail = excluded.detail`,
			id, string(item), sqldb.Millis(now), c.Actor, c.Detail)
		if err != nil {
			return err
		}
		return audit(ctx, tx, auditEntry{at: now, actor: c.Actor, action: "check " + string(item), saleID: id, detail: words})
	})
	if err != nil {
		return fmt.Errorf("keep the checklist of %s: %w", slug, err)
	}
	return nil
}

// Checklist is what is kept of a sale's.
func (l *Line) Checklist(ctx context.Context, saleID int64) (map[CheckItem]Checked, error) {
	all := map[CheckItem]Checked{}
	err := l.readRows(ctx, func(row sqldb.Row) error {
		var item CheckItem
		var c Checked
		var at int64
		err := row.Scan(&item, &at, &c.Actor, &c.Detail)
		c.At = sqldb.Time(at)
		all[item] = c
		return err
	}, `SELECT item, at, actor, detail FROM checklist WHERE sale_id = $1`, saleID)
	if err != nil {
		return nil, fmt.Errorf("read the checklist: %w", err)
	}
	return all, nil
}
