package dispatcher_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func (h *house) freeze() {
	h.Helper()
	_, _, err := h.line.Freeze(h.Context(), slug, "organizer", "the checkout is down")
	must(h, err)
}

func (h *house) release() {
	h.Helper()
	_, _, err := h.line.Unfreeze(h.Context(), slug, "organizer", "")
	must(h, err)
}

// Frozen: nothing new, no offer mail, no link runs out, and what they have is
// theirs afterwards, to the second, by the links that they have.
func TestFrozenSale(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(8)
		h.beat()
		h.send(1) // the second one's mail waits
		h.clock.Advance(45 * time.Minute)
		h.freeze()
		h.clock.Advance(20 * time.Minute)
		h.beat()
		if sent := h.send(10); sent.Mails != 0 {
			t.Errorf("%d mails left", sent.Mails)
		}
		h.wantStates("frozen for 20 minutes", open, open, nothing)
		h.release()
		h.beat()
		h.send(10)
		first, second := h.lastLink(1), h.lastLink(2)
		if first.Freezes != 0 || second.Freezes != 1 {
			t.Errorf("the links count %d and %d freezes", first.Freezes, second.Freezes)
		}
		h.clock.Advance(15*time.Minute - time.Millisecond)
		if _, err := h.buy(first, 1); err != nil {
			t.Errorf("in the last moment: %v", err)
		}
		h.clock.Advance(45 * time.Minute)
		h.beat()
		h.beat()
		if got := h.state(2); got != sale.OfferOpen {
			t.Errorf("the one who was mailed after the release is %s a millisecond before the end", got)
		}
		h.clock.Advance(time.Millisecond)
		h.beat()
		h.wantStates("an hour after that", bought, expired)
	})
}

// A box office that is told late has refused, and takes it back; it closes
// nothing before it is told.
func TestBoxOfficeIsToldLate(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(2)
		h.beat()
		h.send(10)
		h.clock.Advance(45 * time.Minute)
		h.wire.cut()
		h.freeze()
		h.clock.Advance(20 * time.Minute)
		if err := h.BeatAll(t.Context()); err == nil {
			t.Error("nobody hears that the box office is not told")
		}
		if _, err := h.buy(h.lastLink(1), 1); sale.CodeOf(err) != sale.CodeOfferOver {
			t.Errorf("by what it knows: %v", err)
		}
		h.wire.heal()
		h.beat()
		if _, err := h.buy(h.lastLink(1), 1); err != nil {
			t.Errorf("once it knows: %v", err)
		}
		h.clock.Advance(time.Hour)
		h.wire.cut()
		h.release()
		h.clock.Advance(16 * time.Minute) // the second one's hour is over
		if err := h.BeatAll(t.Context()); err == nil {
			t.Error("nobody hears that the box office is not told")
		}
		h.wantStates("unreachable", open, open)
		h.wire.heal()
		h.beat()
		h.wantStates("told, and asked to close", bought, expired)
	})
}

// At the end of a sale that is frozen nobody is told that it is over: it may be
// moved yet.
func TestFrozenAtTheEnd(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(3)
		h.clock.Advance(99*time.Hour + 30*time.Minute)
		h.freeze()
		h.clock.Advance(time.Hour)
		h.beat()
		h.send(10)
		h.wantKinds(1)
		h.release()
		h.beat()
		h.send(10)
		h.wantKinds(1, "decline")
	})
}
