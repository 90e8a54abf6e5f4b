package registration

import (
	"context"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// find reads the place that a receipt was given for. A line that was restored
// from an older backup gives numbers again; whoever has this one since another
// moment is another fan, and none of the receipt's holder's business.
func (s *Server) find(ctx context.Context, slug, receipt string) (line.Place, error) {
	number, at, err := s.o.Keys.ReadReceipt(slug, receipt)
	if err != nil {
		return line.Place{}, err
	}
	p, err := s.o.Line.Place(ctx, slug, number)
	if err != nil {
		return line.Place{}, unavailable(err)
	}
	if p.Erased || !p.Since.Equal(at) {
		return line.Place{}, sale.E(sale.CodeNotFound, "There is no place in this line under this address.")
	}
	return p, nil
}

// stateOf says what became of a place. A purchase stands whatever came after
// it; what the line has not heard from the box office is never guessed.
func stateOf(p line.Place, st line.State, now time.Time) templates.PlaceState {
	if o := p.Offer; o != nil && o.State == sale.OfferBought {
		if o.Order != nil && o.Order.State == sale.OrderCancelled {
			return templates.PlaceCancelled
		}
		return templates.PlaceBought
	}
	switch {
	case p.Withdrawn:
		return templates.PlaceWithdrawn
	case p.Offer != nil && p.Offer.State.Live():
		return liveState(p, st, now)
	case p.Bounced:
		return templates.PlaceBounced
	case p.Offer != nil && p.Offer.CountsAsTurn():
		return overState(p.Offer.State)
	case !st.Frozen && !now.Before(st.Sale.Dispatch.Ends): // frozen, it may be moved yet
		return templates.PlaceOver
	case st.SoldOut:
		return templates.PlaceSoldOut
	case p.Offer != nil && p.Offer.State == sale.OfferUndelivered:
		return templates.PlaceUndelivered
	default:
		return templates.PlaceWaiting
	}
}

func liveState(p line.Place, st line.State, now time.Time) templates.PlaceState {
	o := *p.Offer
	switch {
	case o.State == sale.OfferClosing:
		return templates.PlaceClosing
	case o.State == sale.OfferPlanned || o.Ends.IsZero():
		return templates.PlacePreparing
	case p.Freezes.Before(now, end(p)):
		return templates.PlaceOpen
	case o.Owed && (!st.Sale.Rest().None() || !st.QuietUntil.IsZero()):
		return templates.PlacePreparing // quiet hours move its life
	default:
		return templates.PlaceClosing
	}
}

// end is that of a place's offer, as the line has it: it counts all freezes
// that are over.
func end(p line.Place) sale.End { return sale.End{At: p.Offer.Ends, Freezes: p.Freezes.Over()} }

func overState(s sale.OfferState) templates.PlaceState {
	switch s {
	case sale.OfferExpired:
		return templates.PlaceExpired
	case sale.OfferDeclined:
		return templates.PlaceDeclined
	case sale.OfferBounced:
		return templates.PlaceBounced
	case sale.OfferWithdrawn:
		return templates.PlaceWithdrawn
	default: // voided, erased
		return templates.PlaceVoided
	}
}

// estimate says when a waiting number's turn comes, as far as that can be
// said honestly.
//
// Batches take the lowest waiting numbers, so the k-th batch from now reaches
// at most k × batch numbers further. For a guaranteed number that is when its
// turn comes, about: mails that go slowly make it later, those who left the
// line earlier. For a standby number it is the earliest, and only when
// everybody before it leaves enough. Quiet hours are passed over. Nothing is said while the sale is
// paused or frozen, when no schedule is known, or when the time is past the end.
func estimate(p line.Place, st line.State) (about, notBefore time.Time) {
	ahead, batch := p.Number-st.Reached, st.Sale.Dispatch.Batch
	if st.Halted() || st.NextBatch.IsZero() || st.Period <= 0 || batch <= 0 || ahead <= 0 {
		return time.Time{}, time.Time{}
	}
	at := st.Sale.Rest().Moment(st.NextBatch, st.Period, (ahead-1)/batch, st.Sale.Dispatch.Ends)
	if !at.Before(st.Sale.Dispatch.Ends) {
		return time.Time{}, time.Time{}
	}
	at = coarse(at, st.NextBatch)
	if p.Class == sale.Guaranteed {
		return at, time.Time{}
	}
	return time.Time{}, at
}

// coarse rounds up to what an estimate can be worth: minutes, and five of
// them when it is more than half an hour away.
func coarse(at, from time.Time) time.Time {
	step := time.Minute
	if at.Sub(from) > 30*time.Minute {
		step = 5 * time.Minute
	}
	r := at.Truncate(step)
	if r.Before(at) {
		r = r.Add(step)
	}
	return r
}

// canLeave says whether there is something to withdraw from.
func canLeave(s templates.PlaceState) bool {
	switch s {
	case templates.PlaceWaiting, templates.PlacePreparing, templates.PlaceOpen, templates.PlaceUndelivered, templates.PlaceSoldOut:
		return true
	}
	return false
}

// canReturn says whether a withdrawal may still be taken back. The line
// decides; here only what is certain to fail is not offered.
func canReturn(p line.Place, st line.State, now time.Time) bool {
	if !p.Withdrawn || !now.Before(st.Sale.Dispatch.Ends) {
		return false
	}
	return p.Offer == nil || p.Offer.State == sale.OfferPlanned || p.Offer.State == sale.OfferOpen || !p.Offer.CountsAsTurn()
}
