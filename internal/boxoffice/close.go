package boxoffice

import (
	"context"

	"github.com/inturn/inturn/internal/sale"
)

// Close ends an offer for the line and answers closed or bought, for ever,
// or not yet: while the box office's own clock is before the end of an offer
// that is said to have expired, or while that end stands still. What an open offer held is available again.
// An unknown offer is stored as closed, so that a Reserve which comes late
// finds it so.
func (b *BoxOffice) Close(ctx context.Context, slug string, c sale.Closing) (sale.Answer, error) {
	if !plain(c.Offer) {
		return "", sale.E(sale.CodeBadRequest, "An offer needs an id of at most 64 plain characters.")
	}
	switch c.Reason {
	case sale.OfferExpired, sale.OfferBounced, sale.OfferUndelivered,
		sale.OfferWithdrawn, sale.OfferErased, sale.OfferVoided:
	default:
		return "", sale.E(sale.CodeBadRequest, "%q is no reason to close an offer.", c.Reason)
	}
	var answer sale.Answer
	_, err := b.group.Do(ctx, step{slug: slug, offers: []string{c.Offer}, do: func(k *books) (err error) {
		answer, err = k.closeOffer(c)
		return err
	}})
	if err != nil {
		return "", err
	}
	return answer, nil
}

func (k *books) closeOffer(c sale.Closing) (sale.Answer, error) {
	o, err := k.offerOf(c.Offer)
	if err != nil {
		return "", err
	}
	switch {
	case o != nil && o.state == stateBought:
		return sale.AnswerBought, nil
	case o != nil && o.state == stateClosed:
		return sale.AnswerClosed, nil
	case c.Reason == sale.OfferExpired && k.freezes.Before(k.now, c.End()):
		return sale.AnswerNotYet, nil
	case o == nil:
		k.create(&offer{id: c.Offer, slug: k.slug, state: stateClosed, reason: c.Reason})
	default:
		k.giveBack(o, c.Reason)
	}
	k.feed.add(sale.OutcomeClosed, c.Offer, c.Reason)
	return sale.AnswerClosed, nil
}

// giveBack ends an open offer unused.
func (k *books) giveBack(o *offer, reason sale.OfferState) {
	k.end(o, stateClosed, reason)
	k.ledger.move(transfer{
		pool: sale.CapacityPool, source: offered, target: available,
		units: o.granted, reason: forClose, offer: o.id,
	})
}

// Decline gives everything an offer holds back, for the fan who has its link;
// ends is what the link says. Declining again is fine.
func (b *BoxOffice) Decline(ctx context.Context, slug, offer string, ends sale.End) error {
	if !plain(offer) {
		return noSuchOffer()
	}
	_, err := b.group.Do(ctx, step{slug: slug, offers: []string{offer}, do: func(k *books) error {
		return k.decline(offer, ends)
	}})
	return err
}

func (k *books) decline(id string, ends sale.End) error {
	o, err := k.offerOf(id)
	switch {
	case err != nil:
		return err
	case o == nil:
		return noSuchOffer()
	case o.state == stateBought:
		return alreadyBought()
	case o.state == stateClosed && o.reason == sale.OfferDeclined:
		return nil
	case o.state == stateClosed || !k.freezes.Before(k.now, ends):
		return offerOver()
	}
	k.giveBack(o, sale.OfferDeclined)
	k.feed.add(sale.OutcomeDeclined, id, "")
	return nil
}

// What a fan is told about an offer that cannot be used.

func noSuchOffer() error {
	return sale.E(sale.CodeNotFound, "There is no such offer at this box office.")
}

func offerOver() error {
	return sale.E(sale.CodeOfferOver, "This offer is over. Its tickets have gone to the next in line.")
}

func alreadyBought() error {
	return sale.E(sale.CodeAlreadyBought, "This offer has been used: it has its order.")
}
