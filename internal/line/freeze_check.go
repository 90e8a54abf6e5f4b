package line

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// freezesDense finds freezes that overlap the rules of their table: from 1
// without a gap, and none that lasts but the last.
const freezesDense = `SELECT sale_id, MAX(n), COUNT(*), MAX(CASE WHEN ended_at IS NULL THEN n ELSE 0 END) FROM freezes GROUP BY sale_id
	HAVING MAX(n) <> COUNT(*) OR MAX(CASE WHEN ended_at IS NULL THEN n ELSE 0 END) NOT IN (0, MAX(n))`

// expiredFrozen finds offers that a sale's frozen clocks made over: they had
// time left when the freeze began, and expired before it was released. When
// that was, the audit knows to the millisecond.
const expiredFrozen = `SELECT o.sale_id, o.number, o.over_at, f.n FROM offers o JOIN freezes f ON f.sale_id = o.sale_id
	WHERE o.state = 'expired' AND o.ends > f.began_at AND o.over_at > f.began_at + 1000
	AND (f.ended_at IS NULL OR o.over_at < f.ended_at - 1000) LIMIT 5`

// endsAsGiven works out where the end of every live offer must be: where its
// last hand-over put it, moved by every freeze that this did not count yet.
func endsAsGiven(ctx context.Context, tx *sqldb.Tx, saleID int64) error {
	incidents, err := readIncidents(ctx, tx, saleID)
	if err != nil {
		return err
	}
	freezes := bare(incidents)
	return tx.Each(ctx, func(row sqldb.Row) error {
		var number, counts int
		var ends, given int64
		if err := row.Scan(&number, &ends, &given, &counts); err != nil {
			return err
		}
		want, _ := freezes.Move(sale.End{At: sqldb.Time(given), Freezes: counts})
		if ends != sqldb.Millis(want) {
			return fmt.Errorf("the offer of number %d ends at %d, and its last mail and the freezes since say %d", number, ends, sqldb.Millis(want))
		}
		return nil
	}, `SELECT o.number, o.ends, t.ends, t.freezes FROM offers o
		JOIN outbox m ON m.kind = 'offer' AND m.ref = o.id JOIN mail_tries t ON t.mail_id = m.id
		WHERE o.sale_id = $1 AND o.state IN ('open', 'closing') AND t.id = (SELECT MAX(x.id) FROM mail_tries x WHERE x.mail_id = m.id)`, saleID)
}
