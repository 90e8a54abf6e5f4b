package boxoffice

import (
	"context"
	"errors"
	"fmt"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// feed is the end of a sale's feed: the counter in its locked row and the
// entries that are about to be written.
type feed struct {
	first   int64 // the first position this transaction gives
	last    int64 // the last position given
	entries []sale.Outcome
}

// add gives an outcome the next position.
func (f *feed) add(kind sale.OutcomeKind, offer string, reason sale.OfferState) (position int64) {
	f.last++
	f.entries = append(f.entries, sale.Outcome{Position: f.last, Kind: kind, Offer: offer, Reason: reason})
	return f.last
}

// writeFeed stores the entries and advances the counter, once.
func (k *books) writeFeed(ctx context.Context, tx *sqldb.Tx) error {
	if len(k.feed.entries) == 0 {
		return nil
	}
	n, err := affected(tx.Exec(ctx, `UPDATE sales SET feed = $2 WHERE slug = $1 AND feed = $3`,
		k.slug, k.feed.last, k.feed.first-1))
	if err != nil {
		return fmt.Errorf("advance feed: %w", err)
	}
	if n != 1 {
		return errors.New("advance feed: the sale's row was not locked")
	}
	rows := make([][]any, len(k.feed.entries))
	at := sqldb.Millis(k.now)
	for i, e := range k.feed.entries {
		rows[i] = []any{k.slug, e.Position, string(e.Kind), e.Offer, string(e.Reason), at}
	}
	if err := tx.Insert(ctx, `INSERT INTO outcomes (sale, position, kind, offer, reason, at)`, rows); err != nil {
		return fmt.Errorf("store outcomes: %w", err)
	}
	return nil
}

// mostOutcomes bounds one answer of Outcomes.
const mostOutcomes = 1000

// Outcomes reads the feed of a sale from the entry after position `after`, at
// most limit (0, or more than 1000: 1000). Entries never change, and there is
// never a gap: who has read up to a position has missed nothing before it.
func (b *BoxOffice) Outcomes(ctx context.Context, slug string, after int64, limit int) ([]sale.Outcome, error) {
	if !plain(slug) {
		return nil, noSuchSale()
	}
	if limit <= 0 || limit > mostOutcomes {
		limit = mostOutcomes
	}
	var feed []sale.Outcome
	err := b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var err error
		if feed, err = readFeed(ctx, tx, slug, after, limit); err != nil {
			return err
		}
		if len(feed) == 0 {
			return mustExist(ctx, tx, slug)
		}
		return b.attachOrders(ctx, tx, feed)
	})
	return feed, err
}

func readFeed(ctx context.Context, tx *sqldb.Tx, slug string, after int64, limit int) ([]sale.Outcome, error) {
	var feed []sale.Outcome
	err := tx.Each(ctx, func(row sqldb.Row) error {
		var o sale.Outcome
		var at int64
		err := row.Scan(&o.Position, &o.Kind, &o.Offer, &o.Reason, &at)
		o.At = sqldb.Time(at)
		feed = append(feed, o)
		return err
	}, `SELECT position, kind, offer, reason, at FROM outcomes
		WHERE sale = $1 AND position > $2 ORDER BY position LIMIT $3`, slug, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read feed of %s: %w", slug, err)
	}
	return feed, nil
}

// attachOrders gives bought and cancelled outcomes their orders, each in the
// state it had then.
func (b *BoxOffice) attachOrders(ctx context.Context, tx *sqldb.Tx, feed []sale.Outcome) error {
	var ids []string
	for _, o := range feed {
		if o.Kind == sale.OutcomeBought || o.Kind == sale.OutcomeCancelled {
			ids = append(ids, o.Offer)
		}
	}
	orders, err := b.ordersOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	byOffer := make(map[string]*order, len(orders))
	for _, o := range orders {
		byOffer[o.offer] = o
	}
	for i := range feed {
		o := byOffer[feed[i].Offer]
		if o == nil || feed[i].Kind != sale.OutcomeBought && feed[i].Kind != sale.OutcomeCancelled {
			continue
		}
		told := o.public()
		told.State = sale.OrderConfirmed
		if feed[i].Kind == sale.OutcomeCancelled {
			told.State = sale.OrderCancelled
		}
		feed[i].Order = &told
	}
	return nil
}
