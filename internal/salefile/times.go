package salefile

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// The ways to write a moment. Seconds may have a fraction.
var (
	withOffset = []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00"}
	onTheWall  = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"}
)

// parseTime reads a moment; without an offset it is what the clock on the
// wall shows in loc.
func parseTime(s string, loc *time.Location) (time.Time, error) {
	for _, layout := range withOffset {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	for _, layout := range onTheWall {
		if t, err := time.Parse(layout, s); err == nil {
			return wallTime(t, loc)
		}
	}
	if _, err := time.Parse("2006-01-02", s); err == nil {
		return time.Time{}, fmt.Errorf("%s has no time of day; write it like %sT10:00", quote(s), s)
	}
	return time.Time{}, fmt.Errorf("%s is not a time; write it like 2027-03-10T10:00", quote(s))
}

// wallTime finds the instant at which the clock on the wall in loc shows
// wall, which is given as if in UTC. On the day clocks go forward some times
// are never shown: those are refused. On the day they go back some are shown
// twice: the first is taken. [time.Date] promises neither.
func wallTime(wall time.Time, loc *time.Location) (time.Time, error) {
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), loc)
	offsets := []int{offset(near)}
	start, end := near.ZoneBounds()
	if !start.IsZero() {
		offsets = append(offsets, offset(start.Add(-1)))
	}
	if !end.IsZero() {
		offsets = append(offsets, offset(end))
	}
	var first time.Time
	for _, o := range offsets {
		t := wall.Add(-time.Duration(o) * time.Second)
		if offset(t.In(loc)) == o && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if first.IsZero() {
		return first, fmt.Errorf("%s does not exist in %s: clocks go forward over it", wall.Format("2006-01-02 15:04:05"), loc)
	}
	return first, nil
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}

// moment reads one moment, the zero time when it is left out or none.
func (s section) moment(key string, loc *time.Location) time.Time {
	if !s.has(key) {
		return time.Time{}
	}
	text, ok := s.r.scalar(s.field(key), s.values[key])
	if !ok {
		return time.Time{}
	}
	t, err := parseTime(text, loc)
	if err != nil {
		s.r.fail(s.field(key), "%s", err)
	}
	return t
}

// life reads a duration.
func (s section) life(key string, otherwise time.Duration) time.Duration {
	if !s.has(key) {
		return otherwise
	}
	text, ok := s.r.scalar(s.field(key), s.values[key])
	if !ok {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		s.r.fail(s.field(key), "%s is not a duration; write it with its unit, like 1h, 90m or 45s", quote(text))
	}
	return d
}

// quiet reads quiet hours, none when they are left out.
func (s section) quiet(key string) sale.QuietHours {
	if !s.has(key) {
		return sale.QuietHours{}
	}
	text, ok := s.r.scalar(s.field(key), s.values[key])
	if !ok {
		return sale.QuietHours{}
	}
	q, err := sale.ParseQuietHours(text)
	if err != nil {
		s.r.fail(s.field(key), "%s", err)
	}
	return q
}

// FormatTime writes a moment as a sale file does and reads it: what the clock
// on the wall shows in loc, with an offset only where that alone would be read
// as another instant. The zero time is "".
func FormatTime(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(loc)
	layout := onTheWall[0]
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout = "2006-01-02T15:04:05.999999999"
	}
	s := t.Format(layout)
	if back, err := parseTime(s, loc); err == nil && back.Equal(t) {
		return s
	}
	return t.Format(time.RFC3339Nano)
}
