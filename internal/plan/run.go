package plan

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// mostMoments are looked at; a sale with more of them has been given weeks of
// seconds.
const mostMoments = 100_000

// handOver is how long it takes to mail an offer, of which all else takes no
// notice: links end that much later, and so tickets whose hour ends at a moment
// are offered at the next one.
const handOver = 1000

// Offers of a large sale are played in packs of several numbers in a row, which
// fare alike: as many packs as this make a forecast that is off by less than
// the width of a line in its chart. When less is left than the tickets of the
// tail's packs, packs become smaller, and the last tickets go one by one: they
// decide when a sale is over.
const (
	packs = 20_000
	tail  = 500
)

// grain is how many points are kept for each life besides those of moments.
const grain = 60

// never is after everything.
const never = int64(1) << 62

// run plays one sale. Times are milliseconds since the dispatch starts.
type run struct {
	Question
	rest sale.Rest
	f    Forecast
	life int64
	ends int64
	pack int // the most offers that are played as one
	tail int // the fewest packs that what is left makes, unless they are single offers

	now    int64
	moment int64 // the next one; never when there is no use in it
	seen   int   // moments
	next   int   // the number whose turn it is
	dealt  int   // packs; as long as each is one offer, the number before

	free, held, sold, back int
	open, mailed, buyers   int
	events                 events
	mails                  mails
	noted                  int64
	eventful               bool // offers were made since
	pointless              bool // nobody looks at the points
	lastLink               int64
	guaranteed             int64
}

// Predict plays the sale. The error is about the question.
func Predict(q Question) (Forecast, error) {
	if errs := q.Check(q.Sale); len(errs) > 0 {
		return Forecast{}, &sale.Error{Code: sale.CodeInvalid, Message: "no forecast can be made of these assumptions", Fields: errs}
	}
	return newRun(q).play(), nil
}

func (r *run) play() Forecast {
	for r.step() {
		r.f.steps++
	}
	r.finish()
	return r.f
}

func newRun(q Question) *run {
	d := q.Sale.Dispatch
	r := &run{
		Question: q, rest: q.Sale.Rest(), life: d.LinkLife.Milliseconds(), ends: d.Ends.Sub(d.Starts).Milliseconds(),
		next: 1, free: q.Sale.Tickets.Capacity, noted: -never, lastLink: -1, guaranteed: -1,
	}
	r.f = Forecast{
		Question: q, ForSale: q.Sale.Tickets.Capacity,
		Line: min(q.Demand, q.Sale.Caps.Guaranteed+q.Sale.Caps.Standby),
	}
	r.pack = 1 + min(r.f.Line, r.f.ForSale)/packs
	for _, most := range [...]int{q.Limits.PerSecond, q.Limits.PerHour} {
		if most > 0 {
			r.pack = min(r.pack, most) // or it would never leave
		}
	}
	r.tail = tail
	r.mails = mails{limits: q.Limits, most: r.pack}
	first := q.Moments(time.Time{})
	r.f.Period = q.Moments(first).Sub(first)
	r.moment = r.since(first)
	r.late()
	return r
}

func (r *run) since(t time.Time) int64 { return t.Sub(r.Sale.Dispatch.Starts).Milliseconds() }

func (r *run) at(ms int64) time.Time {
	return r.Sale.Dispatch.Starts.Add(time.Duration(ms) * time.Millisecond)
}

// step does the next thing: what fans do comes before a moment, a moment
// before the mails, as on a beat. It is false when nothing is left to do.
func (r *run) step() bool {
	if r.free == 0 && r.held == 0 {
		return false
	}
	event, mail := r.events.next(), r.mails.next(r)
	at := min(event, r.moment, mail)
	if at == never {
		return r.strand()
	}
	if at > r.now {
		r.note(at)
	}
	r.now = at
	switch at {
	case event:
		r.happen(r.events.pop())
	case r.moment:
		r.offer()
		r.late()
	default:
		r.mails.hand(r)
	}
	return true
}

// late drops a moment that is too late for a whole life, or one too many.
func (r *run) late() {
	// A beat finds a moment a little after it, never before.
	if r.moment+r.life >= r.ends {
		r.moment = never
	}
	if r.seen == mostMoments {
		r.moment, r.f.Cut = never, true
	}
}

// offer is one moment: the next batch, unless mails of the last one wait.
func (r *run) offer() {
	most, each := r.affordable(), r.Sale.Tickets.MaxPerFan
	left := r.f.Line - r.next + 1
	n := min(most, r.Sale.Dispatch.Batch, left)
	switch {
	case r.mails.offers():
		r.f.Met[ByMail]++
		n = 0
	case n == left && most >= left:
	case most < r.Sale.Dispatch.Batch:
		r.f.Met[ByStock]++
	default:
		r.f.Met[ByBatch]++
	}
	size := max(1, min(r.pack, (r.free+r.held)/(each*r.tail)))
	for made := 0; made < n; {
		r.dealt++
		p := pack{nth: r.dealt, number: r.next, fans: min(size, n-made)}
		p.units = min(p.fans*each, r.free)
		made += p.fans
		r.free -= p.units
		r.held += p.units
		r.open += p.fans
		r.mails.queue(p)
		r.next += p.fans
	}
	if n > 0 && r.f.First.IsZero() {
		r.f.First = r.at(r.now)
	}
	r.seen, r.eventful = r.seen+1, n > 0
	if r.next > r.f.Line {
		r.moment = never
		return
	}
	r.moment = r.since(r.Moments(r.at(r.now)))
}

// affordable is the dispatcher's rule: whole offers, and a smaller one only
// of the last tickets, when nothing is out that could come back.
func (r *run) affordable() int {
	return sale.PoolStock{Available: r.free, Offered: r.held}.Offers(r.Sale.Tickets.MaxPerFan)
}

// leaves starts the clock of a pack, and says what its fans do with it.
func (r *run) leaves(p pack) {
	r.mailed += p.fans
	ends := (r.now + handOver + r.life + 999) / 1000 * 1000
	r.lastLink = max(r.lastLink, ends)
	if g := r.Sale.Caps.Guaranteed; p.number <= g && g < p.number+p.fans {
		r.guaranteed = r.now
	}
	who := share(p.nth, 0)
	after := int64(2 * float64(r.Takes.Milliseconds()) * share(p.nth, 1))
	switch {
	case who < r.Buys:
		takes := r.Tickets * float64(p.fans)
		wants := int(takes)
		if share(p.nth, 2) < takes-float64(wants) {
			wants++
		}
		r.events.push(event{at: r.now + after, fans: p.fans, units: p.units, buys: min(wants, p.units)})
	case who >= 1-r.Declines:
		r.events.push(event{at: r.now + after, fans: p.fans, units: p.units})
	default:
		r.events.push(event{at: ends, fans: p.fans, units: p.units})
	}
}

// happen is purchases, or tickets that come back.
func (r *run) happen(e event) {
	r.open -= e.fans
	r.held -= e.units
	r.sold += e.buys
	r.free += e.units - e.buys
	r.back += e.units - e.buys
	if e.buys > 0 {
		r.buyers += e.fans
		r.mails.order(e.fans)
	}
}

// strand gives back what was never mailed when the sale ended. It is false
// when there was nothing.
func (r *run) strand() bool {
	if !r.mails.offers() {
		return false
	}
	for r.mails.offers() {
		p := r.mails.take()
		r.open -= p.fans
		r.held -= p.units
		r.free += p.units
		r.next -= p.fans
	}
	return true
}

// note keeps the point that is over: every moment that made offers, and
// otherwise some for each life. The next thing happens at the given time.
func (r *run) note(next int64) {
	if r.pointless || !r.eventful && next < r.noted+r.life/grain {
		return
	}
	r.f.Points = append(r.f.Points, Point{
		At: r.at(r.now), Mailed: r.mailed, Open: r.open, Held: r.held, Sold: r.sold, Back: r.back, Free: r.free,
	})
	r.noted, r.eventful = r.now, false
}

func (r *run) finish() {
	r.note(never)
	r.f.Mailed, r.f.Buyers, r.f.Sold, r.f.Back = r.mailed, r.buyers, r.sold, r.back
	if r.lastLink >= 0 {
		r.f.LastLink = r.at(r.lastLink)
	}
	if r.guaranteed >= 0 {
		r.f.Guaranteed = r.at(r.guaranteed)
	}
	switch {
	case r.sold == r.f.ForSale:
		r.f.SoldOut = r.at(r.now)
	case r.mailed >= r.f.Line:
		r.f.Limit = ByDemand
		return
	default:
		r.f.Limit = ByTime
		return
	}
	for l := ByBatch; l <= ByStock; l++ {
		if r.f.Met[l] > r.f.Met[r.f.Limit] {
			r.f.Limit = l
		}
	}
}

// share deals out numbers evenly between 0 and 1: multiples of an irrational
// number, another one for each question about the same fan.
func share(number, question int) float64 {
	// The fractional parts of the golden ratio, of √2 and of √3, of 2⁶⁴.
	steps := [...]uint64{0x9E3779B97F4A7C15, 0x6A09E667F3BCC908, 0xBB67AE8584CAA73B}
	return float64(uint64(number)*steps[question]>>11) / (1 << 53)
}
