package line

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Offer is the line's side of an offer.
type Offer struct {
	ID     string
	Number int
	Most   int // what the box office granted; 0 while planned
	State  sale.OfferState
	Ends   time.Time   // zero while the clock does not run
	Said   time.Time   // what the last mail's link says of it, where freezes have moved it; else zero
	Owed   bool        // one more hand-over of its mail is to come
	Back   bool        // the turn that it used up was given back: the address was corrected
	Order  *sale.Order // when bought
}

// CountsAsTurn says whether the offer used its registration's turn up.
func (o Offer) CountsAsTurn() bool { return o.State.CountsAsTurn() && !o.Back }

// Place is everything the fan's own page shows about a registration.
type Place struct {
	Registration
	Offer   *Offer       // the live one, else the latest; nil when there was none
	Waiting bool         // eligible for an offer
	Bounced bool         // three rounds of mail came to nothing, or the address was refused
	Erased  bool         // the person is gone; the number stays
	Since   time.Time    // since when the place has its address: a receipt from before is in other hands
	Freezes sale.Freezes // of the sale; while an offer is live, as of the very moment at which it was read
}

// Place reads one registration; CodeNotFound when there is none. It writes
// nothing.
func (l *Line) Place(ctx context.Context, slug string, number int) (Place, error) {
	var p Place
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		p = Place{Registration: Registration{Sale: slug, Number: number}}
		var id, at int64
		var withdrawn sql.NullInt64
		var since int64
		var waiting, bounced, erased int
		err := tx.QueryRow(ctx, `SELECT s.id, r.class, r.address, r.lang, r.at, r.withdrawn_at, r.waiting, r.bounced,
			CASE WHEN r.erased_at IS NULL THEN 0 ELSE 1 END, COALESCE(r.corrected_at, r.at)
			FROM registrations r JOIN sales s ON s.id = r.sale_id WHERE s.slug = $1 AND r.number = $2`, slug, number).
			Scan(&id, &p.Class, &p.Address, &p.Lang, &at, &withdrawn, &waiting, &bounced, &erased, &since)
		if errors.Is(err, sql.ErrNoRows) {
			return sale.E(sale.CodeNotFound, "There is no such place.")
		}
		if err != nil {
			return err
		}
		p.At, p.Withdrawn, p.Waiting, p.Bounced = sqldb.Time(at), withdrawn.Valid, waiting == 1, bounced == 1
		p.Erased, p.Since = erased == 1, sqldb.Time(since)
		if p.Offer, err = latestOffer(ctx, tx, id, number); err != nil || p.Offer == nil || !p.Offer.State.Live() {
			return err
		}
		incidents, err := readIncidents(ctx, tx, id)
		if err != nil || len(incidents) == 0 {
			return err
		}
		p.Freezes = bare(incidents)
		p.Offer.Said, err = saidEnd(ctx, tx, p.Offer)
		return err
	})
	if err != nil {
		return Place{}, fmt.Errorf("read place %d of %s: %w", number, slug, err)
	}
	return p, nil
}

// saidEnd is the end that the last mail of an offer says, when it is another
// one by now.
func saidEnd(ctx context.Context, tx *sqldb.Tx, o *Offer) (time.Time, error) {
	var said sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT MAX(t.ends) FROM outbox m JOIN mail_tries t ON t.mail_id = m.id WHERE m.kind = 'offer' AND m.ref = $1`, o.ID).Scan(&said)
	if err != nil {
		return time.Time{}, fmt.Errorf("read what the mail says: %w", err)
	}
	if at := sqldb.NullTime(said); !at.Equal(o.Ends) {
		return at, nil
	}
	return time.Time{}, nil
}

func latestOffer(ctx context.Context, tx *sqldb.Tx, saleID int64, number int) (*Offer, error) {
	o := Offer{Number: number}
	var ends sql.NullInt64
	var order sql.NullString
	var owed, back int
	err := tx.QueryRow(ctx, `SELECT o.id, o.granted, o.state, o.ends, b.doc, CASE WHEN EXISTS (SELECT 1 FROM outbox m
			WHERE m.kind = 'offer' AND m.ref = o.id AND m.due_at IS NOT NULL AND (m.give_up_at IS NULL OR m.due_at < m.give_up_at)) THEN 1 ELSE 0 END,
			CASE WHEN o.returned_at IS NULL THEN 0 ELSE 1 END
		FROM offers o LEFT JOIN orders b ON b.offer = o.id
		WHERE o.sale_id = $1 AND o.number = $2 ORDER BY o.batch DESC LIMIT 1`, saleID, number).
		Scan(&o.ID, &o.Most, &o.State, &ends, &order, &owed, &back)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read offer: %w", err)
	}
	o.Ends, o.Owed, o.Back = sqldb.Time(ends.Int64), owed == 1, back == 1
	if order.Valid {
		o.Order = &sale.Order{}
		if err := json.Unmarshal([]byte(order.String), o.Order); err != nil {
			return nil, fmt.Errorf("read order: %w", err)
		}
	}
	return &o, nil
}
