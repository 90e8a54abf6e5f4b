package dispatcher_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// hour is the life of a link in these tests, and ladder the waits after each
// try that came to nothing.
const hour = time.Hour

var ladder = []time.Duration{hour / 60, hour / 20, hour / 12, hour / 6, hour / 4}

// life is the whole promise about one offer's mail, kept as somebody would who
// sees only when what was handed over and how it ended.
type life struct {
	*house
	*rapid.T
	number int
	draw   func() mail.Result
	rest   sale.Rest

	tries   int       // all of them
	failed  int       // those that came to nothing, through no fault of ours
	first   time.Time // the first try since the last fault of our own
	due     time.Time // no try before
	ends    time.Time // of the last link that was minted
	arrived bool      // a try was accepted, or may have been
	settled bool      // accepted: nothing more is sent
	refused bool      // for good: nothing more is sent
}

func (*life) Close() {}

// Send is one try.
func (l *life) Send(_ context.Context, m mail.Message) mail.Result {
	now := l.clock.Now()
	if now.Before(l.due) || l.settled || l.refused {
		l.T.Fatalf("a try at %v, due %v, settled %v, refused %v", now, l.due, l.settled, l.refused)
	}
	if l.rest.Quiet(now) {
		l.T.Fatalf("a try at %v, in quiet hours", now)
	}
	if l.late() {
		l.T.Fatalf("a try that fell due at %v, one life after the first at %v", l.due, l.first)
	}
	if ends := now.Add(hour).Truncate(time.Second); ends.Before(l.ends) {
		l.T.Fatalf("a link that ends %v after one that ends %v", ends, l.ends)
	}
	l.ends = sale.UpToSecond(now.Add(hour))
	l.tries++
	began := now
	r := l.draw()
	now = l.clock.Now()
	if r.Outcome != mail.Fault && l.first.IsZero() {
		l.first = began
	}
	switch r.Outcome {
	case mail.Accepted:
		l.arrived, l.settled = true, true
		if now.Sub(began) > 5*time.Minute && now.Before(l.until()) { // less than 11/12 left: owed a new one
			l.settled, l.due = false, now
		}
	case mail.Unknown:
		l.arrived, l.due = true, now.Add(l.wait())
		l.failed++
	case mail.Temporary:
		l.due = now.Add(l.wait())
		l.failed++
	case mail.Refused:
		l.refused = true
	case mail.Fault:
		if !l.arrived {
			l.first = time.Time{} // whatever life had begun begins anew
		}
		l.due = now.Add(min(2*time.Second<<(l.tries-1), time.Minute))
	}
	return r
}

func (l *life) wait() time.Duration { return ladder[min(l.failed, len(ladder)-1)] }

// until is the end of the life of tries.
func (l *life) until() time.Time { return l.rest.AddLoud(l.first, hour) }

// late says that the life of tries is used up: the next would fall due after
// it.
func (l *life) late() bool { return !l.first.IsZero() && !l.due.Before(l.until()) }

// held says that quiet hours held a try back that is owed.
func (l *life) held() bool {
	return !l.settled && !l.refused && !l.late() && l.due.Before(l.rest.LastQuiet(l.clock.Now()))
}

// over is what the offer must be over as by now, or "" while it must be open.
func (l *life) over() sale.OfferState {
	now := l.clock.Now()
	switch {
	case l.refused && !l.arrived:
		return sale.OfferBounced
	case l.arrived && !now.Before(l.ends) && !l.held():
		return sale.OfferExpired
	case !l.arrived && l.late() && !now.Before(l.until()):
		return sale.OfferUndelivered
	}
	return ""
}

// TestMailLife: any course of answers, waits and slowness. The offer is open
// exactly as long as it was promised, no try comes too soon or after the end,
// and `ends` in the database is that of the last link.
func TestMailLife(t *testing.T) {
	t.Parallel()
	mailLife(t, sale.QuietHours{})
}

// TestMailLifeAtNight is the same around the beginning and the end of quiet
// hours: no try in them, and what they hold back is moved, not lost.
func TestMailLifeAtNight(t *testing.T) {
	t.Parallel()
	for _, quiet := range []sale.QuietHours{{From: 22 * 3600, To: 8 * 3600}, {From: 13 * 3600, To: 13*3600 + 15*60}, {From: 3 * 3600, To: 2 * 3600}} {
		t.Run(quiet.String(), func(t *testing.T) { mailLife(t, quiet) })
	}
}

func mailLife(t *testing.T, quiet sale.QuietHours) {
	st := newStage(t)
	dsn := sqldbtest.SQLite(t)
	h := newHouse(t, st, dsn, plan{sale: func(s *sale.Sale) {
		s.Dispatch.Batch, s.Dispatch.Every, s.Dispatch.Ends = 1, "@every 1s", noon.Add(100_000*time.Hour)
		s.Registration.Closes, s.Caps.Standby = s.Dispatch.Ends, 10_000
		s.Dispatch.Quiet = quiet
	}})
	s := h.sale().Sale
	h.beat()
	steps := 25
	if testing.Short() {
		steps = 6
	}
	rapid.Check(t, func(rt *rapid.T) {
		h.join(1)
		l := &life{house: h, T: rt, number: h.sale().Last, rest: s.Rest()}
		defer l.leave()
		l.evening()
		h.clock.Advance(time.Second)
		h.beat()
		l.draw = func() mail.Result {
			outcome := rapid.SampledFrom([]mail.Outcome{mail.Temporary, mail.Temporary, mail.Unknown, mail.Fault, mail.Accepted, mail.Refused}).Draw(rt, "outcome")
			h.clock.Advance(rapid.SampledFrom([]time.Duration{0, time.Second, 4 * time.Minute, 6 * time.Minute}).Draw(rt, "took"))
			stage := mail.StageRcpt
			if outcome == mail.Fault {
				stage = mail.StageMail
			}
			return mail.Result{Outcome: outcome, Stage: stage}
		}
		for step := range steps {
			l.pass()
			if rapid.Bool().Draw(rt, "send first") {
				l.round()
			}
			h.beat()
			if over := l.over(); over != "" {
				l.wantOver(over)
				return
			}
			if p := h.place(l.number); p.Offer.State != sale.OfferOpen || l.tries > 0 && !p.Offer.Ends.Equal(l.ends) {
				rt.Fatalf("step %d: %s until %v, want open until %v", step, p.Offer.State, p.Offer.Ends, l.ends)
			}
			l.round()
		}
	})
}

// evening is a moment at which offers are made, not long before the next quiet
// hours.
func (l *life) evening() {
	if l.rest.None() {
		return
	}
	night := l.rest.NextQuiet(l.rest.NextLoud(l.clock.Now().Add(2 * time.Second)))
	minutes := rapid.IntRange(1, min(75, int(l.rest.Loud(l.clock.Now(), night)/time.Minute)-1)).Draw(l.T, "before the night")
	l.clock.Advance(night.Add(-time.Duration(minutes) * time.Minute).Sub(l.clock.Now()))
}

// pass is some minutes, now and then some hours of a night, now and then
// until the minute in which it ends.
func (l *life) pass() {
	l.clock.Advance(time.Duration(rapid.IntRange(0, 9*60_000).Draw(l.T, "pass")) * time.Millisecond)
	if now := l.clock.Now(); l.rest.Quiet(now) {
		switch rapid.IntRange(0, 3).Draw(l.T, "the night") {
		case 0:
			l.clock.Advance(time.Duration(rapid.IntRange(0, 600).Draw(l.T, "hours")) * time.Minute)
		case 1:
			l.clock.Advance(l.rest.NextLoud(now).Sub(now) - time.Duration(rapid.IntRange(0, 3).Draw(l.T, "before the end"))*time.Second)
		}
	}
}

// leave makes room for the next one.
func (l *life) leave() {
	must(l.TB, l.line.Withdraw(l.TB.Context(), slug, l.number))
	l.clock.Advance(2 * hour)
	for range 2 {
		l.beat()
	}
	_, err := l.Dispatcher.Send(l.TB.Context(), taker{}, 1) // that the withdrawal is confirmed
	must(l.TB, err)
}

// round is a worker that looks for mail, and a try when one is due.
func (l *life) round() {
	tries, now := l.tries, l.clock.Now()
	may := !l.rest.Quiet(now) && !l.settled && !l.refused && !now.Before(l.due) && !l.late()
	if _, err := l.Dispatcher.Send(l.TB.Context(), l, 1); err != nil {
		l.T.Fatal(err)
	}
	if may && l.tries == tries {
		l.T.Fatalf("no try at %v, due %v", now, l.due)
	}
}

// wantOver looks at the first offer: one that could not be delivered is
// followed by another at the next moment.
func (l *life) wantOver(want sale.OfferState) {
	l.clock.Advance(time.Second) // the next moment
	l.beat()
	all := l.offers(l.number)
	if all[0] != want {
		l.T.Fatalf("%s at %v, want %s", all[0], l.clock.Now(), want)
	}
	if again := len(all) == 2; again != (want == sale.OfferUndelivered && !l.rest.Quiet(l.clock.Now())) {
		l.T.Fatalf("offers %q", all)
	}
	if p := l.place(l.number); p.Bounced != (want == sale.OfferBounced) {
		l.T.Fatalf("%s, and bounced %v", want, p.Bounced)
	}
	l.holds()
}
