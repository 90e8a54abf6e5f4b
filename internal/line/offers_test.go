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
		b.clock.Advance(time.Millisecond)
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
		b.clock.Advance(time.Minute - time.Millisecond)
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed before its end: %+v", due)
		}
		b.clock.Advance(time.Millisecond)
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
		b.clock.Advance(time.Hour)
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
		b.clock.Advance(time.Second)
		b.batch(t, 1)
		if b.state(t, 2) != sale.OfferOpen || b.state(t, 3) != "" {
			t.Errorf("number 2 is %s, number 3 is %s", b.state(t, 2), b.state(t, 3))
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
		b.clock.Advance(time.Second)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("sent while paused: %+v", got)
		}
		if err := b.SetPaused(t.Context(), "lakeside", false, "test"); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Second)
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
		b.clock.Advance(24*time.Hour - time.Minute + time.Millisecond)
		if got := b.batch(t, 1); len(got) != 0 {
			t.Error("offered with less than a life left")
		}
		b.clock.Advance(-time.Millisecond)
		if got := b.batch(t, 1); len(got) != 1 {
			t.Error("not offered with exactly a life left")
		}
		b.clock.Advance(time.Minute)
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
		b.clock.Advance(time.Second)
		for n := 1; n <= 3; n++ {
			if err := b.Withdraw(t.Context(), "lakeside", n); err != nil {
				t.Fatal(err)
			}
		}
		b.clock.Advance(time.Second)
		// Whether numbers 1 and 2 can come back is for the box office to say first.
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 1 || got[0].Kind != sale.MailWithdrawn || got[0].Number != 3 {
			t.Errorf("left after withdrawal, besides the confirmation for number 3: %+v", got)
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
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 2 || got[0].Kind != sale.MailOffer || got[0].Number != 2 || got[1].Kind != sale.MailWithdrawn || got[1].Number != 1 || got[1].Back {
			t.Errorf("%+v, want the offer of number 2 and the confirmation for number 1", got)
		}
		b.clock.Advance(time.Second)
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
		b.clock.Advance(10 * time.Second)
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
