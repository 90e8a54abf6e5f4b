package dispatcher_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// A version that the box office will not have stays pending, and says so. The
// one that is in force goes on being sold.
func TestVersionThatIsNotTakenStopsNothingElse(t *testing.T) {
	st := newStage(t)
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := newHouse(t, st, dsn, plan{})
		h.join(6)
		h.beat()
		h.send(100)
		h.wire.strike = func(call, phase string) error {
			if call == "Put" && phase == before {
				return sale.E(sale.CodeBadRequest, "This box office does not know the field colour.")
			}
			return nil
		}
		next := lakeside()
		next.Title = sale.Text{"en": "Lakeside Festival"}
		_, err := h.line.Apply(t.Context(), next, "test")
		must(t, err)
		h.clock.Advance(time.Hour + time.Minute)
		for range 2 {
			if err := h.BeatAll(t.Context()); sale.CodeOf(err) != sale.CodeBadRequest {
				t.Errorf("the beat says %v, want what the box office said", err)
			}
			h.send(100)
		}
		if got := h.state(1); got != sale.OfferExpired {
			t.Errorf("number 1's hour is over and the offer is %q", got)
		}
		if got := h.state(3); got != sale.OfferOpen {
			t.Errorf("number 3 is next and the offer is %q", got)
		}
		state, err := h.line.Sale(t.Context(), slug)
		must(t, err)
		if !state.Pending() || state.PendingWhy != "This box office does not know the field colour." {
			t.Errorf("pending %v: %q", state.Pending(), state.PendingWhy)
		}
	})
}
