package line_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func (b *bench) leave(t testing.TB, number int) {
	t.Helper()
	if err := b.Withdraw(t.Context(), "lakeside", number); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Second)
}

func (b *bench) comeBack(t testing.TB, number int) {
	t.Helper()
	if err := b.Restore(t.Context(), "lakeside", number); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Second)
}

// kinds sends what is due and says what it was.
func (b *bench) kinds(t testing.TB, result line.MailResult) []sale.MailKind {
	t.Helper()
	var all []sale.MailKind
	for _, m := range b.send(t, 10, result) {
		all = append(all, m.Kind)
	}
	return all
}

// TestWithdrawalIsConfirmed: once for each of the first three times, and not
// when it was taken back before the mail could leave.
func TestWithdrawalIsConfirmed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.leave(t, 1)
		b.comeBack(t, 1)
		if got := b.kinds(t, line.ResultAccepted); len(got) != 0 {
			t.Errorf("%v left although the fan came back first", got)
		}
		refs := map[string]bool{}
		for i := 1; i <= 5; i++ {
			b.leave(t, 1)
			b.leave(t, 1) // once more changes nothing
			got := b.send(t, 10, line.ResultAccepted)
			if want := i <= 3; (len(got) == 1) != want {
				t.Errorf("withdrawal %d: %d mails, want one: %v", i, len(got), want)
			}
			for _, m := range got {
				if m.Kind != sale.MailWithdrawn || !m.Back || refs[m.Ref] {
					t.Errorf("withdrawal %d: %+v", i, m)
				}
				refs[m.Ref] = true
			}
			b.comeBack(t, 1)
		}
	})
}

// TestConfirmationInHandOutlivesNothing: a mail that was with the server when
// the fan came back is not tried again, and none is left behind as due.
func TestConfirmationInHandOutlivesNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.leave(t, 1)
		mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 10})
		if err != nil || len(mails) != 1 {
			t.Fatalf("%v, %v", mails, err)
		}
		b.comeBack(t, 1)
		err = b.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultTemporary, Retry: b.clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Second)
		if got := b.kinds(t, line.ResultAccepted); len(got) != 0 {
			t.Errorf("%v left for a fan who is back in line", got)
		}
		b.leave(t, 1)
		if got := b.kinds(t, line.ResultAccepted); len(got) != 1 {
			t.Errorf("%v after leaving again", got)
		}
	})
}

// TestConfirmationWaitsForTheOffer: as long as nobody knows whether the
// tickets are gone or bought, there is nothing true to say.
func TestConfirmationWaitsForTheOffer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(2) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		ids := b.batch(t, 2)
		b.send(t, 10, line.ResultAccepted)
		b.clock.Advance(time.Second)
		b.leave(t, 1)
		b.leave(t, 2)
		if got := b.kinds(t, line.ResultAccepted); len(got) != 0 {
			t.Errorf("%v left before the box office answered", got)
		}
		order := sale.Order{Code: "ABCD", Ref: "ref", Sale: "lakeside", Offer: ids[1], State: sale.OrderConfirmed, At: start}
		bought := sale.Outcome{Position: 1, Kind: sale.OutcomeBought, Offer: ids[1], Order: &order, At: start}
		if err := b.Collect(t.Context(), b.lease, []sale.Outcome{bought}); err != nil {
			t.Fatal(err)
		}
		b.closeAll(t)
		got := b.send(t, 10, line.ResultAccepted)
		if len(got) != 2 || got[0].Kind != sale.MailOrder || got[0].Number != 2 ||
			got[1].Kind != sale.MailWithdrawn || got[1].Number != 1 || got[1].Back {
			t.Errorf("%+v, want the order of number 2, whose purchase stands, and that number 1 has left for good", got)
		}
	})
}

// TestNoConfirmationToADeadAddress: who cannot be reached is not written to
// for having left.
func TestNoConfirmationToADeadAddress(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		b.send(t, 10, line.ResultRefused)
		b.closeAll(t)
		b.clock.Advance(time.Second)
		b.leave(t, 1)
		if got := b.kinds(t, line.ResultAccepted); len(got) != 0 {
			t.Errorf("%v left", got)
		}
	})
}

// TestOneConfirmationOfManyWithdrawals: who leaves, comes back and leaves
// before the mail could leave is told once, and so is who does it while the
// mail is with the server.
func TestOneConfirmationOfManyWithdrawals(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		for range 4 {
			b.leave(t, 1)
			b.comeBack(t, 1)
		}
		b.leave(t, 1)
		mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 10})
		if err != nil || len(mails) != 1 {
			t.Fatalf("%d mails, %v; want one", len(mails), err)
		}
		b.comeBack(t, 1)
		b.leave(t, 1)
		err = b.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultTemporary, Retry: b.clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Second)
		if got := b.kinds(t, line.ResultAccepted); len(got) != 1 {
			t.Errorf("%v left, want one mail", got)
		}
	})
}
