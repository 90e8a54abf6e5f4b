package dispatcher_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// organizer does something about a fan until it is done, by this try or by one
// of which nobody heard.
func (w *theatre) organizer(what string, number int, do func(context.Context, line.Act) error) {
	w.Helper()
	w.scene(what, func() error {
		err := do(w.Context(), line.Act{Sale: slug, Number: number, Actor: "ada@office.example", Why: "the fan asked"})
		switch sale.CodeOf(err) {
		case sale.CodeTooLate, sale.CodeInvalid:
			return nil // the last try had done it
		}
		return err
	})
}

// help is what organizers do for fans: the fourth's order is cancelled, the
// fifth gets his link again and loses his offer, a thirteenth is corrected,
// withdrawn and erased.
func (w *theatre) help() {
	w.Helper()
	w.enter(13)
	to := sale.Address{Typed: "thirteen@example.org", Canonical: "thirteen@example.org"}
	w.organizer("correct", 13, func(ctx context.Context, a line.Act) error { return w.line.CorrectAddress(ctx, a, to) })
	w.organizer("withdraw for", 13, w.line.WithdrawFor)
	w.organizer("erase", 13, func(ctx context.Context, a line.Act) error { return w.line.Erase(ctx, a, "") })
	w.answered[13] = ""
	w.await(5)
	w.organizer("resend", 5, w.line.ResendOffer)
	w.organizer("void", 5, w.line.VoidOffer)
	w.organizer("cancel", 4, w.line.CancelOrder)
	w.scene("not cancelled", func() error {
		w.clock.Advance(15 * time.Second) // whoever has the lease lets it run out
		lease, _, err := w.line.Acquire(w.Context(), slug, "refused", time.Second)
		if err != nil {
			return err
		}
		return w.line.NotCancelled(w.Context(), lease, w.orders[w.links(4)[0].Offer], "no such order")
	})
	w.clock.Advance(time.Second)
	w.organizer("cancel", 4, w.line.CancelOrder)
	w.beat()
	w.taken()
	w.watched()
}

// taken is what pages about one fan and exports read.
func (w *theatre) taken() {
	w.Helper()
	ctx := w.Context()
	w.organizer("export", 5, func(ctx context.Context, a line.Act) error { _, err := w.line.ExportFan(ctx, a); return err })
	for what, read := range map[string]func() error{
		"find": func() error {
			_, err := w.line.Find(ctx, slug, sale.Address{Canonical: "fan5@example.org"})
			return err
		},
		"fan":           func() error { _, err := w.line.Fan(ctx, slug, 5); return err },
		"queue":         func() error { _, err := w.line.Queue(ctx, slug, 5); return err },
		"history":       func() error { _, err := w.line.History(ctx, line.HistoryPage{Sale: slug, Most: 9}); return err },
		"registrations": func() error { _, err := w.line.RegistrationsAfter(ctx, slug, 0, 9); return err },
		"offers":        func() error { _, err := w.line.OffersAfter(ctx, slug, 0, 0, 9); return err },
		"orders":        func() error { _, err := w.line.OrdersAfter(ctx, slug, "", 9); return err },
		"audit":         func() error { _, err := w.line.AuditAfter(ctx, slug, 0, 9); return err },
		"ledger":        func() error { _, err := w.box.Ledger(ctx, slug, 0, 9); return err },
	} {
		w.scene(what, read)
	}
}

// cancel asks for a fan's order to be cancelled, and has the beat do it.
func (h *house) cancel(number int) {
	h.Helper()
	must(h, h.line.CancelOrder(h.Context(), line.Act{Sale: slug, Number: number, Actor: "ada@office.example", Why: "the fan asked"}))
	h.beat()
}

// TestCancelOrder: the box office cancels what an organizer asked for, its
// units go to the next in line, and the fan is told, once.
func TestCancelOrder(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) { s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Caps.Guaranteed = 2, 2, 1 }}, func(t *testing.T, h *house) {
		h.join(2)
		h.beat()
		h.send(10)
		order, err := h.buy(h.lastLink(1), 2)
		must(t, err)
		h.beat()
		h.send(10)
		h.wire.cut()
		must(t, h.line.CancelOrder(t.Context(), line.Act{Sale: slug, Number: 1, Actor: "ada@office.example", Why: "the fan asked"}))
		if err := h.BeatAll(t.Context()); err == nil {
			t.Error("a beat without a box office is no error")
		}
		h.wire.heal()
		h.minute()
		h.minute()
		h.send(10)
		if c := h.stock(); c.Sold != 0 || c.Offered != 2 {
			t.Errorf("stock %+v", c)
		}
		if got := h.states(2); len(got) < 2 || got[1] != "open" {
			t.Errorf("offers %q", got)
		}
		told := 0
		for _, l := range h.letters(1) {
			if strings.HasPrefix(l.MessageID, "cancellation.") {
				told++
				if !strings.Contains(l.Text, order.Code) || !strings.Contains(l.Text, checkoutURL+"/order/"+order.Ref) {
					t.Errorf("he is told:\n%s", l.Text)
				}
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
}

// TestCancelWhatIsNotThere: an order that the box office does not know stops
// nothing, and is not asked for again.
func TestCancelWhatIsNotThere(t *testing.T) {
	h := newHouse(t, newStage(t), sqldbtest.SQLite(t), plan{})
	h.join(1)
	h.beat()
	h.send(10)
	_, err := h.buy(h.lastLink(1), 2)
	must(t, err)
	h.beat()
	must(t, h.lineDB.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE orders SET code = 'LOST'`)
		return err
	}))
	h.cancel(1)
	if n := h.count(`SELECT COUNT(*) FROM audit WHERE action = 'cancel refused' AND detail LIKE 'LOST: There is no such order%'`); n != 1 {
		t.Errorf("%d refusals are written down", n)
	}
	h.beat()
	if n := h.count(`SELECT COUNT(*) FROM orders WHERE cancel_at IS NOT NULL`); n != 0 {
		t.Error("it is asked for again")
	}
}
