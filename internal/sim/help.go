package sim

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// help is an organizer who does something about one fan. Refusals belong to
// the game; that the invariants hold is seen by the next check.
func (w *World) help(number int) {
	a := line.Act{Sale: "sim", Number: number, Actor: "organizer", Why: "simulated"}
	switch w.rand.IntN(8) {
	case 0:
		w.tolerate("withdraw for a fan", w.line().WithdrawFor(w.ctx, a))
	case 1:
		w.tolerate("void", w.line().VoidOffer(w.ctx, a))
	case 2:
		w.tolerate("cancel for a fan", w.line().CancelOrder(w.ctx, a))
	case 3:
		w.erase(a)
	case 4, 5:
		w.correct(a)
	default:
		w.tolerate("resend", w.line().ResendOffer(w.ctx, a))
	}
	w.Counts["helped"]++
}

// stored is what the line has about a place, read while no fault strikes.
func (w *World) stored(number int) (line.Fan, bool) {
	was := w.checking
	w.checking = true
	defer func() { w.checking = was }()
	f, err := w.line().Fan(w.ctx, "sim", number)
	w.tolerate("read a fan", err)
	return f, err == nil
}

// erase removes a person. Whatever was answered, what is stored tells whether
// it was done.
func (w *World) erase(a line.Act) {
	before, ok := w.stored(a.Number)
	choice := []line.OrderChoice{line.KeepOrder, line.CancelItsOrder}[w.rand.IntN(2)]
	w.tolerate("erase", w.line().Erase(w.ctx, a, choice))
	after, again := w.stored(a.Number)
	if !ok || !again || after.Erased.IsZero() || !before.Erased.IsZero() {
		return
	}
	w.Counts["erased"]++
	w.readdress(before.Address, "")
}

// correct moves a place to another address of the same fan, which may take
// mail or not.
func (w *World) correct(a line.Act) {
	before, ok := w.stored(a.Number)
	to := fmt.Sprintf("fan-%d-%d@sim.example", a.Number, w.Counts["corrections"])
	w.Counts["corrections"]++
	w.tolerate("correct", w.line().CorrectAddress(w.ctx, a, sale.Address{Typed: to, Canonical: to}))
	after, again := w.stored(a.Number)
	if !ok || !again || after.Address != to {
		return
	}
	w.Counts["corrected"]++
	w.readdress(before.Address, to)
	if f := w.byAddress[before.Address]; f != nil {
		f.address, f.bounces = to, w.rand.IntN(6) == 0
		w.byAddress[to] = f
		delete(w.byAddress, before.Address)
		w.formerly[before.Address] = w.now
	}
	for _, o := range after.Offers {
		if o.State == sale.OfferOpen {
			delete(w.arrived, o.ID) // what came to the old address came to nobody
		}
	}
}

// readdress notes that every number which was answered to an address has
// another one now, or none.
func (w *World) readdress(from, to string) {
	for number, address := range w.answered {
		if address == from {
			w.answered[number] = to
		}
	}
}

// elsewhere takes a mail to an address that was corrected while the mail was
// in a worker's hands. A mail that was taken up later must not go there.
func (w *World) elsewhere(to string, taken time.Time) bool {
	at, was := w.formerly[to]
	if was && taken.After(at) {
		w.fail("a mail to an address that was corrected")
	}
	return was
}
