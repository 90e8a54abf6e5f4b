package plan

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
)

// anyQuestion draws a sale that Validate would let pass, and assumptions.
func anyQuestion(t *rapid.T) Question {
	each := rapid.IntRange(1, 6).Draw(t, "each")
	capacity := rapid.IntRange(each, 600).Draw(t, "capacity")
	life := time.Duration(rapid.IntRange(1, 7200).Draw(t, "life")) * time.Second
	runs := life + time.Duration(rapid.IntRange(0, 100_000).Draw(t, "seconds"))*time.Second
	q := Question{
		Sale: sale.Sale{
			Timezone: "Europe/Zurich",
			Tickets:  sale.Tickets{MaxPerFan: each, Capacity: capacity},
			Caps:     sale.Caps{Guaranteed: rapid.IntRange(0, capacity/each).Draw(t, "guaranteed"), Standby: rapid.IntRange(1, 500).Draw(t, "standby")},
			Dispatch: sale.Dispatch{Starts: start, Ends: start.Add(runs), Batch: rapid.IntRange(1, 200).Draw(t, "batch"), LinkLife: life},
		},
		Moments: every(time.Duration(rapid.IntRange(1, 3600).Draw(t, "period")) * time.Second),
	}
	if rapid.Bool().Draw(t, "limited") {
		q.Limits = Limits{PerSecond: rapid.IntRange(0, 5).Draw(t, "a second"), PerHour: rapid.IntRange(0, 400).Draw(t, "an hour")}
	}
	if rapid.IntRange(0, 3).Draw(t, "quiet") == 0 {
		from := rapid.IntRange(0, 86_399).Draw(t, "from")
		q.Sale.Dispatch.Quiet = sale.QuietHours{From: from, To: (from + rapid.IntRange(1, 80_000).Draw(t, "long")) % 86_400}
	}
	q.Assumptions = Assumptions{
		Demand:  rapid.IntRange(1, 2000).Draw(t, "demand"),
		Buys:    rapid.Float64Range(0, 1).Draw(t, "buys"),
		Tickets: rapid.Float64Range(1, float64(each)).Draw(t, "tickets"),
		Takes:   time.Duration(rapid.Int64Range(0, int64(life/2)).Draw(t, "takes")),
	}
	q.Declines = rapid.Float64Range(0, 1-q.Buys).Draw(t, "declines")
	return q
}

// anyPacks has offers played together as those of large sales are.
func anyPacks(t *rapid.T, q Question) (most, tail int) {
	most = rapid.IntRange(1, 40).Draw(t, "pack")
	for _, limit := range [...]int{q.Limits.PerSecond, q.Limits.PerHour} {
		if limit > 0 {
			most = min(most, limit)
		}
	}
	return most, rapid.IntRange(1, 20).Draw(t, "tail")
}

// loud moves moments out of the quiet hours, as the dispatcher does.
func loud(q Question) Moments {
	next, rest := q.Moments, q.Sale.Rest()
	return func(after time.Time) time.Time { return rest.NextLoud(next(after)) }
}

// TestEveryTicketIsInOnePlace at every step, and no limit is broken.
func TestEveryTicketIsInOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion(t)
		q.Moments = loud(q)
		if errs := q.Check(q.Sale); errs != nil {
			t.Fatal(errs)
		}
		r := newRun(q)
		r.pack, r.tail = anyPacks(t, q)
		r.mails.most = r.pack
		rest := q.Sale.Rest()
		for before := *r; ; before = *r {
			if !r.step() {
				break
			}
			if r.free < 0 || r.held < 0 || r.sold < 0 || r.free+r.held+r.sold != q.Sale.Tickets.Capacity {
				t.Fatalf("%d free, %d held, %d sold of %d", r.free, r.held, r.sold, q.Sale.Tickets.Capacity)
			}
			if r.now < before.now || r.sold < before.sold || r.mailed < before.mailed || r.back < before.back {
				t.Fatalf("from %+v back to %+v", before.f.Points, r.f.Points)
			}
			if r.mailed > before.mailed && (rest.Quiet(r.at(r.now)) || r.now >= r.ends) {
				t.Fatalf("an offer is mailed at %s", r.at(r.now))
			}
			if r.next > before.next && before.mails.offers() {
				t.Fatal("a batch while mails of the last one wait")
			}
			if r.next-before.next > q.Sale.Dispatch.Batch {
				t.Fatalf("a batch of %d", r.next-before.next)
			}
		}
		r.finish()
		f := r.f
		last := f.Points[len(f.Points)-1]
		if r.dealt > r.next-1 && f.Mailed == f.Line {
			t.Fatalf("%d packs of %d offers", r.dealt, r.next-1)
		}
		if last.Open != 0 || last.Held != 0 || f.Mailed > f.Line || f.Line > q.Demand || r.next-1 != f.Mailed {
			t.Fatalf("at the end %+v, %d of %d mailed, next is %d", last, f.Mailed, f.Line, r.next)
		}
		if (f.Sold == f.ForSale) == f.SoldOut.IsZero() {
			t.Fatalf("%d of %d sold, sold out at %s", f.Sold, f.ForSale, f.SoldOut)
		}
		if !slices.IsSortedFunc(f.Points, func(a, b Point) int { return a.At.Compare(b.At) }) {
			t.Fatal("points in no order")
		}
		for _, w := range []struct {
			most   int
			length int64
		}{{q.Limits.PerSecond, 1000}, {q.Limits.PerHour, 3_600_000}} {
			for i := w.most; w.most > 0 && i < len(r.mails.sent); i++ {
				if r.mails.sent[i]-r.mails.sent[i-w.most] <= w.length {
					t.Fatalf("%d mails within %d ms", w.most+1, w.length)
				}
			}
		}
	})
}

// endless gives a sale all the time in the world.
func endless(q Question) Question {
	q.Sale.Dispatch.Ends = start.Add(10 * 365 * 24 * time.Hour)
	q.Moments = loud(q)
	return q
}

// TestMoreBuyersNeverSellFewer, given time for everybody's turn.
func TestMoreBuyersNeverSellFewer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		less := endless(anyQuestion(t))
		more := less
		more.Buys = rapid.Float64Range(less.Buys, max(less.Buys, 1-less.Declines)).Draw(t, "more")
		a, err := Predict(less)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Predict(more)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Cut && !b.Cut && b.Sold < a.Sold {
			t.Fatalf("%d sold at %f, %d at %f", a.Sold, less.Buys, b.Sold, more.Buys)
		}
	})
}

// TestMoreBuyersSellOutNoLater when whoever buys takes all and at once: then
// nothing that a buyer holds would have been quicker in other hands.
func TestMoreBuyersSellOutNoLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		less := endless(anyQuestion(t))
		less.Limits, less.Declines, less.Takes = Limits{}, 0, 0
		less.Tickets = float64(less.Sale.Tickets.MaxPerFan)
		more := less
		more.Buys = rapid.Float64Range(less.Buys, 1).Draw(t, "more")
		a, err := Predict(less)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Predict(more)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Cut && !a.SoldOut.IsZero() && (b.SoldOut.IsZero() || b.SoldOut.After(a.SoldOut)) {
			t.Fatalf("sold out at %s with %f, at %s with %f", a.SoldOut, less.Buys, b.SoldOut, more.Buys)
		}
	})
}

// TestEvenDeal: of any hundred in a row about as many buy as are assumed.
func TestEvenDeal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(1, 10_000_000).Draw(t, "from")
		buys := rapid.Float64Range(0, 1).Draw(t, "buys")
		question := rapid.IntRange(0, 2).Draw(t, "question")
		n := 0
		for i := from; i < from+100; i++ {
			if share(i, question) < buys {
				n++
			}
		}
		if off := float64(n) - 100*buys; off < -5 || off > 5 {
			t.Fatalf("%d of 100 for %f", n, buys)
		}
	})
}

// TestAdviceIsAlwaysThere: whatever the sale, there is something to say of the
// mails, and nothing is said twice.
func TestAdviceIsAlwaysThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion(t)
		q.Moments = loud(q)
		f, err := Predict(q)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, a := range f.Advise() {
			if a.Text == "" || slices.Contains(texts, a.Text) {
				t.Fatalf("%q in %q", a.Text, texts)
			}
			texts = append(texts, a.Text)
		}
		if len(texts) == 0 {
			t.Fatal("nothing")
		}
	})
}
