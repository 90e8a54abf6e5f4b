package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Fan is everything that the line stores about one place and the person at
// it: what an organizer looks at to help, and what is handed out to who asks
// what is stored about him. Times that did not come are zero.
type Fan struct {
	Sale        string     `json:"sale"`
	Number      int        `json:"number"`
	Class       sale.Class `json:"class"`
	Address     string     `json:"address"`     // as typed
	ComparedAs  string     `json:"compared_as"` // the form by which it is told that he stands in line
	Lang        string     `json:"lang"`
	Joined      time.Time  `json:"joined"`
	Promoted    time.Time  `json:"promoted,omitzero"` // when a version of the sale made the place guaranteed
	Waiting     bool       `json:"waiting"`
	Leaving     bool       `json:"leaving,omitempty"` // his offer is to be closed at the next beat
	Withdrawn   time.Time  `json:"withdrawn,omitzero"`
	Erased      time.Time  `json:"erased,omitzero"`
	Corrected   time.Time  `json:"corrected,omitzero"`
	Undelivered int        `json:"undelivered"`
	Bounced     bool       `json:"bounced"`
	Network     string     `json:"network_hash,omitempty"`         // keyed hash of the client's network, where the sale keeps it
	Proof       string     `json:"proof,omitempty"`                // of the solved challenge
	Idempotency string     `json:"idempotency_key_hash,omitempty"` // of the program that signed him up

	Offers       []FanOffer       `json:"offers"`
	Orders       []FanOrder       `json:"orders"`
	Mails        []FanMail        `json:"mails"`
	Audit        []AuditEntry     `json:"audit"` // oldest first
	Confirmation *FanConfirmation `json:"confirmation,omitempty"`
	Freezes      []Incident       `json:"-"`                      // of the whole sale: nothing about him
	OtherPlaces  []int            `json:"other_places,omitempty"` // numbers that the same address has, or left
}

// FanOffer is one offer of a place.
type FanOffer struct {
	ID       string          `json:"id"`
	Batch    int64           `json:"batch"`
	Most     int             `json:"most"`
	Granted  int             `json:"granted"`
	State    sale.OfferState `json:"state"`
	Reason   sale.OfferState `json:"reason,omitempty"`
	Ends     time.Time       `json:"ends,omitzero"`
	Planned  time.Time       `json:"planned"`
	Opened   time.Time       `json:"opened,omitzero"`
	Over     time.Time       `json:"over,omitzero"`
	Returned time.Time       `json:"returned,omitzero"` // when the turn that it used up was given back
}

// FanOrder is one order of a place.
type FanOrder struct {
	Order     sale.Order `json:"order"`
	Asked     time.Time  `json:"cancel_asked,omitzero"` // when an organizer asked to cancel it
	CancelWhy string     `json:"cancel_why,omitempty"`
}

// FanMail is one mail of a place, without its text, which is not stored.
type FanMail struct {
	ID        int64          `json:"id"`
	Kind      sale.MailKind  `json:"kind"`
	Ref       string         `json:"ref,omitempty"`
	State     sale.MailState `json:"state"`
	Delivered bool           `json:"delivered"`
	Created   time.Time      `json:"created"`
	Due       time.Time      `json:"due,omitzero"`
	Tries     []FanTry       `json:"tries"`
}

// FanTry is one hand-over of a mail to a mail server. Result is empty while it
// lasts.
type FanTry struct {
	ID      int64      `json:"id"`
	Started time.Time  `json:"started"`
	Done    time.Time  `json:"done,omitzero"`
	Result  MailResult `json:"result"`
	Code    int        `json:"code,omitempty"`
	Bounced time.Time  `json:"bounced,omitzero"`
	Bounce  string     `json:"bounce,omitempty"`
	Ends    time.Time  `json:"link_ends,omitzero"` // of the link that it carried, as its token says
	Freezes int        `json:"freezes,omitempty"`  // that this end counts already
}

// WentElsewhere says whether the try went to an address that was corrected
// since.
func (t FanTry) WentElsewhere() bool { return t.Bounce == corrected }

// FanConfirmation is an address that was mailed a link to confirm it.
type FanConfirmation struct {
	Ref     string    `json:"ref"`
	Address string    `json:"address"`
	Lang    string    `json:"lang"`
	Since   time.Time `json:"since"`
	Sends   int       `json:"sends"`
	Sent    time.Time `json:"sent,omitzero"`
	Ends    time.Time `json:"ends"`
}

// Fan reads all of it, in one snapshot; CodeNotFound when there is no such
// place.
func (l *Line) Fan(ctx context.Context, slug string, number int) (Fan, error) {
	var f Fan
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		st, err := readState(ctx, tx, slug)
		if err != nil {
			return err
		}
		f, err = readFan(ctx, tx, st, number)
		return err
	})
	if err != nil {
		return Fan{}, fmt.Errorf("read what is stored about place %d of %s: %w", number, slug, err)
	}
	return f, nil
}

// ExportFan is [Line.Fan] for who asked what is stored about him: that it was
// handed out, to whom and why, stands in the audit.
func (l *Line) ExportFan(ctx context.Context, a Act) (Fan, error) {
	var f Fan
	err := l.act(ctx, a, "export", func(ctx context.Context, tx *sqldb.Tx, h *held) error {
		var err error
		f, err = readFan(ctx, tx, h.state, h.number)
		return err
	})
	return f, err
}

func readFan(ctx context.Context, tx *sqldb.Tx, st State, number int) (Fan, error) {
	f := Fan{Sale: st.Sale.Slug, Number: number, Offers: []FanOffer{}, Orders: []FanOrder{}, Mails: []FanMail{}, Audit: []AuditEntry{}}
	r := fanReader{tx: tx, saleID: st.ID, fan: &f}
	for _, read := range []func(context.Context) error{r.place, r.promotion, r.offers, r.orders, r.mails, r.tries, r.others} {
		if err := read(ctx); err != nil {
			return Fan{}, err
		}
	}
	rows, err := auditRows(ctx, tx, `sale_id = $1 AND number = $2 AND number > 0 ORDER BY id`, st.ID, number)
	f.Audit = append(f.Audit, rows...)
	if err != nil {
		return f, err
	}
	f.Freezes, err = readIncidents(ctx, tx, st.ID)
	return f, err
}

type fanReader struct {
	tx       *sqldb.Tx
	saleID   int64
	identity string
	fan      *Fan
}

func (r *fanReader) place(ctx context.Context) error {
	f := r.fan
	var at int64
	var waiting, leaving, bounced int
	var withdrawn, erased, correctedAt, network sql.NullInt64
	err := r.tx.QueryRow(ctx, `SELECT class, address, identity, lang, at, COALESCE(idem, ''), network, COALESCE(proof, ''),
		waiting, withdrawing, withdrawn_at, erased_at, undelivered, bounced, corrected_at
		FROM registrations WHERE sale_id = $1 AND number = $2`, r.saleID, f.Number).
		Scan(&f.Class, &f.Address, &r.identity, &f.Lang, &at, &f.Idempotency, &network, &f.Proof,
			&waiting, &leaving, &withdrawn, &erased, &f.Undelivered, &bounced, &correctedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return sale.E(sale.CodeNotFound, "There is no place %d in this line.", f.Number)
	}
	if err != nil {
		return err
	}
	_, f.ComparedAs, _ = strings.Cut(r.identity, ":")
	if erased.Valid {
		f.ComparedAs = ""
	}
	_, f.Idempotency, _ = strings.Cut(f.Idempotency, ":")
	_, f.Proof, _ = strings.Cut(f.Proof, ":")
	if network.Valid {
		f.Network = fmt.Sprintf("%016x", uint64(network.Int64))
	}
	f.Joined, f.Withdrawn, f.Erased, f.Corrected = sqldb.Time(at), sqldb.NullTime(withdrawn), sqldb.NullTime(erased), sqldb.NullTime(correctedAt)
	f.Waiting, f.Leaving, f.Bounced = waiting == 1, leaving == 1, bounced == 1
	return nil
}

// promotion finds the version of the sale that made the place guaranteed, when
// it was written after the sign-up.
func (r *fanReader) promotion(ctx context.Context) error {
	if r.fan.Class != sale.Guaranteed {
		return nil
	}
	was := false
	return r.tx.Each(ctx, func(row sqldb.Row) error {
		var at int64
		var doc string
		var caps struct {
			Caps sale.Caps `json:"caps"`
		}
		if err := row.Scan(&at, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(doc), &caps); err != nil {
			return fmt.Errorf("read a version: %w", err)
		}
		is := r.fan.Number <= caps.Caps.Guaranteed
		if written := sqldb.Time(at); is && !was && written.After(r.fan.Joined) {
			r.fan.Promoted = written
		}
		was = was || is // lowering demotes nobody
		return nil
	}, `SELECT at, doc FROM sale_versions WHERE sale_id = $1 AND state <> 'refused' ORDER BY version`, r.saleID)
}

func (r *fanReader) offers(ctx context.Context) error {
	return r.tx.Each(ctx, func(row sqldb.Row) error {
		var o FanOffer
		var planned int64
		var ends, opened, over, returned sql.NullInt64
		err := row.Scan(&o.ID, &o.Batch, &o.Most, &o.Granted, &o.State, &o.Reason, &ends, &planned, &opened, &over, &returned)
		o.Planned, o.Ends, o.Opened = sqldb.Time(planned), sqldb.NullTime(ends), sqldb.NullTime(opened)
		o.Over, o.Returned = sqldb.NullTime(over), sqldb.NullTime(returned)
		r.fan.Offers = append(r.fan.Offers, o)
		return err
	}, `SELECT id, batch, most, granted, state, reason, ends, planned_at, opened_at, over_at, returned_at
		FROM offers WHERE sale_id = $1 AND number = $2 ORDER BY batch`, r.saleID, r.fan.Number)
}

func (r *fanReader) orders(ctx context.Context) error {
	return r.tx.Each(ctx, func(row sqldb.Row) error {
		var o FanOrder
		var doc string
		var state sale.OrderState
		var asked sql.NullInt64
		if err := row.Scan(&doc, &state, &asked, &o.CancelWhy); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(doc), &o.Order); err != nil {
			return fmt.Errorf("read order: %w", err)
		}
		o.Order.State, o.Asked = state, sqldb.NullTime(asked)
		r.fan.Orders = append(r.fan.Orders, o)
		return nil
	}, `SELECT doc, state, cancel_at, cancel_why FROM orders WHERE sale_id = $1 AND number = $2 ORDER BY at`, r.saleID, r.fan.Number)
}

func (r *fanReader) mails(ctx context.Context) error {
	return r.tx.Each(ctx, func(row sqldb.Row) error {
		m := FanMail{Tries: []FanTry{}}
		var created int64
		var due sql.NullInt64
		var delivered int
		err := row.Scan(&m.ID, &m.Kind, &m.Ref, &m.State, &delivered, &created, &due)
		m.Delivered, m.Created, m.Due = delivered == 1, sqldb.Time(created), sqldb.NullTime(due)
		r.fan.Mails = append(r.fan.Mails, m)
		return err
	}, `SELECT id, kind, ref, state, delivered, created_at, due_at FROM outbox
		WHERE sale_id = $1 AND number = $2 AND kind IN (`+placeMails+`) ORDER BY id`, r.saleID, r.fan.Number)
}

func (r *fanReader) tries(ctx context.Context) error {
	for i := range r.fan.Mails {
		m := &r.fan.Mails[i]
		err := r.tx.Each(ctx, func(row sqldb.Row) error {
			var t FanTry
			var started int64
			var done, bounced, ends sql.NullInt64
			err := row.Scan(&t.ID, &started, &done, &t.Result, &t.Code, &bounced, &t.Bounce, &ends, &t.Freezes)
			t.Ends = sqldb.Time(ends.Int64)
			t.Started, t.Done, t.Bounced = sqldb.Time(started), sqldb.NullTime(done), sqldb.NullTime(bounced)
			m.Tries = append(m.Tries, t)
			return err
		}, `SELECT id, started_at, done_at, result, code, bounced_at, bounce, ends, freezes FROM mail_tries WHERE mail_id = $1 ORDER BY id`, m.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// others are the same address elsewhere in this sale.
func (r *fanReader) others(ctx context.Context) error {
	if !r.fan.Erased.IsZero() {
		return nil
	}
	var err error
	r.fan.OtherPlaces, err = ints(ctx, r.tx, `SELECT number FROM registrations WHERE identity = $1 AND withdrawn_at IS NOT NULL AND number <> $2
		UNION SELECT number FROM registrations WHERE identity = $1 AND withdrawn_at IS NULL AND erased_at IS NULL AND number <> $2 ORDER BY 1`,
		r.identity, r.fan.Number)
	if err != nil {
		return err
	}
	return r.tx.Each(ctx, func(row sqldb.Row) error {
		var c FanConfirmation
		var since, sent, ends int64
		err := row.Scan(&c.Ref, &c.Address, &c.Lang, &since, &c.Sends, &sent, &ends)
		c.Since, c.Sent, c.Ends = sqldb.Time(since), sqldb.Time(sent), sqldb.Time(ends)
		r.fan.Confirmation = &c
		return err
	}, `SELECT ref, address, lang, since, sends, sent_at, ends FROM confirmations WHERE identity = $1`, r.identity)
}
