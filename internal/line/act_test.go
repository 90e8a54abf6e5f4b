package line_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

func about(number int) line.Act {
	return line.Act{Sale: "lakeside", Number: number, Actor: "ada@office.example", Why: "the fan asked on the phone"}
}

func at(name string) sale.Address {
	return sale.Address{Typed: name + "@example.org", Canonical: name + "@example.org"}
}

// scalar reads one number.
func (b *bench) scalar(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	err := b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, query, args...).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// done wants an act to have been done, and a second passed.
func (b *bench) done(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Second)
}

// buys brings the order of an offer through the feed.
func (b *bench) buys(t testing.TB, position int64, offer, code string) {
	t.Helper()
	o := &sale.Order{Code: code, Ref: "ref-" + code, Sale: "lakeside", Offer: offer, State: sale.OrderConfirmed, Currency: "CHF", At: b.clock.Now()}
	b.feed(t, sale.Outcome{Position: position, Kind: sale.OutcomeBought, Offer: offer, Order: o, At: b.clock.Now()})
}

func (b *bench) feed(t testing.TB, o sale.Outcome) {
	t.Helper()
	if err := b.Collect(t.Context(), b.lease, []sale.Outcome{o}); err != nil {
		t.Fatal(err)
	}
}

// TestAuditIsAppendOnly: no statement changes what was written down.
func TestAuditIsAppendOnly(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		before := b.scalar(t, `SELECT COUNT(*) FROM audit`)
		for _, q := range []string{`UPDATE audit SET why = 'another'`, `DELETE FROM audit`} {
			err := b.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, q)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", q, err)
			}
		}
		if n := b.scalar(t, `SELECT COUNT(*) FROM audit`); n != before || n == 0 {
			t.Errorf("%d rows, want %d", n, before)
		}
	})
}

// TestActsNeedAReason: one that may be kept for ever.
func TestActsNeedAReason(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		rows := b.scalar(t, `SELECT COUNT(*) FROM audit`)
		for _, why := range []string{"", "  \t", strings.Repeat("x", 301), "two\nlines", "nul\x00", "\xff", "was fan@example.org", "an ä@ö here"} {
			a := about(1)
			a.Why = why
			err := b.WithdrawFor(t.Context(), a)
			var e *sale.Error
			if !errors.As(err, &e) || e.Code != sale.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Field != "why" {
				t.Errorf("%q: %v", why, err)
			}
		}
		nobody := about(1)
		nobody.Actor = ""
		if err := b.WithdrawFor(t.Context(), nobody); err == nil {
			t.Error("an act without an actor was done")
		}
		wantCode(t, b.WithdrawFor(t.Context(), about(2)), sale.CodeNotFound)
		if n := b.scalar(t, `SELECT COUNT(*) FROM audit`); n != rows {
			t.Errorf("%d rows in the audit for what was refused", n-rows)
		}
		long := about(1)
		long.Why = "  " + strings.Repeat("ü", 300) + " "
		b.done(t, b.WithdrawFor(t.Context(), long))
		if n := b.scalar(t, `SELECT COUNT(*) FROM audit WHERE action = 'withdraw' AND actor = 'ada@office.example' AND number = 1 AND why = $1`,
			strings.Repeat("ü", 300)); n != 1 {
			t.Errorf("%d rows in the audit", n)
		}
	})
}

func TestResendOffer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range names(2) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted) // receipts
		wantCode(t, b.ResendOffer(ctx, about(1)), sale.CodeTooLate)
		ids := b.batch(t, 2)
		wantCode(t, b.ResendOffer(ctx, about(1)), sale.CodeTooLate) // its mail waits
		first := b.send(t, 10, line.ResultAccepted)
		b.clock.Advance(10 * time.Second)
		for i := 1; i <= 3; i++ {
			b.done(t, b.ResendOffer(ctx, about(1)))
			wantCode(t, b.ResendOffer(ctx, about(1)), sale.CodeTooLate) // on its way
			m := b.one(t, line.ResultAccepted)
			if m.Offer != ids[0] || m.ID != first[0].ID || !m.Ends.After(first[0].Ends) || m.Address != "fan1@example.org" {
				t.Fatalf("sent again: %+v", m)
			}
			b.clock.Advance(10 * time.Second)
		}
		err := b.ResendOffer(ctx, about(1))
		wantCode(t, err, sale.CodeTooMany)
		var e *sale.Error
		if errors.As(err, &e); e.RetryAfter <= 23*time.Hour || e.RetryAfter > 24*time.Hour {
			t.Errorf("try again after %v", e.RetryAfter)
		}
		// The other's has run out by now.
		b.clock.Advance(20 * time.Second)
		wantCode(t, b.ResendOffer(ctx, about(2)), sale.CodeTooLate)
		b.closeAll(t)
		if a, z := b.state(t, 1), b.state(t, 2); a != sale.OfferOpen || z != sale.OfferExpired {
			t.Errorf("the offers are %s and %s", a, z)
		}
		wantCode(t, b.ResendOffer(ctx, about(2)), sale.CodeTooLate)
		if n := b.scalar(t, `SELECT COUNT(*) FROM audit WHERE action = 'resend' AND detail = $1`, ids[0]); n != 3 {
			t.Errorf("%d rows in the audit", n)
		}
	})
}

// TestResendAfterTheEnd: nothing leaves then, so nothing is queued.
func TestResendAfterTheEnd(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.clock.Advance(24*time.Hour - 61*time.Second)
		b.batch(t, 1)
		b.send(t, 10, line.ResultUnknown)
		b.clock.Advance(20 * time.Second)
		b.send(t, 10, line.ResultAccepted)
		b.clock.Advance(45 * time.Second)
		wantCode(t, b.ResendOffer(t.Context(), about(1)), sale.CodeTooLate)
	})
}

func TestVoidOffer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		wantCode(t, b.VoidOffer(ctx, about(1)), sale.CodeTooLate)
		ids := b.batch(t, 2)
		b.send(t, 1, line.ResultAccepted)
		b.done(t, b.VoidOffer(ctx, about(1)))
		b.done(t, b.VoidOffer(ctx, about(2))) // its mail has not left yet
		wantCode(t, b.VoidOffer(ctx, about(1)), sale.CodeTooLate)
		wantCode(t, b.ResendOffer(ctx, about(1)), sale.CodeTooLate)
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("%d mails left of a voided offer", len(got))
		}
		due := b.closeAll(t)
		if len(due) != 2 || due[0].Offer != ids[0] || due[0].Reason != sale.OfferVoided {
			t.Fatalf("closing %+v", due)
		}
		p, err := b.Place(ctx, "lakeside", 1)
		if err != nil || p.Offer.State != sale.OfferVoided || p.Waiting {
			t.Errorf("the place: %+v, %v", p, err)
		}
		if next := b.batch(t, 5); len(next) != 1 {
			t.Errorf("%d offers to the next in line, want one", len(next))
		}
	})
}

// TestVoidAfterBuying: a purchase that was quicker stands.
func TestVoidAfterBuying(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		ids := b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted)
		b.done(t, b.VoidOffer(t.Context(), about(1)))
		b.buys(t, 1, ids[0], "CODE")
		if got := b.state(t, 1); got != sale.OfferBought {
			t.Errorf("the offer is %s", got)
		}
		wantCode(t, b.VoidOffer(t.Context(), about(1)), sale.CodeAlreadyBought)
	})
}

func TestWithdrawFor(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range names(2) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		ids := b.batch(t, 2)
		b.send(t, 10, line.ResultAccepted)
		b.buys(t, 1, ids[1], "CODE")
		b.done(t, b.WithdrawFor(ctx, about(1)))
		wantCode(t, b.WithdrawFor(ctx, about(1)), sale.CodeTooLate)
		wantCode(t, b.WithdrawFor(ctx, about(2)), sale.CodeAlreadyBought)
		for _, do := range []func(context.Context, line.Act) error{b.ResendOffer} {
			wantCode(t, do(ctx, about(1)), sale.CodeTooLate)
		}
		wantCode(t, b.CorrectAddress(ctx, about(1), at("other")), sale.CodeTooLate)
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferWithdrawn {
			t.Errorf("closing %+v", due)
		}
		kinds := fmt.Sprint(b.kinds(t, line.ResultAccepted))
		if kinds != "[order withdrawn]" {
			t.Errorf("mails %s", kinds)
		}
	})
}

func TestCancelOrder(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range names(2) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		wantCode(t, b.CancelOrder(ctx, about(1)), sale.CodeTooLate)
		ids := b.batch(t, 2)
		b.send(t, 10, line.ResultAccepted)
		b.buys(t, 1, ids[0], "ONE")
		b.buys(t, 2, ids[1], "TWO")
		b.send(t, 1, line.ResultAccepted) // one of the two confirmations
		b.done(t, b.CancelOrder(ctx, about(1)))
		wantCode(t, b.CancelOrder(ctx, about(1)), sale.CodeTooLate)
		due, err := b.Cancellings(ctx, b.lease)
		if err != nil || len(due) != 1 || due[0] != (line.Cancelling{Code: "ONE", Why: about(1).Why}) {
			t.Fatalf("to cancel: %+v, %v", due, err)
		}
		if n := b.scalar(t, `SELECT COUNT(*) FROM orders WHERE state = 'cancelled'`); n != 0 {
			t.Error("an order is cancelled before the box office said so")
		}
		one := &sale.Order{Code: "ONE", Ref: "ref-ONE", Sale: "lakeside", Offer: ids[0], State: sale.OrderCancelled, Currency: "CHF"}
		b.feed(t, sale.Outcome{Position: 3, Kind: sale.OutcomeCancelled, Offer: ids[0], Order: one, At: b.clock.Now()})
		two := *one
		two.Code, two.Ref, two.Offer = "TWO", "ref-TWO", ids[1]
		b.feed(t, sale.Outcome{Position: 4, Kind: sale.OutcomeCancelled, Offer: ids[1], Order: &two, At: b.clock.Now()}) // at the box office's own counter
		if due, err := b.Cancellings(ctx, b.lease); err != nil || len(due) != 0 {
			t.Errorf("still to cancel: %+v, %v", due, err)
		}
		wantCode(t, b.CancelOrder(ctx, about(1)), sale.CodeTooLate)
		mails := b.send(t, 10, line.ResultAccepted)
		if len(mails) != 2 || mails[0].Kind != sale.MailCancellation || mails[0].Order == nil || mails[0].Order.State != sale.OrderCancelled || mails[1].Number != 2 {
			t.Errorf("mails %+v", mails)
		}
		if p, err := b.Place(ctx, "lakeside", 1); err != nil || p.Waiting {
			t.Errorf("he stands in line again: %+v, %v", p, err)
		}
		if a, z := b.scalar(t, `SELECT COUNT(*) FROM audit WHERE number = 1 AND action LIKE 'cancel%'`),
			b.scalar(t, `SELECT COUNT(*) FROM audit WHERE number = 2 AND action = 'cancelled' AND actor = 'box office'`); a != 1 || z != 1 {
			t.Errorf("%d and %d rows in the audit", a, z)
		}
	})
}

// TestCancellationRefused: an order that the box office does not know is not
// asked for again.
func TestCancellationRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		ids := b.batch(t, 1)
		b.buys(t, 1, ids[0], "ONE")
		b.done(t, b.CancelOrder(t.Context(), about(1)))
		for range 2 {
			b.done(t, b.NotCancelled(t.Context(), b.lease, "ONE", "There is no such order."))
		}
		if due, err := b.Cancellings(t.Context(), b.lease); err != nil || len(due) != 0 {
			t.Errorf("still to cancel: %+v, %v", due, err)
		}
		if n := b.scalar(t, `SELECT COUNT(*) FROM audit WHERE action = 'cancel refused'`); n != 1 {
			t.Errorf("%d rows in the audit", n)
		}
		b.done(t, b.CancelOrder(t.Context(), about(1)))
	})
}

// TestMootWhileInAWorkersHands: what nobody needs any more is not tried again,
// when the server says later: the confirmation of an order that was cancelled
// meanwhile, the receipt of who has left.
func TestMootWhileInAWorkersHands(t *testing.T) {
	for what, c := range map[string]struct {
		prepare, meanwhile func(t *testing.T, b *bench)
	}{
		"order": {
			func(t *testing.T, b *bench) {
				b.send(t, 10, line.ResultAccepted)
				b.buys(t, 1, b.batch(t, 1)[0], "ONE")
			},
			func(t *testing.T, b *bench) {
				one := &sale.Order{Code: "ONE", Sale: "lakeside", State: sale.OrderCancelled, Currency: "CHF"}
				b.feed(t, sale.Outcome{Position: 2, Kind: sale.OutcomeCancelled, Offer: b.offer(t, 1), Order: one, At: b.clock.Now()})
			},
		},
		"receipt": {
			func(*testing.T, *bench) {},
			func(t *testing.T, b *bench) { b.leave(t, 1); b.closeAll(t) },
		},
	} {
		t.Run(what, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.join(t, "fan")
				c.prepare(t, b)
				mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 10})
				if err != nil || len(mails) != 1 || string(mails[0].Kind) != what {
					t.Fatalf("mails %+v, %v", mails, err)
				}
				c.meanwhile(t, b)
				b.done(t, b.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultTemporary, Retry: b.clock.Now().Add(time.Second)}))
				if n := b.scalar(t, `SELECT COUNT(*) FROM outbox WHERE id = $1 AND (due_at IS NOT NULL OR state <> 'cancelled')`, mails[0].ID); n != 0 {
					t.Error("it is tried again")
				}
			})
		})
	}
}

// offer is the id of a place's newest offer.
func (b *bench) offer(t testing.TB, number int) string {
	t.Helper()
	p, err := b.Place(t.Context(), "lakeside", number)
	if err != nil || p.Offer == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	return p.Offer.ID
}
