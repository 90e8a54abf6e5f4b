package line

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sqldb"
)

// SetLanguage says in which language a fan's mails are written from now on,
// those included that wait for their turn to leave. That it is one of the
// sale's is the caller's to see to. Repeating it changes nothing.
func (l *Line) SetLanguage(ctx context.Context, slug string, number int, lang string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := lockSale(ctx, tx, slug)
		if err != nil {
			return err
		}
		changed, err := ints(ctx, tx, `UPDATE registrations SET lang = $1
			WHERE sale_id = $2 AND number = $3 AND lang <> $1 AND erased_at IS NULL RETURNING number`, lang, id, number)
		if err != nil {
			return err
		}
		if len(changed) == 0 {
			return mustExist(ctx, tx, id, number)
		}
		return audit(ctx, tx, auditEntry{at: l.now(), actor: "fan", action: "language", saleID: id, number: number, detail: lang})
	})
	if err != nil {
		return fmt.Errorf("set the language of place %d of %s: %w", number, slug, err)
	}
	return nil
}
