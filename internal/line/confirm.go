package line

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/groupcommit"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// What one address may be mailed before it stands in line: anybody can type
// it, and nobody may be bombed with our mails.
const (
	confirmLife  = 24 * time.Hour   // of a link, at most until the form closes
	confirmSends = 3                // mails within confirmLife of the first
	confirmGap   = 10 * time.Minute // between two of them
)

// Ask asks for a mail with a link that confirms an address: the way into the
// line without a proof of work.
type Ask struct {
	Sale    string
	Address sale.Address
	Lang    string
}

// Asked is the same for everybody, whoever stands in line: until when the
// link is good.
type Asked struct{ Until time.Time }

// Confirmation is an address that is to be confirmed.
type Confirmation struct {
	Sale    string
	Ref     string
	Address string // as typed first
	Lang    string
	Ends    time.Time
}

// AskConfirm queues the mail that confirms an address. It gives no number and
// keeps nothing free. An address that is in line already, or that was mailed
// three times today or a moment ago, gets no mail, and the same answer: who
// asked need not be its owner.
//
// Errors: not_found, not_open_yet, closed, full, overloaded.
func (l *Line) AskConfirm(ctx context.Context, in Ask) (Asked, error) { return l.asks.Do(ctx, in) }

type askResult = groupcommit.Result[Asked]

func (l *Line) newAsks(grouped func(int)) *groupcommit.Group[Ask, Asked] {
	return groupcommit.New(groupcommit.Options[Ask, Asked]{
		Commit: l.commitAsks, Most: 64, Queue: 1 << 10, Timeout: signUpTimeout, Observe: grouped,
	})
}

func (l *Line) commitAsks(ctx context.Context, ins []Ask) ([]askResult, error) {
	// One order for row locks, so that two groups cannot wait for each other.
	order := make([]int, len(ins))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(ins[a].Sale, ins[b].Sale), cmp.Compare(ins[a].Address.Canonical, ins[b].Address.Canonical))
	})
	var out []askResult
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		out = make([]askResult, len(ins))
		now := l.now()
		for _, i := range order {
			until, err := l.ask(ctx, tx, ins[i], now)
			var told *sale.Error
			if err != nil && !errors.As(err, &told) {
				return err
			}
			out[i] = askResult{Value: Asked{Until: until}, Err: err}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("commit confirmations: %w", err)
	}
	return out, nil
}

func (l *Line) ask(ctx context.Context, tx *sqldb.Tx, in Ask, now time.Time) (time.Time, error) {
	var c counterRow
	err := tx.QueryRow(ctx, `SELECT id, last_number, opens_at, closes_at, guaranteed, standby FROM sales WHERE slug = $1`, in.Sale).
		Scan(&c.id, &c.last, &c.opens, &c.closes, &c.guaranteed, &c.standby)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, sale.E(sale.CodeNotFound, "There is no sale %q.", in.Sale)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read the sale: %w", err)
	}
	at := sqldb.Millis(now)
	if err := c.refuses(at); err != nil {
		return time.Time{}, err
	}
	ends := min(at+confirmLife.Milliseconds(), c.closes)
	a := asking{saleID: c.id, identity: identityOf(c.id, in.Address), at: at, ends: ends}
	if a.ref, err = l.newID(); err != nil {
		return time.Time{}, err
	}
	if err := a.store(ctx, tx, in); err != nil {
		return time.Time{}, fmt.Errorf("store a confirmation: %w", err)
	}
	return sqldb.Time(ends), nil
}

// asking is one address as it is stored.
type asking struct {
	saleID   int64
	identity string
	ref      string
	at, ends int64
}

// store writes the same rows for those who are in line already as for
// everybody else, but for the mail: neither the answer nor its time tells them
// apart. A name gives one place: who left since the last mail gets a new one,
// since the old one leads to the place that was left.
func (a *asking) store(ctx context.Context, tx *sqldb.Tx, in Ask) error {
	var sends, sentAt int64
	err := tx.QueryRow(ctx, `INSERT INTO confirmations (ref, sale_id, identity, address, lang, since, sends, sent_at, ends)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7)
		ON CONFLICT (identity) DO UPDATE SET lang = excluded.lang, ends = excluded.ends,
			ref = CASE WHEN EXISTS (SELECT 1 FROM registrations r WHERE r.identity = excluded.identity
				AND r.withdrawn_at IS NOT NULL AND r.withdrawn_at > confirmations.sent_at) THEN excluded.ref ELSE confirmations.ref END,
			sends = CASE WHEN confirmations.since <= $8 THEN 0 ELSE confirmations.sends END,
			since = CASE WHEN confirmations.since <= $8 THEN excluded.since ELSE confirmations.since END
		RETURNING ref, sends, sent_at`,
		a.ref, a.saleID, a.identity, in.Address.Typed, in.Lang, a.at, a.ends, a.at-confirmLife.Milliseconds()).
		Scan(&a.ref, &sends, &sentAt)
	if err != nil {
		return err
	}
	if sends >= confirmSends || a.at < sentAt+confirmGap.Milliseconds() {
		return nil
	}
	if _, err = tx.Exec(ctx, `UPDATE confirmations SET sends = sends + 1, sent_at = $1 WHERE ref = $2`, a.at, a.ref); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO outbox (sale_id, kind, ref, priority, state, due_at, created_at)
		SELECT CAST($1 AS BIGINT), 'confirm', CAST($2 AS TEXT), CAST($3 AS BIGINT), 'queued', CAST($4 AS BIGINT), CAST($4 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM registrations WHERE identity = $5 AND withdrawn_at IS NULL AND erased_at IS NULL)`,
		a.saleID, a.ref, sale.MailConfirm.Priority(), a.at, a.identity)
	return err
}

// Confirmation reads what a link stands for. CodeConfirmOver: it is over, or
// was forgotten since. It writes nothing.
func (l *Line) Confirmation(ctx context.Context, slug, ref string) (Confirmation, error) {
	c := Confirmation{Sale: slug, Ref: ref}
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var ends int64
		err := tx.QueryRow(ctx, `SELECT c.address, c.lang, c.ends FROM confirmations c JOIN sales s ON s.id = c.sale_id
			WHERE c.ref = $1 AND s.slug = $2`, ref, slug).Scan(&c.Address, &c.Lang, &ends)
		c.Ends = sqldb.Time(ends)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !l.now().Before(c.Ends) {
			return sale.E(sale.CodeConfirmOver, "This link is over.")
		}
		return err
	})
	if err != nil {
		return Confirmation{}, fmt.Errorf("read a confirmation of %s: %w", slug, err)
	}
	return c, nil
}

// forgetMost is how many are forgotten at once: the links of a whole crowd can
// end with the form, and nobody waits for all of them.
const forgetMost = 1000

// ForgetConfirmations deletes addresses of a sale whose links are over, the
// oldest first; what is left is for the next beat. With nothing to forget it
// writes nothing.
func (l *Line) ForgetConfirmations(ctx context.Context, lease Lease) error {
	var over int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM confirmations WHERE sale_id = $1 AND ends <= $2 LIMIT 1) one`,
			lease.SaleID, sqldb.Millis(l.now())).Scan(&over)
	})
	if err == nil && over > 0 {
		err = l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
			// The end is looked at twice: somebody may just be asking again.
			_, err := tx.Exec(ctx, `DELETE FROM confirmations WHERE ends <= $2 AND ref IN (SELECT ref FROM confirmations
				WHERE sale_id = $1 AND ends <= $2 ORDER BY ends LIMIT $3)`, lease.SaleID, sqldb.Millis(l.now()), forgetMost)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("forget confirmations of %s: %w", lease.Slug, err)
	}
	return nil
}
