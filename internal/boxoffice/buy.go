package boxoffice

import (
	"context"
	"encoding/base32"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// Purchase is what a fan with a link wants to buy. The link has been
// verified: Offer, Sale and Ends are what it says.
type Purchase struct {
	Offer, Sale string
	Quantities  sale.Quantities // tickets by type; zeros count as left out
	Ends        time.Time       // bought before this, or not at all; moved by the sale's freezes
	Freezes     int             // how many of them Ends counts already
	Version     int64           // of the sale that the fan saw; 0: not stated
	Idempotency string          // the fan's own key, at most 255 characters; "" without one
}

// codeTries is how often a new code is drawn for an order whose first one was
// taken. There are 2^40 of them.
const codeTries = 3

// Buy places the one order of an offer and frees what it does not take. The
// same purchase again is answered with the same order and repeated, also
// after its end; another one is CodeAlreadyBought, or CodeKeyReused when it
// comes under the same key.
//
// Other refusals: CodeBadQuantity, CodeTooManyTickets (more than the offer
// or a type has), CodeOfferOver, CodePriceChanged, CodeNotFound. A refusal
// changes nothing.
func (b *BoxOffice) Buy(ctx context.Context, p Purchase) (placed sale.Order, repeated bool, err error) {
	if err := p.check(); err != nil {
		return sale.Order{}, false, err
	}
	seen, err := b.seen(ctx, p)
	if err != nil {
		return sale.Order{}, false, err
	}
	var bought *order
	s := step{slug: p.Sale, offers: []string{p.Offer}, do: func(k *books) (err error) {
		bought, repeated, err = b.buy(k, p, seen)
		return err
	}}
	for range codeTries {
		if _, err = b.group.Do(ctx, s); !sqldb.IsUnique(err) {
			break
		}
	}
	if err != nil {
		return sale.Order{}, false, err
	}
	return bought.public(), repeated, nil
}

// check refuses what needs no books, and brings the quantities into the form
// in which they are compared.
func (p *Purchase) check() error {
	if !plain(p.Offer) {
		return noSuchOffer()
	}
	if len(p.Idempotency) > 255 || strings.ContainsFunc(p.Idempotency, func(r rune) bool { return r < ' ' || r > '~' }) {
		return sale.E(sale.CodeBadRequest, "The Idempotency-Key has more than 255 characters, or characters that are not plain.")
	}
	p.Quantities = maps.Clone(p.Quantities)
	maps.DeleteFunc(p.Quantities, func(_ string, n int) bool { return n == 0 })
	for kind, n := range p.Quantities {
		if n < 0 {
			return badQuantity(kind, "A number of tickets cannot be negative.")
		}
	}
	if len(p.Quantities) == 0 {
		return sale.E(sale.CodeBadQuantity, "Please choose at least one ticket.")
	}
	return nil
}

// seen is the sale as the fan saw it; nil when he did not say, or saw one
// that was never stored here.
func (b *BoxOffice) seen(ctx context.Context, p Purchase) (s *sale.Sale, err error) {
	if p.Version == 0 || !plain(p.Sale) {
		return nil, nil
	}
	b.mu.RLock()
	s = b.documents[edition{p.Sale, p.Version}]
	b.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	err = b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM sale_versions WHERE sale = $1 AND version = $2`,
			p.Sale, p.Version).Scan(&n); err != nil || n == 0 {
			return err
		}
		s, err = b.document(ctx, tx, edition{p.Sale, p.Version})
		return err
	})
	return s, err
}

// buy decides a purchase. Nothing is changed before everything is checked.
func (b *BoxOffice) buy(k *books, p Purchase, seen *sale.Sale) (bought *order, repeated bool, err error) {
	o, err := k.offerOf(p.Offer)
	switch {
	case err != nil:
		return nil, false, err
	case o == nil:
		return nil, false, noSuchOffer()
	case o.state == stateBought:
		bought = k.orders[o.id]
		return bought, true, p.sameAs(bought)
	case o.state == stateClosed || !k.freezes.Before(k.now, sale.End{At: p.Ends, Freezes: p.Freezes}):
		return nil, false, offerOver()
	}
	if err := k.checkQuantities(o, p.Quantities); err != nil {
		return nil, false, err
	}
	if p.Version != 0 && p.Version != k.version && !samePrices(seen, k.sale, p.Quantities) {
		return nil, false, sale.E(sale.CodePriceChanged, "The price has changed since you opened this page. Please look again.")
	}
	bought, err = b.newOrder(k, p)
	if err != nil {
		return nil, false, err
	}
	k.sell(o, bought)
	return bought, false, nil
}

// sameAs says whether the purchase is the one that made the order.
func (p *Purchase) sameAs(bought *order) error {
	switch {
	case maps.Equal(p.Quantities, bought.quantities()):
		return nil
	case p.Idempotency != "" && p.Idempotency == bought.idempotency:
		return sale.E(sale.CodeKeyReused, "This Idempotency-Key was used for another order.")
	}
	return alreadyBought()
}

// checkQuantities finds every quantity that the offer or its type cannot
// give. The limits hold in total, not line by line.
func (k *books) checkQuantities(o *offer, q sale.Quantities) error {
	var short []sale.FieldError
	for _, kind := range slices.Sorted(maps.Keys(q)) {
		if _, ok := k.sale.Type(kind); !ok {
			return badQuantity(kind, "There are no tickets of this type.")
		}
		if left := k.ledger.balance(kind, available); q[kind] > left {
			short = append(short, sale.FieldError{Field: "qty." + kind, Message: sale.Counted(left, "ticket") + " left."})
		}
	}
	if total := q.Total(); total > o.granted {
		e := sale.E(sale.CodeTooManyTickets, "This offer is good for %s.", sale.Counted(o.granted, "ticket"))
		e.Fields = short
		return e
	}
	if len(short) > 0 {
		e := sale.E(sale.CodeTooManyTickets, "There are not so many tickets left of this type.")
		e.Fields = short
		return e
	}
	return nil
}

// samePrices says whether the tickets cost what the fan saw.
func samePrices(seen, now *sale.Sale, q sale.Quantities) bool {
	if seen == nil || seen.Currency != now.Currency {
		return false
	}
	for kind := range q {
		then, known := seen.Type(kind)
		if t, _ := now.Type(kind); !known || then.Price != t.Price {
			return false
		}
	}
	return true
}

// newOrder draws up the order, in the order of the sale's types.
func (b *BoxOffice) newOrder(k *books, p Purchase) (*order, error) {
	var random [21]byte // 128 bits for the page, 40 for the code
	if _, err := io.ReadFull(b.rand, random[:]); err != nil {
		return nil, fmt.Errorf("draw an order's name: %w", err)
	}
	code := readable.EncodeToString(random[16:])
	o := &order{
		ref:         strings.ToLower(pageNames.EncodeToString(random[:16])),
		code:        code[:4] + "-" + code[4:],
		slug:        k.slug,
		offer:       p.Offer,
		version:     k.version,
		state:       sale.OrderConfirmed,
		idempotency: p.Idempotency,
		at:          sqldb.Millis(k.now),
		terms:       k.sale,
	}
	for _, t := range k.sale.Tickets.Types {
		for range p.Quantities[t.ID] {
			o.tickets = append(o.tickets, ticket{kind: t.ID, price: t.Price})
			o.total += t.Price
		}
	}
	return o, nil
}

// pageNames is RFC 4648's base32; readable is Crockford's, which has no
// letters that are taken for digits.
var (
	pageNames = base32.StdEncoding.WithPadding(base32.NoPadding)
	readable  = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
)

// sell moves the units and ends the offer: what the order takes is sold, and
// what it leaves is free for the next in line, in the same transaction.
func (k *books) sell(o *offer, bought *order) {
	bought.position = k.feed.add(sale.OutcomeBought, o.id, "")
	n := len(bought.tickets)
	k.ledger.move(transfer{
		pool: sale.CapacityPool, source: offered, target: sold, units: n, reason: forBuy, offer: o.id,
	})
	k.ledger.move(transfer{
		pool: sale.CapacityPool, source: offered, target: available, units: o.granted - n, reason: forSpare, offer: o.id,
	})
	for kind, n := range bought.quantities() {
		k.ledger.move(transfer{pool: kind, source: available, target: sold, units: n, reason: forBuy, offer: o.id})
	}
	k.end(o, stateBought, "")
	k.orders[o.id] = bought
	k.placed = append(k.placed, bought)
}

func badQuantity(kind, message string) error {
	e := sale.E(sale.CodeBadQuantity, "Please check the number of tickets.")
	e.Fields = []sale.FieldError{{Field: "qty." + kind, Message: message}}
	return e
}
