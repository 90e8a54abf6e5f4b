package line

import (
	"context"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// dueConfirms reads the mails that confirm an address and may leave now. One
// whose link is over, or whose address stands in line by now, is moot.
func dueConfirms(ctx context.Context, tx *sqldb.Tx, d due) ([]Mail, error) {
	var mails []Mail
	err := tx.Each(ctx, func(row sqldb.Row) error {
		m := Mail{Kind: sale.MailConfirm}
		var first, ends int64
		var over int
		err := row.Scan(&m.ID, &m.Ref, &m.Try, &first, &m.Failed, &m.Address, &m.Lang, &ends, &over)
		m.Try++
		m.First, m.Ends, m.Moot = sqldb.Time(first), sqldb.Time(ends), over == 1
		mails = append(mails, m)
		return err
	}, `SELECT m.id, m.ref, m.tries, COALESCE(m.first_at, 0),
		(SELECT COUNT(*) FROM mail_tries t WHERE t.mail_id = m.id AND t.result IN ('temporary', 'unknown')),
		COALESCE(c.address, ''), COALESCE(c.lang, ''), COALESCE(c.ends, 0),
		CASE WHEN c.ref IS NULL OR c.ends <= $3 OR EXISTS (SELECT 1 FROM registrations r
			WHERE r.identity = c.identity AND r.withdrawn_at IS NULL AND r.erased_at IS NULL) THEN 1 ELSE 0 END
		FROM outbox m LEFT JOIN confirmations c ON c.ref = m.ref
		WHERE m.sale_id = $1 AND m.priority = $2 AND m.due_at IS NOT NULL AND m.due_at <= $3
		ORDER BY m.due_at, m.id LIMIT $4`,
		d.state.ID, sale.MailConfirm.Priority(), sqldb.Millis(d.now), d.most)
	return mails, err
}

// leaveHalf keeps mails that anybody can cause who types an address to half of
// every window of the limits: the other half is there for those who stand in
// line, whatever a robot asks for.
func (d *due) leaveHalf(ctx context.Context, tx *sqldb.Tx, limits MailLimits) error {
	if d.kind != sale.MailConfirm || limits == (MailLimits{}) {
		return nil
	}
	half := MailLimits{PerSecond: halved(limits.PerSecond), PerHour: halved(limits.PerHour)}
	free, _, err := mailsFree(ctx, tx, half, d.now)
	d.most = min(d.most, free)
	return err
}

func halved(limit int) int {
	if limit == 0 {
		return 0
	}
	return max(limit/2, 1)
}
