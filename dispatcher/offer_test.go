package dispatcher_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

const (
	open     = sale.OfferOpen
	expired  = sale.OfferExpired
	declined = sale.OfferDeclined
	bought   = sale.OfferBought
	nothing  = sale.OfferState("")
)

func (h *house) wantStates(when string, want ...sale.OfferState) {
	h.Helper()
	if diff := cmp.Diff(want, h.states(len(want))); diff != "" {
		h.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// When batches are made: at the moments of the schedule, read in the sale's
// zone, and at no other. @every has no o'clock to miss; a moment of a cron
// expression that was missed by more than a minute costs nothing and makes no
// batch.
func TestBatchesAtTheirMoments(t *testing.T) {
	t.Parallel()
	type beat struct {
		at     time.Duration // since noon UTC, one o'clock in Zurich
		offers int           // made up to now
	}
	for _, tt := range []struct {
		name, every string
		starts      time.Duration
		beats       []beat
	}{
		{"@every from the start on", "@every 5m", time.Minute, []beat{
			{0, 0}, {59 * time.Second, 0}, {time.Minute, 1}, {2 * time.Minute, 1}, {6*time.Minute - 1, 1}, {6 * time.Minute, 2},
		}},
		{"@every found late keeps its rhythm", "@every 5m", 0, []beat{{4 * time.Minute, 1}, {5*time.Minute - 1, 1}, {5 * time.Minute, 2}}},
		{"@every after an outage makes one batch, not all", "@every 5m", 0, []beat{
			{0, 1}, {62 * time.Minute, 2}, {63 * time.Minute, 2}, {67 * time.Minute, 3},
		}},
		{"cron in the sale's zone", "30 13 * * *", 0, []beat{{0, 0}, {30*time.Minute - 1, 0}, {30 * time.Minute, 1}, {31 * time.Minute, 1}}},
		{"cron a minute late", "30 13 * * *", 0, []beat{{0, 0}, {31 * time.Minute, 1}}},
		{"cron later than that", "30 13 * * *", 0, []beat{{0, 0}, {31*time.Minute + 1, 0}, {24*time.Hour + 30*time.Minute, 1}}},
		{"cron at the start itself", "0 13 * * *", 0, []beat{{0, 1}}},
		{"a cron sale that nobody beat at its start", "0 13 * * *", 0, []beat{{2 * time.Minute, 0}, {24 * time.Hour, 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := plan{sale: func(s *sale.Sale) {
				s.Dispatch.Batch, s.Dispatch.Every, s.Dispatch.Starts = 1, tt.every, noon.Add(tt.starts)
			}}
			eachHouse(t, p, func(t *testing.T, h *house) {
				h.join(6)
				for _, b := range tt.beats {
					h.clock.Advance(noon.Add(b.at).Sub(h.clock.Now()))
					h.beat()
					h.send(10)
					if n := h.count(`SELECT COUNT(*) FROM offers`); n != b.offers {
						t.Errorf("at %v: %d offers, want %d", b.at, n, b.offers)
					}
				}
			})
		})
	}
}

// A new schedule counts from when it is in force.
func TestScheduleChanged(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) { s.Dispatch.Every, s.Dispatch.Batch = "@every 50h", 1 }}, func(t *testing.T, h *house) {
		h.join(3)
		h.beat()
		h.send(10)
		h.clock.Advance(time.Minute)
		s := h.sale().Sale
		s.Dispatch.Every = "5 * * * *"
		_, err := h.line.Apply(t.Context(), s, "organizer")
		must(t, err)
		h.beat()
		h.wantStates("before the new schedule's moment", open, nothing)
		if next := h.sale().NextBatch; !next.Equal(noon.Add(5 * time.Minute)) {
			t.Errorf("the next batch is announced for %v", next)
		}
		h.clock.Advance(4 * time.Minute)
		h.beat()
		h.wantStates("at it", open, open)
	})
}

// While mails of a batch wait for their first try the next batch waits; its
// moment passes, and the one after it is kept.
func TestNextBatchWaitsForEveryMail(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(6)
		h.beat()
		h.send(1)
		h.clock.Advance(time.Minute)
		h.beat()
		h.send(1)
		h.wantStates("one mail was not tried", open, open, nothing, nothing)
		h.beat()
		h.wantStates("between moments", open, open, nothing, nothing)
		h.minute()
		h.wantStates("at the next moment", open, open, open, open)
	})
}

// The last units make a smaller offer, but only when nothing can come back
// any more.
func TestLastUnitsAreASmallerOffer(t *testing.T) {
	p := plan{sale: func(s *sale.Sale) { s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Caps.Guaranteed = 5, 5, 2 }}
	eachHouse(t, p, func(t *testing.T, h *house) {
		h.join(4)
		h.beat()
		h.send(10)
		h.minute()
		h.wantStates("one is left, four are offered", open, open, nothing)
		_, err := h.buy(h.lastLink(1), 2)
		must(t, err)
		h.minute()
		h.wantStates("two are still offered", bought, open, nothing)
		_, err = h.buy(h.lastLink(2), 2)
		must(t, err)
		h.minute()
		h.wantStates("nothing else can come back", bought, bought, open, nothing)
		if got := h.place(3).Offer.Most; got != 1 {
			t.Errorf("offered %d tickets, want the last one", got)
		}
		if _, err := h.buy(h.lastLink(3), 2); sale.CodeOf(err) != sale.CodeTooManyTickets {
			t.Errorf("bought two with an offer for one: %v", err)
		}
		must(t, h.box.Decline(t.Context(), slug, h.lastLink(3).Offer, h.lastLink(3).End()))
		h.minute()
		h.wantStates("given on in order", bought, bought, declined, open)
	})
}

// Partial purchases and declines are given on at the next moment, in order.
func TestWhatIsFreedGoesToTheNext(t *testing.T) {
	eachHouse(t, plan{sale: sixAtOnce}, func(t *testing.T, h *house) {
		h.join(9)
		h.beat()
		h.send(10)
		for n, tickets := range map[int]int{2: 1, 3: 1} {
			_, err := h.buy(h.lastLink(n), tickets)
			must(t, err)
		}
		must(t, h.box.Decline(t.Context(), slug, h.lastLink(5).Offer, h.lastLink(5).End()))
		h.minute()
		h.wantStates("two partial purchases and a decline", open, bought, bought, open, declined, open, open, open, nothing)
		h.clock.Advance(59 * time.Minute)
		h.beat()
		h.wantStates("those who did nothing", expired, bought, bought, expired, declined, expired, open, open, open)
	})
}

// Paused: nothing new, no offer mail; links run on, and what they leave is
// closed and not offered again until the sale goes on.
func TestPausedSale(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(8)
		h.beat()
		h.send(1) // the second one's mail waits
		must(t, h.line.SetPaused(t.Context(), slug, true, "organizer"))
		h.clock.Advance(61 * time.Minute)
		h.beat()
		if sent := h.send(10); sent.Mails != 0 {
			t.Errorf("%d mails left", sent.Mails)
		}
		h.wantStates("paused for an hour", expired, open, nothing)
		if s := h.stock(); s.Available != 10 {
			t.Errorf("stock %+v", s)
		}
		must(t, h.line.SetPaused(t.Context(), slug, false, "organizer"))
		h.send(10)
		h.minute()
		h.wantStates("going on", expired, open, open, open)
		if ends := h.lastLink(2).Ends; !ends.Equal(noon.Add(121 * time.Minute)) {
			t.Errorf("the one who had to wait has until %v", ends)
		}
	})
}

// A pause passes over the moments in it.
func TestPausedMakesNoBatch(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(6)
		h.beat()
		h.send(10)
		must(t, h.line.SetPaused(t.Context(), slug, true, "organizer"))
		h.minute()
		h.minute()
		h.wantStates("paused", open, open, nothing)
		must(t, h.line.SetPaused(t.Context(), slug, false, "organizer"))
		h.beat()
		h.wantStates("before the next moment", open, open, nothing)
		h.minute()
		h.wantStates("at it", open, open, open, open, nothing)
	})
}

// While the box office cannot be reached nothing is recycled and nothing new
// is offered; mails of open offers go on, and the rest catches up afterwards.
func TestBoxOfficeUnreachable(t *testing.T) {
	for _, phase := range []string{before, after} {
		t.Run(fmt.Sprintf("lost %s", phase), func(t *testing.T) {
			eachHouse(t, plan{}, func(t *testing.T, h *house) {
				h.join(6)
				h.beat()
				h.send(1)
				h.wire.strike = func(_, p string) error {
					if p == phase {
						return unreachable()
					}
					return nil
				}
				for range 70 {
					h.clock.Advance(time.Minute)
					if err := h.BeatAll(t.Context()); sale.CodeOf(err) != sale.CodeUnavailable {
						t.Fatalf("the beat says %v", err)
					}
				}
				if h.BoxOfficeHealth() == nil {
					t.Error("nobody is told")
				}
				h.wantStates("for an hour and more", open, open, nothing)
				h.send(1)
				if ends := h.lastLink(2).Ends; !ends.Equal(h.clock.Now().Add(time.Hour)) {
					t.Errorf("the second mail's link ends %v", ends)
				}
				h.wire.heal()
				h.beat()
				if err := h.BoxOfficeHealth(); err != nil {
					t.Errorf("healed, and still: %v", err)
				}
				h.wantStates("healed", expired, open, open, open)
			})
		})
	}
}

// A box office that was never reached, or that refuses our signature, is said
// to be out of reach before there is anything to offer.
func TestBoxOfficeUnreachableFromTheFirst(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.wire.strike = func(string, string) error { return unreachable() }
		if err := h.BeatAll(t.Context()); sale.CodeOf(err) != sale.CodeUnavailable {
			t.Fatalf("the beat says %v", err)
		}
		if h.BoxOfficeHealth() == nil {
			t.Error("nobody is told")
		}
		h.wire.heal()
		h.beat()
		if err := h.BoxOfficeHealth(); err != nil {
			t.Errorf("healed, and still: %v", err)
		}
	})
}

// An answer to Reserve that is lost leaves a planned batch; it is asked for
// again, with the same offers, before anything new is planned.
func TestPlannedBatchIsAskedForAgain(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(6)
		h.wire.strike = func(call, p string) error {
			if call == "Reserve" && p == after {
				return unreachable()
			}
			return nil
		}
		for range 3 {
			if h.BeatAll(t.Context()) == nil {
				t.Fatal("no error")
			}
			h.clock.Advance(time.Minute)
		}
		h.wantStates("asked three times", sale.OfferPlanned, sale.OfferPlanned, nothing)
		if s := h.stock(); s.Offered != 4 {
			t.Errorf("the box office holds %d tickets for two offers", s.Offered)
		}
		h.wire.heal()
		h.beat()
		h.wantStates("answered", open, open, nothing)
		if n := h.count(`SELECT COUNT(*) FROM offers`); n != 2 {
			t.Errorf("%d offers", n)
		}
	})
}
