package sim

import (
	"errors"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// play is the rough half: events in random order until the steps are used
// up.
func (w *World) play() {
	for range w.Steps {
		if w.inTheMiddle() {
			w.incident(w.Incident)
		}
		w.advance(time.Millisecond + time.Duration(w.rand.Int64N(int64(w.Every)/4)))
		beat := w.event()
		if w.EveryEvent || beat {
			w.check()
		}
		if len(w.problems) > 0 {
			return
		}
	}
}

// event does one thing; it reports whether that was a beat.
func (w *World) event() bool {
	w.stumble()
	if w.Freezing > 0 && w.chance(w.Freezing) {
		w.freezeOrRelease()
	}
	switch n := w.rand.IntN(100); {
	case n < 25:
		for range w.Crowd {
			w.someoneJoins()
		}
	case n < 50:
		for range w.Crowd {
			w.someFanActs()
		}
	case n < 70:
		w.beat(0)
		return true
	case n < 75:
		w.beat(1)
		return true
	case n < 92:
		w.send(0, 1+w.rand.IntN(2*w.Batch))
	case n < 95:
		w.send(1, 1+w.rand.IntN(3))
	case n < 96:
		w.report()
	case n < 97:
		w.advance(time.Duration(w.rand.Int64N(int64(w.LinkLife))))
	default:
		if w.chance(4 * w.Meddling) {
			w.meddle()
		}
	}
	return false
}

// stumble lets processes die and clocks jump.
func (w *World) stumble() {
	if w.chance(w.Crashes / 4) {
		w.crash()
	}
	if w.chance(w.Jumps / 4) {
		w.Counts["clock jump"]++
		if w.rand.IntN(2) == 0 {
			w.advance(time.Duration(w.rand.Int64N(int64(2 * w.LinkLife))))
		} else {
			w.skew = time.Duration(w.rand.IntN(6000)-3000) * time.Millisecond
		}
	}
}

// crash lets one process die and start again.
func (w *World) crash() {
	w.Counts["crash"]++
	w.checking = true // starting again is not what fails here
	var err error
	if i := w.rand.IntN(3); i < 2 {
		err = w.startOffice(i)
	} else {
		err = w.startBox()
	}
	w.checking = false
	w.tolerate("start again", err)
}

func (w *World) someoneJoins() {
	if len(w.fans) < w.Fans {
		w.join(w.newFan())
		return
	}
	if len(w.fans) > 0 {
		w.join(w.fans[w.rand.IntN(len(w.fans))]) // double clicks and second tries
	}
}

func (w *World) someFanActs() {
	if len(w.fans) == 0 {
		return
	}
	// Somebody with a link, if a few looks find one.
	for range 8 {
		f := w.fans[w.rand.IntN(len(w.fans))]
		if len(f.tokens) > 0 {
			w.act(f)
			return
		}
	}
}

func (w *World) beat(i int) {
	err := w.offices[i].dispatcher.BeatAll(w.ctx)
	for _, e := range flat(err) {
		w.tolerate("beat", e)
	}
}

// flat takes joined errors apart.
func flat(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return []error{err}
}

func (w *World) send(i, most int) {
	was := w.leased
	w.leased = w.over()
	defer func() { w.leased = was }()
	_, err := w.offices[i].dispatcher.Send(w.ctx, courier{w}, most)
	w.tolerate("send", err)
}

// meddle is what organizers and fans do on top.
func (w *World) meddle() {
	number := 1 + w.rand.IntN(max(len(w.answered), 1))
	switch w.rand.IntN(9) {
	case 7, 8:
		w.help(number)
	case 6:
		w.loseReceipt()
	case 0:
		w.tolerate("pause", w.line().SetPaused(w.ctx, "sim", true, "organizer"))
	case 1:
		w.tolerate("resume", w.line().SetPaused(w.ctx, "sim", false, "organizer"))
	case 2:
		w.tolerate("withdraw", w.line().Withdraw(w.ctx, "sim", number))
	case 3:
		w.tolerate("restore", w.line().Restore(w.ctx, "sim", number))
	case 4:
		w.cancelSomeOrder()
	default:
		w.newVersion()
	}
	w.Counts["meddled"]++
}

// newVersion changes what organizers change: stock, batch, caps, quiet hours.
func (w *World) newVersion() {
	st, err := w.line().Sale(w.ctx, "sim")
	if err != nil {
		w.tolerate("read sale", err)
		return
	}
	s := st.Sale
	kinds := 3
	if w.Requieting {
		kinds = 5
	}
	switch w.rand.IntN(kinds) {
	case 3:
		s.Dispatch.Quiet = sale.QuietHours{}
		w.Counts["quiet hours lifted"]++
	case 4:
		s.Dispatch.Quiet = quietFrom(w.rand, w.now.Add(-time.Duration(w.rand.Int64N(int64(2*w.LinkLife)))+w.LinkLife))
		w.Counts["quiet hours changed"]++
	case 0:
		i, more := w.rand.IntN(len(s.Tickets.Types)), w.rand.IntN(5)-2
		types := append([]sale.TicketType(nil), s.Tickets.Types...)
		types[i].Stock += more
		s.Tickets.Types, s.Tickets.Capacity = types, s.Tickets.Capacity+more
	case 1:
		s.Dispatch.Batch = 1 + w.rand.IntN(6)
	case 2:
		s.Caps.Guaranteed += w.rand.IntN(3) - 1
		s.Caps.Standby += w.rand.IntN(3) - 1
	}
	if s.Caps.Guaranteed < 0 || s.Caps.Standby < 0 || len(s.Validate(func(string, *time.Location) error { return nil })) > 0 {
		return
	}
	_, err = w.line().Apply(w.ctx, s, "organizer")
	w.tolerate("apply", err)
}

func (w *World) cancelSomeOrder() {
	if len(w.bought) == 0 || w.Counts["cancelled"] > 3 {
		return
	}
	_, err := w.box.Cancel(w.ctx, "sim", w.bought[w.rand.IntN(len(w.bought))], "returned")
	if err == nil {
		w.Counts["cancelled"]++
	}
	w.tolerate("cancel", err)
}
