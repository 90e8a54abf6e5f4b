package steering

import (
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Act is one of the things that are done to a running sale with one button.
type Act string

// The acts.
const (
	OpenForm  Act = "open"   // the form takes addresses from now on
	CloseForm Act = "close"  // the form takes none any more
	Start     Act = "start"  // offers are made from now on
	Pause     Act = "pause"  // no offer is made until Resume
	Resume    Act = "resume" // offers are made again
	Stop      Act = "stop"   // the sale ends
)

// Acts are all of them, in the order in which a sale meets them.
func Acts() []Act { return []Act{OpenForm, CloseForm, Start, Pause, Resume, Stop} }

// Do says what a sale is to be after an act. until is until when a form that
// opens again stays open; it counts only where the form was to be closed by
// now. An act that makes no sense now is refused with the reason.
func (n Now) Do(a Act, until time.Time) (Next, error) {
	now := n.At.Truncate(time.Second) // in force when it is written, not a moment later
	to := Next{Sale: n.Sale, Paused: n.Paused}
	s := &to.Sale
	if why := n.Senseless(a); why != "" {
		return Next{}, sale.E(sale.CodeInvalid, "%s", why)
	}
	switch a {
	case OpenForm:
		if !n.At.Before(s.Registration.Closes) {
			s.Registration.Closes = until
		} else {
			s.Registration.Opens = now
		}
	case CloseForm:
		s.Registration.Closes = now
	case Start:
		s.Dispatch.Starts = latest(now, s.Registration.Opens)
	case Pause, Resume:
		to.Paused = a == Pause
	case Stop:
		// An end leaves room for one link's life from the start; what is too
		// late for its whole life is not offered.
		s.Dispatch.Ends = latest(now, s.Dispatch.Starts.Add(s.Dispatch.LinkLife))
	}
	return to, nil
}

// Senseless says why an act makes no sense now, "" when it does.
func (n Now) Senseless(a Act) string {
	s := n.Sale
	opened, closed := !n.At.Before(s.Registration.Opens), !n.At.Before(s.Registration.Closes)
	started, ended := !n.At.Before(s.Dispatch.Starts), !n.At.Before(s.Dispatch.Ends)
	switch {
	case !slices.Contains(Acts(), a):
		return "There is no such act."
	case ended && a != CloseForm:
		return "The sale has ended. A later end, among its settings, lets it go on."
	case a == OpenForm && opened && !closed:
		return "The form is open."
	case a == CloseForm && !opened:
		return "The form has not opened yet."
	case a == CloseForm && closed:
		return "The form is closed."
	case a == Start && started:
		return "Offers are being made already."
	case a == Start && !opened:
		return "The form has not opened yet: nobody could be in line."
	case a == Pause && n.Paused:
		return "The sale is paused."
	case a == Resume && !n.Paused:
		return "The sale is not paused."
	case a == Stop && !started:
		return "No offer was made yet. Close the form, or pause it, or change its dates."
	}
	return ""
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
