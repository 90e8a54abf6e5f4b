package plan

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones of these tests, on every machine

	"github.com/inturn/inturn/internal/sale"
)

var start = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)

// every gives moments at a fixed rhythm, without the dispatcher.
func every(d time.Duration) Moments {
	return func(after time.Time) time.Time {
		if after.IsZero() {
			return start
		}
		return after.Add(d)
	}
}

// pointAt is the last point not after t: how far the sale is then.
func pointAt(f Forecast, t time.Time) Point {
	last := Point{At: t, Free: f.ForSale}
	for _, p := range f.Points {
		if p.At.After(t) {
			break
		}
		last = p
	}
	return last
}

// article is the article's sale: 10,000 tickets, at most 4 each.
func article() Question {
	s := sale.Sale{
		Timezone:     "Europe/Zurich",
		Registration: sale.Registration{Opens: start.Add(-48 * time.Hour), Closes: start.Add(-time.Hour)},
		Tickets:      sale.Tickets{MaxPerFan: 4, Capacity: 10_000},
		Caps:         sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch:     sale.Dispatch{Starts: start, Ends: start.Add(8 * 24 * time.Hour), Batch: 500, LinkLife: time.Hour},
	}
	return Question{Sale: s, Moments: every(5 * time.Minute), Assumptions: Assume(s)}
}

// few is a sale of so many tickets, one batch of one every five minutes, in
// which who is among the first half of the shares buys all he may, at once.
func few(tickets, line int) Question {
	q := article()
	q.Sale.Tickets.Capacity = tickets
	q.Sale.Caps = sale.Caps{Guaranteed: tickets / 4, Standby: line}
	q.Sale.Dispatch.Batch = 1
	q.Assumptions = Assumptions{Demand: line, Buys: 0.5, Tickets: 4}
	return q
}

func predict(t testing.TB, q Question) Forecast {
	t.Helper()
	f, err := Predict(q)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// after is how long after the start.
func after(at time.Time) time.Duration {
	if at.IsZero() {
		return -1
	}
	return at.Sub(start)
}

// TestArticle: when everybody buys everything at once, five batches of 500
// take the 10,000 tickets.
func TestArticle(t *testing.T) {
	q := article()
	q.Assumptions = Assumptions{Demand: 12_000, Buys: 1, Tickets: 4}
	f := predict(t, q)
	if f.Line != 10_000 || f.Mailed != 2500 || f.Sold != 10_000 || f.Left() != 0 || f.Back != 0 || f.Buyers != 2500 {
		t.Errorf("line %d, mailed %d, sold %d, left %d, back %d", f.Line, f.Mailed, f.Sold, f.Left(), f.Back)
	}
	if want := 20 * time.Minute; f.Takes() != want || after(f.SoldOut) != want || after(f.Guaranteed) != want || after(f.LastLink) != want+time.Hour+time.Second {
		t.Errorf("takes %s, sold out %s, guaranteed %s, last link %s", f.Takes(), after(f.SoldOut), after(f.Guaranteed), after(f.LastLink))
	}
	if f.Limit != ByBatch || f.Met[ByBatch] != 5 {
		t.Errorf("limited by %d, met %v", f.Limit, f.Met)
	}
	if p := pointAt(f, start.Add(11*time.Minute)); p.Mailed != 1500 || p.Sold != 6000 || p.Free != 4000 {
		t.Errorf("after 11 minutes: %+v", p)
	}
	if p := pointAt(f, start.Add(-time.Minute)); p.Mailed != 0 || p.Free != 10_000 {
		t.Errorf("before: %+v", p)
	}

	// With the assumptions to begin with, seven in ten of those mailed buy three.
	f = predict(t, article())
	if f.Sold != 10_000 || f.Buyers < 3330 || f.Buyers > 3345 || f.Mailed < 4700 || f.Mailed > 4820 {
		t.Errorf("sold %d to %d buyers of %d mailed", f.Sold, f.Buyers, f.Mailed)
	}
}

// TestOneAfterTheOther: fans 1 and 3 of the even deal do nothing, 2 buys.
func TestOneAfterTheOther(t *testing.T) {
	for n, want := range []float64{1: 0.618, 2: 0.236, 3: 0.854} {
		if got := share(n, 0); n > 0 && (got < want-0.001 || got > want+0.001) {
			t.Fatalf("fan %d is dealt %.3f", n, got)
		}
	}
	// The first link runs out an hour and a second after the moment: what it
	// held is offered at the next one, not at that of the hour.
	f := predict(t, few(4, 3))
	if after(f.SoldOut) != 65*time.Minute || f.Mailed != 2 || f.Back != 4 {
		t.Errorf("sold out after %s, mailed %d, back %d", after(f.SoldOut), f.Mailed, f.Back)
	}
	if after(f.LastLink) != 125*time.Minute+time.Second {
		t.Errorf("the last link ends after %s", after(f.LastLink))
	}
	// He declines instead, after twice ten minutes of 0.414.
	q := few(4, 3)
	q.Declines, q.Takes = 0.5, 10*time.Minute
	if f := predict(t, q); after(f.SoldOut) > 30*time.Minute || f.Mailed != 2 {
		t.Errorf("sold out after %s, mailed %d", after(f.SoldOut), f.Mailed)
	}
	// Six tickets: fan 1 holds four, the two that are left wait for him.
	f = predict(t, few(6, 30))
	if p := pointAt(f, start.Add(30*time.Minute)); p.Open != 1 || p.Held != 4 || p.Free != 2 {
		t.Errorf("after half an hour: %+v", p)
	}
	if f.SoldOut.IsZero() {
		t.Error("the last two are never offered")
	}
}

// TestTheLineEnds, the time ends, nobody buys.
func TestTheEnd(t *testing.T) {
	f := predict(t, few(400, 3))
	if f.Limit != ByDemand || f.Sold != 4 || !f.SoldOut.IsZero() || f.Mailed != 3 || f.Takes() != 70*time.Minute+time.Second {
		t.Errorf("a short line: limit %d, sold %d, mailed %d, %s", f.Limit, f.Sold, f.Mailed, f.Takes())
	}
	q := few(400, 1000)
	q.Sale.Dispatch.Ends = start.Add(70 * time.Minute)
	f = predict(t, q)
	if f.Limit != ByTime || f.Mailed != 2 || !f.Guaranteed.IsZero() { // at 0 and 5; at 10 an hour would end with the sale
		t.Errorf("a short time: limit %d, mailed %d", f.Limit, f.Mailed)
	}
	q = few(400, 1000)
	q.Sale.Dispatch.Ends = start.Add(time.Hour)
	if f = predict(t, q); f.Mailed != 0 || f.Takes() != 0 || f.Limit != ByTime {
		t.Errorf("no time at all: %+v", f)
	}
	q = few(8, 5)
	q.Buys = 0
	if f = predict(t, q); f.Sold != 0 || f.Mailed != 5 || f.Limit != ByDemand {
		t.Errorf("nobody buys: sold %d, mailed %d, limit %d", f.Sold, f.Mailed, f.Limit)
	}
	q = article()
	q.Moments, q.Sale.Dispatch.Batch, q.Sale.Tickets.Capacity = every(time.Second), 1, 1_000_000
	q.Sale.Caps.Standby, q.Demand, q.Sale.Dispatch.Ends = 1_000_000, 1_000_000, start.Add(30*24*time.Hour)
	if f = predict(t, q); !f.Cut || f.Mailed != mostMoments {
		t.Errorf("a month of seconds: cut %v, mailed %d", f.Cut, f.Mailed)
	}
}

// TestMailLimits: one batch of ten, three an hour.
func TestMailLimits(t *testing.T) {
	q := few(400, 20)
	q.Sale.Dispatch.Batch, q.Limits = 10, Limits{PerHour: 3}
	q.Buys = 0
	f := predict(t, q)
	for at, want := range map[time.Duration]int{time.Minute: 3, time.Hour: 3, 61 * time.Minute: 6, 182 * time.Minute: 10} {
		if got := pointAt(f, start.Add(at)).Mailed; got != want {
			t.Errorf("after %s %d are mailed, want %d", at, got, want)
		}
	}
	// 36 moments pass until the last of the ten has left, three hours later.
	if f.Met[ByMail] < 36 || pointAt(f, start.Add(181*time.Minute)).Open > 20 {
		t.Errorf("met %v", f.Met)
	}
	// What is ordered is mailed too: each buyer costs two.
	q.Buys = 1
	if got := pointAt(predict(t, q), start.Add(61*time.Minute)).Mailed; got != 6 {
		t.Errorf("orders before offers: %d offers mailed", got)
	}
	q.Sale.Dispatch.Batch = 1
	f = predict(t, q)
	if got := pointAt(f, start.Add(50*time.Minute)).Mailed; got != 2 { // offer, order, offer
		t.Errorf("%d offers and their orders within three mails", got)
	}
	q.Limits = Limits{PerSecond: 2}
	q.Buys, q.Sale.Dispatch.Batch = 0, 10
	f = predict(t, q)
	if got := after(f.LastLink) - time.Hour; got < 5*time.Minute+5*time.Second || got > 5*time.Minute+7*time.Second {
		t.Errorf("20 mails at two a second are out after %s", got)
	}
}

// TestQuietHours: mails that the limits held back wait for the morning.
func TestQuietHours(t *testing.T) {
	q := few(400, 20)
	q.Sale.Dispatch.Batch, q.Limits, q.Buys = 10, Limits{PerHour: 3}, 0
	q.Sale.Dispatch.Quiet = sale.QuietHours{From: 13 * 3600, To: 20 * 3600} // from an hour after the start on
	f := predict(t, q)
	if got := pointAt(f, start.Add(7*time.Hour+59*time.Minute)).Mailed; got != 3 {
		t.Errorf("%d mails before the end of the quiet hours", got)
	}
	if got := pointAt(f, start.Add(8*time.Hour+10*time.Minute)).Mailed; got != 6 {
		t.Errorf("%d mails after it", got)
	}
	// The end comes before all are out.
	q.Sale.Dispatch.Ends = start.Add(8 * time.Hour)
	f = predict(t, q)
	if last := f.Points[len(f.Points)-1]; last.Open != 0 || last.Held != 0 || f.Mailed != 3 || f.Limit != ByTime {
		t.Errorf("left over at the end: %+v, %d mailed", last, f.Mailed)
	}
}

func TestThin(t *testing.T) {
	f := predict(t, article())
	thin := f.Thin(40)
	if len(thin) != 40 || thin[0] != f.Points[0] || thin[39] != f.Points[len(f.Points)-1] {
		t.Fatalf("%d points from %+v to %+v", len(thin), thin[0], thin[len(thin)-1])
	}
	for _, p := range thin {
		want := pointAt(f, p.At)
		want.At = p.At
		if p != want {
			t.Errorf("thin %+v, whole %+v", p, want)
		}
	}
	if few := predict(t, few(4, 3)); len(few.Thin(500)) != len(few.Points) {
		t.Error("few points are thinned")
	}
}

func TestWrongAssumptions(t *testing.T) {
	s := article().Sale
	for field, change := range map[string]func(*Assumptions){
		"demand":   func(a *Assumptions) { a.Demand = 0 },
		"buys":     func(a *Assumptions) { a.Buys = 1.01 },
		"declines": func(a *Assumptions) { a.Declines = 0.31 },
		"tickets":  func(a *Assumptions) { a.Tickets = 4.5 },
		"takes":    func(a *Assumptions) { a.Takes = 31 * time.Minute },
	} {
		q := article()
		change(&q.Assumptions)
		errs := q.Check(s)
		if len(errs) != 1 || errs[0].Field != field {
			t.Errorf("%s: %v", field, errs)
		}
		if _, err := Predict(q); sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("%s: a forecast all the same: %v", field, err)
		}
	}
	if errs := Assume(s).Check(s); errs != nil {
		t.Errorf("what is assumed to begin with: %v", errs)
	}
	one := s
	one.Tickets.MaxPerFan = 1
	if errs := Assume(one).Check(one); errs != nil {
		t.Errorf("at most one each: %v", errs)
	}
}
