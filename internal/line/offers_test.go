package line_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func TestBatchesGoInOrder(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(5) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted) // receipts
		b.batch(t, 3)
		if got := b.batch(t, 3); len(got) != 0 {
			t.Fatalf("a second batch before every mail of the first was tried: %v", got)
		}
		mails := b.send(t, 10, line.ResultAccepted)
		var numbers []int
		for _, m := range mails {
			numbers = append(numbers, m.Number)
			if want := start.Add(time.Minute); !m.Ends.Equal(want) || m.Most != 2 {
				t.Errorf("number %d: ends %v, most %d", m.Number, m.Ends, m.Most)
			}
		}
		if diff := cmp.Diff([]int{1, 2, 3}, numbers); diff != "" {
			t.Error(diff)
		}
		b.batch(t, 3)
		if b.state(t, 4) != sale.OfferOpen || b.state(t, 5) != sale.OfferOpen {
			t.Error("the second batch is not open")
		}
	})
}

func TestEndsIsRoundedUpToAWholeSecond(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.clock.add(time.Millisecond)
		b.batch(t, 1)
		m := b.send(t, 1, line.ResultAccepted)[0]
		if want := start.Add(61 * time.Second); !m.Ends.Equal(want) {
			t.Errorf("ends %v, want %v", m.Ends, want)
		}
	})
}

func TestExpiredOffersCloseAndAreGivenOnInOrder(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(4) {
			b.join(t, name)
		}
		b.batch(t, 2)
		b.send(t, 10, line.ResultAccepted)
		b.clock.add(time.Minute - time.Millisecond)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed before its end: %+v", due)
		}
		b.clock.add(time.Millisecond)
		if due := b.closeAll(t); len(due) != 2 || due[0].Reason != sale.OfferExpired {
			t.Fatalf("due: %+v", due)
		}
		b.batch(t, 2)
		for n, want := range map[int]sale.OfferState{1: sale.OfferExpired, 2: sale.OfferExpired, 3: sale.OfferOpen, 4: sale.OfferOpen} {
			if got := b.state(t, n); got != want {
				t.Errorf("number %d is %s, want %s", n, got, want)
			}
		}
	})
}

// Time alone never moves a ticket: not yet leaves the offer closing, bought
// leaves it to the feed.
func TestOnlyTheBoxOfficeEndsAnOffer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "one")
		b.join(t, "two")
		ids := b.batch(t, 2)
		b.send(t, 10, line.ResultAccepted)
		b.clock.add(time.Hour)
		if _, err := b.CloseDue(t.Context(), b.lease); err != nil {
			t.Fatal(err)
		}
		answers := map[string]sale.Answer{ids[0]: sale.AnswerNotYet, ids[1]: sale.AnswerBought}
		if err := b.Closed(t.Context(), b.lease, answers); err != nil {
			t.Fatal(err)
		}
		if b.state(t, 1) != sale.OfferClosing || b.state(t, 2) != sale.OfferClosing {
			t.Fatal("an offer ended without the box office's word")
		}
		order := sale.Order{Code: "ABCD", Ref: "ref", Sale: "lakeside", Offer: ids[1], State: sale.OrderConfirmed, At: start}
		outs := []sale.Outcome{
			{Position: 1, Kind: sale.OutcomeClosed, Offer: ids[0], Reason: sale.OfferExpired, At: start},
			{Position: 2, Kind: sale.OutcomeBought, Offer: ids[1], Order: &order, At: start},
		}
		for range 2 { // the second time nothing happens
			if err := b.Collect(t.Context(), b.lease, outs); err != nil {
				t.Fatal(err)
			}
		}
		if b.state(t, 1) != sale.OfferExpired || b.state(t, 2) != sale.OfferBought {
			t.Errorf("states %s, %s", b.state(t, 1), b.state(t, 2))
		}
		mails := b.send(t, 10, line.ResultAccepted)
		confirmations := 0
		for _, m := range mails {
			if m.Kind == sale.MailOrder {
				confirmations++
			}
		}
		if confirmations != 1 {
			t.Errorf("%d order confirmations, want 1", confirmations)
		}
		if err := b.Collect(t.Context(), b.lease, []sale.Outcome{{Position: 4, Kind: sale.OutcomeClosed, Offer: ids[0]}}); err == nil {
			t.Error("a gap in the feed was accepted")
		}
	})
}

func TestDroppedIsNextAgain(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		asks, err := b.PlanBatch(t.Context(), b.lease, line.Plan{Most: 2, Each: 2})
		if err != nil {
			t.Fatal(err)
		}
		grants := []sale.Grant{{Offer: asks[0].Offer, Granted: 2}, {Offer: asks[1].Offer}}
		for range 2 {
			if err := b.OpenBatch(t.Context(), b.lease, grants); err != nil {
				t.Fatal(err)
			}
		}
		if b.state(t, 2) != sale.OfferDropped {
			t.Fatal("not dropped")
		}
		b.send(t, 10, line.ResultAccepted)
		b.clock.add(time.Second)
		b.batch(t, 1)
		if b.state(t, 2) != sale.OfferOpen || b.state(t, 3) != "" {
			t.Errorf("number 2 is %s, number 3 is %s", b.state(t, 2), b.state(t, 3))
		}
	})
}

func TestUndeliveredThreeTimesIsBounced(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		for round := 1; round <= 3; round++ {
			b.batch(t, 1)
			for _, later := range []time.Duration{0, 59 * time.Second} {
				b.clock.add(later)
				if got := b.send(t, 10, line.ResultTemporary); len(got) != 1 {
					t.Fatalf("round %d: %d mails", round, len(got))
				}
			}
			b.clock.add(time.Second)
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
			b.clock.add(time.Second)
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
		b.clock.add(2 * time.Second)
		b.send(t, 10, line.ResultRefused)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("a link that may have arrived was closed: %+v", due)
		}
		b.clock.add(time.Minute + 2*time.Second)
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
			b.clock.add(2 * time.Minute)
			if due := b.closeAll(t); len(due) != 0 {
				t.Fatalf("closed: %+v", due)
			}
		}
		m := b.send(t, 10, line.ResultAccepted)
		if len(m) != 1 || !m[0].Ends.Equal(b.clock.time().Add(time.Minute)) {
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
		b.clock.add(time.Second)
		if got := b.batch(t, 1); len(got) != 0 {
			t.Fatal("offered although a mail of the last batch was not tried")
		}
		for range 3 {
			b.send(t, 10, line.ResultAside)
			b.clock.add(2 * time.Minute)
			if due := b.closeAll(t); len(due) != 0 {
				t.Fatalf("closed: %+v", due)
			}
		}
		if got := b.batch(t, 1); len(got) != 1 {
			t.Fatal("the next batch waits for a mail that was set aside")
		}
		b.send(t, 10, line.ResultTemporary)
		b.clock.add(time.Minute)
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("what fell due within a life was not tried, due: %+v", due)
		}
		b.send(t, 10, line.ResultTemporary)
		if due := b.closeAll(t); len(due) != 2 || due[0].Reason != sale.OfferUndelivered {
			t.Errorf("a life after refusals that counted, due: %+v", due)
		}
	})
}

func TestPausedMakesNoOfferAndSendsNone(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		if err := b.SetPaused(t.Context(), "lakeside", true, "test"); err != nil {
			t.Fatal(err)
		}
		b.clock.add(time.Second)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("sent while paused: %+v", got)
		}
		if err := b.SetPaused(t.Context(), "lakeside", false, "test"); err != nil {
			t.Fatal(err)
		}
		b.clock.add(time.Second)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 1 {
			t.Errorf("%d mails after resuming", len(got))
		}
		if err := b.SetPaused(t.Context(), "lakeside", true, "test"); err != nil {
			t.Fatal(err)
		}
		if got := b.batch(t, 1); len(got) != 0 {
			t.Error("offered while paused")
		}
	})
}

func TestNoOfferTooLateForItsHour(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.clock.add(24*time.Hour - time.Minute + time.Millisecond)
		if got := b.batch(t, 1); len(got) != 0 {
			t.Error("offered with less than a life left")
		}
		b.clock.add(-time.Millisecond)
		if got := b.batch(t, 1); len(got) != 1 {
			t.Error("not offered with exactly a life left")
		}
		b.clock.add(time.Minute)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Error("an offer mail left after the end")
		}
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferUndelivered {
			t.Errorf("due %+v", due)
		}
	})
}

func TestWithdrawAndTakeBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 2)
		b.send(t, 1, line.ResultAccepted)
		b.clock.add(time.Second)
		for n := 1; n <= 3; n++ {
			if err := b.Withdraw(t.Context(), "lakeside", n); err != nil {
				t.Fatal(err)
			}
		}
		b.clock.add(time.Second)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("a mail left after withdrawal: %+v", got)
		}
		if err := b.Restore(t.Context(), "lakeside", 2); err != nil {
			t.Fatal(err)
		}
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferWithdrawn {
			t.Fatalf("due %+v", due)
		}
		wantCode(t, b.Restore(t.Context(), "lakeside", 1), sale.CodeTooLate)
		if err := b.Restore(t.Context(), "lakeside", 3); err != nil {
			t.Fatal(err)
		}
		if b.state(t, 2) != sale.OfferOpen {
			t.Errorf("number 2 is %s after taking it back", b.state(t, 2))
		}
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 1 {
			t.Errorf("%d mails, want the one of number 2", len(got))
		}
		b.clock.add(time.Second)
		b.batch(t, 3)
		if b.state(t, 3) != sale.OfferOpen {
			t.Errorf("number 3 is %s after coming back", b.state(t, 3))
		}
		wantCode(t, b.Withdraw(t.Context(), "lakeside", 99), sale.CodeNotFound)
	})
}

// A process that slept through its lease changes nothing.
func TestFencing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 1})
		if err != nil || len(mails) != 1 {
			t.Fatal(err)
		}
		if _, ok, err := b.Acquire(t.Context(), "lakeside", "other", time.Hour); ok || err != nil {
			t.Fatalf("taken while held: %v %v", ok, err)
		}
		if _, ok, err := b.Acquire(t.Context(), "lakeside", "test", 10*time.Second); !ok || err != nil {
			t.Fatalf("extend: %v %v", ok, err)
		}
		b.clock.add(10 * time.Second)
		old := b.lease
		lease, ok, err := b.Acquire(t.Context(), "lakeside", "other", time.Hour)
		if err != nil || !ok || lease.Fence != old.Fence+1 {
			t.Fatalf("take over: %+v %v %v", lease, ok, err)
		}
		_, err = b.PlanBatch(t.Context(), old, line.Plan{Most: 1, Each: 2})
		wantCode(t, err, sale.CodeFenced)
		_, err = b.CloseDue(t.Context(), old)
		wantCode(t, err, sale.CodeFenced)
		wantCode(t, b.Collect(t.Context(), old, []sale.Outcome{{Position: 1}}), sale.CodeFenced)
		_, _, err = b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{old}, Most: 1})
		wantCode(t, err, sale.CodeFenced)
		if err := b.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultRefused}); err != nil {
			t.Fatal(err)
		}
		b.lease = lease
		if b.state(t, 1) != sale.OfferOpen {
			t.Fatal("a late result closed the offer")
		}
		again := b.send(t, 10, line.ResultAccepted)
		if len(again) != 1 || again[0].Offer != mails[0].Offer || again[0].Try != 2 {
			t.Errorf("the mail that nobody can tell about was not sent again: %+v", again)
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
		b.clock.add(500 * time.Millisecond)
		if wait := take(0); wait <= 500*time.Millisecond || wait > 502*time.Millisecond {
			t.Errorf("wait %v", wait)
		}
		b.clock.add(501 * time.Millisecond)
		take(2)
		b.clock.add(time.Minute)
		take(0)
		b.clock.add(time.Hour - time.Minute - time.Millisecond)
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
		b.clock.add(time.Hour)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed while paused: %+v", due)
		}
		if err := b.SetPaused(t.Context(), "lakeside", false, "test"); err != nil {
			t.Fatal(err)
		}
		b.clock.add(time.Second)
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
