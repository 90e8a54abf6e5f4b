package plan

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Moments gives the moments at which a sale makes offers, one after the
// other: the first of all when asked with the zero time, else the first after
// the given one.
type Moments func(after time.Time) time.Time

// Limits are the most mails in any second and in any hour; zero means no
// limit.
type Limits struct{ PerSecond, PerHour int }

// Assumptions are what nobody knows beforehand.
type Assumptions struct {
	Demand   int           // how many want to join; the line takes as many as its caps allow
	Buys     float64       // share of those with an offer who buy, 0…1
	Declines float64       // share of them who give it back; the others let it run out
	Tickets  float64       // tickets that a buyer takes on average, from 1 to the sale's maximum
	Takes    time.Duration // how long it is from the mail to the purchase, on average; at most half a life
}

// Assume gives assumptions to begin with: a line as full as it can be, of
// which seven in ten buy three quarters of what they may, within a third of
// the link's life.
func Assume(s sale.Sale) Assumptions {
	return Assumptions{
		Demand: s.Caps.Guaranteed + s.Caps.Standby, Buys: 0.7, Declines: 0.1,
		Tickets: max(1, 0.75*float64(s.Tickets.MaxPerFan)),
		Takes:   (s.Dispatch.LinkLife / 3).Round(time.Second),
	}
}

// Check finds what no forecast can be made of, in words for the organizer.
// Fields are demand, buys, declines, tickets and takes.
func (a Assumptions) Check(s sale.Sale) []sale.FieldError {
	var errs []sale.FieldError
	fail := func(field, format string, args ...any) {
		errs = append(errs, sale.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if a.Demand < 1 {
		fail("demand", "is less than one fan")
	}
	switch {
	case !(a.Buys >= 0 && a.Buys <= 1):
		fail("buys", "is a share from 0 to 100 %%")
	case !(a.Declines >= 0 && a.Declines <= 1):
		fail("declines", "is a share from 0 to 100 %%")
	case a.Buys+a.Declines > 1.000001:
		fail("declines", "together with those who buy, it is more than everybody")
	}
	if most := s.Tickets.MaxPerFan; !(a.Tickets >= 1 && a.Tickets <= float64(most)) {
		fail("tickets", "is a number from 1 to %d, the most that a fan may buy", most)
	}
	if half := s.Dispatch.LinkLife / 2; a.Takes < 0 || a.Takes > half {
		fail("takes", "is at most %s, half the life of a link: some take twice as long as the average", sale.Life(half.Truncate(time.Second)))
	}
	return errs
}

// Question is what to make a forecast of. Sale is a validated sale.
type Question struct {
	Sale    sale.Sale
	Moments Moments
	Limits  Limits
	Assumptions
}

// Limit is what keeps a sale from going faster.
type Limit int

// The limits. At a moment one of the first three can be met; the last two are
// why a sale ends with tickets left.
const (
	NoLimit  Limit = iota
	ByBatch        // the batch was full, and there were tickets and fans for more
	ByMail         // mails of the batch before still waited for the mail limits
	ByStock        // the tickets were held by links that are out
	ByTime         // dispatch ended first
	ByDemand       // the line was at its end first
	limits         // how many there are
)

// Point is how far the sale is at one time.
type Point struct {
	At     time.Time
	Mailed int // offers mailed so far
	Open   int // links that are out, or wait to be mailed
	Held   int // tickets that they hold
	Sold   int // tickets sold so far
	Back   int // tickets that came back so far, some of them more than once
	Free   int // tickets that wait for the next moment
}

// Forecast is the answer.
type Forecast struct {
	Question Question
	Points   []Point // in order of time; the last is the end
	ForSale  int
	Line     int // how many stand in line
	Mailed   int // how many get an offer: numbers 1 to Mailed
	Buyers   int
	Sold     int
	Back     int

	First      time.Time // when the first offers are made; zero when never
	Guaranteed time.Time // when the last guaranteed number was mailed; zero when some never are
	SoldOut    time.Time // when the last ticket is sold; zero when some are left
	LastLink   time.Time // when the last link ends, or would

	Period time.Duration // from the first moment to the second
	Limit  Limit         // what was met most often, or why tickets are left
	Met    [limits]int   // at how many moments
	Cut    bool          // there are more moments than are looked at

	steps int // what it took to play it
}

// Left is how many tickets nobody bought.
func (f Forecast) Left() int { return f.ForSale - f.Sold }

// Takes is from the first offers to the sale of the last ticket or, when some
// are left, to the end of the last link.
func (f Forecast) Takes() time.Duration {
	if f.First.IsZero() {
		return 0
	}
	if !f.SoldOut.IsZero() {
		return f.SoldOut.Sub(f.First)
	}
	return f.LastLink.Sub(f.First)
}

// Reached is when so many tickets are sold; zero when they never are.
func (f Forecast) Reached(sold int) time.Time {
	for _, p := range f.Points {
		if p.Sold >= sold {
			return p.At
		}
	}
	return time.Time{}
}

// Thin gives at most n points, evenly over the time, each as it is then; the
// first and the last are always among them.
func (f Forecast) Thin(n int) []Point {
	if len(f.Points) <= n || n < 2 {
		return f.Points
	}
	first, last := f.Points[0], f.Points[len(f.Points)-1]
	step := last.At.Sub(first.At) / time.Duration(n-1)
	thin := make([]Point, 0, n)
	for i, k := 0, 0; k < n-1; k++ {
		at := first.At.Add(time.Duration(k) * step)
		for i+1 < len(f.Points) && !f.Points[i+1].At.After(at) {
			i++
		}
		p := f.Points[i]
		p.At = at
		thin = append(thin, p)
	}
	return append(thin, last)
}
