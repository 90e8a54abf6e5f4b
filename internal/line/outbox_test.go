package line_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func TestUndeliveredThreeTimesIsBounced(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		for round := 1; round <= 3; round++ {
			b.batch(t, 1)
			for _, later := range []time.Duration{0, 59 * time.Second} {
				b.clock.Advance(later)
				if got := b.send(t, 10, line.ResultTemporary); len(got) != 1 {
					t.Fatalf("round %d: %d mails", round, len(got))
				}
			}
			b.clock.Advance(time.Second)
			if got := b.send(t, 10, line.ResultTemporary); len(got) != 0 {
				t.Fatalf("round %d: tried after one life", round)
			}
			b.closeAll(t)
			p, err := b.Place(t.Context(), "lakeside", 1)
			if err != nil {
				t.Fatal(err)
			}
			if p.Offer.State != sale.OfferUndelivered || p.Bounced != (round == 3) || p.Waiting == (round == 3) {
				t.Fatalf("round %d: %+v", round, p)
			}
			b.clock.Advance(time.Second)
		}
		if got := b.batch(t, 1); len(got) != 0 {
			t.Error("offered again after three rounds")
		}
	})
}

func TestRefusedRecipientBouncesUnlessItMayHaveArrived(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "gone")
		b.join(t, "odd")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		b.send(t, 10, line.ResultRefused)
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferBounced {
			t.Fatalf("due %+v", due)
		}
		b.batch(t, 1)
		b.send(t, 10, line.ResultUnknown)
		b.clock.Advance(2 * time.Second)
		b.send(t, 10, line.ResultRefused)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("a link that may have arrived was closed: %+v", due)
		}
		b.clock.Advance(time.Minute + 2*time.Second)
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferExpired {
			t.Fatalf("due %+v", due)
		}
	})
}

func TestOurOwnFaultCostsNobodyAPlace(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		for range 5 {
			if got := b.send(t, 10, line.ResultFault); len(got) != 1 {
				t.Fatal("not tried again")
			}
			b.clock.Advance(2 * time.Minute)
			if due := b.closeAll(t); len(due) != 0 {
				t.Fatalf("closed: %+v", due)
			}
		}
		m := b.send(t, 10, line.ResultAccepted)
		if len(m) != 1 || !m[0].Ends.Equal(b.clock.Now().Add(time.Minute)) {
			t.Errorf("no whole life after the fault: %+v", m)
		}
	})
}

// A mail that is set aside costs nobody anything either, but the next batch
// need not wait for it.
func TestSetAsideLetsTheNextBatchGo(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "odd")
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		b.send(t, 10, line.ResultFault)
		b.clock.Advance(time.Second)
		if got := b.batch(t, 1); len(got) != 0 {
			t.Fatal("offered although a mail of the last batch was not tried")
		}
		for range 3 {
			b.send(t, 10, line.ResultAside)
			b.clock.Advance(2 * time.Minute)
			if due := b.closeAll(t); len(due) != 0 {
				t.Fatalf("closed: %+v", due)
			}
		}
		if got := b.batch(t, 1); len(got) != 1 {
			t.Fatal("the next batch waits for a mail that was set aside")
		}
		b.send(t, 10, line.ResultTemporary)
		b.clock.Advance(time.Minute)
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("what fell due within a life was not tried, due: %+v", due)
		}
		b.send(t, 10, line.ResultTemporary)
		if due := b.closeAll(t); len(due) != 2 || due[0].Reason != sale.OfferUndelivered {
			t.Errorf("a life after refusals that counted, due: %+v", due)
		}
	})
}

func TestMailLimitsHoldInEveryWindow(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(8) {
			b.join(t, name)
		}
		limits := line.MailLimits{PerSecond: 3, PerHour: 5}
		take := func(want int) time.Duration {
			t.Helper()
			mails, wait, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 10, Limits: limits})
			if err != nil {
				t.Fatal(err)
			}
			if len(mails) != want {
				t.Fatalf("%d mails, want %d", len(mails), want)
			}
			for _, m := range mails {
				if err := b.Record(t.Context(), line.Tried{Mail: m, Result: line.ResultAccepted}); err != nil {
					t.Fatal(err)
				}
			}
			return wait
		}
		take(3)
		b.clock.Advance(500 * time.Millisecond)
		if wait := take(0); wait <= 500*time.Millisecond || wait > 502*time.Millisecond {
			t.Errorf("wait %v", wait)
		}
		b.clock.Advance(501 * time.Millisecond)
		take(2)
		b.clock.Advance(time.Minute)
		take(0)
		b.clock.Advance(time.Hour - time.Minute - time.Millisecond)
		take(3)
	})
}

func TestTellOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(4) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		if err := b.Withdraw(t.Context(), "lakeside", 2); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{2, 1, 0} {
			if got, err := b.Tell(t.Context(), b.lease, 2); err != nil || got != want {
				t.Fatalf("round %d: told %d, %v; want %d", i, got, err, want)
			}
		}
		if err := b.Restore(t.Context(), "lakeside", 2); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Tell(t.Context(), b.lease, 9); err != nil || got != 3 {
			t.Fatalf("told %d, %v", got, err)
		}
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 4 {
			t.Errorf("%d declines, want one each", len(got))
		}
	})
}

// A mail that was being sent when its offer ended, and whose sender died, is
// unknown for good: it is not sent again.
func TestOrphanOfAnOverOfferIsNotSentAgain(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		ids := b.batch(t, 1)
		if _, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 1}); err != nil {
			t.Fatal(err)
		}
		err := b.Collect(t.Context(), b.lease, []sale.Outcome{{Position: 1, Kind: sale.OutcomeDeclined, Offer: ids[0], At: start}})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Orphan(t.Context(), b.lease, nil); err != nil {
			t.Fatal(err)
		}
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("sent again: %+v", got)
		}
	})
}

// A pause longer than a link's life costs nobody one of his three rounds.
func TestPauseIsNotAFailedDelivery(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		b.send(t, 10, line.ResultTemporary)
		if err := b.SetPaused(t.Context(), "lakeside", true, "test"); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Hour)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed while paused: %+v", due)
		}
		if err := b.SetPaused(t.Context(), "lakeside", false, "test"); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Second)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed after the pause: %+v", due)
		}
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 1 {
			t.Errorf("%d mails after the pause, want 1", len(got))
		}
	})
}

// Every sale's offers leave before any sale's receipts.
func TestOffersOfAllSalesLeaveBeforeReceipts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "one") // his receipt waits
		first := b.lease
		other := testSale()
		other.Slug = "seaside"
		b.open(t, other)
		in := signUp("two")
		in.Sale = "seaside"
		if _, err := b.SignUp(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		b.batch(t, 1)
		mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{first, b.lease}, Most: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(mails) != 1 || mails[0].Kind != sale.MailOffer {
			t.Fatalf("left first: %+v", mails)
		}
		if err := b.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultAccepted}); err != nil {
			t.Fatal(err)
		}
	})
}
