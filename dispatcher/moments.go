package dispatcher

import (
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// calendar has the moments of a sale at which offers are made: those of its schedule
// that are not quiet.
//
// `@every` knows no clock: a moment that would be quiet comes as soon as it is
// loud again, and the next ones count from there, so that no rhythm can miss
// the day for ever. A cron expression names times that somebody chose: one
// that is quiet passes.
type calendar struct {
	Schedule
	rest  sale.Rest
	every bool
	ends  time.Time
}

func calendarOf(s sale.Sale) (calendar, error) {
	schedule, err := ParseSchedule(s.Dispatch.Every, s.Location())
	return calendar{
		Schedule: schedule, rest: s.Rest(), ends: s.Dispatch.Ends,
		every: strings.HasPrefix(strings.TrimSpace(s.Dispatch.Every), "@every"),
	}, err
}

// Next gives the first moment after the given one. After the sale's end it
// does not matter any more whether it is quiet.
func (c calendar) Next(after time.Time) time.Time { return c.loud(c.Schedule.Next(after)) }

// loud gives a moment, or the one that stands for it when it is quiet.
func (c calendar) loud(moment time.Time) time.Time {
	if c.every {
		return c.rest.NextLoud(moment)
	}
	for c.rest.Quiet(moment) && moment.Before(c.ends) {
		moment = c.Schedule.Next(c.rest.NextLoud(moment).Add(-time.Second))
	}
	return moment
}

// first is when a sale's moments begin: `@every` with the start itself, a
// cron expression with its first moment from then on.
func (c calendar) first(starts, now time.Time) time.Time {
	if c.every {
		return c.loud(starts)
	}
	from := starts
	if now.After(from) {
		from = now
	}
	return c.Next(from.Add(-time.Second))
}

// Moments gives the moments at which a sale makes offers, for forecasts: the
// first of all when asked with the zero time, then each when asked with the
// one before.
func Moments(s sale.Sale) (func(after time.Time) time.Time, error) {
	cal, err := calendarOf(s)
	if err != nil {
		return nil, err
	}
	return func(after time.Time) time.Time {
		if after.IsZero() {
			return cal.first(s.Dispatch.Starts, s.Dispatch.Starts)
		}
		return cal.Next(after)
	}, nil
}

// due is the next moment: the one that the row remembers, or how the sale's
// moments begin when it remembers none.
func (c calendar) due(remembered, starts, now time.Time) time.Time {
	switch {
	case remembered.IsZero():
		return c.first(starts, now)
	case c.rest.Quiet(remembered): // it was not when it was written down
		return c.loud(remembered)
	}
	return remembered
}

// NextMoments gives the moment of a sale's next batch and the one after it, as
// the dispatcher would find them now. remembered is the moment that the line
// keeps, zero for none. The first may lie in the past: then it is due.
func NextMoments(s sale.Sale, remembered, now time.Time) (next, following time.Time, err error) {
	c, err := calendarOf(s)
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	next = c.due(remembered, s.Dispatch.Starts, now)
	return next, c.Next(next), nil
}

// following is the first moment after now; one after the other from the last
// moment on, so that `@every` keeps its rhythm, unless too many were missed.
func (c calendar) following(moment, now time.Time) time.Time {
	next := c.Next(moment)
	if next.After(now) {
		return next
	}
	return c.Next(now)
}

// period is how long it is from a moment to the next one, quiet or not.
func (c calendar) period(moment time.Time) time.Duration {
	return c.Schedule.Next(moment).Sub(moment)
}

// CheckSale says what is wrong with a sale that only its schedule can tell,
// or nil: quiet hours that let no moment pass.
func CheckSale(s sale.Sale) error {
	c, err := calendarOf(s)
	if err != nil || c.rest.None() {
		return err
	}
	d := s.Dispatch
	if first := c.first(d.Starts, d.Starts); !first.Add(d.LinkLife).After(d.Ends) {
		return nil
	}
	return &sale.Error{
		Code: sale.CodeInvalid, Message: "the quiet hours and the schedule do not go together",
		Fields: []sale.FieldError{{
			Field:   "dispatch.quiet",
			Message: d.Quiet.String() + " lets no moment of dispatch.every pass at which an offer could still live for " + sale.FormatLife(d.LinkLife),
		}},
	}
}
