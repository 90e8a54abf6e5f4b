package dispatcher

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/inturn/inturn/internal/sale"
)

// Schedule says when batches are due.
//
// Next gives the first moment strictly after the given one: a whole second,
// never the zero time, in the schedule's zone. Asked again with its own
// answer it goes on, strictly forward, for ever.
type Schedule interface {
	Next(after time.Time) time.Time
}

// ParseSchedule reads a sale's `dispatch.every`: a standard cron expression
// of five fields, a descriptor such as `@hourly`, or `@every 90s`. The fields
// are read on the clock of loc (UTC when nil). What is refused, with
// [sale.CodeInvalid] and words for the organizer: anything that robfig/cron
// cannot read, a zone inside the expression (the sale has one), a moment that
// never comes (30 February), and an `@every` below or between whole seconds,
// which the library would round without a word.
//
// # When clocks change
//
// An expression that names hours (`30 2 * * *`, `0 9-17 * * 1-5`, `@daily`)
// fires once for each time that it names: at the first instant at which the
// zone's clock has reached it. So a time that the clock skips fires at the
// first instant after the gap, and a time that the clock shows twice fires
// when it is shown first. Several times in one gap are one moment.
//
// An expression that is open to every hour (`*/5 * * * *`, `@hourly`) means
// real time: it fires whenever the clock shows a minute that it names, in
// both passes of a repeated hour, and not for minutes that are skipped.
//
// `@every` knows no clock: it is anchored to the previous moment, which is the
// argument of Next, and counts real seconds from there.
func ParseSchedule(expr string, loc *time.Location) (Schedule, error) {
	if loc == nil {
		loc = time.UTC
	}
	expr = strings.TrimSpace(expr)
	if strings.Contains(expr, "TZ=") {
		return nil, sale.E(sale.CodeInvalid, "%q names a time zone; a schedule is always in the sale's own", expr)
	}
	if length, ok := strings.CutPrefix(expr, "@every "); ok {
		return parseEvery(strings.TrimSpace(length), loc)
	}
	fields, err := parseFields(expr)
	if err != nil {
		return nil, sale.E(sale.CodeInvalid, "%q is not a schedule: %v (write five cron fields such as \"*/5 * * * *\", or \"@every 1m\")", expr, err)
	}
	if _, ok := nextReading(fields, time.Unix(0, 0).UTC()); !ok {
		return nil, sale.E(sale.CodeInvalid, "%q never comes", expr)
	}
	if fields.Hour&everyHour == everyHour {
		return realTime{fields, loc}, nil
	}
	return wallTime{fields, loc}, nil
}

// CheckSchedule says what is wrong with an expression, in the words of
// [ParseSchedule], or nil.
func CheckSchedule(expr string, loc *time.Location) error {
	_, err := ParseSchedule(expr, loc)
	return err
}

// everyHour is the hour field's bits when it leaves no hour out.
const everyHour = 1<<24 - 1

// spread is more than any two clocks of one zone have ever been apart.
const spread = 36 * time.Hour

// interval is `@every`.
type interval struct {
	length cron.ConstantDelaySchedule
	loc    *time.Location
}

func parseEvery(length string, loc *time.Location) (Schedule, error) {
	d, err := time.ParseDuration(length)
	if err != nil {
		return nil, sale.E(sale.CodeInvalid, "@every %s: write a duration such as 90s, 5m or 1h30m", length)
	}
	if d < time.Second {
		return nil, sale.E(sale.CodeInvalid, "@every %s is shorter than one second", length)
	}
	if d%time.Second != 0 {
		return nil, sale.E(sale.CodeInvalid, "@every %s is not a whole number of seconds", length)
	}
	return interval{cron.Every(d), loc}, nil
}

// Next is after plus the interval, cut to the whole second.
func (s interval) Next(after time.Time) time.Time { return s.length.Next(after).In(s.loc) }

// parseFields keeps the library's panics and its empty fields (`, * * * *`)
// from the rest.
func parseFields(expr string) (fields *cron.SpecSchedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			fields, err = nil, fmt.Errorf("cannot be read")
		}
	}()
	parsed, err := cron.ParseStandard(expr)
	if err != nil {
		return nil, err
	}
	fields, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("cannot be read")
	}
	if fields.Minute == 0 || fields.Hour == 0 || fields.Dom == 0 || fields.Month == 0 || fields.Dow == 0 {
		return nil, fmt.Errorf("a field is empty")
	}
	return fields, nil
}

// A reading is what a zone's clock shows, written as a UTC time. Readings
// have no gaps and no repetitions, so that the library can count in them.

func reading(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// nextReading gives the first reading after r that the fields name. The
// library gives up after five years; 29 February can be eight away.
func nextReading(fields *cron.SpecSchedule, r time.Time) (time.Time, bool) {
	utc := *fields
	utc.Location = time.UTC
	for range 2 {
		if next := utc.Next(r); !next.IsZero() {
			return next, true
		}
		r = time.Date(r.Year()+5, time.January, 1, 0, 0, 0, -1, time.UTC)
	}
	return time.Time{}, false
}

// change gives an instant after t up to which the clock of t's zone runs on
// evenly; false when it does so for ever. Where a zone's table has ended and
// its rule goes on, Go takes every year for 365 days (time.tzset), so that on
// 31 December of a leap year its bound lies before t: a day too early.
func change(t time.Time) (time.Time, bool) {
	_, end := t.ZoneBounds()
	if end.IsZero() {
		return end, false
	}
	if !end.After(t) {
		end = end.Add(24 * time.Hour)
	}
	return end, true
}

// wallTime is an expression that names hours.
type wallTime struct {
	fields *cron.SpecSchedule
	loc    *time.Location
}

func (s wallTime) Next(after time.Time) time.Time {
	r, _ := nextReading(s.fields, highest(after.In(s.loc)))
	return firstReached(r, s.loc)
}

// highest is the latest reading that t's clock has shown up to t: later than
// what it shows at t while an hour is being repeated.
func highest(t time.Time) time.Time {
	high := reading(t)
	for at := t; ; {
		start, _ := at.ZoneBounds()
		if start.IsZero() || t.Sub(start) > spread {
			return high
		}
		at = start.Add(-1)
		if r := reading(at); r.After(high) {
			high = r
		}
	}
}

// firstReached is the first instant at which loc's clock shows r or later.
func firstReached(r time.Time, loc *time.Location) time.Time {
	for t := r.Add(-spread).In(loc); ; {
		_, offset := t.Zone()
		at := r.Add(-time.Duration(offset) * time.Second)
		if at.Before(t) {
			at = t // skipped: r lay in the gap before t
		}
		end, ends := change(t)
		if !ends || at.Before(end) {
			return at.In(loc)
		}
		t = end
	}
}

// realTime is an expression that is open to every hour.
type realTime struct {
	fields *cron.SpecSchedule
	loc    *time.Location
}

func (s realTime) Next(after time.Time) time.Time {
	t := after.In(s.loc)
	for r := reading(t); ; {
		next, _ := nextReading(s.fields, r)
		_, offset := t.Zone()
		at := next.Add(-time.Duration(offset) * time.Second)
		end, ends := change(t)
		if !ends || at.Before(end) {
			return at.In(s.loc)
		}
		// The clock changes before: look again from the change on.
		t, r = end, reading(end).Add(-1)
	}
}
