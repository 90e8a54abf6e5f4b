package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Lease is the right to assign, close and send for one sale. Fence counts
// the holders: every method that takes a Lease refuses with CodeFenced, and
// changes nothing, when a later one has been given out.
type Lease struct {
	SaleID int64
	Slug   string
	Fence  int64
}

// Acquire takes or extends the lease of a sale for ttl; ok is false while
// somebody else holds it. Taking it over from another holder raises the
// fence, and what that holder was sending becomes unknown: nobody can tell
// any more whether it left.
func (l *Line) Acquire(ctx context.Context, slug, holder string, ttl time.Duration) (lease Lease, ok bool, err error) {
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		lease, ok = Lease{Slug: slug}, false
		var held string
		var until int64
		err := tx.QueryRow(ctx, `SELECT sale_id, fence, holder, lease_until FROM dispatch
			WHERE sale_id = (SELECT id FROM sales WHERE slug = $1)`+tx.Dialect().ForUpdate, slug).
			Scan(&lease.SaleID, &lease.Fence, &held, &until)
		if errors.Is(err, sql.ErrNoRows) {
			return sale.E(sale.CodeNotFound, "There is no sale %q.", slug)
		}
		if err != nil {
			return err
		}
		now := l.now()
		if held != holder && sqldb.Time(until).After(now) {
			return nil
		}
		ok = true
		if end := sqldb.Time(until); held == holder && end.After(now.Add(ttl/2)) && !end.After(now.Add(ttl)) {
			return nil // long enough: a beat that has nothing to do writes nothing
		}
		if held != holder {
			lease.Fence++
			if err := orphanSending(ctx, tx, lease, nil, now); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE dispatch SET fence = $1, holder = $2, lease_until = $3 WHERE sale_id = $4`,
			lease.Fence, holder, sqldb.Millis(now.Add(ttl)), lease.SaleID)
		return err
	})
	if err != nil {
		return Lease{}, false, fmt.Errorf("acquire lease of %s: %w", slug, err)
	}
	return lease, ok, nil
}

// Release gives a lease back at once, so that the next holder need not wait
// for it to run out. A lease that was lost meanwhile is left alone.
func (l *Line) Release(ctx context.Context, lease Lease) error {
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE dispatch SET holder = '', lease_until = 0 WHERE sale_id = $1`, lease.SaleID)
		return err
	})
	if sale.CodeOf(err) == sale.CodeFenced {
		return nil
	}
	if err != nil {
		return fmt.Errorf("release lease of %s: %w", lease.Slug, err)
	}
	return nil
}

// fenced runs do in a write transaction that holds the sale's dispatch row
// and has compared the fence.
func (l *Line) fenced(ctx context.Context, lease Lease, do func(context.Context, *sqldb.Tx) error) error {
	return l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		if err := checkFence(ctx, tx, lease); err != nil {
			return err
		}
		return do(ctx, tx)
	})
}

func checkFence(ctx context.Context, tx *sqldb.Tx, lease Lease) error {
	var fence int64
	err := tx.QueryRow(ctx, `SELECT fence FROM dispatch WHERE sale_id = $1`+tx.Dialect().ForUpdate, lease.SaleID).Scan(&fence)
	if err != nil {
		return fmt.Errorf("check fence: %w", err)
	}
	if fence != lease.Fence {
		return sale.E(sale.CodeFenced, "Another dispatcher has taken over this sale.")
	}
	return nil
}

// lockDispatch takes a sale's dispatch row until the transaction ends, for
// those who are not the assigner.
func lockDispatch(ctx context.Context, tx *sqldb.Tx, slug string) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `SELECT sale_id FROM dispatch WHERE sale_id = (SELECT id FROM sales WHERE slug = $1)`+tx.Dialect().ForUpdate, slug).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, sale.E(sale.CodeNotFound, "There is no sale %q.", slug)
	}
	return id, err
}

// Orphan turns what the outbox says is being sent under this lease, and is
// in nobody's hands, into unknown: the mails of a LeaseMails call whose
// answer was lost. hands are the mails that this process knows of.
func (l *Line) Orphan(ctx context.Context, lease Lease, hands []int64) error {
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		return orphanSending(ctx, tx, lease, hands, l.now())
	})
	if err != nil {
		return fmt.Errorf("orphan mails of %s: %w", lease.Slug, err)
	}
	return nil
}

// orphanSending turns what is being sent, but for the mails in hands, into
// unknown and due again at once.
func orphanSending(ctx context.Context, tx *sqldb.Tx, lease Lease, hands []int64, now time.Time) error {
	ids, err := ints(ctx, tx, `SELECT id FROM outbox WHERE sale_id = $1 AND state = 'sending' ORDER BY id`, lease.SaleID)
	if err != nil {
		return fmt.Errorf("find orphaned mails: %w", err)
	}
	at := sqldb.Millis(now)
	for _, id := range ids {
		if slices.Contains(hands, int64(id)) {
			continue
		}
		if err := orphan(ctx, tx, int64(id), at); err != nil {
			return err
		}
	}
	return nil
}

func orphan(ctx context.Context, tx *sqldb.Tx, id, at int64) error {
	early, err := bouncedEarly(ctx, tx, id)
	if err != nil {
		return err
	}
	over, err := moot(ctx, tx, Mail{ID: id})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE mail_tries SET done_at = $1, result = 'unknown' WHERE mail_id = $2 AND done_at IS NULL`, at, id)
	if err != nil {
		return fmt.Errorf("close orphaned tries: %w", err)
	}
	// What is over meanwhile is not sent again, nor what has come back; but
	// what went to an address that was corrected is.
	_, err = tx.Exec(ctx, `UPDATE outbox SET tried = 1,
		state = CASE WHEN $3 = 1 AND $4 = 0 THEN 'queued' WHEN `+reached+` THEN 'unknown' ELSE 'refused' END,
		delivered = CASE WHEN `+reached+` THEN 1 ELSE 0 END,
		due_at = CASE WHEN $4 = 1 OR ($3 = 0 AND NOT `+reached+`) THEN NULL ELSE CAST($2 AS BIGINT) END
		WHERE id = $1`, id, at, flag(early == corrected), flag(over))
	if err != nil {
		return fmt.Errorf("mark orphaned mails unknown: %w", err)
	}
	if early == corrected {
		return beginAgain(ctx, tx, id)
	}
	return nil
}
