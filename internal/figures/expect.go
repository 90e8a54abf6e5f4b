package figures

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Expectation is when a sale is expected to end, and why.
type Expectation struct {
	What     string // what will end it: see the constants
	From, To time.Time
	Pace     [2]int // tickets an hour, the slowest and the fastest that the range is made of
}

// What ends a sale.
const (
	EndsAtEnd    = "end"      // nothing says that it will be sooner than its own end
	EndsSoldOut  = "sold out" // at the pace so far
	EndsNobody   = "line"     // everybody in line has had his turn, at the pace of the batches
	EndsOver     = "over"     // it has ended
	EndsWaiting  = "waiting"  // it has not begun
	EndsStanding = "standing" // it is paused or frozen: nothing goes on
)

// A pace is what was sold within one of these times. Shorter ones follow what
// changed a moment ago, longer ones are steadier; together they are an honest
// range.
func paces() []time.Duration {
	return []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour, 6 * time.Hour}
}

// expect reckons from the pace so far. It promises nothing: the range is as
// wide as the paces differ, and ends at the sale's own end.
func expect(s Snapshot) Expectation {
	d := s.State.Sale.Dispatch
	end := Expectation{What: EndsAtEnd, From: d.Ends, To: d.Ends}
	capacity := s.Units.Stock.Capacity()
	left := capacity.Available + capacity.Offered
	switch {
	case !s.At.Before(d.Ends):
		return Expectation{What: EndsOver, From: d.Ends, To: d.Ends}
	case s.State.Halted():
		return Expectation{What: EndsStanding, From: d.Ends, To: d.Ends}
	case s.At.Before(d.Starts):
		return Expectation{What: EndsWaiting, From: d.Starts, To: d.Ends}
	case s.Units.Known && capacity.Issued > 0 && left == 0:
		return Expectation{What: EndsSoldOut, From: s.At, To: s.At}
	}
	slowest, fastest := sellingPace(s)
	if fastest > 0 {
		end = Expectation{
			What: EndsSoldOut, Pace: [2]int{int(slowest), int(fastest)},
			From: after(s.At, float64(left)/fastest, d.Ends), To: after(s.At, float64(left)/slowest, d.Ends),
		}
	}
	if through := lineThrough(s); !through.IsZero() && through.Before(end.From) && formOver(s) {
		return Expectation{What: EndsNobody, From: through, To: after(through, d.LinkLife.Hours(), d.Ends), Pace: end.Pace}
	}
	if !end.From.Before(d.Ends) {
		return Expectation{What: EndsAtEnd, From: d.Ends, To: d.Ends, Pace: end.Pace}
	}
	return end
}

// sellingPace is the slowest and the fastest pace, in tickets an hour; 0 when
// nothing was sold or it is too early to tell. The whole time so far is the
// longest pace there is.
func sellingPace(s Snapshot) (slowest, fastest float64) {
	since := s.At.Sub(s.State.Sale.Dispatch.Starts)
	for _, long := range append(paces(), since) {
		if long > since || long < tooEarly {
			continue
		}
		n := s.Units.SoldBetween(s.At.Add(-long), s.At.Add(time.Minute))
		if n <= 0 {
			continue
		}
		pace := float64(n) / long.Hours()
		if slowest == 0 || pace < slowest {
			slowest = pace
		}
		fastest = max(fastest, pace)
	}
	return slowest, fastest
}

// tooEarly is how long nothing is said about a pace.
const tooEarly = 2 * time.Minute

// lineThrough is when the last who waits has his offer, at one batch a moment.
func lineThrough(s Snapshot) time.Time {
	batch := s.State.Sale.Dispatch.Batch
	if s.State.Period <= 0 || batch <= 0 || s.State.NextBatch.IsZero() {
		return time.Time{}
	}
	batches := (s.Waiting + batch - 1) / batch
	const most = 1 << 20
	if batches <= 0 || batches > most {
		return time.Time{}
	}
	return s.State.NextBatch.Add(time.Duration(int64(batches-1) * int64(s.State.Period)))
}

func formOver(s Snapshot) bool {
	full := s.State.Last >= s.State.Sale.Caps.Guaranteed+s.State.Sale.Caps.Standby
	return full || !s.At.Before(s.State.Sale.Registration.Closes)
}

// after is so many hours after a moment, at most the end.
func after(at time.Time, hours float64, end time.Time) time.Time {
	if left := end.Sub(at).Hours(); hours >= left || hours != hours {
		return end
	}
	return at.Add(time.Duration(hours * float64(time.Hour)))
}

// OfferStates are the states of an offer in the order of its life, then the
// ways in which it may be over.
func OfferStates() []sale.OfferState {
	return []sale.OfferState{
		sale.OfferPlanned, sale.OfferOpen, sale.OfferClosing, sale.OfferBought, sale.OfferDeclined, sale.OfferExpired,
		sale.OfferUndelivered, sale.OfferBounced, sale.OfferWithdrawn, sale.OfferErased, sale.OfferVoided, sale.OfferDropped,
	}
}
