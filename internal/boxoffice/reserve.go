package boxoffice

import (
	"context"

	"github.com/inturn/inturn/internal/sale"
)

// Reserve holds capacity for offers, in the order of asks, and answers what
// each got: its most; less only where fewer are available and nothing is
// offered that could still come back; else nothing.
//
// An offer gets its answer once: asked again, the answer is the same, and
// for an offer that has been closed it is "closed".
func (b *BoxOffice) Reserve(ctx context.Context, slug string, asks []sale.Ask) ([]sale.Grant, error) {
	s := step{slug: slug}
	for _, a := range asks {
		if !plain(a.Offer) || a.Most < 1 {
			return nil, sale.E(sale.CodeBadRequest, "An offer needs an id of at most 64 plain characters and at least one ticket.")
		}
		s.offers = append(s.offers, a.Offer)
	}
	var grants []sale.Grant
	s.do = func(k *books) (err error) {
		grants, err = k.reserve(asks)
		return err
	}
	if err := b.alone(ctx, s); err != nil {
		return nil, err
	}
	return grants, nil
}

func (k *books) reserve(asks []sale.Ask) ([]sale.Grant, error) {
	for _, a := range asks {
		if _, err := k.offerOf(a.Offer); err != nil {
			return nil, err
		}
	}
	grants := make([]sale.Grant, len(asks))
	for i, a := range asks {
		o := k.offers[a.Offer]
		if o == nil {
			o = k.grant(a)
		}
		grants[i] = o.answer()
	}
	return grants, nil
}

// grant makes a new offer of what there is for it.
func (k *books) grant(a sale.Ask) *offer {
	free := k.ledger.balance(sale.CapacityPool, available)
	outstanding := k.ledger.balance(sale.CapacityPool, offered)
	o := &offer{id: a.Offer, slug: k.slug, state: stateOpen}
	switch {
	case free >= a.Most:
		o.granted = a.Most
	case free > 0 && outstanding == 0:
		o.granted = free
	default:
		o.state, o.reason = stateClosed, sale.OfferDropped
	}
	k.create(o)
	k.ledger.move(transfer{
		pool: sale.CapacityPool, source: available, target: offered,
		units: o.granted, reason: forReserve, offer: o.id,
	})
	return o
}

// answer is what Reserve says of an offer, however often it is asked. One
// that was dropped got nothing; one that was closed since holds nothing any
// more.
func (o *offer) answer() sale.Grant {
	if o.state == stateClosed && o.reason != sale.OfferDropped {
		return sale.Grant{Offer: o.id, Closed: true}
	}
	return sale.Grant{Offer: o.id, Granted: o.granted}
}
