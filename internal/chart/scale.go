package chart

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Number writes a count with its thousands apart: 12,345.
func Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// tickText writes the number at an axis: short for very large ones.
func tickText(v float64) string {
	for _, unit := range []struct {
		from float64
		name string
	}{{1e16, ""}, {1e13, "T"}, {1e10, "G"}, {1e7, "M"}} {
		switch {
		case v < unit.from:
		case unit.name == "":
			return strconv.FormatFloat(v, 'e', 0, 64)
		default:
			return strconv.FormatFloat(v/(unit.from/10), 'f', -1, 64) + unit.name
		}
	}
	return Number(int(v))
}

// ticks are round numbers from 0 to at least most, about n of them. Things
// are counted, so no step is less than one.
func ticks(most float64, n int) []float64 {
	most = max(most, 1)
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, part := range []float64{0.1, 0.2, 0.5, 1, 2} {
		if s := step * part; s >= 1 && math.Ceil(most/s) <= float64(n) {
			step = s
			break
		}
	}
	var all []float64
	for i := 0; ; i++ {
		v := float64(i) * step
		all = append(all, v)
		if v >= most {
			return all
		}
	}
}

// steps are the round lengths of time between ticks, up to a day.
func steps() []time.Duration {
	return []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	}
}

const day = 24 * time.Hour

func times(n int, d time.Duration) time.Duration { return time.Duration(int64(n) * int64(d)) }

// RoundStep is the shortest round step by which span has at most n of them.
func RoundStep(span time.Duration, n int) time.Duration {
	n = max(n, 1)
	for _, s := range steps() {
		if span <= times(n, s) {
			return s
		}
	}
	for _, days := range []int{1, 2, 7, 14, 28, 91, 182, 364} {
		if step := times(days, day); span <= times(n, step) {
			return step
		}
	}
	const year = 364 * day
	return times(int(span/year)/n+1, year)
}

// moments are round times of a zone between from and to, both included:
// multiples of step from the local midnight before.
func moments(from, to time.Time, step time.Duration, zone *time.Location) []time.Time {
	from, to = from.In(zone), to.In(zone)
	y, m, d := from.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, zone)
	var all []time.Time
	if step >= day {
		for i := 0; len(all) < 100; i += int(step / day) {
			t := time.Date(y, m, d+i, 0, 0, 0, 0, zone)
			if t.After(to) {
				break
			}
			if !t.Before(from) {
				all = append(all, t)
			}
		}
		return all
	}
	first := from.Add(-(from.Sub(midnight) % step))
	for t := first; !t.After(to) && len(all) < 1000; t = t.Add(step) {
		if !t.Before(from) {
			all = append(all, t)
		}
	}
	return all
}

// momentText writes a tick of the time axis.
func momentText(t time.Time, step time.Duration) string {
	switch {
	case step >= day:
		return t.Format("2 Jan")
	case step < time.Minute:
		return t.Format("15:04:05")
	default:
		return t.Format("15:04")
	}
}

// spanText says which days an axis covers, in which zone.
func spanText(from, to time.Time, zone *time.Location) string {
	from, to = from.In(zone), to.In(zone)
	days := from.Format("Mon 2 January 2006")
	switch {
	case from.Format("2006-01-02") == to.Format("2006-01-02"):
	case from.Year() != to.Year():
		days = from.Format("2 January 2006") + " – " + to.Format("2 January 2006")
	case from.Month() != to.Month():
		days = from.Format("2 January") + " – " + to.Format("2 January 2006")
	default:
		days = from.Format("2") + " – " + to.Format("2 January 2006")
	}
	return days + ", " + zone.String()
}
