package line

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Plan is what the assigner wants to offer at one scheduled moment. Most
// offers of up to Each tickets; Next and Period are the schedule from here
// on. SoldOut is what the box office's stock says.
type Plan struct {
	Most    int
	Each    int
	Next    time.Time
	Period  time.Duration
	SoldOut bool
}

// PlanBatch takes the next eligible registrations in order and writes their
// offers planned, as one batch. It plans nothing while the sale is paused or frozen,
// before its start, too late for a whole life before its end, in quiet hours,
// while a mail of the last batch was never tried, and while planned offers wait for the box
// office's answer; the moment is over all the same.
func (l *Line) PlanBatch(ctx context.Context, lease Lease, p Plan) ([]sale.Ask, error) {
	var asks []sale.Ask
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		asks = nil
		_, err := tx.Exec(ctx, `UPDATE dispatch SET next_at = $1, period = $2, sold_out = $3 WHERE sale_id = $4`,
			sqldb.Millis(p.Next), p.Period.Milliseconds(), flag(p.SoldOut), lease.SaleID)
		if err != nil {
			return err
		}
		st, err := readState(ctx, tx, lease.Slug)
		if err != nil {
			return err
		}
		now := l.now()
		if p.Most < 1 || !mayOffer(st, now) {
			return nil
		}
		if busy, err := batchUnfinished(ctx, tx, lease.SaleID); err != nil || busy {
			return err
		}
		asks, err = l.planOffers(ctx, tx, st, p, now)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plan batch of %s: %w", lease.Slug, err)
	}
	return asks, nil
}

// Reschedule records when the next moment is, before there is one to keep.
func (l *Line) Reschedule(ctx context.Context, lease Lease, next time.Time, period time.Duration) error {
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE dispatch SET next_at = $1, period = $2 WHERE sale_id = $3`,
			sqldb.Millis(next), period.Milliseconds(), lease.SaleID)
		return err
	})
	if err != nil {
		return fmt.Errorf("reschedule %s: %w", lease.Slug, err)
	}
	return nil
}

// mayOffer is the window: running, not paused or frozen, a whole life left, and no
// quiet hours in which the mails could not leave.
func mayOffer(st State, now time.Time) bool {
	d := st.Sale.Dispatch
	return !st.Paused && !st.Frozen && !now.Before(d.Starts) && !now.Add(d.LinkLife).After(d.Ends) && !st.Sale.Rest().Quiet(now)
}

// untried counts a sale's offers whose mail waits for its first try.
const untried = `SELECT COUNT(*) FROM outbox WHERE sale_id = $1 AND kind = 'offer' AND tried = 0 AND state IN ('queued', 'sending')`

// batchUnfinished says whether a mail of the last batch still waits for its
// first try, or one of its offers for the box office's answer.
func batchUnfinished(ctx context.Context, tx *sqldb.Tx, saleID int64) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT
		(`+untried+`) +
		(SELECT COUNT(*) FROM offers WHERE sale_id = $1 AND state = 'planned')`, saleID).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for untried mails: %w", err)
	}
	return n > 0, nil
}

func (l *Line) planOffers(ctx context.Context, tx *sqldb.Tx, st State, p Plan, now time.Time) ([]sale.Ask, error) {
	numbers, err := claimWaiting(ctx, tx, st.ID, p.Most)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	batch := st.Batch + 1
	asks := make([]sale.Ask, 0, len(numbers))
	rows := make([][]any, 0, len(numbers))
	for _, n := range numbers {
		id, err := l.newID()
		if err != nil {
			return nil, err
		}
		asks = append(asks, sale.Ask{Offer: id, Most: p.Each})
		rows = append(rows, []any{id, st.ID, n, batch, p.Each, string(sale.OfferPlanned), sqldb.Millis(now)})
	}
	err = tx.Insert(ctx, `INSERT INTO offers (id, sale_id, number, batch, most, state, planned_at)`, rows)
	if err != nil {
		return nil, fmt.Errorf("write planned offers: %w", err)
	}
	reached := max(st.Reached, numbers[len(numbers)-1])
	_, err = tx.Exec(ctx, `UPDATE dispatch SET batch = $1, reached = $2 WHERE sale_id = $3`, batch, reached, st.ID)
	return asks, err
}

// claimWaiting takes the lowest waiting numbers, in order. The conditional
// update is what claims: whoever withdrew a moment ago is not among them.
func claimWaiting(ctx context.Context, tx *sqldb.Tx, saleID int64, most int) ([]int, error) {
	numbers, err := ints(ctx, tx, `SELECT number FROM registrations WHERE sale_id = $1 AND waiting = 1 ORDER BY number LIMIT $2`, saleID, most)
	if err != nil {
		return nil, fmt.Errorf("find the next in line: %w", err)
	}
	claimed := numbers[:0]
	for _, n := range numbers {
		res, err := tx.Exec(ctx, `UPDATE registrations SET waiting = 0 WHERE sale_id = $1 AND number = $2 AND waiting = 1`, saleID, n)
		if err != nil {
			return nil, fmt.Errorf("claim the next in line: %w", err)
		}
		if hit, err := res.RowsAffected(); err != nil {
			return nil, err
		} else if hit == 1 {
			claimed = append(claimed, n)
		}
	}
	return claimed, nil
}

func ints(ctx context.Context, tx *sqldb.Tx, query string, args ...any) ([]int, error) {
	var all []int
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var n int
		err := row.Scan(&n)
		all = append(all, n)
		return err
	}, query, args...)
	return all, err
}

// Planned gives the planned offers that still wait for the box office's
// answer, in order: after a crash or a lost answer they are asked for again.
func (l *Line) Planned(ctx context.Context, lease Lease) ([]sale.Ask, error) {
	var asks []sale.Ask
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		asks = nil
		return tx.Each(ctx, func(row sqldb.Row) error {
			var a sale.Ask
			err := row.Scan(&a.Offer, &a.Most)
			asks = append(asks, a)
			return err
		}, `SELECT id, most FROM offers WHERE sale_id = $1 AND state = 'planned' ORDER BY number`, lease.SaleID)
	})
	if err != nil {
		return nil, fmt.Errorf("read planned offers of %s: %w", lease.Slug, err)
	}
	return asks, nil
}

// OpenBatch takes the box office's answers: what got tickets is opened
// together with its outbox row, what got none is dropped and its
// registration is next again.
func (l *Line) OpenBatch(ctx context.Context, lease Lease, grants []sale.Grant) error {
	err := l.fenced(ctx, lease, func(ctx context.Context, tx *sqldb.Tx) error {
		now := l.now()
		for _, g := range grants {
			if err := applyGrant(ctx, tx, lease.SaleID, g, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("open batch of %s: %w", lease.Slug, err)
	}
	return nil
}

func applyGrant(ctx context.Context, tx *sqldb.Tx, saleID int64, g sale.Grant, now time.Time) error {
	if g.Granted == 0 || g.Closed { // closed there before it got anything: nobody had a turn
		_, err := finish(ctx, tx, over{saleID: saleID, offer: g.Offer, state: sale.OfferDropped, from: "planned", at: now})
		return err
	}
	rows, err := ints(ctx, tx, `UPDATE offers SET state = 'open', granted = $1, opened_at = $2
		WHERE id = $3 AND sale_id = $4 AND state = 'planned' RETURNING number`, g.Granted, sqldb.Millis(now), g.Offer, saleID)
	if err != nil {
		return fmt.Errorf("open offer: %w", err)
	}
	if len(rows) == 0 { // a repeated answer
		return nil
	}
	return queueMail(ctx, tx, mailRow{saleID: saleID, kind: sale.MailOffer, number: rows[0], ref: g.Offer, at: now})
}

type mailRow struct {
	saleID int64
	kind   sale.MailKind
	number int
	ref    string
	at     time.Time
}

// queueMail writes one outbox row; a mail that was queued before, for the
// same reason, is left as it is. Of a person who was erased there is nobody
// left to tell: nothing is written.
func queueMail(ctx context.Context, tx *sqldb.Tx, m mailRow) error {
	at := sqldb.Millis(m.at)
	_, err := tx.Exec(ctx, `INSERT INTO outbox (sale_id, kind, number, ref, priority, state, due_at, created_at)
		SELECT sale_id, CAST($3 AS TEXT), number, CAST($4 AS TEXT), CAST($5 AS BIGINT), 'queued', CAST($6 AS BIGINT), CAST($6 AS BIGINT)
		FROM registrations WHERE sale_id = $1 AND number = $2 AND erased_at IS NULL ON CONFLICT DO NOTHING`,
		m.saleID, m.number, string(m.kind), m.ref, m.kind.Priority(), at)
	if err != nil {
		return fmt.Errorf("queue %s mail: %w", m.kind, err)
	}
	return nil
}

// over ends one offer: the state it gets, and from which state it may come
// ("planned", "closing", or "" for any live one).
type over struct {
	saleID int64
	offer  string
	state  sale.OfferState
	from   string
	at     time.Time
}

// finish makes an offer over, once: cancels its waiting mails and says what
// it means for the registration. It reports whether the offer was ended by
// this call.
func finish(ctx context.Context, tx *sqldb.Tx, o over) (bool, error) {
	from := `state IN ('planned', 'open', 'closing')`
	if o.from != "" {
		from = `state = '` + o.from + `'`
	}
	hit, err := ints(ctx, tx, `UPDATE offers SET state = $1, over_at = $2 WHERE id = $3 AND sale_id = $4 AND `+from+` RETURNING number`,
		string(o.state), sqldb.Millis(o.at), o.offer, o.saleID)
	if err != nil {
		return false, fmt.Errorf("end offer: %w", err)
	}
	if len(hit) == 0 {
		return false, nil
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END, due_at = NULL
		WHERE kind = 'offer' AND ref = $1 AND due_at IS NOT NULL`, o.offer)
	if err != nil {
		return false, fmt.Errorf("cancel mails: %w", err)
	}
	return true, nextTurn(ctx, tx, o, hit[0])
}

// maxUndelivered is after how many offers that could not be handed over a
// registration counts as bounced.
const maxUndelivered = 3

// nextTurn says what an ended offer means for its registration. Dropped and
// undelivered offers do not count as having had one's turn.
func nextTurn(ctx context.Context, tx *sqldb.Tx, o over, number int) error {
	var set []string
	switch o.state {
	case sale.OfferDropped:
		set = []string{waitAgain}
	case sale.OfferUndelivered:
		set = []string{
			`undelivered = undelivered + 1`,
			fmt.Sprintf(`bounced = CASE WHEN undelivered + 1 >= %d THEN 1 ELSE bounced END`, maxUndelivered),
			fmt.Sprintf(`waiting = CASE WHEN undelivered + 1 >= %d OR bounced = 1 OR withdrawn_at IS NOT NULL OR erased_at IS NOT NULL THEN 0 ELSE 1 END`, maxUndelivered),
		}
	case sale.OfferBounced:
		set = []string{`bounced = 1`}
	default:
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE registrations SET `+strings.Join(set, ", ")+` WHERE sale_id = $1 AND number = $2`, o.saleID, number)
	if err != nil {
		return fmt.Errorf("give the turn back: %w", err)
	}
	return untell(ctx, tx, o.saleID, number, o.state != sale.OfferBounced)
}

const waitAgain = `waiting = CASE WHEN bounced = 1 OR withdrawn_at IS NOT NULL OR erased_at IS NOT NULL THEN 0 ELSE 1 END`

func texts(ctx context.Context, tx *sqldb.Tx, query string, args ...any) ([]string, error) {
	var all []string
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var s string
		err := row.Scan(&s)
		all = append(all, s)
		return err
	}, query, args...)
	return all, err
}
