package dispatcher_test

import (
	"context"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
)

// night is from 22:00 to 08:00 in Zurich, which is nine hours after noon, and
// ten hours long.
var night = sale.QuietHours{From: 22 * 60 * 60, To: 8 * 60 * 60}

const (
	evening = 9 * time.Hour
	morning = 19 * time.Hour
	minute  = time.Minute
)

// atNight is lakeside with quiet hours; two offers every so often.
func atNight(every string) plan {
	return plan{sale: func(s *sale.Sale) { s.Dispatch.Quiet, s.Dispatch.Every = night, every }}
}

// turn turns the clock to so long after noon.
func (h *house) turn(d time.Duration) {
	h.Helper()
	h.clock.Advance(noon.Add(d).Sub(h.clock.Now()))
}

// requiet applies other quiet hours.
func (h *house) requiet(q sale.QuietHours) {
	h.Helper()
	s := h.sale().Sale
	s.Dispatch.Quiet = q
	_, err := h.line.Apply(h.Context(), s, "organizer")
	must(h, err)
}

// replies are a mail server that says one thing after the other, and the last
// one for ever.
type replies struct {
	h     *house
	says  []mail.Result
	after time.Duration // that each takes
}

func (*replies) Close() {}

func (a *replies) Send(context.Context, mail.Message) mail.Result {
	a.h.clock.Advance(a.after)
	r := a.says[0]
	if len(a.says) > 1 {
		a.says = a.says[1:]
	}
	return r
}

var (
	taken   = mail.Result{Outcome: mail.Accepted, Code: 250, Stage: mail.StageDot}
	unheard = mail.Result{Outcome: mail.Unknown, Stage: mail.StageDot}
	later   = mail.Result{Outcome: mail.Temporary, Code: 451, Stage: mail.StageRcpt}
)

// says hands everything that is due to a server that replies so, and gives
// how many tries there were.
func (h *house) says(r mail.Result) int {
	h.Helper()
	sent, err := h.Send(h.Context(), &replies{h: h, says: []mail.Result{r}}, 100)
	must(h, err)
	return sent.Mails
}

// wantEnds looks at when an open offer ends.
func (h *house) wantEnds(when string, number int, want time.Duration) {
	h.Helper()
	o := h.place(number).Offer
	if o == nil || o.State != open || !o.Ends.Equal(noon.Add(want)) {
		h.Errorf("%s: number %d has %+v, want open until %v", when, number, o, noon.Add(want))
	}
}

// What could not leave before the night leaves in the morning, with its whole
// hour and its tickets. A link that is out runs its time at night, and what it
// leaves waits for the morning too.
func TestQuietHoursHoldOfferMails(t *testing.T) {
	eachHouse(t, atNight("@every 1m"), func(t *testing.T, h *house) {
		h.join(6)
		h.turn(evening - time.Second)
		h.beat()
		h.send(1)
		h.wantEnds("before the night", 1, evening-time.Second+hour)
		for d := evening; d < morning; d += 10 * minute {
			h.turn(d)
			h.beat()
			if n := h.send(100).Mails; n > 0 {
				t.Fatalf("%d mails left at %v", n, h.clock.Now())
			}
			if d < evening+hour-10*minute {
				h.wantStates("the link that is out runs", open, open, nothing)
			}
		}
		h.wantStates("at night", expired, open, nothing, nothing)
		if s := h.stock(); s.Offered != 2 {
			t.Errorf("overnight, %d tickets are reserved", s.Offered)
		}
		if next := h.sale().NextBatch; !next.Equal(noon.Add(morning)) {
			t.Errorf("the next batch is announced for %v", next)
		}
		h.turn(morning)
		h.beat()
		h.wantStates("the last batch comes first", expired, open, nothing, nothing)
		h.send(100)
		h.wantEnds("in the morning", 2, morning+hour)
		h.minute()
		h.wantStates("and then the next", expired, open, open, open, nothing)
	})
}

// Nobody can tell whether the mail arrived, and its repetition would fall
// into the night. Its end passes, and the offer is not lost.
func TestQuietHoursMoveTheLifeOfUnknownMails(t *testing.T) {
	eachHouse(t, atNight("@every 1m"), func(t *testing.T, h *house) {
		h.join(2)
		h.turn(evening - minute/2)
		h.beat()
		h.says(unheard)
		for _, d := range []time.Duration{evening + minute, evening + hour, evening + 2*hour, morning - time.Second} {
			h.turn(d)
			h.beat()
			if h.says(unheard) != 0 {
				t.Errorf("a mail left at %v", h.clock.Now())
			}
			h.wantEnds("at night", 1, evening-minute/2+hour)
		}
		h.turn(morning)
		h.beat() // the beat that would close it comes before the mail
		h.wantStates("in the morning", open, open)
		h.send(100)
		h.wantEnds("moved", 1, morning+hour)
		h.wantEnds("moved", 2, morning+hour)
		if c := h.lastLink(1); !c.Ends.Equal(noon.Add(morning + hour)) {
			t.Errorf("the link ends %v", c.Ends)
		}
		h.turn(morning + hour)
		h.beat()
		h.wantStates("an hour later", expired, expired)
	})
}

// The mail server says "later" when the night begins: what is left of the
// life of tries is left in the morning.
func TestPatienceStandsStillInQuietHours(t *testing.T) {
	eachHouse(t, atNight("@every 1m"), func(t *testing.T, h *house) {
		h.join(2)
		h.turn(evening - 30*minute)
		h.beat()
		for _, d := range []time.Duration{30 * minute, 29 * minute, 26 * minute, 21 * minute, 11 * minute} { // 1, 3, 5, 10 minutes apart; then a quarter of an hour
			h.turn(evening - d)
			if n := h.says(later); n != 2 {
				t.Fatalf("%d tries at %v", n, h.clock.Now())
			}
		}
		h.turn(evening + 5*hour)
		h.beat()
		h.wantStates("at night", open, open)
		for _, d := range []time.Duration{0, 15 * minute} { // half an hour is left
			h.turn(morning + d)
			h.beat()
			if n := h.says(later); n != 2 {
				t.Fatalf("%d tries at %v", n, h.clock.Now())
			}
		}
		h.turn(morning + 30*minute - time.Second)
		h.beat()
		h.wantStates("one life", open, open)
		h.turn(morning + 30*minute)
		h.beat()
		h.wantStates("after one life", sale.OfferUndelivered, sale.OfferUndelivered)
	})
}

// The server took so long that a new hour is owed, and the night has begun.
func TestAFreshHourWaitsForTheMorning(t *testing.T) {
	eachHouse(t, atNight("@every 1m"), func(t *testing.T, h *house) {
		h.join(1)
		h.turn(evening - minute)
		h.beat()
		_, err := h.Send(t.Context(), &replies{h: h, says: []mail.Result{taken}, after: 40 * minute}, 1)
		must(t, err)
		h.wantEnds("taken slowly", 1, evening+59*minute)
		h.turn(evening + 2*hour)
		h.beat()
		if h.says(taken) != 0 {
			t.Error("a mail left at night")
		}
		h.turn(morning)
		h.beat()
		h.says(taken)
		h.wantEnds("a whole hour", 1, morning+hour)
	})
}

// Quiet hours hold back what is owed, and a repetition that would fall due
// after one life of tries is not.
func TestQuietHoursHoldNothingBackForEver(t *testing.T) {
	eachHouse(t, atNight("@every 1m"), func(t *testing.T, h *house) {
		h.join(1)
		h.turn(evening - 61*minute)
		h.beat()
		for _, d := range []time.Duration{61 * minute, 60 * minute, 57 * minute, 52 * minute, 42 * minute, 27 * minute, 12 * minute} { // then 3 minutes into the night
			h.turn(evening - d)
			if n := h.says(unheard); n != 1 {
				t.Fatalf("%d tries at %v", n, h.clock.Now())
			}
		}
		h.turn(evening + 48*minute - time.Second)
		h.beat()
		h.wantStates("its last hour", open)
		h.turn(evening + 48*minute)
		h.beat()
		h.wantStates("is over at night", expired)
	})
}

// A moment that a beat finds only when the night has begun makes no batch.
func TestAMomentFoundAtNightPasses(t *testing.T) {
	for _, every := range []string{"@every 1m", "* * * * *"} {
		eachHouse(t, atNight(every), func(t *testing.T, h *house) {
			h.turn(evening - 2*minute)
			h.beat()
			h.join(4)
			h.turn(evening) // the last moment of the day was a minute ago
			h.beat()
			h.wantStates(every, nothing, nothing)
			if next := h.sale().NextBatch; !next.Equal(noon.Add(morning)) {
				t.Errorf("%s: the next batch is announced for %v", every, next)
			}
			h.turn(morning)
			h.beat()
			h.wantStates(every, open, open, nothing)
		})
	}
}

// Quiet hours are in force for the next mail, and so is their end. What they
// held back is not closed before it has left.
func TestQuietHoursChanged(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) { s.Dispatch.Every = "@every 30m" }}, func(t *testing.T, h *house) {
		h.join(6)
		h.turn(0)
		h.beat()
		h.says(unheard)
		h.turn(30 * minute)
		h.beat()
		h.requiet(sale.QuietHours{From: 12 * 3600, To: 20 * 3600}) // from now on, until seven hours after noon
		if h.says(taken) != 0 {
			t.Error("a mail left after the change")
		}
		h.beat()
		if next := h.sale().NextBatch; !next.Equal(noon.Add(7 * hour)) {
			t.Errorf("the next batch is announced for %v", next)
		}
		h.turn(hour)
		h.beat()
		h.wantStates("held back", open, open, open, open, nothing)
		h.turn(2 * hour)
		h.requiet(sale.QuietHours{})
		h.beat()
		h.wantStates("owed", open, open, open, open, nothing)
		if h.says(taken) != 4 {
			t.Error("what was held back does not leave")
		}
		for n := range 4 {
			h.wantEnds("a whole hour", n+1, 3*hour)
		}
		if next := h.sale().NextBatch; !next.Equal(noon.Add(2*hour + 30*minute)) {
			t.Errorf("the next batch is announced for %v", next)
		}
		h.turn(2*hour + 30*minute)
		h.beat()
		h.wantStates("the rhythm goes on", open, open, open, open, open, open)
		h.says(taken)
	})
}

// After a change, what came to nothing is tried for a whole life again.
func TestPatienceAfterQuietHoursChanged(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(1)
		h.turn(evening - 40*minute)
		h.beat()
		h.says(later)
		h.turn(evening - 20*minute)
		h.says(later)
		h.requiet(night)
		h.turn(morning)
		h.beat()
		if h.says(later) != 1 {
			t.Error("the mail does not leave in the morning")
		}
		h.turn(morning + 39*minute)
		h.beat()
		if all := h.offers(1); len(all) != 1 || all[0] != open {
			t.Errorf("within its life: %q", all)
		}
		h.says(taken)
		h.wantEnds("and an hour", 1, morning+39*minute+hour)
	})
}

// A sale that ends at night ends what the night held back.
func TestTheSaleEndsInQuietHours(t *testing.T) {
	p := plan{sale: func(s *sale.Sale) {
		s.Dispatch.Quiet, s.Dispatch.Every, s.Dispatch.Ends = night, "@every 1m", noon.Add(evening+2*hour)
	}}
	eachHouse(t, p, func(t *testing.T, h *house) {
		h.join(3)
		h.turn(evening - minute)
		h.beat()
		_, err := h.Send(t.Context(), &replies{h: h, says: []mail.Result{unheard}}, 1)
		must(t, err)
		h.turn(evening + 2*hour - time.Second)
		h.beat()
		h.wantStates("held back", open, open, nothing)
		h.turn(evening + 2*hour)
		h.beat()
		h.wantStates("at the end", expired, sale.OfferUndelivered, nothing)
		if s := h.stock(); s.Offered != 0 {
			t.Errorf("%d tickets are reserved for nobody", s.Offered)
		}
	})
}

// Nothing but offers rests.
func TestOtherMailsLeaveInQuietHours(t *testing.T) {
	p := plan{sale: func(s *sale.Sale) { s.Dispatch.Quiet, s.Dispatch.Every, s.Mail.Receipt = night, "@every 1m", true }}
	eachHouse(t, p, func(t *testing.T, h *house) {
		h.join(1)
		h.turn(evening - time.Second)
		h.beat()
		h.send(10)
		h.turn(evening + minute)
		_, err := h.buy(h.lastLink(1), 1)
		must(t, err)
		h.join(1)
		h.beat()
		if n := h.send(10).Mails; n != 2 {
			t.Errorf("%d mails left at night, want an order and a receipt", n)
		}
	})
}
