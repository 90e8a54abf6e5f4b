package plan

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Advice is one thing to know before the sale opens, in words for the
// organizer. Look says that he should look at it before opening.
type Advice struct {
	About string // mail, batch, stock, quiet, time, demand or line
	Look  bool
	Text  string
}

// worth is by how much something has to be quicker to be told.
const worth = 10 // percent

// mostSteps is how many steps a forecast may have had for others to be tried
// beside it: each takes as long again, and somebody waits for the page.
const mostSteps = 250_000

// comparable says whether others are tried.
func (f Forecast) comparable() bool { return f.steps <= mostSteps }

// other tries the sale with something changed, without keeping its points; ok
// is false when it is too large for that.
func (f Forecast) other(change func(*Question)) (other Forecast, ok bool) {
	if !f.comparable() {
		return Forecast{}, false
	}
	q := f.Question
	change(&q)
	if len(q.Check(q.Sale)) > 0 {
		return Forecast{}, false
	}
	r := newRun(q)
	r.pointless = true
	return r.play(), true
}

// batches are those that are tried and told: round ones.
func batches() []int {
	return []int{10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000}
}

// Advise says what limits the sale and what would change it. Each piece was
// tried: what it promises is another forecast's answer.
func (f Forecast) Advise() []Advice {
	var all []Advice
	add := func(about string, look bool, format string, args ...any) {
		all = append(all, Advice{About: about, Look: look, Text: fmt.Sprintf(format, args...)})
	}
	f.mail(add)
	switch f.Limit {
	case ByTime:
		f.time(add)
	case ByDemand:
		f.demand(add)
	}
	told := f.batch(add)
	if f.Limit == ByStock {
		f.stock(add, told)
	}
	f.quiet(add)
	if !f.SoldOut.IsZero() && f.Mailed < f.Line {
		add("line", false, "Number %s is the last to get an offer; the %s behind it get a polite decline when everything is sold.",
			count(f.Mailed), count(f.Line-f.Mailed))
	}
	if !f.comparable() {
		add("line", false, "This sale is too large to try it with other settings beside these. Change one and look again.")
	}
	if f.Cut {
		add("time", true, "The schedule has more moments than a forecast looks at; what comes later is left out.")
	}
	return all
}

// SuggestBatch is a round number of offers at each moment that reaches the
// guaranteed fans within about two hours, or as soon as the mail limits let
// it: seven in ten offers cause the mail of an order too.
func SuggestBatch(guaranteed int, period time.Duration, l Limits) int {
	wants := guaranteed
	if moments := int(2 * time.Hour / max(period, time.Second)); moments > 0 {
		wants = (guaranteed + moments - 1) / moments
	}
	suggested := batches()[0]
	for _, b := range batches() {
		if suggested = b; b >= wants {
			break
		}
	}
	if l == (Limits{}) {
		return suggested
	}
	return min(suggested, roundDown(l.perPeriod(period)*10/17))
}

// roundDown leaves at most two digits that are no zeros, the second a five.
func roundDown(n int) int {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	if n/unit >= 20 {
		unit *= 5
	}
	return max(n/unit*unit, 1)
}

type adder func(about string, look bool, format string, args ...any)

// perPeriod is how many mails the limits allow from one moment to the next; 0
// where there is no limit.
func (l Limits) perPeriod(period time.Duration) int {
	most := 0
	for _, w := range [...]struct {
		n      int
		length time.Duration
	}{{l.PerSecond, time.Second}, {l.PerHour, time.Hour}} {
		if w.n == 0 {
			continue
		}
		// In a period shorter than the window the whole window's may leave at
		// once, but not again and again.
		n := int(float64(w.n) * float64(period) / float64(w.length))
		if most == 0 || n < most {
			most = max(n, 1)
		}
	}
	return most
}

func (l Limits) words() string {
	switch {
	case l.PerHour == 0:
		return count(l.PerSecond) + " a second"
	case l.PerSecond == 0:
		return count(l.PerHour) + " an hour"
	}
	return count(l.PerSecond) + " a second and " + count(l.PerHour) + " an hour"
}

// mail says what the mail limits allow.
func (f Forecast) mail(add adder) {
	l, d := f.Question.Limits, f.Question.Sale.Dispatch
	if l == (Limits{}) {
		add("mail", true, "No mail limit is set. Ask your mail provider how many mails an hour it takes, and set INTURN_MAIL_PER_HOUR: beyond its own limit it refuses them all for a while.")
		return
	}
	most := l.perPeriod(f.Period)
	text := fmt.Sprintf("The mail limit of %s allows at most %s %s, order confirmations among them", l.words(), sale.Counted(most, "mail"), often(f.Period))
	switch {
	case f.Met[ByMail] > 0:
		text += fmt.Sprintf(". %s no batch is made, because mails of the batch before still wait.", atMoments(f.Met[ByMail]))
		other, ok := f.other(func(q *Question) { q.Limits = Limits{} })
		if ok {
			text += " Without the limit " + f.against(other) + "."
		}
		add("mail", ok && f.better(other), "%s", text)
	case d.Batch > most:
		add("mail", false, "%s. A batch of %s is more than that, but the sale is over before it matters.", text, count(d.Batch))
	default:
		add("mail", false, "%s. A batch of %s fits.", text, count(d.Batch))
	}
}

func atMoments(n int) string {
	if n == 1 {
		return "At one moment"
	}
	return "At " + count(n) + " moments"
}

// against says how another forecast ends, compared with this one.
func (f Forecast) against(other Forecast) string {
	switch {
	case other.SoldOut.IsZero() && other.Sold > f.Sold:
		return fmt.Sprintf("%s more tickets would be sold", count(other.Sold-f.Sold))
	case other.SoldOut.IsZero() && other.Sold < f.Sold:
		return fmt.Sprintf("%s fewer tickets would be sold", count(f.Sold-other.Sold))
	case other.SoldOut.IsZero():
		return "it would sell the same"
	case f.SoldOut.IsZero():
		return "it would sell out after " + Length(other.Takes())
	}
	d := f.SoldOut.Sub(other.SoldOut)
	switch {
	case d > time.Minute:
		return "it would sell out " + Length(d) + " earlier"
	case d < -time.Minute:
		return "it would sell out " + Length(-d) + " later"
	}
	return "it would sell out at the same time"
}

// better says that another forecast is worth telling.
func (f Forecast) better(other Forecast) bool {
	if f.SoldOut.IsZero() {
		return !other.SoldOut.IsZero() || other.Sold*100 > f.Sold*(100+worth)
	}
	return !other.SoldOut.IsZero() && other.Takes()*100 < f.Takes()*(100-worth)
}

// batch tries larger ones, and tells of the smallest that does nearly as well
// as any. It is false when there is none to tell of.
func (f Forecast) batch(add adder) bool {
	if f.Met[ByBatch] == 0 {
		return false
	}
	d := f.Question.Sale.Dispatch
	most := f.Question.Sale.Tickets.Capacity/f.Question.Sale.Tickets.MaxPerFan + 1
	var tried []Forecast
	for _, b := range batches() {
		if b <= d.Batch || len(tried) == 4 || len(tried) > 0 && tried[len(tried)-1].Question.Sale.Dispatch.Batch > most {
			continue
		}
		if other, ok := f.other(func(q *Question) { q.Sale.Dispatch.Batch = b }); ok {
			tried = append(tried, other)
		}
	}
	best := f
	for _, other := range tried {
		if best.better(other) {
			best = other
		}
	}
	b := best.Question.Sale.Dispatch.Batch
	if b == d.Batch {
		return false
	}
	add("batch", false, "The batch sets the pace at first: %s. With a batch of %s instead of %s %s.", f.pace(), count(b), count(d.Batch), f.against(best))
	return true
}

// stock says what it means that tickets wait in links.
func (f Forecast) stock(add adder, batch bool) {
	text := "At most moments tickets wait in links that are out: what comes back goes to the next in line, and the last ones take a while."
	if !batch && f.comparable() {
		text += " A larger batch changes little."
	}
	add("stock", false, "%s", text)
	f.life(add)
}

// quiet says how much of the sale's time is quiet hours, where it is worth
// telling: at their moments nothing is met, and so nothing else tells of them.
func (f Forecast) quiet(add adder) {
	takes, until := f.Takes(), "the last ticket"
	if f.SoldOut.IsZero() {
		until = "the end of the last link"
	}
	rests := takes - f.Question.Sale.Rest().Loud(f.First, f.First.Add(takes))
	if rests > 0 && rests*100 >= worth*takes {
		add("quiet", false, "Of the %s from the first offers to %s, %s are quiet hours, in which no offer leaves.", Length(takes), until, Length(rests))
	}
}

func (f Forecast) pace() string {
	return sale.Counted(f.Question.Sale.Dispatch.Batch, "offer") + " " + often(f.Period)
}

// life tries links of half the life.
func (f Forecast) life(add adder) {
	half := (f.Question.Sale.Dispatch.LinkLife / 2).Truncate(time.Second)
	if f.Question.Takes > half/2 || half < time.Minute {
		return
	}
	if other, ok := f.other(func(q *Question) { q.Sale.Dispatch.LinkLife = half }); ok && f.better(other) {
		add("stock", false, "With links of %s %s; but fewer fans see their mail in time.", Length(half), f.against(other))
	}
}

// time says how much longer it would have to go on.
func (f Forecast) time(add adder) {
	d := f.Question.Sale.Dispatch
	text := fmt.Sprintf("Dispatch ends with %s of %s tickets left", count(f.Left()), count(f.ForSale))
	if waiting := f.Line - f.Mailed; waiting > 0 {
		text += fmt.Sprintf(", while %s in line had no offer", fans(waiting))
	}
	if g := f.Question.Sale.Caps.Guaranteed; f.Mailed < min(g, f.Line) {
		text += fmt.Sprintf("; %s of them have a guaranteed place", count(min(g, f.Line)-f.Mailed))
	}
	later := d.Starts.Add(2*d.Ends.Sub(d.Starts) + 30*24*time.Hour)
	if other, ok := f.other(func(q *Question) { q.Sale.Dispatch.Ends = later }); ok && !other.LastLink.IsZero() {
		needs := other.LastLink.Sub(d.Starts)
		what := "It would be over"
		if !other.SoldOut.IsZero() {
			what = "It would be sold out and the last link over"
		}
		text += fmt.Sprintf(". %s %s after the start; dispatch runs for %s", what, Length(needs), Length(d.Ends.Sub(d.Starts)))
	}
	add("time", true, "%s.", text)
}

// demand says how many would be needed.
func (f Forecast) demand(add adder) {
	text := fmt.Sprintf("Everybody in line has had an offer, and %s of %s tickets are left", count(f.Left()), count(f.ForSale))
	s := f.Question.Sale
	full := s.Caps.Guaranteed + s.Caps.Standby
	if f.Question.Buys > 0 {
		needs := int(float64(f.ForSale)/(f.Question.Buys*f.Question.Tickets)) + 1
		text += fmt.Sprintf(". At this buying rate about %s would have to join", fans(needs))
		if needs > full {
			text += fmt.Sprintf("; the caps let %s in, so think of more places on standby", count(full))
		}
	}
	add("demand", true, "%s.", text)
}

func count(n int) string { return sale.FormatCount(n) }

func fans(n int) string { return sale.Counted(n, "fan") }

// often writes how often something is: every minute, every 5 minutes.
func often(d time.Duration) string {
	if words, ok := sale.Often("@every " + sale.FormatLife(d)); ok {
		return words
	}
	return "every " + Length(d)
}

// Length writes a length of time as one would say it: 90 seconds, 50 minutes,
// 3 hours 20 minutes, 2 days 4 hours.
func Length(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return sale.Counted(int(d.Round(time.Second)/time.Second), "second")
	case d < time.Hour:
		return sale.Counted(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < 24*time.Hour:
		m := int(d.Round(5*time.Minute) / time.Minute)
		return parts(sale.Counted(m/60, "hour"), m%60, "minute")
	}
	h := int(d.Round(time.Hour) / time.Hour)
	return parts(sale.Counted(h/24, "day"), h%24, "hour")
}

func parts(large string, n int, small string) string {
	if n == 0 {
		return large
	}
	return large + " " + sale.Counted(n, small)
}
