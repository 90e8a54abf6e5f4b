package line_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// A pause and a freeze each stop what they stop, whichever is lifted first.
func TestPausedAndFrozen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		pause := func(on bool) {
			t.Helper()
			if err := b.SetPaused(t.Context(), "lakeside", on, "organizer"); err != nil {
				t.Fatal(err)
			}
			b.clock.Advance(second)
		}
		sent := func(want int) {
			t.Helper()
			if got := b.send(t, 10, line.ResultAccepted); len(got) != want {
				t.Errorf("%d mails, want %d", len(got), want)
			}
		}
		for _, name := range names(3) {
			b.join(t, name)
		}
		sent(3) // receipts
		b.batch(t, 1)
		sent(1)
		b.batch(t, 1)
		pause(true)
		b.freeze(t) // at 1 s
		pause(false)
		sent(0)
		pause(true)
		b.clock.Advance(7 * second)
		b.release(t) // at 10 s
		b.clock.Advance(second)
		sent(0)
		b.wantEnds(t, 1, 69*second)
		b.clock.Advance(58 * second) // 69 s: paused, links run on
		if due := b.closeAll(t); len(due) != 1 {
			t.Errorf("due %+v", due)
		}
		pause(false)
		sent(1)
		if b.state(t, 2) != sale.OfferOpen {
			t.Errorf("number 2 is %s", b.state(t, 2))
		}
	})
}

// Quiet hours hold back what a freeze held back before them, and the other
// way round; nobody loses a life between the two.
func TestQuietAndFrozen(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		b := newBench(t, dsn())
		s := testSale()
		from := 10*3600 + 10*60 // ten past ten in Zurich, ten minutes after the start, for half an hour
		s.Dispatch.Quiet = sale.QuietHours{From: from, To: from + 30*60}
		b.open(t, s)
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.clock.Advance(9 * time.Minute)
		b.batch(t, 1)
		b.send(t, 10, line.ResultUnknown) // until 10 min; a repetition is owed
		b.clock.Advance(30 * second)
		b.freeze(t)
		b.clock.Advance(10 * time.Minute)
		b.release(t) // at 19:30, in the quiet hours; 30 s left
		b.wantEnds(t, 1, 20*time.Minute)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("sent in quiet hours: %+v", got)
		}
		b.clock.Advance(10 * time.Minute)
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("closed while a repetition is owed: %+v", due)
		}
		b.clock.Advance(11 * time.Minute)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 1 {
			t.Errorf("%d mails in the morning, want 1", len(got))
		}
		b.wantEnds(t, 1, 41*time.Minute+30*second)
		b.holds(t)
	})
}

// The end of the sale comes while the clocks stand still: links that are out
// have their time after it, and only then is what never left given up.
func TestFrozenAcrossTheEnd(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(2) {
			b.join(t, name)
		}
		b.clock.Advance(24*time.Hour - time.Minute)
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 2)
		b.send(t, 1, line.ResultAccepted)
		b.clock.Advance(30 * second)
		b.freeze(t)
		b.clock.Advance(time.Hour)
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("closed while frozen: %+v", due)
		}
		b.release(t)
		b.wantEnds(t, 1, 25*time.Hour)
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferUndelivered {
			t.Errorf("due %+v, want the one that was never mailed", due)
		}
		b.clock.Advance(30 * second)
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferExpired {
			t.Errorf("due %+v", due)
		}
	})
}

// Who leaves while frozen has left, and his tickets go on after the release.
func TestWithdrawnWhileFrozen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted)
		b.freeze(t)
		b.clock.Advance(second)
		if err := b.Withdraw(t.Context(), "lakeside", 1); err != nil {
			t.Fatal(err)
		}
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferWithdrawn {
			t.Errorf("due %+v", due)
		}
		b.release(t)
		if b.state(t, 1) != sale.OfferWithdrawn {
			t.Errorf("number 1 is %s", b.state(t, 1))
		}
	})
}

// The clock that began to close an offer was ahead of the one that froze the
// sale: by the latter there was time left, and the box office will say so.
func TestClosingWhenTheClocksDisagree(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted) // until 60 s
		b.clock.Advance(61 * second)
		if due, err := b.CloseDue(t.Context(), b.lease); err != nil || len(due) != 1 {
			t.Fatal(due, err)
		}
		b.clock.Advance(-3 * second)
		b.freeze(t) // at 58 s
		b.clock.Advance(10 * second)
		b.release(t)
		if due, err := b.CloseDue(t.Context(), b.lease); err != nil || len(due) != 1 || !due[0].Ends.Equal(start.Add(70*second)) {
			t.Errorf("due %+v, %v", due, err)
		}
	})
}

// A freeze longer than a link's life costs nobody one of his three rounds: a
// mail that nobody has is tried for a life from its next try, and one that
// somebody may have is repeated for a life from the release.
func TestFreezeIsNotAFailedDelivery(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.join(t, "unheard")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 2)
		b.send(t, 1, line.ResultTemporary)
		b.send(t, 1, line.ResultUnknown)
		b.freeze(t)
		b.clock.Advance(time.Hour)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed while frozen: %+v", due)
		}
		b.release(t)
		sent := func(after time.Duration, want int) {
			t.Helper()
			b.clock.Advance(after)
			if due := b.closeAll(t); len(due) != 0 {
				t.Fatalf("closed after the release: %+v", due)
			}
			if got := b.send(t, 10, line.ResultTemporary); len(got) != want {
				t.Errorf("%d mails, want %d", len(got), want)
			}
		}
		sent(30*second, 2)
		sent(25*second, 2) // 55 s after the release
		sent(25*second, 2) // due at 56 s, and made at 80 s
		sent(5*second, 1)  // 85 s: the other has had its life
		sent(6*second, 1)  // due at 86 s
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferUndelivered {
			t.Errorf("due %+v", due)
		}
	})
}
