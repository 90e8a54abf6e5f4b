package line

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/inturn/inturn/internal/groupcommit"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// LostReceipt asks that an address be mailed its receipt once more.
type LostReceipt struct {
	Sale    string
	Address sale.Address
}

// A receipt is sent again at most so often in any stretch of so long.
const (
	mostResends  = 3
	resendWindow = 24 * time.Hour
)

// Far fewer lose a receipt than register, and sign-ups must not wait for them.
const (
	resendGroup = 64
	resendQueue = 1 << 10
)

// ResendReceipt queues the receipt of an address once more: the same number,
// the same link, to the address as it was typed at sign-up. It does nothing
// for an address that is not in line, that left it or that takes no mail, nor
// more than three times in any 24 hours. Which of these it was shows neither in
// the answer nor in how long it takes: something is written for every asking.
//
// Errors: not_found when there is no such sale or it sends no receipts,
// overloaded. An error of another code means that nobody can tell; asking
// again counts as asking once more.
func (l *Line) ResendReceipt(ctx context.Context, in LostReceipt) error {
	_, err := l.resends.Do(ctx, in)
	return err
}

type resendResult = groupcommit.Result[struct{}]

// resending is the part of a group that is about one sale.
type resending struct {
	id    int64
	index []int // which of the askings
}

// commitResends is one group in one transaction.
func (l *Line) commitResends(ctx context.Context, ins []LostReceipt) ([]resendResult, error) {
	var out []resendResult
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		out = make([]resendResult, len(ins))
		sales, err := resendsBySale(ctx, tx, ins, out)
		if err != nil {
			return err
		}
		for _, s := range sales {
			// The assigner's row is taken, so that nobody withdraws meanwhile, and
			// written, whoever asks.
			_, err := tx.Exec(ctx, `UPDATE dispatch SET asked = asked + $1 WHERE sale_id = $2`, len(s.index), s.id)
			if err != nil {
				return err
			}
			for _, i := range s.index {
				if err := resend(ctx, tx, s.id, ins[i].Address, l.now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("send receipts again: %w", err)
	}
	return out, nil
}

// resendsBySale sorts the askings by sale, in the order in which rows are
// locked, and answers those that are about no sale.
func resendsBySale(ctx context.Context, tx *sqldb.Tx, ins []LostReceipt, out []resendResult) ([]resending, error) {
	bySlug := map[string]*resending{}
	var sales []resending
	for i, in := range ins {
		s, known := bySlug[in.Sale]
		if !known {
			s = &resending{}
			var receipt int
			err := tx.QueryRow(ctx, `SELECT id, receipt FROM sales WHERE slug = $1`, in.Sale).Scan(&s.id, &receipt)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return nil, err
			}
			if receipt == 0 {
				s = nil
			}
			bySlug[in.Sale] = s
		}
		if s == nil {
			out[i].Err = sale.E(sale.CodeNotFound, "There is no sale %q that sends receipts.", in.Sale)
			continue
		}
		s.index = append(s.index, i)
	}
	for _, s := range bySlug {
		if s != nil {
			sales = append(sales, *s)
		}
	}
	slices.SortFunc(sales, func(a, b resending) int { return cmp.Compare(a.id, b.id) })
	return sales, nil
}

// resend queues one receipt, if there is one to send and it is not too often.
func resend(ctx context.Context, tx *sqldb.Tx, saleID int64, a sale.Address, now time.Time) error {
	numbers, err := ints(ctx, tx, `SELECT number FROM registrations WHERE identity = $1
		AND withdrawn_at IS NULL AND erased_at IS NULL AND bounced = 0`, identityOf(saleID, a))
	if err != nil {
		return fmt.Errorf("look up the address: %w", err)
	}
	for _, n := range numbers { // one, or none
		if err := repeatReceipt(ctx, tx, saleID, n, now); err != nil {
			return err
		}
	}
	return nil
}

// repeatReceipt queues the receipt of a place once more, if that is not too
// often.
func repeatReceipt(ctx context.Context, tx *sqldb.Tx, saleID int64, number int, now time.Time) error {
	var all, recent int
	err := tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN created_at > $1 THEN 1 ELSE 0 END), 0) FROM outbox
		WHERE sale_id = $2 AND kind = 'receipt' AND number = $3 AND ref <> ''`,
		sqldb.Millis(now.Add(-resendWindow)), saleID, number).Scan(&all, &recent)
	if err != nil {
		return fmt.Errorf("count repetitions: %w", err)
	}
	if recent >= mostResends {
		return nil
	}
	return queueMail(ctx, tx, mailRow{saleID: saleID, kind: sale.MailReceipt, number: number, ref: strconv.Itoa(all + 1), at: now})
}

// resentTooOften finds receipts that were sent again a fourth time within the
// window.
const resentTooOften = `SELECT sale_id, number, before, created_at FROM (
		SELECT sale_id, number, created_at, LAG(created_at, 3) OVER (PARTITION BY sale_id, number ORDER BY created_at, id) AS before
		FROM outbox WHERE kind = 'receipt' AND ref <> '') t
	WHERE created_at - before < 86400000 LIMIT 5`
