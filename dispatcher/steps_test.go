package dispatcher_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

// calls counts the calls to the box office that arrive.
func (h *house) calls() map[string]int {
	n := map[string]int{}
	h.wire.strike = func(call, phase string) error {
		if phase == after {
			n[call]++
		}
		return nil
	}
	return n
}

// The box office is told what it lacks, once: a version, or a key. A key signs
// only once it is stored there.
func TestPutWhatIsMissing(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		keys, err := link.OpenKeys(t.TempDir(), link.KeyOptions{Clock: h.clock.Now})
		must(t, err)
		h.Keys = keys
		h.join(2)
		n := h.calls()
		h.beat()
		h.beat()
		if n["Put"] != 1 {
			t.Errorf("put %d times", n["Put"])
		}
		h.clock.Advance(time.Second)
		_, err = keys.Rotate(link.ForLinks)
		must(t, err)
		h.send(1)
		h.linksOf(1) // its key is known, though a newer one exists
		h.beat()
		h.beat()
		if n["Put"] != 2 {
			t.Errorf("put %d times after a new key", n["Put"])
		}
		h.clock.Advance(sale.KeySettles)
		h.send(1)
		h.linksOf(2)
		first, second := kidOf(h.letters(1)[0].Text), kidOf(h.letters(2)[0].Text)
		if first == second {
			t.Error("the new key does not sign")
		}
	})
}

// kidOf is the part of a link that names its key.
func kidOf(text string) string {
	head, _, _ := strings.Cut(tokenIn(text), ".")
	return head
}

// A version that cannot be put stays pending and says why; one that the ledger
// cannot keep is taken back, and says why; the beat goes on in both cases.
func TestPutThatFails(t *testing.T) {
	eachHouse(t, plan{sale: sixAtOnce}, func(t *testing.T, h *house) {
		h.join(6)
		h.wire.cut()
		if err := h.BeatAll(t.Context()); sale.CodeOf(err) != sale.CodeUnavailable {
			t.Fatalf("the beat says %v", err)
		}
		if st := h.sale(); !st.Pending() || st.PendingWhy != "The box office cannot be reached." {
			t.Errorf("pending %v because %q", st.Pending(), st.PendingWhy)
		}
		h.wire.heal()
		h.beat()
		if st := h.sale(); st.Pending() || st.PendingWhy != "" {
			t.Errorf("pending %v because %q", st.Pending(), st.PendingWhy)
		}
		s := h.sale().Sale
		s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Caps.Guaranteed = 8, 8, 4
		_, err := h.line.Apply(t.Context(), s, "organizer")
		must(t, err)
		if err := h.BeatAll(t.Context()); sale.CodeOf(err) != sale.CodeCutBelow {
			t.Errorf("the beat says %v", err)
		}
		if st := h.sale(); st.Pending() || st.Sale.Tickets.Capacity != 12 {
			t.Errorf("%d tickets, pending %v", st.Sale.Tickets.Capacity, st.Pending())
		}
		h.clock.Advance(time.Second)
		h.beat()
		h.wantStates("going on", open, open, open, open, open, open)
	})
}

// One purchase that arrives between two questions is an answer: the offer is
// the feed's to end.
func TestCloseMeetsAPurchase(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(2)
		h.beat()
		h.send(10)
		late := h.lastLink(1)
		late.Ends = late.Ends.Add(time.Second) // its own clock is what the box office asks
		h.clock.Advance(time.Hour)
		h.wire.strike = func(call, phase string) error {
			if call == "Close" && phase == before {
				h.wire.strike = nil
				_, err := h.buy(late, 2)
				must(t, err)
			}
			return nil
		}
		h.beat()
		h.wantStates("closed while one bought", sale.OfferClosing, expired)
		h.beat()
		h.wantStates("collected", bought, expired)
	})
}

// What was answered before a call failed is recorded all the same; the rest is
// asked again.
func TestCloseThatFailsHalfWay(t *testing.T) {
	eachHouse(t, plan{sale: sixAtOnce}, func(t *testing.T, h *house) {
		h.join(6)
		h.beat()
		h.send(10)
		h.clock.Advance(time.Hour)
		closed := 0
		h.wire.strike = func(call, phase string) error {
			if call == "Close" && phase == before {
				if closed++; closed > 3 {
					return unreachable()
				}
			}
			return nil
		}
		if err := h.BeatAll(t.Context()); sale.CodeOf(err) != sale.CodeUnavailable {
			t.Fatalf("the beat says %v", err)
		}
		h.wantStates("half way", expired, expired, expired, sale.OfferClosing, sale.OfferClosing, sale.OfferClosing)
		h.wire.heal()
		h.beat()
		h.wantStates("healed", expired, expired, expired, expired, expired, expired)
	})
}

// An offer is not closed while one of its mails is in somebody's hands, however
// long the mail server keeps it: the fan may be getting his link just now.
func TestNotClosedWhileItIsSent(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(1)
		h.script.once(smtptest.Dot, smtptest.Reply{Take: true, Hangup: true})
		h.beat()
		h.send(1) // perhaps he has a link: his hour runs
		h.clock.Advance(time.Minute)
		var state sale.OfferState
		h.script.set(func(m smtptest.Moment) smtptest.Reply {
			if m.Stage == smtptest.Dot {
				h.clock.Advance(2 * time.Hour)
				err := h.BeatAll(t.Context())
				p, placeErr := h.line.Place(t.Context(), slug, 1)
				if err = errors.Join(err, placeErr); err != nil {
					t.Error(err)
					return smtptest.Reply{}
				}
				state = p.Offer.State
			}
			return smtptest.Reply{}
		})
		h.send(1)
		if state != open {
			t.Errorf("in the middle of the hand-over the offer was %q", state)
		}
		h.beat()
		h.wantStates("after it", expired)
	})
}

// Who leaves gives back what was offered to him, at the next beat; unless he
// thought better of it before, or bought before.
func TestWithdrawnOffers(t *testing.T) {
	eachHouse(t, plan{sale: sixAtOnce}, func(t *testing.T, h *house) {
		h.join(7)
		h.beat()
		h.send(3)
		for n := 1; n <= 5; n++ {
			must(t, h.line.Withdraw(t.Context(), slug, n))
		}
		must(t, h.line.Restore(t.Context(), slug, 2))
		_, err := h.buy(h.lastLink(3), 2)
		must(t, err)
		h.minute() // the sixth one's mail is tried now
		h.minute()
		h.wantStates("after the beat", sale.OfferWithdrawn, open, bought, sale.OfferWithdrawn, sale.OfferWithdrawn, open, open)
		if _, err := h.buy(h.lastLink(1), 2); sale.CodeOf(err) != sale.CodeOfferOver {
			t.Errorf("bought with the link of somebody who left: %v", err)
		}
		if links := len(h.linksOf(4)) + len(h.linksOf(5)); links != 0 {
			t.Errorf("%d links were sent to people who had left", links)
		}
	})
}

// An offer that the box office's clock does not call expired yet stays
// closing, whatever the line's clock says.
func TestCloseTooSoonForTheBoxOffice(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(1)
		h.beat()
		h.send(10)
		behind := h.openBoxBehind(30 * time.Second)
		h.wire.box = behind
		h.clock.Advance(time.Hour)
		h.beat()
		h.wantStates("half a minute too soon", sale.OfferClosing)
		if links := h.lastLink(1); links.Offer == "" || h.send(10).Mails != 0 {
			t.Error("something was minted for a closing offer")
		}
		h.clock.Advance(30 * time.Second)
		h.beat()
		h.wantStates("then", expired)
	})
}

// A feed longer than one transaction takes is collected in one beat, in
// portions.
func TestCollectInPortions(t *testing.T) {
	t.Parallel()
	const fans = 510
	p := plan{sale: func(s *sale.Sale) {
		s.Tickets.MaxPerFan, s.Tickets.Capacity, s.Tickets.Types[0].Stock = 1, fans, fans
		s.Dispatch.Batch, s.Caps.Standby = fans, fans
	}}
	eachHouse(t, p, func(t *testing.T, h *house) {
		h.join(fans)
		h.beat()
		h.query(`SELECT id FROM offers ORDER BY number`, func(scan func(...any) error) error {
			var id string
			if err := scan(&id); err != nil {
				return err
			}
			return h.box.Decline(t.Context(), slug, id, sale.End{At: noon.Add(time.Hour)})
		})
		n := h.calls()
		h.clock.Advance(time.Second)
		h.beat()
		if got := h.count(`SELECT COUNT(*) FROM offers WHERE state = 'declined'`); got != fans || n["Outcomes"] != 2 {
			t.Errorf("%d of %d collected, in %d calls", got, fans, n["Outcomes"])
		}
	})
}

// kinds are the kinds of mail that a fan got, in order, by their Message-ID.
func (h *house) kinds(number int) (all []string) {
	h.Helper()
	for _, l := range h.letters(number) {
		kind, _, _ := strings.Cut(l.MessageID, ".")
		all = append(all, kind)
	}
	return all
}

func (h *house) wantKinds(number int, want ...string) {
	h.Helper()
	if diff := cmp.Diff(want, h.kinds(number)); diff != "" {
		h.Errorf("number %d's mails (-want +got):\n%s", number, diff)
	}
}

// Sold out: those who wait are told once, those who join later too; they stay
// in line, and what a cancelled order gives back goes to the next of them.
func TestSoldOutIsToldOnce(t *testing.T) {
	p := plan{sale: func(s *sale.Sale) { s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Caps.Guaranteed = 4, 4, 2 }}
	eachHouse(t, p, func(t *testing.T, h *house) {
		h.join(4)
		h.beat()
		h.send(10)
		h.minute()
		h.minute()
		h.wantKinds(3) // all tickets are offered, and may come back
		var order sale.Order
		for n := 1; n <= 2; n++ {
			var err error
			order, err = h.buy(h.lastLink(n), 2)
			must(t, err)
		}
		h.minute() // collects, and sees that nothing is left
		h.minute()
		h.minute()
		h.wantKinds(2, "offer", "order")
		h.wantKinds(3, "decline")
		h.join(1)
		h.minute()
		h.wantKinds(4, "decline")
		h.wantKinds(5, "decline")
		_, err := h.box.Cancel(t.Context(), slug, order.Code, "returned")
		must(t, err)
		h.minute()
		h.wantStates("after a cancelled order", bought, bought, open, nothing, nothing)
		h.wantKinds(3, "decline", "offer")
		_, err = h.buy(h.lastLink(3), 2)
		must(t, err)
		h.minute()
		h.minute()
		h.wantKinds(3, "decline", "offer", "order")
		h.wantKinds(4, "decline")
	})
}

// At the end everybody who still waits is told, and nobody who had a turn, or
// left: that was confirmed when it happened.
func TestTheEndIsTold(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) { s.Dispatch.Ends = noon.Add(61 * time.Minute) }}, func(t *testing.T, h *house) {
		h.join(6)
		must(t, h.line.Withdraw(t.Context(), slug, 5))
		h.beat()
		h.send(10)
		h.clock.Advance(61 * time.Minute)
		h.beat()
		h.beat()
		h.send(10)
		h.wantStates("at the end", expired, expired, nothing, nothing)
		for n, want := range map[int][]string{1: {"offer"}, 3: {"decline"}, 4: {"decline"}, 5: {"withdrawn"}, 6: {"decline"}} {
			h.wantKinds(n, want...)
		}
	})
}

// An offer whose mail nobody could take before the end is over at the end, and
// its fan is told like everybody else.
func TestTheEndBeforeTheMail(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) { s.Dispatch.Ends = noon.Add(time.Hour) }}, func(t *testing.T, h *house) {
		h.join(1)
		h.beat()
		h.clock.Advance(time.Hour)
		if h.send(10).Mails != 0 {
			t.Error("an offer's mail left at the end")
		}
		h.beat()
		h.wantStates("at the end", sale.OfferUndelivered)
		h.send(10)
		h.wantKinds(1, "decline")
		if s := h.stock(); s.Available != 12 {
			t.Errorf("stock %+v", s)
		}
	})
}
