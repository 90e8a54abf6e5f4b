package line_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

const second = time.Second

func (b *bench) freeze(t testing.TB) line.Incident {
	t.Helper()
	inc, fresh, err := b.Freeze(t.Context(), "lakeside", "organizer", "the checkout is down")
	if err != nil || !fresh {
		t.Fatalf("freeze: fresh %v, %v", fresh, err)
	}
	return inc
}

func (b *bench) release(t testing.TB) line.Incident {
	t.Helper()
	inc, fresh, err := b.Unfreeze(t.Context(), "lakeside", "organizer", "it is up again")
	if err != nil || !fresh {
		t.Fatalf("release: fresh %v, %v", fresh, err)
	}
	return inc
}

// ends is when the latest offer of a number is over.
func (b *bench) ends(t testing.TB, number int) time.Time {
	t.Helper()
	p, err := b.Place(t.Context(), "lakeside", number)
	if err != nil {
		t.Fatal(err)
	}
	return p.Offer.Ends
}

func (b *bench) wantEnds(t testing.TB, number int, want time.Duration) {
	t.Helper()
	if got := b.ends(t, number).Sub(start); got != want {
		t.Errorf("the offer of number %d ends at %v, want %v", number, got, want)
	}
}

func TestAFreezeGivesEveryOpenLinkTheOutage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(4) {
			b.join(t, name)
		}
		b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted) // number 1 until 60 s
		b.clock.Advance(20 * second)
		b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted) // number 2 until 80 s
		b.clock.Advance(10*second + 700*time.Millisecond)
		began := b.freeze(t)
		if want := start.Add(30 * second); !began.Began.Equal(want) || !began.Lasts() {
			t.Errorf("%+v, want it to begin at %v", began, want)
		}
		b.clock.Advance(20*time.Minute - 400*time.Millisecond) // 1230.3 s: ends there at 1231 s
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("closed while frozen: %+v", due)
		}
		if got := b.batch(t, 1); len(got) != 0 {
			t.Error("offered while frozen")
		}
		over := b.release(t)
		want := line.Incident{
			Freeze: sale.Freeze{N: 1, Began: start.Add(30 * second), Ended: start.Add(1231 * second)},
			Actor:  "organizer", Why: "the checkout is down", EndedBy: "organizer", EndedWhy: "it is up again", Moved: 2,
		}
		if diff := cmp.Diff(want, over); diff != "" {
			t.Error(diff)
		}
		if all, err := b.Incidents(t.Context(), "lakeside"); err != nil || !cmp.Equal(all, []line.Incident{want}) {
			t.Errorf("%+v, %v", all, err)
		}
		b.wantEnds(t, 1, 1261*second)
		b.wantEnds(t, 2, 1281*second)
		b.clock.Advance(30*second + 700*time.Millisecond - time.Millisecond)
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("closed with a millisecond left: %+v", due)
		}
		b.clock.Advance(time.Millisecond)
		if due := b.closeAll(t); len(due) != 1 || due[0].Freezes != 1 || !due[0].Ends.Equal(start.Add(1261*second)) {
			t.Errorf("due %+v", due)
		}
		if got := b.batch(t, 1); len(got) != 1 {
			t.Error("nothing is offered after the release")
		}
	})
}

// What the clock had made over when it stopped stays so, and what has no end
// yet gets a whole life later.
func TestAFreezeGivesNothingToWhatIsOver(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.batch(t, 3)
		b.send(t, 1, line.ResultAccepted) // number 1 until 60 s; 2 and 3 wait in the outbox
		b.clock.Advance(60 * second)
		b.freeze(t)
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("closed while frozen: %+v", due)
		}
		b.clock.Advance(10 * second)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 3 { // receipts leave
			t.Errorf("%d mails left while frozen", len(got))
		}
		if b.release(t).Moved != 0 {
			t.Error("a link that was over was given time")
		}
		b.wantEnds(t, 1, 60*second)
		mails := b.send(t, 10, line.ResultAccepted)
		if len(mails) != 2 || mails[0].Freezes != 1 || mails[1].Freezes != 1 {
			t.Errorf("left after the release: %+v", mails)
		}
		b.wantEnds(t, 2, 130*second)
		if due := b.closeAll(t); len(due) != 1 || due[0].Offer == mails[0].Offer {
			t.Errorf("due %+v", due)
		}
	})
}

func TestFreezeAndReleaseOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		if inc, fresh, err := b.Unfreeze(ctx, "lakeside", "organizer", ""); err != nil || fresh || inc.N != 0 {
			t.Errorf("released without a freeze: %+v %v %v", inc, fresh, err)
		}
		first := b.freeze(t)
		b.clock.Advance(time.Minute)
		again, fresh, err := b.Freeze(ctx, "lakeside", "somebody else", "another reason")
		if err != nil || fresh || !cmp.Equal(again, first) {
			t.Errorf("frozen twice: %+v %v %v", again, fresh, err)
		}
		st, err := b.Sale(ctx, "lakeside")
		if err != nil || !st.Frozen || !st.Halted() || !st.FrozenSince.Equal(first.Began) || st.FrozenWhy != first.Why || st.Freezes != 0 {
			t.Errorf("state %+v, %v", st, err)
		}
		over := b.release(t)
		again, fresh, err = b.Unfreeze(ctx, "lakeside", "somebody else", "")
		if err != nil || fresh || !cmp.Equal(again, over) {
			t.Errorf("released twice: %+v %v %v", again, fresh, err)
		}
		if st, err = b.Sale(ctx, "lakeside"); err != nil || st.Frozen || st.Halted() || !st.FrozenSince.IsZero() || st.Freezes != 1 {
			t.Errorf("state %+v, %v", st, err)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM audit WHERE action IN ('freeze', 'release') AND actor = 'organizer' AND why <> ''`); n != 2 {
			t.Errorf("%d rows in the audit", n)
		}
		for _, why := range []string{"", "  ", "a\nb", "a\x00", strings.Repeat("x", 301), "ask fan@example.org"} {
			_, _, err := b.Freeze(ctx, "lakeside", "organizer", why)
			wantCode(t, err, sale.CodeInvalid)
		}
		_, _, err = b.Unfreeze(ctx, "lakeside", "organizer", "a\x00")
		wantCode(t, err, sale.CodeInvalid)
		_, _, err = b.Freeze(ctx, "nowhere", "organizer", "why")
		wantCode(t, err, sale.CodeNotFound)
		_, _, err = b.Unfreeze(ctx, "nowhere", "organizer", "")
		wantCode(t, err, sale.CodeNotFound)
	})
}

// A second is given once, however often a sale is frozen within it.
func TestFreezesWithinASecond(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted) // until 60 s
		b.clock.Advance(10*second + 200*time.Millisecond)
		b.freeze(t) // 10
		b.release(t)
		b.wantEnds(t, 1, 61*second)
		b.clock.Advance(300 * time.Millisecond)
		b.freeze(t) // 11: that second is given
		b.clock.Advance(300 * time.Millisecond)
		b.release(t)
		b.wantEnds(t, 1, 61*second)
		b.freeze(t)
		b.clock.Advance(second)
		b.release(t)
		b.wantEnds(t, 1, 62*second)
	})
}

// Clocks that are set back take nothing from anybody.
func TestFreezesWhenClocksAreSetBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.clock.Advance(100 * second)
		b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted) // until 160 s
		b.clock.Advance(20 * second)
		b.freeze(t)
		b.clock.Advance(-50 * second) // 70 s
		b.release(t)
		b.wantEnds(t, 1, 160*second)
		b.freeze(t) // at 70 s, although the last one ended at 120 s
		b.clock.Advance(10 * second)
		b.release(t)
		b.wantEnds(t, 1, 170*second)
	})
}

// A mail that was being handed over when the clocks stopped has its end, and
// keeps the time it had, whatever becomes of it.
func TestAFreezeDuringAHandOver(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.batch(t, 3)
		mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 3})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(10 * second)
		b.freeze(t)
		b.clock.Advance(5 * second)
		at := b.clock.Now()
		for i, r := range []line.MailResult{line.ResultAccepted, line.ResultUnknown, line.ResultTemporary} {
			if err := b.Record(t.Context(), line.Tried{Mail: mails[i], Result: r, Retry: at}); err != nil {
				t.Fatal(err)
			}
		}
		b.clock.Advance(2 * time.Minute)
		for _, m := range b.send(t, 10, line.ResultAccepted) {
			if m.Kind == sale.MailOffer {
				t.Errorf("number %d is mailed while frozen", m.Number)
			}
		}
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed while frozen: %+v", due)
		}
		b.release(t) // at 135 s, 125 s later
		for n := 1; n <= 3; n++ {
			b.wantEnds(t, n, 185*second)
		}
		if due := b.closeAll(t); len(due) != 0 {
			t.Errorf("closed right after the release: %+v", due)
		}
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 3 {
			t.Errorf("%d mails are sent again, want all: %+v", len(got), got)
		}
		b.wantEnds(t, 3, 195*second)
	})
}

// A dispatcher that died with a mail in its hands while frozen leaves it
// unknown; it is repeated after the release.
func TestAFreezeAndATakeOver(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted) // the receipt
		b.batch(t, 1)
		if _, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 1}); err != nil {
			t.Fatal(err)
		}
		b.freeze(t)
		b.clock.Advance(2 * time.Hour)
		lease, ok, err := b.Acquire(t.Context(), "lakeside", "other", time.Hour)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		b.lease = lease
		if due, mails := b.closeAll(t), b.send(t, 10, line.ResultAccepted); len(due) != 0 || len(mails) != 0 {
			t.Errorf("while frozen: closed %+v, sent %+v", due, mails)
		}
		b.release(t)
		b.wantEnds(t, 1, 2*time.Hour+time.Minute)
		if mails := b.send(t, 10, line.ResultAccepted); len(mails) != 1 || mails[0].Try != 2 {
			t.Errorf("sent %+v", mails)
		}
	})
}
