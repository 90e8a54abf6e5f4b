package dispatcher

import (
	"fmt"
	"math"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Fit is how a sale's guaranteed fans fit into the time in which it makes
// offers, when nobody leaves and every mail goes out at once.
type Fit struct {
	Fans  int           // guaranteed
	Reach int           // how many of them get an offer
	Takes time.Duration // from the start to the end of the last one's link, if it ran so long
	Runs  time.Duration // from the start to the end
}

// mostMoments are counted one by one; what comes after them is taken to go on
// at the same pace.
const mostMoments = 4000

// FitGuaranteed counts the moments of a sale's own schedule. It looks at what
// the sale says only: not at its line, and not at the time.
func FitGuaranteed(s sale.Sale) (Fit, error) {
	d := s.Dispatch
	f := Fit{Fans: s.Caps.Guaranteed, Runs: d.Ends.Sub(d.Starts)}
	cal, err := calendarOf(s)
	if err != nil || f.Fans <= 0 || d.Batch <= 0 {
		return f, err
	}
	batches := (f.Fans + d.Batch - 1) / d.Batch
	first := cal.first(d.Starts, d.Starts)
	last, count, inTime := first, 1, 0
	for {
		// A beat finds a moment a little after it, never before.
		if last.Add(d.LinkLife).Before(d.Ends) {
			inTime = count
		}
		if count == batches || count == mostMoments {
			break
		}
		last, count = cal.Next(last), count+1
	}
	if rest := batches - count; rest > 0 {
		pace := cal.rest.Loud(first, last) / time.Duration(count-1)
		if inTime == count {
			inTime += int(min(int64(rest), int64((cal.rest.Loud(last, d.Ends.Add(-d.LinkLife))-1)/pace)))
		}
		last = cal.rest.AddLoud(last, times(pace, rest))
	}
	f.Reach = min(f.Fans, inTime*d.Batch)
	f.Takes = last.Add(d.LinkLife).Sub(d.Starts)
	return f, nil
}

// times is n times d, or the longest there is.
func times(d time.Duration, n int) time.Duration {
	if d > math.MaxInt64/2/time.Duration(n) {
		return math.MaxInt64 / 2
	}
	return d * time.Duration(n)
}

// Warning says in words for the organizer that the guaranteed fans do not
// fit, or nothing when they do.
func (f Fit) Warning() string {
	if f.Reach >= f.Fans {
		return ""
	}
	return fmt.Sprintf("%s guaranteed fans need %s; dispatch runs for %s, and %s of them would get no offer",
		sale.FormatCount(f.Fans), sale.Takes(f.Takes), sale.Takes(f.Runs), sale.FormatCount(f.Fans-f.Reach))
}
