package boxoffice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// The states of an offer at the box office. Open is the only one that can
// change, and it changes once.
const (
	stateOpen   = "open"
	stateClosed = "closed"
	stateBought = "bought"
)

// offer is one row of offers.
type offer struct {
	id, slug string
	granted  int
	state    string
	reason   sale.OfferState // why it was closed
}

// offerOf gives an offer of this sale; nil when there is none. An offer of
// another sale is an error: its id was not meant for these books.
func (k *books) offerOf(id string) (*offer, error) {
	o := k.offers[id]
	if o != nil && o.slug != k.slug {
		return nil, sale.E(sale.CodeNotFound, "This offer belongs to another sale.")
	}
	return o, nil
}

// create adds an offer.
func (k *books) create(o *offer) {
	k.offers[o.id] = o
	k.created = append(k.created, o)
}

// end moves an open offer to its last state. The caller has seen that it is
// open; writeOffers makes sure once more.
func (k *books) end(o *offer, state string, reason sale.OfferState) {
	o.state, o.reason = state, reason
	k.ended = append(k.ended, o)
}

// writeOffers stores new offers and ends those that end. The condition on
// the state is the fence: of closing and buying, one finds the offer open.
func (k *books) writeOffers(ctx context.Context, tx *sqldb.Tx) error {
	now := sqldb.Millis(k.now)
	var rows [][]any
	for _, o := range k.created {
		ended := sql.NullInt64{Int64: now, Valid: o.state != stateOpen}
		rows = append(rows, []any{o.id, k.slug, o.granted, o.state, string(o.reason), now, ended})
	}
	if err := tx.Insert(ctx, `INSERT INTO offers (id, sale, granted, state, reason, created, ended)`, rows); err != nil {
		return fmt.Errorf("store offers: %w", err)
	}
	type last struct {
		state  string
		reason sale.OfferState
	}
	ends := map[last][]string{}
	for _, o := range k.ended {
		l := last{o.state, o.reason}
		ends[l] = append(ends[l], o.id)
	}
	for l, ids := range ends {
		done := int64(0)
		for _, chunk := range sqldb.Chunks(ids) {
			args := append([]any{l.state, string(l.reason), now}, chunk...)
			n, err := affected(tx.Exec(ctx, `UPDATE offers SET state = $1, reason = $2, ended = $3
				WHERE state = 'open' AND id IN (`+sqldb.Marks(4, len(chunk))+`)`, args...))
			if err != nil {
				return fmt.Errorf("end offers: %w", err)
			}
			done += n
		}
		if done != int64(len(ids)) {
			return errors.New("end offers: one of them was not open")
		}
	}
	return nil
}

// readOffers reads the offers that exist among ids.
func readOffers(ctx context.Context, tx *sqldb.Tx, ids []string) ([]*offer, error) {
	var all []*offer
	err := among(ctx, tx, `SELECT id, sale, granted, state, reason FROM offers WHERE id IN ($)`, ids,
		func(row sqldb.Row) error {
			o := &offer{}
			all = append(all, o)
			return row.Scan(&o.id, &o.slug, &o.granted, &o.state, &o.reason)
		})
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	return all, nil
}

// OfferRow is one offer as the box office has it, to be compared with the
// line's.
type OfferRow struct {
	ID      string
	Granted int
	State   string          // "open", "closed" or "bought"
	Reason  sale.OfferState // why it was closed; declined and dropped among them
	Order   string          // the code of its order
	At      time.Time       // when it was closed or bought
}

// Offers hands over all offers of a sale, by id. What each returns ends it.
func (b *BoxOffice) Offers(ctx context.Context, slug string, each func(OfferRow) error) error {
	after := ""
	for {
		var page []OfferRow
		err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) (err error) {
			page, err = readOfferPage(ctx, tx, slug, after)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		// Outside of the transaction: nobody holds a snapshot open while it
		// writes to somebody slow.
		for _, o := range page {
			if err := each(o); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

// pageSize is how many rows a listing reads in one transaction.
const pageSize = 500

func readOfferPage(ctx context.Context, tx *sqldb.Tx, slug, after string) ([]OfferRow, error) {
	var page []OfferRow
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var o OfferRow
		var ended sql.NullInt64
		if err := row.Scan(&o.ID, &o.Granted, &o.State, &o.Reason, &ended, &o.Order); err != nil {
			return err
		}
		o.At = sqldb.NullTime(ended)
		page = append(page, o)
		return nil
	}, `SELECT o.id, o.granted, o.state, o.reason, o.ended, COALESCE(p.code, '')
		FROM offers o LEFT JOIN orders p ON p.offer = o.id
		WHERE o.sale = $1 AND o.id > $2 ORDER BY o.id LIMIT $3`, slug, after, pageSize)
	if err != nil {
		return nil, fmt.Errorf("read offers of %s: %w", slug, err)
	}
	return page, nil
}
