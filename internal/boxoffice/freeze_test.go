package boxoffice_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// frozen makes freezes of pairs of seconds after noon; -1 ends one that lasts.
func frozen(pairs ...int) []sale.Freeze {
	var all []sale.Freeze
	for i := 0; i < len(pairs); i += 2 {
		f := sale.Freeze{N: i/2 + 1, Began: noon.Add(time.Duration(pairs[i]) * time.Second)}
		if pairs[i+1] >= 0 {
			f.Ended = noon.Add(time.Duration(pairs[i+1]) * time.Second)
		}
		all = append(all, f)
	}
	return all
}

func (h *house) freeze(tb testing.TB, pairs ...int) {
	tb.Helper()
	if err := h.Freeze(tb.Context(), "lakeside", frozen(pairs...)); err != nil {
		tb.Fatal(err)
	}
}

// at turns the clock to so many seconds after noon.
func (h *house) at(seconds float64) {
	h.now = noon.Add(time.Duration(seconds * float64(time.Second)))
}

// An end moves by every freeze that it does not count, for buying, for giving
// back and for closing alike.
func TestFreezesMoveEnds(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		for name, c := range map[string]struct {
			freezes []int
			ends    int // seconds after noon
			counts  int
			open    []float64 // moments at which it must be open
			over    []float64
		}{
			"a freeze of 20 minutes":  {[]int{30, 1230}, 60, 0, []float64{59, 60, 1259.999}, []float64{1260, 5000}},
			"which the link counts":   {[]int{30, 1230}, 1260, 1, []float64{1259.999}, []float64{1260}},
			"after it was over":       {[]int{60, 1230}, 60, 0, []float64{59.999}, []float64{60, 100}},
			"that lasts":              {[]int{30, -1}, 60, 0, []float64{60, 1e6}, nil},
			"and a second one":        {[]int{30, 1230, 1240, 1250}, 60, 0, []float64{1269.999}, []float64{1270}},
			"of which one is counted": {[]int{30, 1230, 1240, 1250}, 1260, 1, []float64{1269.999}, []float64{1270}},
		} {
			t.Run(name, func(t *testing.T) {
				h := fresh(t, dsn(), 40)
				h.freeze(t, c.freezes...)
				end := sale.End{At: noon.Add(time.Duration(c.ends) * time.Second), Freezes: c.counts}
				closing := sale.Closing{Reason: sale.OfferExpired, Ends: end.At, Freezes: end.Freezes}
				for _, at := range c.open {
					h.at(at)
					offers := h.reserve(t, 1, 1, 1, 1)
					p := h.purchase(offers[0], 1, 0)
					p.Ends, p.Freezes = end.At, end.Freezes
					if _, _, err := h.Buy(t.Context(), p); err != nil {
						t.Errorf("buying at %v: %v", at, err)
					}
					closing.Offer = offers[1]
					if got, err := h.Close(t.Context(), "lakeside", closing); err != nil || got != sale.AnswerNotYet {
						t.Errorf("closing at %v: %q %v", at, got, err)
					}
					if err := h.Decline(t.Context(), "lakeside", offers[2], end); err != nil {
						t.Errorf("declining at %v: %v", at, err)
					}
				}
				for _, at := range c.over {
					h.at(at)
					offers := h.reserve(t, 1, 1, 1)
					p := h.purchase(offers[0], 1, 0)
					p.Ends, p.Freezes = end.At, end.Freezes
					_, _, err := h.Buy(t.Context(), p)
					refused(t, err, sale.CodeOfferOver)
					refused(t, h.Decline(t.Context(), "lakeside", offers[0], end), sale.CodeOfferOver)
					closing.Offer = offers[1]
					if got, err := h.Close(t.Context(), "lakeside", closing); err != nil || got != sale.AnswerClosed {
						t.Errorf("closing at %v: %q %v", at, got, err)
					}
				}
			})
		}
	})
}

// Told late, a freeze holds from where it began: what was refused meanwhile is
// sold now, and what was closed meanwhile stays closed.
func TestAFreezeThatIsToldLate(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 40)
		offers := h.reserve(t, 4, 4, 4)
		p := h.purchase(offers[0], 1, 0)
		p.Ends = noon.Add(time.Minute)
		h.at(90)
		_, _, err := h.Buy(t.Context(), p)
		refused(t, err, sale.CodeOfferOver)
		closing := sale.Closing{Offer: offers[1], Reason: sale.OfferExpired, Ends: noon.Add(time.Minute)}
		if got, err := h.Close(t.Context(), "lakeside", closing); err != nil || got != sale.AnswerClosed {
			t.Fatal(got, err)
		}
		h.freeze(t, 30, -1)
		if _, _, err := h.Buy(t.Context(), p); err != nil {
			t.Errorf("buying once the freeze is known: %v", err)
		}
		p = h.purchase(offers[1], 1, 0)
		_, _, err = h.Buy(t.Context(), p)
		refused(t, err, sale.CodeOfferOver)
	})
}

// What was told first stays, in whatever order and however often it arrives.
func TestFreezesArriveInAnyOrder(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		told := [][]int{{10, -1}, {10, 20}, {10, 20, 30, -1}, {10, 20, 30, 40}}
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 1, 0, 2, 0, 3, 3}, {3}} {
			t.Run(fmt.Sprint(order), func(t *testing.T) {
				h := fresh(t, dsn(), 8)
				for _, i := range order {
					h.freeze(t, told[i]...)
				}
				got, err := h.Freezes(t.Context(), "lakeside")
				if diff := cmp.Diff(sale.Freezes(frozen(10, 20, 30, 40)), got); err != nil || diff != "" {
					t.Error(err, diff)
				}
			})
		}
	})
}

// A line that was restored from before a freeze may tell of another one under
// its number. What fans were promised stays, and it does not last for ever.
func TestAnotherFreezeUnderTheSameNumber(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		for want, told := range map[[2]int][2]int{{10, 40}: {30, 40}, {10, 10}: {5, 8}} {
			h := fresh(t, dsn(), 8)
			h.freeze(t, 10, -1)
			h.freeze(t, told[0], -1)
			h.freeze(t, told[0], told[1])
			h.freeze(t, 100, 200)
			got, err := h.Freezes(t.Context(), "lakeside")
			if diff := cmp.Diff(sale.Freezes(frozen(want[0], want[1])), got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		}
	})
}

func TestFreezesOfOneSale(t *testing.T) {
	h := fresh(t, sqldbtest.SQLite(t)(), 8)
	other := lakeside(8)
	other.Slug = "hillside"
	if err := h.Put(t.Context(), other, nil); err != nil {
		t.Fatal(err)
	}
	h.freeze(t, 10, -1)
	if got, err := h.Freezes(t.Context(), "hillside"); err != nil || len(got) != 0 {
		t.Errorf("another sale is frozen: %v %v", got, err)
	}
	v, err := h.Offer(t.Context(), h.reserve(t, 4, 4)[0])
	if err != nil || !cmp.Equal(v.Freezes, sale.Freezes(frozen(10, -1))) {
		t.Errorf("the page of an offer: %v %v", v.Freezes, err)
	}
	for _, slug := range []string{"nowhere", "", "\xff"} {
		refused(t, h.Freeze(t.Context(), slug, frozen(10, -1)), sale.CodeNotFound)
		_, err := h.Freezes(t.Context(), slug)
		refused(t, err, sale.CodeNotFound)
	}
}
