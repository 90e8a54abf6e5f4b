package helpdesk

import (
	"strconv"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// count is "1 ticket", "4 tickets".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// grouped writes a number with a comma between its thousands.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

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
