package helpdesk

import (
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// Why names a reason.
type Why string

// The reasons for which a place gets no offer now. The first ones are for good,
// or mean that it has what it waited for.
const (
	Erased      Why = "erased"
	Bought      Why = "bought"
	Cancelled   Why = "cancelled"
	Withdrawn   Why = "withdrawn"
	HasOffer    Why = "has an offer"
	Preparing   Why = "offer being prepared"
	Closing     Why = "offer being closed"
	Bounced     Why = "bounced"
	HadTurn     Why = "had its turn"
	Over        Why = "over"
	TooLate     Why = "too late for a whole life"
	Frozen      Why = "frozen"
	Paused      Why = "paused"
	NotStarted  Why = "not started"
	Quiet       Why = "quiet hours"
	Unreachable Why = "box office unreachable"
	NoVersion   Why = "box office has no version"
	SoldOut     Why = "sold out"
	Mails       Why = "mails of the last batch"
	Ahead       Why = "others are ahead"
	Next        Why = "next"
)

// Reason is one reason, and what to tell the fan.
type Reason struct {
	Why  Why    `json:"why"`
	Text string `json:"text"`
}

// Question is what the answer depends on.
type Question struct {
	Fan     line.Fan
	State   line.State
	Queue   line.Queue
	Now     time.Time
	BoxDown bool // the box office does not answer
}

// Waits gives the reasons why a place gets no offer now, the most important
// first; there is always one. What is the place's own comes alone: a sale that
// is paused means nothing to a fan who has bought.
func Waits(q Question) []Reason {
	if own, ok := q.own(); ok {
		return []Reason{own}
	}
	d := q.State.Sale.Dispatch
	if !q.Now.Before(d.Ends) {
		return []Reason{{Over, "The sale ended " + q.when(d.Ends) + ". No offer is made any more."}}
	}
	all := append(q.sale(), q.place())
	return all
}

// own is what became of the place itself.
func (q Question) own() (Reason, bool) {
	f := q.Fan
	switch {
	case !f.Erased.IsZero():
		return Reason{Erased, "The person was erased " + q.when(f.Erased) + ". Only the number is left."}, true
	case len(f.Orders) > 0:
		o := f.Orders[len(f.Orders)-1]
		if o.Order.State == sale.OrderCancelled {
			return Reason{Cancelled, "The order " + o.Order.Code + " was cancelled. It used the turn up; the place gets no other offer."}, true
		}
		return Reason{Bought, "The fan has bought: order " + o.Order.Code + ", " + sale.Counted(len(o.Order.Tickets), "ticket") + "."}, true
	case !f.Withdrawn.IsZero():
		return Reason{Withdrawn, "The fan left the line " + q.when(f.Withdrawn) + "."}, true
	}
	if len(f.Offers) > 0 {
		if r, ok := q.latest(f.Offers[len(f.Offers)-1]); ok {
			return r, true
		}
	}
	if f.Bounced {
		return Reason{Bounced, "Mail to the address does not arrive. Correct the address, and the place is next again by its number."}, true
	}
	for _, o := range f.Offers {
		if o.State.CountsAsTurn() && o.Returned.IsZero() {
			return Reason{HadTurn, "The place has had its turn: its offer " + became(o.State) + ". Each number is offered tickets once."}, true
		}
	}
	return Reason{}, false
}

// latest is what the newest offer means, when that is all there is to say.
func (q Question) latest(o line.FanOffer) (Reason, bool) {
	switch {
	case o.State == sale.OfferPlanned:
		return Reason{Preparing, "An offer is being prepared: the box office is asked for its tickets."}, true
	case o.State == sale.OfferClosing:
		return Reason{Closing, "The offer is being closed: the box office is asked. Until it has answered, nothing moves."}, true
	case o.State != sale.OfferOpen:
		return Reason{}, false
	case o.Ends.IsZero():
		return Reason{Preparing, "The place has an offer of up to " + sale.Counted(o.Granted, "ticket") + ". Its mail has not left yet, and its time does not run." + q.held()}, true
	case q.State.Frozen:
		return Reason{HasOffer, "The place has an offer of up to " + sale.Counted(o.Granted, "ticket") + ". The sale is frozen: its time stands still, with " + sale.Spelled(o.Ends.Sub(q.State.FrozenSince)) + " left."}, true
	default:
		return Reason{HasOffer, "The place has an offer of up to " + sale.Counted(o.Granted, "ticket") + ", open until " + q.moment(o.Ends) + "."}, true
	}
}

// held says what keeps the mails of offers from leaving.
func (q Question) held() string {
	switch {
	case q.State.Frozen:
		return " The sale is frozen: no offer is mailed."
	case q.State.Paused:
		return " The sale is paused: no offer is mailed."
	case q.State.Sale.Rest().Quiet(q.Now):
		return " No offer is mailed in the quiet hours, which end " + q.when(q.State.Sale.Rest().NextLoud(q.Now)) + "."
	}
	return ""
}

// sale is what keeps everybody from getting an offer.
func (q Question) sale() (all []Reason) {
	st, d := q.State, q.State.Sale.Dispatch
	add := func(when bool, why Why, text string) {
		if when {
			all = append(all, Reason{why, text})
		}
	}
	add(q.State.Frozen, Frozen, "The sale is frozen since "+q.moment(q.State.FrozenSince)+": no offer is made, and no clock runs.")
	add(st.Paused, Paused, "The sale is paused: no offer is made until somebody resumes it.")
	add(q.Now.Before(d.Starts), NotStarted, "Offers begin "+q.when(d.Starts)+".")
	add(!q.Now.Before(d.Starts) && q.Now.Add(d.LinkLife).After(d.Ends), TooLate,
		"The sale ends "+q.when(d.Ends)+". That is too soon for an offer to live its whole life of "+sale.Spelled(d.LinkLife)+".")
	rest := st.Sale.Rest()
	add(!q.Now.Before(d.Starts) && rest.Quiet(q.Now), Quiet, "No offer is made in the quiet hours, which end "+q.when(rest.NextLoud(q.Now))+".")
	add(st.Stored == 0, NoVersion, "The box office does not have the sale yet."+because(st.PendingWhy))
	add(st.Stored > 0 && q.BoxDown, Unreachable, "The box office does not answer. Until it does, nothing new is offered, and nothing is lost.")
	add(st.SoldOut, SoldOut, "All tickets are sold. If an order is cancelled, its tickets go to the next in line.")
	add(q.Queue.Untried > 0, Mails, "The next batch waits until every mail of the last one was tried: "+sale.Counted(q.Queue.Untried, "mail")+" to go.")
	return all
}

// place is where the place stands among those who wait.
func (q Question) place() Reason {
	st, s := q.State, q.Queue
	next := "The next batch, of up to " + fmt.Sprint(st.Sale.Dispatch.Batch) + ", has no time yet."
	switch {
	case st.Halted():
		next = "" // why there is none stands above
	case !st.NextBatch.IsZero():
		next = "The next batch, of up to " + fmt.Sprint(st.Sale.Dispatch.Batch) + ", is due " + q.when(st.NextBatch) + "."
	}
	ahead := sale.FormatCount(s.Ahead)
	if s.AtLeast {
		ahead = "more than " + ahead
	}
	switch {
	case s.Ahead == 0:
		return said(Next, "Nobody who waits is ahead: the place is the next to get an offer, as soon as "+sale.Counted(st.Sale.Tickets.MaxPerFan, "ticket")+" can be had.", next)
	case s.Ahead == 1:
		return said(Ahead, "One other place is ahead.", next)
	default:
		return said(Ahead, "The number is not reached: "+ahead+" others wait ahead.", next)
	}
}

// said is a reason in one sentence or two.
func said(w Why, text, more string) Reason {
	return Reason{w, strings.TrimSpace(text + " " + more)}
}

// became says what an offer that used a turn up came to.
func became(s sale.OfferState) string {
	switch s {
	case sale.OfferExpired:
		return "ran out unused"
	case sale.OfferDeclined:
		return "was given back"
	case sale.OfferBounced:
		return "came back from the mail server"
	case sale.OfferWithdrawn:
		return "ended when the fan left"
	case sale.OfferVoided:
		return "was taken back by an organizer"
	default:
		return "is over (" + string(s) + ")"
	}
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " Because: " + why
}
