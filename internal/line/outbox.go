package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Hand is what LeaseMails is asked for: up to Most mails of the sales that
// Leases name, in the order in which they are named, as Limits allow.
type Hand struct {
	Leases []Lease
	Most   int
	Limits MailLimits
}

// Mail is one mail in a worker's hands: everything that its text is made of.
// For offers Ends is committed already.
type Mail struct {
	ID         int64
	TryID      int64 // this hand-over's own, which a bounce names
	Lease      Lease
	Sale       sale.Sale
	SoldOut    bool
	Kind       sale.MailKind
	Number     int
	At         time.Time // since when the place has its address: what its receipts carry
	Class      sale.Class
	Address    string
	Lang       string
	Offer      string // for offers
	Most       int    // for offers: tickets granted
	Ends       time.Time
	Freezes    int         // for offers: how many freezes Ends counts already
	Order      *sale.Order // for orders
	Ref        string      // tells mails of one kind and number apart: offer id, order code, which withdrawal, which repetition
	Back       bool        // for withdrawals: it may be taken back, until the sale's end
	Try        int         // 1 for the first
	Failed     int         // tries before it that came to nothing, without a fault of our own
	First      time.Time   // when the first try began since the last fault of our own
	Until      time.Time   // for offers: what falls due from here on is not tried any more
	Started    time.Time
	About      string      // for tests: which mail it is a sample of
	Moot       bool        // what it was to say is not so any more; no such mail is handed out
	Invitation *Invitation // for invitations
}

// LeaseMails takes the next due mails out of the outbox and into a worker's
// hands: the hand-over begins when this returns. In one transaction it counts
// the try against the limits and, for an offer, moves `ends` to now plus the
// link's life, rounded up to a whole second and never back.
//
// It takes no offer mail of a paused, frozen or ended sale or in its quiet hours, nor
// one whose offer is no longer open or whose registration was withdrawn. When the limits allow none
// now, wait says how long until one place is free again.
func (l *Line) LeaseMails(ctx context.Context, h Hand) (mails []Mail, wait time.Duration, err error) {
	leases := slices.Clone(h.Leases)
	slices.SortFunc(leases, func(a, b Lease) int { return int(a.SaleID - b.SaleID) })
	err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		mails, wait = nil, 0
		for _, lease := range leases { // one order for row locks
			if err := checkFence(ctx, tx, lease); err != nil {
				return err
			}
		}
		now := l.now()
		var free int
		free, wait, err = mailsFree(ctx, tx, h.Limits, now)
		if err != nil {
			return err
		}
		states, err := readStates(ctx, tx, h.Leases)
		if err != nil {
			return err
		}
		some, err := dueKinds(ctx, tx, states, now)
		if err != nil {
			return err
		}
		// Every sale's offers before any sale's receipts.
		for _, kind := range sale.MailKinds() {
			for i, lease := range h.Leases {
				if !some[i][kind.Priority()] {
					continue
				}
				most := min(h.Most, free) - len(mails)
				if most <= 0 {
					return nil
				}
				d := due{lease: lease, state: states[i], kind: kind, most: most, now: now}
				if err := d.leaveHalf(ctx, tx, h.Limits); err != nil {
					return err
				}
				taken, err := takeDue(ctx, tx, d)
				if err != nil {
					return err
				}
				mails = append(mails, taken...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("lease due mails: %w", err)
	}
	return mails, wait, nil
}

func readStates(ctx context.Context, tx *sqldb.Tx, leases []Lease) ([]State, error) {
	states := make([]State, len(leases))
	for i, lease := range leases {
		var err error
		if states[i], err = readState(ctx, tx, lease.Slug); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// anyDue is one statement with a seek for each kind: on most beats most kinds
// have nothing, and each would be asked by itself.
var anyDue = sync.OnceValue(func() string {
	var seeks []string
	for _, kind := range sale.MailKinds() {
		seeks = append(seeks, fmt.Sprintf(`(SELECT COUNT(*) FROM (SELECT 1 FROM outbox
			WHERE sale_id = $1 AND priority = %d AND due_at IS NOT NULL AND due_at <= $2 LIMIT 1) one)`, kind.Priority()))
	}
	return "SELECT " + strings.Join(seeks, ", ")
})

// dueKinds says for each sale of which kinds some mail is due, by priority.
func dueKinds(ctx context.Context, tx *sqldb.Tx, states []State, now time.Time) ([][]bool, error) {
	all := make([][]bool, len(states))
	for i, st := range states {
		all[i] = make([]bool, len(sale.MailKinds()))
		into := make([]any, len(all[i]))
		for k := range into {
			into[k] = new(int)
		}
		if err := tx.QueryRow(ctx, anyDue(), st.ID, sqldb.Millis(now)).Scan(into...); err != nil {
			return nil, fmt.Errorf("look for due mails of %s: %w", st.Sale.Slug, err)
		}
		for k, n := range into {
			all[i][k] = *n.(*int) > 0
		}
	}
	return all, nil
}

// due is what takeDue looks for: up to most mails of one kind and one sale.
type due struct {
	lease Lease
	state State
	kind  sale.MailKind
	most  int
	now   time.Time
}

// takeDue marks due mails as being sent.
func takeDue(ctx context.Context, tx *sqldb.Tx, d due) ([]Mail, error) {
	mails, err := dueMails(ctx, tx, d)
	if err != nil {
		return nil, fmt.Errorf("find due mails: %w", err)
	}
	st, lease, now := d.state, d.lease, d.now
	at := sqldb.Millis(now)
	rest := st.Sale.Rest()
	for i := range mails {
		m := &mails[i]
		if m.Moot {
			if err := giveUpMoot(ctx, tx, *m, now); err != nil {
				return nil, err
			}
			continue
		}
		m.Lease, m.Sale, m.SoldOut, m.Freezes, m.Started = lease, st.Sale, st.SoldOut, st.Freezes, now
		if m.First.IsZero() {
			m.First = now
		}
		var quiet string
		if m.Kind == sale.MailOffer {
			quiet = rest.String()
			if m.Until.IsZero() {
				m.Until = rest.AddLoud(now, st.Sale.Dispatch.LinkLife)
			}
		}
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'sending', due_at = NULL, tries = tries + 1, first_at = COALESCE(first_at, $1),
			give_up_at = $2, started_at = $1, fence = $3 WHERE id = $4`, at, sqldb.NullMillis(m.Until), lease.Fence, m.ID)
		if err != nil {
			return nil, fmt.Errorf("take mail: %w", err)
		}
		var ends sql.NullInt64
		if m.Kind == sale.MailOffer {
			if err := moveEnds(ctx, tx, m, now); err != nil {
				return nil, err
			}
			ends = sqldb.NullMillis(m.Ends)
		}
		err = tx.QueryRow(ctx, `INSERT INTO mail_tries (mail_id, sale_id, fence, started_at, quiet, ends, freezes) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			m.ID, lease.SaleID, lease.Fence, at, quiet, ends, m.Freezes).Scan(&m.TryID)
		if err != nil {
			return nil, fmt.Errorf("count the try: %w", err)
		}
	}
	return slices.DeleteFunc(mails, func(m Mail) bool { return m.Moot }), nil
}

// dueMails reads what may leave now: one seek into the index of what is due,
// since a kind has one priority. Of a sale's offers none leaves while it is
// paused, frozen, quiet or over, nor after one life of tries that came to nothing: a
// try that fell due within it is made, however late we are. A withdrawal is
// confirmed once it is settled whether it can be taken back: not while an
// offer is being closed for it.
func dueMails(ctx context.Context, tx *sqldb.Tx, d due) ([]Mail, error) {
	switch d.kind {
	case sale.MailConfirm:
		return dueConfirms(ctx, tx, d)
	case sale.MailTest:
		return dueTests(ctx, tx, d)
	case sale.MailInvitation:
		return dueInvitations(ctx, tx, d)
	}
	st := d.state
	if d.kind == sale.MailOffer && (st.Paused || st.Frozen || !d.now.Before(st.Sale.Dispatch.Ends) || st.Sale.Rest().Quiet(d.now)) {
		return nil, nil
	}
	only := ofOtherKinds
	if d.kind == sale.MailWithdrawn {
		only = ofWithdrawals
	}
	var mails []Mail
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var m Mail
		var first, until, at int64
		var back, over int
		var offer, order sql.NullString
		var granted sql.NullInt64
		err := row.Scan(&m.ID, &m.Kind, &m.Number, &m.Ref, &m.Try, &first, &until, &m.Failed, &at, &m.Class, &m.Address, &m.Lang, &offer, &granted, &order, &back, &over)
		if err != nil {
			return err
		}
		m.Try++
		m.First, m.Until, m.At = sqldb.Time(first), sqldb.Time(until), sqldb.Time(at)
		m.Back, m.Moot = back == 1, over == 1
		m.Offer, m.Most = offer.String, int(granted.Int64)
		if order.Valid {
			m.Order = &sale.Order{}
			if err := json.Unmarshal([]byte(order.String), m.Order); err != nil {
				return fmt.Errorf("read order: %w", err)
			}
		}
		mails = append(mails, m)
		return nil
	}, `SELECT m.id, m.kind, m.number, m.ref, m.tries, COALESCE(m.first_at, 0), COALESCE(m.give_up_at, 0),
		(SELECT COUNT(*) FROM mail_tries t WHERE t.mail_id = m.id AND t.result IN ('temporary', 'unknown')), COALESCE(r.corrected_at, r.at), r.class, r.address, r.lang, o.id, o.granted, b.doc, `+only.columns+`
		FROM outbox m
		JOIN registrations r ON r.sale_id = m.sale_id AND r.number = m.number
		LEFT JOIN offers o ON m.kind = 'offer' AND o.id = m.ref
		LEFT JOIN orders b ON m.kind IN ('order', 'cancellation') AND b.sale_id = m.sale_id AND b.code = m.ref
		WHERE m.sale_id = $1 AND m.priority = $2 AND m.due_at IS NOT NULL AND m.due_at <= $3
		AND r.erased_at IS NULL AND (r.withdrawn_at IS NULL OR m.kind IN ('order', 'cancellation', 'withdrawn'))
		AND (m.kind <> 'offer' OR (o.state = 'open' AND (m.give_up_at IS NULL OR m.due_at < m.give_up_at)))`+only.condition+`
		ORDER BY m.due_at, m.id LIMIT $4`,
		d.state.ID, d.kind.Priority(), sqldb.Millis(d.now), d.most)
	return mails, err
}

// moveEnds starts the offer's clock, or moves its end forward.
func moveEnds(ctx context.Context, tx *sqldb.Tx, m *Mail, now time.Time) error {
	ends := sqldb.Millis(sale.UpToSecond(now.Add(m.Sale.Dispatch.LinkLife)))
	var committed int64
	err := tx.QueryRow(ctx, `UPDATE offers SET ends = CASE WHEN ends > $1 THEN ends ELSE $1 END
		WHERE id = $2 AND state = 'open' RETURNING ends`, ends, m.Offer).Scan(&committed)
	if err != nil {
		return fmt.Errorf("start the offer's clock: %w", err)
	}
	m.Ends = sqldb.Time(committed)
	return nil
}

// MailResult is how a try ended.
type MailResult string

// The results of a try.
const (
	ResultAccepted  MailResult = "accepted"
	ResultRefused   MailResult = "refused"   // the recipient, for good
	ResultTemporary MailResult = "temporary" // try again later
	ResultUnknown   MailResult = "unknown"   // may have arrived
	ResultFault     MailResult = "fault"     // ours: costs nobody anything, and the next batch waits
	ResultAside     MailResult = "aside"     // ours, it seems; costs nothing either, but the next batch need not wait
)

// Tried is a finished try. Retry is when to try again, for the results that
// are tried again; zero means never.
type Tried struct {
	Mail   Mail
	Result MailResult
	Code   int    // SMTP status, 0 for none
	Said   string // by the server, without addresses and links; kept for tests only
	Retry  time.Time
}

// errStale says that a result came too late: the mail is in other hands.
var errStale = errors.New("the mail is no longer in this worker's hands")

// Record stores how a try ended and what follows from it. It may be repeated
// when nobody can tell whether it took effect: a result of a try that is
// recorded already, or that comes after the lease was lost, changes nothing.
func (l *Line) Record(ctx context.Context, t Tried) error {
	err := l.fenced(ctx, t.Mail.Lease, func(ctx context.Context, tx *sqldb.Tx) error {
		return l.record(ctx, tx, t)
	})
	if errors.Is(err, errStale) || sale.CodeOf(err) == sale.CodeFenced {
		l.log.WarnContext(ctx, "a mail's result came too late", "mail", t.Mail.ID, "result", string(t.Result))
		return nil
	}
	if err != nil {
		return fmt.Errorf("record %s mail: %w", t.Mail.Kind, err)
	}
	return nil
}

func (l *Line) record(ctx context.Context, tx *sqldb.Tx, t Tried) error {
	state := map[MailResult]sale.MailState{
		ResultAccepted: sale.MailAccepted, ResultRefused: sale.MailRefused, ResultTemporary: sale.MailQueued,
		ResultUnknown: sale.MailUnknown, ResultFault: sale.MailQueued, ResultAside: sale.MailQueued,
	}[t.Result]
	gone, err := moot(ctx, tx, t.Mail)
	if err != nil {
		return err
	}
	early, err := bouncedEarly(ctx, tx, t.Mail.ID)
	if err != nil {
		return err
	}
	if early == corrected { // it went to an address that the place has no more
		state, t.Retry = sale.MailQueued, l.now()
	}
	var due any
	if !t.Retry.IsZero() && !gone {
		due = sqldb.Millis(t.Retry)
	}
	if state == sale.MailQueued && due == nil {
		state = sale.MailRefused
		if gone {
			state = sale.MailCancelled
		}
	}
	taken := early == "" && (t.Result == ResultAccepted || t.Result == ResultUnknown)
	if early != "" && early != corrected && (t.Result == ResultAccepted || t.Result == ResultUnknown) {
		state, due = sale.MailRefused, nil
	}
	delivered := flag(taken)
	untried := flag(t.Result == ResultFault)
	ours := flag(t.Result == ResultFault || t.Result == ResultAside)
	res, err := tx.Exec(ctx, `UPDATE outbox SET
		state = CASE WHEN $1 = 'queued' AND delivered = 1 THEN 'unknown' ELSE $1 END, due_at = $2,
		delivered = CASE WHEN $3 = 1 THEN 1 ELSE delivered END,
		tried = CASE WHEN $4 = 1 THEN tried ELSE 1 END,
		first_at = CASE WHEN $5 = 1 AND (delivered = 0 OR first_at = started_at) THEN NULL ELSE first_at END,
		give_up_at = CASE WHEN $5 = 1 AND (delivered = 0 OR first_at = started_at) THEN NULL ELSE give_up_at END
		WHERE id = $6 AND state = 'sending' AND fence = $7 AND tries = $8`,
		string(state), due, delivered, untried, ours, t.Mail.ID, t.Mail.Lease.Fence, t.Mail.Try)
	if err != nil {
		return fmt.Errorf("store the result: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return errStale
	}
	_, err = tx.Exec(ctx, `UPDATE mail_tries SET done_at = $1, result = $2, code = $3 WHERE mail_id = $4 AND done_at IS NULL`,
		sqldb.Millis(l.now()), string(t.Result), t.Code, t.Mail.ID)
	if err != nil {
		return fmt.Errorf("close the try: %w", err)
	}
	switch {
	case early == corrected:
		return beginAgain(ctx, tx, t.Mail.ID)
	case t.Result == ResultRefused && t.Mail.Kind == sale.MailOffer:
		return bounce(ctx, tx, t.Mail)
	case t.Mail.Kind == sale.MailTest && due == nil:
		return tested(ctx, tx, t, l.now())
	}
	return nil
}
