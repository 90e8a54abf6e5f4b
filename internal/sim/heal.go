package sim

import (
	"cmp"
	"fmt"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/sale"
)

// heal is the second half: no more faults, no pause, everybody who wants to
// join has joined, and the sale goes on until nothing is left to do.
func (w *World) heal() {
	if len(w.problems) > 0 {
		return
	}
	w.healed, w.skew = true, 0
	w.tolerate("resume", w.line().SetPaused(w.ctx, "sim", false, "organizer"))
	w.release()
	for len(w.fans) < w.Fans {
		w.join(w.newFan())
	}
	waiting := 0 // moments at which something could have been offered, and was not
	for round := 0; ; round++ {
		w.advance(w.Every)
		night := w.sleep()
		before := w.batch()
		w.beat(0)
		w.beat(1)
		for range w.reports {
			w.report()
		}
		for _, i := range []int{0, 1} {
			for range 4 {
				w.send(i, 2*w.Batch+8)
			}
		}
		for _, f := range w.fans {
			// Mostly with a link not used yet, sometimes once more.
			n := len(f.tokens)
			if n > 0 && w.rand.IntN(3) > 0 && (f.used < n || w.rand.IntN(16) == 0) {
				w.useLink(f, f.tokens[n-1])
				f.used = n
			}
		}
		if round%4 == 0 && (w.EveryEvent || round%12 == 0) {
			w.check()
		}
		if !night {
			waiting = w.stranded(before, waiting)
		}
		if len(w.problems) > 0 || w.done() {
			return
		}
		if round > w.patience() {
			w.fail("not done after %d moments: %s", round, w.situation())
			return
		}
	}
}

// patience is more moments than any sale of this size can need: every batch
// and every life of every fan, with room.
func (w *World) patience() int {
	lives := int(w.LinkLife/w.Every) + 8
	rounds := 200 + 4*(w.Fans/max(1, w.Batch)+8)*lives
	if w.Quiet.None() && !w.Requieting {
		return rounds
	}
	return 4 * rounds // every day may be short
}

func (w *World) batch() int64 {
	st, err := w.line().Sale(w.ctx, "sim")
	w.tolerate("read sale", err)
	return st.Batch
}

// stranded counts moments at which units were free, fans were eligible and
// nothing was offered. More than a few beats of it is a broken promise; the
// two dispatchers hand the lease to each other in between.
func (w *World) stranded(before int64, waiting int) int {
	st, err := w.line().Sale(w.ctx, "sim")
	w.tolerate("read sale", err)
	free := dispatcher.Affordable(w.capacity(), st.Sale.Tickets.MaxPerFan) > 0
	if st.Batch != before || !free || w.count(`SELECT COUNT(*) FROM registrations WHERE waiting = 1`) == 0 ||
		w.count(`SELECT COUNT(*) FROM outbox WHERE kind = 'offer' AND tried = 0 AND state IN ('queued', 'sending')`) > 0 {
		return 0
	}
	// A lease of a process that died runs out first.
	if moments := int(cmp.Or(w.Lease, 5*time.Second)/w.Every) + 3; waiting > moments {
		w.fail("nothing offered for %d moments: %s", waiting, w.situation())
	}
	return waiting + 1
}

// done says that nothing more can happen: no offer is live, no mail is due,
// and nobody waits or nothing is left.
func (w *World) done() bool {
	if w.count(`SELECT COUNT(*) FROM offers WHERE state IN ('planned', 'open', 'closing')`) > 0 ||
		w.count(`SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL OR state = 'sending'`) > 0 {
		return false
	}
	st, err := w.line().Sale(w.ctx, "sim")
	w.tolerate("read sale", err)
	tail := w.count(`SELECT COUNT(*) FROM registrations WHERE waiting = 1`)
	return !st.Pending() && (tail == 0 || (w.capacity().Available == 0 && st.SoldOut && st.ToldUpTo > 0))
}

// situation says where a sale is stuck.
func (w *World) situation() string {
	stock, _ := w.box.Stock(w.ctx, "sim")
	st, _ := w.line().Sale(w.ctx, "sim")
	return fmt.Sprintf("capacity %+v, waiting %d, live offers %d, due mails %d, pending %v, sold out %v, told up to %d",
		stock.Capacity(), w.count(`SELECT COUNT(*) FROM registrations WHERE waiting = 1`),
		w.count(`SELECT COUNT(*) FROM offers WHERE state IN ('planned', 'open', 'closing')`),
		w.count(`SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL`), st.Pending(), st.SoldOut, st.ToldUpTo)
}

// last looks at what must be true of every finished sale.
func (w *World) last() {
	if len(w.problems) > 0 {
		return
	}
	w.check()
	capacity := w.capacity()
	if capacity.Offered != 0 {
		w.fail("%d units are offered to nobody", capacity.Offered)
	}
	if capacity.Available > 0 && w.count(`SELECT COUNT(*) FROM registrations WHERE waiting = 1`) > 0 {
		w.fail("%d tickets are left while fans wait", capacity.Available)
	}
	for _, state := range []sale.MailState{sale.MailQueued, sale.MailSending} {
		if n := w.count(`SELECT COUNT(*) FROM outbox WHERE state = '` + string(state) + `'`); n > 0 {
			w.fail("%d mails are still %s", n, state)
		}
	}
}

func (w *World) capacity() sale.PoolStock {
	stock, err := w.box.Stock(w.ctx, "sim")
	w.tolerate("read stock", err)
	return stock.Capacity()
}
