package sale

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// QuietHours are the hours of every day in which no offer mail leaves: from
// From until just before To, in seconds since midnight on the clock of the
// sale's zone. To lies on the next day when it is not after From. The zero
// value means that there are none.
type QuietHours struct{ From, To int }

// daySeconds are those of a day on the clock.
const daySeconds = 24 * 60 * 60

var quietShape = regexp.MustCompile(`^(\d\d):(\d\d)(?::(\d\d))?-(\d\d):(\d\d)(?::(\d\d))?$`)

// ParseQuietHours reads quiet hours as a sale file writes them: 22:00-08:00,
// with seconds for rehearsals. The error is in words for the organizer.
func ParseQuietHours(text string) (QuietHours, error) {
	m := quietShape.FindStringSubmatch(text)
	if m == nil {
		return QuietHours{}, fmt.Errorf("%s is not a time of the day to another; write it like 22:00-08:00", quote(text))
	}
	from, ok := timeOfDay(m[1:4])
	to, fine := timeOfDay(m[4:7])
	switch {
	case to == daySeconds:
		to = 0 // 24:00, as an end
	case from == daySeconds:
		ok = false
	}
	if !ok || !fine {
		return QuietHours{}, fmt.Errorf("%s has a time that no clock shows", quote(text))
	}
	if from == to {
		return QuietHours{}, fmt.Errorf("%s begins and ends at the same time; leave it out to send at any hour", quote(text))
	}
	return QuietHours{From: from, To: to}, nil
}

// timeOfDay gives the seconds since midnight, 24:00 included.
func timeOfDay(parts []string) (seconds int, ok bool) {
	var n [3]int
	for i, p := range parts {
		n[i], _ = strconv.Atoi(p) // digits or nothing, by the shape
	}
	seconds = n[0]*3600 + n[1]*60 + n[2]
	return seconds, n[1] < 60 && n[2] < 60 && seconds <= daySeconds
}

// None says that mail leaves at any hour.
func (q QuietHours) None() bool { return q == QuietHours{} }

// Word says when they are, for texts: night, when most people sleep, or day.
func (q QuietHours) Word() string {
	if q.at(3 * 60 * 60) {
		return "night"
	}
	return "day"
}

// String writes quiet hours as [ParseQuietHours] reads them; "" for none.
func (q QuietHours) String() string {
	if q.None() {
		return ""
	}
	return onClock(q.From) + "-" + onClock(q.To)
}

func onClock(seconds int) string {
	text := fmt.Sprintf("%02d:%02d", seconds/3600, seconds/60%60)
	if s := seconds % 60; s != 0 {
		text += fmt.Sprintf(":%02d", s)
	}
	return text
}

// MarshalText stores quiet hours as they are written.
func (q QuietHours) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (q *QuietHours) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*q = QuietHours{}
		return nil
	}
	var err error
	*q, err = ParseQuietHours(string(text))
	return err
}

// at says whether the clock may show this second of the day in quiet hours.
func (q QuietHours) at(second int) bool {
	if q.From < q.To {
		return q.From <= second && second < q.To
	}
	return second >= q.From || second < q.To
}

// Rest is when a sale's offer mails rest: its quiet hours on the clock of its
// zone. An instant is quiet exactly when that clock shows a quiet time, half
// open. So on the day the clock goes forward the times that it skips are
// neither; on the day it goes back the times that it shows twice are quiet
// twice.
type Rest struct {
	hours QuietHours
	loc   *time.Location
}

// Rest gives the sale's.
func (s *Sale) Rest() Rest {
	if s.Dispatch.Quiet.None() {
		return Rest{} // reading a zone opens a file
	}
	return Rest{hours: s.Dispatch.Quiet, loc: s.Location()}
}

// FirstMails is what fans are told of when offers begin to be mailed: when
// dispatch starts or, if that is a quiet hour, when it is over. Mails hold
// their sale by value, so that a template cannot call what needs its address.
func (s Sale) FirstMails() time.Time { return s.Rest().NextLoud(s.Dispatch.Starts) }

// ParseRest reads what [Rest.String] writes.
func ParseRest(text string) (Rest, error) {
	hours, zone, _ := strings.Cut(text, " ")
	q, err := ParseQuietHours(hours)
	if err != nil {
		return Rest{}, err
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return Rest{}, fmt.Errorf("read the zone of quiet hours: %w", err)
	}
	return Rest{hours: q, loc: loc}, nil
}

// String writes hours and zone, like 22:00-08:00 Europe/Zurich; "" for none.
func (r Rest) String() string {
	if r.None() {
		return ""
	}
	return r.hours.String() + " " + r.loc.String()
}

// None says that nothing ever rests.
func (r Rest) None() bool { return r.hours.None() }

// Quiet says whether mails rest at an instant.
func (r Rest) Quiet(at time.Time) bool {
	if r.None() {
		return false
	}
	h, m, s := at.In(r.loc).Clock()
	return r.hours.at(h*3600 + m*60 + s)
}

// NextLoud is the first instant from at on at which mails do not rest: at
// itself when they do not.
func (r Rest) NextLoud(at time.Time) time.Time {
	for r.Quiet(at) {
		at = r.edge(at)
	}
	return at
}

// NextQuiet is the first instant from at on at which mails rest. It is not to
// be asked of a sale without quiet hours.
func (r Rest) NextQuiet(at time.Time) time.Time {
	for !r.Quiet(at) {
		at = r.edge(at)
	}
	return at
}

// LastQuiet is the end of the latest time up to at in which mails rested: at
// itself when they rest. It is the zero time when there was none for days.
func (r Rest) LastQuiet(at time.Time) time.Time {
	if r.None() {
		return time.Time{}
	}
	var last time.Time
	for t := at.Add(-50 * time.Hour); t.Before(at); { // two days, the longest of them
		quiet, end := r.Quiet(t), r.edge(t)
		if quiet {
			last = end
		}
		t = end
	}
	if last.After(at) || r.Quiet(at) {
		return at
	}
	return last
}

// AddLoud is the first instant at which so much time has passed since at, not
// counting that in which mails rest.
func (r Rest) AddLoud(at time.Time, d time.Duration) time.Time {
	if r.None() {
		return at.Add(d)
	}
	for d > 0 {
		end := r.edge(at)
		switch {
		case r.Quiet(at):
		case end.Sub(at) >= d:
			return at.Add(d)
		default:
			d -= end.Sub(at)
		}
		at = end
	}
	return at
}

// Loud is how much of the time from one instant to another mails do not rest.
func (r Rest) Loud(from, to time.Time) time.Duration {
	if r.None() {
		return to.Sub(from)
	}
	var sum time.Duration
	for from.Before(to) {
		end := r.edge(from)
		if end.After(to) {
			end = to
		}
		if !r.Quiet(from) {
			sum += end.Sub(from)
		}
		from = end
	}
	return sum
}

// Moment is the k-th moment after first, which is loud, of a schedule with
// so long between two moments: one that would be quiet comes at the end of
// the quiet hours instead, and the next ones count from there. Of one after
// the end it says no more than that.
func (r Rest) Moment(first time.Time, period time.Duration, k int, end time.Time) time.Time {
	for !r.None() && first.Before(end) {
		quiet := r.NextQuiet(first)
		most := int((quiet.Sub(first) + period - 1) / period) // moments until then
		if k < most {
			break
		}
		k -= most
		first = r.NextLoud(quiet)
	}
	if left := end.Sub(first); k > int(left/period) {
		return first.Add(max(left, 0)) // whatever it is, it is too late
	}
	return first.Add(time.Duration(k) * period)
}

// edge is the first instant after t at which resting may begin or end: an
// edge of the quiet hours, or a change of the zone's clock.
func (r Rest) edge(t time.Time) time.Time {
	t = t.In(r.loc)
	h, m, s := t.Clock()
	now := h*3600 + m*60 + s
	wait := daySeconds
	for _, edge := range [...]int{r.hours.From, r.hours.To} {
		ahead := (edge - now + daySeconds) % daySeconds
		if ahead == 0 {
			ahead = daySeconds
		}
		wait = min(wait, ahead)
	}
	at := t.Add(time.Duration(wait)*time.Second - time.Duration(t.Nanosecond()))
	_, change := t.ZoneBounds()
	if change.IsZero() {
		return at
	}
	// Where a zone's table has ended and its rule goes on, Go's bound lies
	// before t on the last day of a leap year (golang/go #81583).
	if !change.After(t) {
		change = change.Add(24 * time.Hour)
	}
	if change.Before(at) {
		return change
	}
	return at
}

// quiet checks the quiet hours by themselves and, when a life fits between
// start and end at all, whether it fits with them too.
func (c *checker) quiet(lives bool) {
	q, d := c.s.Dispatch.Quiet, c.s.Dispatch
	switch {
	case q.None():
		return
	case q.From < 0 || q.From >= daySeconds || q.To < 0 || q.To >= daySeconds || q.From == q.To:
		c.fail("dispatch.quiet", "is not a time of the day to another; write it like 22:00-08:00")
	case lives && c.loc != nil:
		first := Rest{hours: q, loc: c.loc}.NextLoud(d.Starts)
		if first.Add(d.LinkLife).After(d.Ends) {
			c.fail("dispatch.quiet", "%s leaves no time for an offer: from %s on, no link could live for %s before the end, %s",
				q, c.day(first), FormatLife(d.LinkLife), c.day(d.Ends))
		}
	}
}
