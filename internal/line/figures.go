package line

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// The methods of this file are what figures are made of (internal/figures).
// None of them reads more than it says, however long the line is.

// GivenBefore says for each moment, which ascend, how many numbers had been
// given before it. Numbers are dense and never earlier than a lower one, so
// each is a binary search over the primary key: about twenty rows of a million
// registrations. from is a count that is known to be reached by all of them.
func (l *Line) GivenBefore(ctx context.Context, saleID int64, from int, moments []time.Time) ([]int, error) {
	given := make([]int, len(moments))
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var last int
		if err := tx.QueryRow(ctx, `SELECT last_number FROM sales WHERE id = $1`, saleID).Scan(&last); err != nil {
			return err
		}
		least := min(from, last)
		for i, m := range moments {
			at := sqldb.Millis(m)
			low, high := least, last // low were before it, high+1 was not
			for low < high {
				middle := (low + high + 1) / 2
				var given int64
				err := tx.QueryRow(ctx, `SELECT at FROM registrations WHERE sale_id = $1 AND number = $2`, saleID, middle).Scan(&given)
				if err != nil {
					return fmt.Errorf("number %d: %w", middle, err)
				}
				if given < at {
					low = middle
				} else {
					high = middle - 1
				}
			}
			given[i], least = low, low
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count sign-ups: %w", err)
	}
	return given, nil
}

// BatchTally is how many offers of a batch are in a state, and how many of
// those were handed to a mail server at least once.
type BatchTally struct {
	Batch  int64
	State  sale.OfferState
	Offers int
	Mailed int
}

// BatchTallies counts the offers of the batches from first to last, from an
// index that has all it needs: about a millisecond for 5,000 offers. A batch
// whose offers are all over never changes again.
func (l *Line) BatchTallies(ctx context.Context, saleID, first, last int64) ([]BatchTally, error) {
	var all []BatchTally
	err := l.readRows(ctx, func(row sqldb.Row) error {
		var t BatchTally
		err := row.Scan(&t.Batch, &t.State, &t.Offers, &t.Mailed)
		all = append(all, t)
		return err
	}, `SELECT batch, state, COUNT(*), COUNT(ends) FROM offers WHERE sale_id = $1 AND batch >= $2 AND batch <= $3
		GROUP BY batch, state ORDER BY batch, state`, saleID, first, last)
	if err != nil {
		return nil, fmt.Errorf("count offers by batch: %w", err)
	}
	return all, nil
}

// HandOver is one try to hand a mail over, as far as figures go: to a domain,
// never to an address.
type HandOver struct {
	ID     int64
	SaleID int64
	Kind   sale.MailKind
	Domain string // of the recipient, in lower case; empty once he is erased
	Done   bool
	Result MailResult // once it is done; it never changes then
	At     time.Time  // when it was done, or began
}

const handOvers = `SELECT t.id, t.sale_id, m.kind, t.done_at, t.started_at, t.result, COALESCE(r.address, c.address, i.address, '')
	FROM mail_tries t JOIN outbox m ON m.id = t.mail_id
	LEFT JOIN registrations r ON r.sale_id = m.sale_id AND r.number = m.number
	LEFT JOIN confirmations c ON m.kind = 'confirm' AND c.ref = m.ref
	LEFT JOIN invitations i ON m.kind = 'invitation' AND i.ref = m.ref `

// HandOversAfter reads tries of all sales in the order of their ids, from
// after one of them. Where several processes write at once, one with a lower
// id may become visible later: who follows them asks for what was missing
// with [Line.HandOvers].
func (l *Line) HandOversAfter(ctx context.Context, id int64, limit int) ([]HandOver, error) {
	return l.handOvers(ctx, handOvers+`WHERE t.id > $1 ORDER BY t.id LIMIT $2`, id, limit)
}

// HandOvers reads tries by their ids; one that is not there is left out.
func (l *Line) HandOvers(ctx context.Context, ids []int64) ([]HandOver, error) {
	var all []HandOver
	for len(ids) > 0 {
		n := min(len(ids), 500)
		args := make([]any, n)
		for i, id := range ids[:n] {
			args[i] = id
		}
		some, err := l.handOvers(ctx, handOvers+`WHERE t.id IN (`+sqldb.Marks(1, n)+`)`, args...)
		if err != nil {
			return nil, err
		}
		all, ids = append(all, some...), ids[n:]
	}
	return all, nil
}

func (l *Line) handOvers(ctx context.Context, query string, args ...any) ([]HandOver, error) {
	var all []HandOver
	err := l.readRows(ctx, func(row sqldb.Row) error {
		var h HandOver
		var done sql.NullInt64
		var began int64
		var address string
		err := row.Scan(&h.ID, &h.SaleID, &h.Kind, &done, &began, &h.Result, &address)
		h.Done, h.At = done.Valid, sqldb.Time(max(done.Int64, began))
		h.Domain = strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
		all = append(all, h)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read hand-overs: %w", err)
	}
	return all, nil
}

// Waiting is how many registrations are eligible for an offer. Nearly all of
// those behind the highest number whose turn has come are, and few of those up
// to it: the exceptions are counted, from indexes that hold nothing else.
func (l *Line) Waiting(ctx context.Context, st State) (int, error) {
	var again, out int
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT
			(SELECT COUNT(*) FROM registrations WHERE sale_id = $1 AND waiting = 1 AND number <= $2),
			(SELECT COUNT(*) FROM registrations WHERE sale_id = $1 AND waiting = 0 AND number > $2 AND number <= $3)`,
			st.ID, st.Reached, max(st.Last, st.Reached)).Scan(&again, &out)
	})
	if err != nil {
		return 0, fmt.Errorf("count who waits: %w", err)
	}
	return again + max(st.Last-st.Reached, 0) - out, nil
}

// Queues is what else is counted whole, from partial indexes that hold nothing
// else: about 10 ms for each hundred thousand.
type Queues struct {
	Mails     map[sale.MailKind]int // to be handed over, again or for the first time
	Withdrawn int
	Bounced   map[sale.MailKind]int // hand-overs that came back later
}

// Queues counts what waits in a sale.
func (l *Line) Queues(ctx context.Context, st State) (Queues, error) {
	q := Queues{Mails: map[sale.MailKind]int{}}
	kinds := map[int]sale.MailKind{}
	for _, k := range sale.MailKinds() {
		kinds[k.Priority()] = k
	}
	err := l.readRows(ctx, func(row sqldb.Row) error {
		var priority, n int
		err := row.Scan(&priority, &n)
		q.Mails[kinds[priority]] += n
		return err
	}, `SELECT priority, COUNT(*) FROM outbox WHERE sale_id = $1 AND due_at IS NOT NULL GROUP BY priority`, st.ID)
	if err == nil {
		err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
			return tx.QueryRow(ctx, `SELECT COUNT(*) FROM registrations WHERE sale_id = $1 AND withdrawn_at IS NOT NULL`, st.ID).Scan(&q.Withdrawn)
		})
	}
	if err == nil {
		q.Bounced, err = l.BouncedMails(ctx, st.Sale.Slug)
	}
	if err != nil {
		return Queues{}, fmt.Errorf("count what waits: %w", err)
	}
	return q, nil
}

// Signs are what the database shows of the processes that work on a sale,
// wherever they run.
type Signs struct {
	LastSignUp time.Time // zero: nobody has signed up
	Holder     bool      // some dispatcher holds the sale's lease
	LeaseUntil time.Time // until when, as of the last beat that wrote
}

// Signs reads a sale's signs of life: a few rows by key.
func (l *Line) Signs(ctx context.Context, saleID int64) (Signs, error) {
	var s Signs
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var last, until int64
		var holder string
		err := tx.QueryRow(ctx, `SELECT s.last_at, d.holder, d.lease_until FROM sales s JOIN dispatch d ON d.sale_id = s.id WHERE s.id = $1`, saleID).
			Scan(&last, &holder, &until)
		s.LastSignUp, s.Holder, s.LeaseUntil = sqldb.Time(last), holder != "", sqldb.Time(until)
		return err
	})
	if err != nil {
		return Signs{}, fmt.Errorf("read signs of life: %w", err)
	}
	return s, nil
}

// readRows runs a query in a transaction of its own and hands its rows over.
func (l *Line) readRows(ctx context.Context, scan func(sqldb.Row) error, query string, args ...any) error {
	return l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error { return tx.Each(ctx, scan, query, args...) })
}
