package line_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// TestErase at every stage: the address is nowhere, the number stays, and his
// offer goes to the next.
func TestErase(t *testing.T) {
	for name, c := range map[string]struct {
		before func(t *testing.T, b *bench)
		want   sale.OfferState
	}{
		"waiting": {func(t *testing.T, b *bench) {}, ""},
		"receipt queued": {func(t *testing.T, b *bench) {
			b.ResendReceipt(t.Context(), line.LostReceipt{Sale: "lakeside", Address: at("person")})
		}, ""},
		"open":        {func(t *testing.T, b *bench) { b.batch(t, 1); b.one(t, line.ResultAccepted) }, sale.OfferErased},
		"mail queued": {func(t *testing.T, b *bench) { b.batch(t, 1) }, sale.OfferErased},
		"bounced":     {func(t *testing.T, b *bench) { b.batch(t, 1); b.one(t, line.ResultRefused); b.closeAll(t) }, sale.OfferBounced},
		"withdrawn":   {func(t *testing.T, b *bench) { b.batch(t, 1); b.leave(t, 1) }, sale.OfferErased},
		"voided":      {func(t *testing.T, b *bench) { b.batch(t, 1); b.done(t, b.VoidOffer(t.Context(), about(1))) }, sale.OfferVoided},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				ctx := t.Context()
				b.join(t, "person")
				b.join(t, "next")
				if _, err := b.AskConfirm(ctx, line.Ask{Sale: "lakeside", Address: at("person"), Lang: "en"}); err != nil {
					t.Fatal(err)
				}
				b.send(t, 10, line.ResultAccepted)
				c.before(t, b)
				b.clock.Advance(time.Second)
				b.done(t, b.Erase(ctx, about(1), ""))
				b.nowhere(t, "person")
				b.holds(t)
				b.closeAll(t)
				for _, m := range b.send(t, 10, line.ResultAccepted) {
					if m.Number == 1 {
						t.Errorf("a %s mail to an erased person", m.Kind)
					}
				}
				if got := b.state(t, 1); got != c.want {
					t.Errorf("the offer is %q, want %q", got, c.want)
				}
				if n := b.scalar(t, `SELECT COUNT(*) FROM outbox WHERE number = 1 AND (due_at IS NOT NULL OR state = 'queued')`); n != 0 {
					t.Errorf("%d mails wait", n)
				}
				if p, err := b.Place(ctx, "lakeside", 1); err != nil || !p.Erased || p.Waiting || p.Address != "" {
					t.Errorf("the place: %+v, %v", p, err)
				}
				wantCode(t, b.Erase(ctx, about(1), ""), sale.CodeTooLate)
				wantCode(t, b.Restore(ctx, "lakeside", 1), sale.CodeNotFound)
				if r := b.join(t, "person"); r.Number != 3 {
					t.Errorf("joined again with number %d", r.Number)
				}
			})
		})
	}
}

// TestEraseWhilePlanned: the box office has not answered yet; when it has, the
// offer closes as erased and nothing is mailed.
func TestEraseWhilePlanned(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.join(t, "person")
		b.send(t, 10, line.ResultAccepted)
		asks, err := b.PlanBatch(ctx, b.lease, line.Plan{Most: 1, Each: 2, Next: b.clock.Now().Add(time.Minute), Period: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		b.done(t, b.Erase(ctx, about(1), ""))
		b.closeAll(t) // nothing yet
		if err := b.OpenBatch(ctx, b.lease, []sale.Grant{{Offer: asks[0].Offer, Granted: 2}}); err != nil {
			t.Fatal(err)
		}
		if n := b.scalar(t, `SELECT COUNT(*) FROM outbox WHERE kind = 'offer'`); n != 0 {
			t.Errorf("%d offers' mails wait for an erased person", n)
		}
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("%d mails to an erased person", len(got))
		}
		if due := b.closeAll(t); len(due) != 1 || due[0].Reason != sale.OfferErased {
			t.Errorf("closing %+v", due)
		}
	})
}

// TestEraseDuringAHandOver: what is in a worker's hands is not tried again.
func TestEraseDuringAHandOver(t *testing.T) {
	for _, orphaned := range []bool{false, true} {
		each(t, func(t *testing.T, b *bench) {
			ctx := t.Context()
			b.join(t, "person")
			b.batch(t, 1)
			mails, _, err := b.LeaseMails(ctx, line.Hand{Leases: []line.Lease{b.lease}, Most: 10})
			if err != nil || len(mails) != 2 {
				t.Fatal(mails, err)
			}
			b.done(t, b.Erase(ctx, about(1), ""))
			for _, m := range mails {
				if orphaned {
					break
				}
				b.done(t, b.Record(ctx, line.Tried{Mail: m, Result: line.ResultTemporary, Retry: b.clock.Now().Add(time.Second)}))
			}
			b.done(t, b.Orphan(ctx, b.lease, nil))
			b.closeAll(t)
			if n := b.scalar(t, `SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL OR state IN ('queued', 'sending')`); n != 0 {
				t.Errorf("%d mails wait", n)
			}
		})
	}
}

// TestEraseWhoBought needs a choice, and does it.
func TestEraseWhoBought(t *testing.T) {
	for _, choice := range []line.OrderChoice{line.KeepOrder, line.CancelItsOrder} {
		t.Run(string(choice), func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				ctx := t.Context()
				b.join(t, "person")
				b.send(t, 10, line.ResultAccepted)
				ids := b.batch(t, 1)
				b.one(t, line.ResultAccepted)
				b.buys(t, 1, ids[0], "ONE")
				var e *sale.Error
				if err := b.Erase(ctx, about(1), ""); !errors.As(err, &e) || e.Code != sale.CodeInvalid || e.Fields[0].Field != "order" {
					t.Fatalf("without a choice: %v", err)
				}
				if n := b.scalar(t, `SELECT COUNT(*) FROM registrations WHERE erased_at IS NOT NULL`); n != 0 {
					t.Fatal("erased without a choice")
				}
				b.done(t, b.Erase(ctx, about(1), choice))
				b.nowhere(t, "person@")
				due, err := b.Cancellings(ctx, b.lease)
				if err != nil || (len(due) == 1) != (choice == line.CancelItsOrder) {
					t.Fatalf("to cancel: %+v, %v", due, err)
				}
				if choice == line.CancelItsOrder {
					one := &sale.Order{Code: "ONE", Ref: "ref-ONE", Sale: "lakeside", Offer: ids[0], State: sale.OrderCancelled, Currency: "CHF"}
					b.feed(t, sale.Outcome{Position: 2, Kind: sale.OutcomeCancelled, Offer: ids[0], Order: one, At: b.clock.Now()})
				}
				if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
					t.Errorf("mails to an erased person: %+v", got)
				}
			})
		})
	}
}

// TestEraseEveryPlaceOfThePerson: also those that he left.
func TestEraseEveryPlaceOfThePerson(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "person")
		b.leave(t, 1)
		b.join(t, "person")
		b.leave(t, 2)
		b.join(t, "person")
		b.done(t, b.Erase(t.Context(), about(2), "")) // any of them
		b.nowhere(t, "person")
		if n := b.scalar(t, `SELECT COUNT(*) FROM audit WHERE action = 'erase' AND why <> ''`); n != 3 {
			t.Errorf("%d rows in the audit, want one for each place", n)
		}
	})
}

// TestErasedChecks: verify would notice.
func TestErasedChecks(t *testing.T) {
	for name, q := range map[string]string{
		"an erased person is gone":        `UPDATE registrations SET address = 'left@example.org' WHERE number = 1`,
		"nobody who was erased is mailed": `UPDATE outbox SET due_at = 1, state = 'queued' WHERE number = 1`,
	} {
		each(t, func(t *testing.T, b *bench) {
			b.join(t, "person")
			b.done(t, b.Erase(t.Context(), about(1), ""))
			undo := errors.New("undo")
			err := b.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
				for _, c := range line.Checks() {
					if err := c.Run(ctx, tx); (err != nil) != (c.Name == name) {
						t.Errorf("%s: %v", c.Name, err)
					}
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
		})
	}
}

// TestEraseThenBought: the purchase was quicker than the erasure's closing. It
// stands, and nobody is mailed about it.
func TestEraseThenBought(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "person")
		b.send(t, 10, line.ResultAccepted)
		ids := b.batch(t, 1)
		b.one(t, line.ResultAccepted)
		b.done(t, b.Erase(t.Context(), about(1), ""))
		b.buys(t, 1, ids[0], "ONE")
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
			t.Errorf("mails to an erased person: %+v", got)
		}
		if got := b.state(t, 1); got != sale.OfferBought {
			t.Errorf("the offer is %s", got)
		}
		if n := b.scalar(t, `SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL OR state IN ('queued', 'sending')`); n != 0 {
			t.Errorf("%d mails wait", n)
		}
	})
}
