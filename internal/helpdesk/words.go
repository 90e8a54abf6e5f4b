package helpdesk

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Moment writes a time in the sale's zone, for organizers.
func Moment(s *sale.Sale, t time.Time) string {
	return t.In(s.Location()).Format("Mon 2 Jan 2006, 15:04:05 MST")
}

func (q Question) moment(t time.Time) string { return Moment(&q.State.Sale, t) }

// when is a moment as part of a sentence, without the day when that is today.
func (q Question) when(t time.Time) string {
	loc := q.State.Sale.Location()
	t, now := t.In(loc), q.Now.In(loc)
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return "at " + t.Format("15:04:05 MST")
	}
	return "on " + t.Format("Mon 2 Jan 2006 at 15:04:05 MST")
}
