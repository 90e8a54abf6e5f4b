package figures_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func (h *house) report(t testing.TB) figures.Report {
	t.Helper()
	r, err := h.f.Of("lakeside").Report(t.Context(), steps(time.Hour), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// steps chooses the same steps for any time.
func steps(d time.Duration) func(time.Duration) time.Duration {
	return func(time.Duration) time.Duration { return d }
}

// TestReport: who got in at which number, and how long it took.
func TestReport(t *testing.T) {
	h := open(t, "sqlite::memory:")
	for range 30 {
		h.join(t, 1)
		h.clock.Advance(time.Second)
	}
	h.clock.Advance(30 * time.Second) // a minute past
	var bought int64
	for batch := range 2 {
		h.batch(t, 10)
		h.clock.Advance(time.Second)
		for i, m := range h.take(t, 100) {
			h.done(t, m, line.ResultAccepted)
			if m.Kind == sale.MailOffer && i%2 == 0 {
				h.clock.Advance(time.Second)
				bought++
				o := sale.Order{Code: m.Offer, Offer: m.Offer, State: sale.OrderConfirmed, At: h.clock.Now()}
				if err := h.Collect(t.Context(), h.lease, []sale.Outcome{{Position: bought, Kind: sale.OutcomeBought, Offer: m.Offer, Order: &o, At: h.clock.Now()}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = batch
		h.clock.Advance(time.Minute)
		h.closeDue(t)
	}
	if err := h.SetPaused(t.Context(), "lakeside", true, "ada@office.example"); err != nil {
		t.Fatal(err)
	}
	r := h.report(t)
	if r.Buyers != 10 || r.NoOffer != 10 || r.LastBuyer != 19 || r.Cancelled != 0 || len(r.Steps) != 1 || !r.FullAt.IsZero() {
		t.Errorf("%+v", r)
	}
	want := []figures.Range{{First: 1, Last: 2, Bought: 1, NotBought: 1}, {First: 3, Last: 4, Bought: 1, NotBought: 1}}
	if diff := cmp.Diff(want, r.Ranges[:2]); diff != "" || len(r.Ranges) != 15 || r.Ranges[14] != (figures.Range{First: 29, Last: 30, NoOffer: 2}) {
		t.Error(diff, r.Ranges)
	}
	if r.ToOffer.Cases != 20 || r.ToOffer.Last < r.ToOffer.Most || r.ToOffer.Tenth != 52*time.Second {
		t.Errorf("%+v", r.ToOffer)
	}
	if r.ToPurchase.Cases != 10 || r.ToPurchase.Tenth != time.Second {
		t.Errorf("%+v", r.ToPurchase)
	}
	if err := h.SetPaused(t.Context(), "lakeside", false, "ada@office.example"); err != nil {
		t.Fatal(err)
	}
	h.batch(t, 1)
	if got, want := h.report(t).Ranges[10], (figures.Range{First: 21, Last: 22, Has: 1, NoOffer: 1}); got != want {
		t.Errorf("beside an offer that is open: %+v", got)
	}
}

// TestRangesCoverEveryNumber once, in at most twenty parts.
func TestRangesCoverEveryNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := rapid.OneOf(rapid.IntRange(0, 200), rapid.IntRange(0, 3_000_000)).Draw(t, "last")
		next := 1
		all := figures.Ranges(last)
		for _, g := range all {
			if g.First != next || g.Last < g.First {
				t.Fatalf("%+v after %d", g, next-1)
			}
			next = g.Last + 1
		}
		if next != last+1 || len(all) > 20 {
			t.Fatalf("%d in %d ranges up to %d", last, len(all), next-1)
		}
	})
}

// TestSpread is by nearest rank.
func TestSpread(t *testing.T) {
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(100-i))
	}
	if got := figures.SpreadOf(all); got != (figures.Spread{Cases: 100, Tenth: 10, Half: 50, Most: 90, Last: 100}) {
		t.Errorf("%+v", got)
	}
	if got := figures.SpreadOf([]time.Duration{7}); got != (figures.Spread{Cases: 1, Tenth: 7, Half: 7, Most: 7, Last: 7}) {
		t.Errorf("%+v", got)
	}
	if got := figures.SpreadOf(nil); got != (figures.Spread{}) {
		t.Errorf("%+v", got)
	}
}
