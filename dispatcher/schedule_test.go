package dispatcher

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of these tests, on every machine

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
)

const stamp = "2006-01-02T15:04:05-07:00"

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func parse(t testing.TB, expr string, loc *time.Location) Schedule {
	t.Helper()
	s, err := ParseSchedule(expr, loc)
	if err != nil {
		t.Fatalf("ParseSchedule(%q): %v", expr, err)
	}
	return s
}

// moments gives the n moments after from, which is a time on loc's clock with
// its offset.
func moments(t testing.TB, expr, zoneName, from string, n int) []string {
	t.Helper()
	loc := zone(t, zoneName)
	at, err := time.Parse(stamp, from)
	if err != nil {
		t.Fatal(err)
	}
	s := parse(t, expr, loc)
	var got []string
	for range n {
		at = s.Next(at)
		if at.IsZero() {
			t.Fatalf("%s: Next gave the zero time after %v", expr, got)
		}
		got = append(got, at.Format(stamp))
	}
	return got
}

func TestScheduleOnTheDaysClocksChange(t *testing.T) {
	tests := []struct {
		name, expr, zone, from string
		want                   []string
	}{
		{
			"gap: a skipped time fires right after it", "30 2 * * *", "Europe/Zurich", "2026-03-28T00:00:00+01:00",
			[]string{"2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"},
		}, {
			"gap: many skipped times are one moment", "*/10 2,3 * * *", "Europe/Zurich", "2026-03-29T01:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-29T03:10:00+02:00", "2026-03-29T03:20:00+02:00"},
		}, {
			"gap: the last time before it", "59 1 * * *", "Europe/Zurich", "2026-03-28T12:00:00+01:00",
			[]string{"2026-03-29T01:59:00+01:00", "2026-03-30T01:59:00+02:00"},
		}, {
			"overlap: only the first of two", "30 2 * * *", "Europe/Zurich", "2026-10-24T12:00:00+02:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		}, {
			"overlap: asked between the two", "30 2 * * *", "Europe/Zurich", "2026-10-25T02:00:00+01:00",
			[]string{"2026-10-26T02:30:00+01:00"},
		}, {
			"overlap: a quarter of an hour, in the first pass only", "*/15 1-3 * * *", "Europe/Zurich", "2026-10-25T01:50:00+02:00",
			[]string{
				"2026-10-25T02:00:00+02:00", "2026-10-25T02:15:00+02:00", "2026-10-25T02:30:00+02:00",
				"2026-10-25T02:45:00+02:00", "2026-10-25T03:00:00+01:00", "2026-10-25T03:15:00+01:00",
			},
		}, {
			"overlap: every hour means real time, both passes", "*/20 * * * *", "Europe/Zurich", "2026-10-25T01:50:00+02:00",
			[]string{
				"2026-10-25T02:00:00+02:00", "2026-10-25T02:20:00+02:00", "2026-10-25T02:40:00+02:00",
				"2026-10-25T02:00:00+01:00", "2026-10-25T02:20:00+01:00", "2026-10-25T02:40:00+01:00", "2026-10-25T03:00:00+01:00",
			},
		}, {
			"gap: every hour means real time", "*/20 * * * *", "Europe/Zurich", "2026-03-29T01:30:00+01:00",
			[]string{"2026-03-29T01:40:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:20:00+02:00"},
		}, {
			"0-23 leaves no hour out either", "0 0-23 * * *", "Europe/Zurich", "2026-10-25T01:50:00+02:00",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"},
		}, {
			"*/2 names hours", "0 */2 * * *", "Europe/Zurich", "2026-10-25T00:30:00+02:00",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T04:00:00+01:00"},
		}, {
			"New York, gap", "15 2 * * *", "America/New_York", "2026-03-07T12:00:00-05:00",
			[]string{"2026-03-08T03:00:00-04:00", "2026-03-09T02:15:00-04:00"},
		}, {
			"New York, overlap", "15 1 * * *", "America/New_York", "2026-10-31T12:00:00-04:00",
			[]string{"2026-11-01T01:15:00-04:00", "2026-11-02T01:15:00-05:00"},
		}, {
			"half an hour skipped", "15 2 * * *", "Australia/Lord_Howe", "2025-10-04T12:00:00+10:30",
			[]string{"2025-10-05T02:30:00+11:00", "2025-10-06T02:15:00+11:00"},
		}, {
			"half an hour skipped, a time after it in the same hour", "45 2 * * *", "Australia/Lord_Howe", "2025-10-04T12:00:00+10:30",
			[]string{"2025-10-05T02:45:00+11:00", "2025-10-06T02:45:00+11:00"},
		}, {
			"half an hour repeated", "45 1 * * *", "Australia/Lord_Howe", "2025-04-05T12:00:00+11:00",
			[]string{"2025-04-06T01:45:00+11:00", "2025-04-07T01:45:00+10:30"},
		}, {
			"half an hour repeated, in real time", "*/15 * * * *", "Australia/Lord_Howe", "2025-04-06T01:20:00+11:00",
			[]string{
				"2025-04-06T01:30:00+11:00", "2025-04-06T01:45:00+11:00",
				"2025-04-06T01:30:00+10:30", "2025-04-06T01:45:00+10:30", "2025-04-06T02:00:00+10:30",
			},
		}, {
			"Ramadan: back before it", "30 2 * * *", "Africa/Casablanca", "2025-02-22T12:00:00+01:00",
			[]string{"2025-02-23T02:30:00+01:00", "2025-02-24T02:30:00+00:00"},
		}, {
			"Ramadan: forward after it", "30 2 * * *", "Africa/Casablanca", "2025-04-05T12:00:00+00:00",
			[]string{"2025-04-06T03:00:00+01:00", "2025-04-07T02:30:00+01:00"},
		}, {
			"no midnight on that day", "@daily", "America/Sao_Paulo", "2018-11-03T12:00:00-03:00",
			[]string{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		}, {
			"no 30 December on that island", "0 12 30 12 *", "Pacific/Apia", "2011-12-29T12:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00", "2012-12-30T12:00:00+14:00"},
		}, {
			"29 February, over a century without", "0 0 29 2 *", "Europe/Zurich", "2096-03-01T00:00:00+01:00",
			[]string{"2104-02-29T00:00:00+01:00"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := moments(t, tt.expr, tt.zone, tt.from, len(tt.want))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s in %s after %s (-want +got):\n%s", tt.expr, tt.zone, tt.from, diff)
			}
		})
	}
}

// robfig/cron issue 541: a job at a time that the clock skips did not run on
// that day at all.
func TestRobfigCron541JobSkippedOnTheDayClocksChange(t *testing.T) {
	loc := zone(t, "America/New_York")
	s := parse(t, "0 2 * * *", loc)
	days := map[string]int{}
	end := time.Date(2028, 1, 1, 0, 0, 0, 0, loc)
	for at := s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, loc)); at.Before(end); at = s.Next(at) {
		days[at.Format(time.DateOnly)]++
	}
	if len(days) != 730 {
		t.Errorf("ran on %d of 730 days", len(days))
	}
	for day, n := range days {
		if n != 1 {
			t.Errorf("ran %d times on %s", n, day)
		}
	}
}

// golang/go issue 81583: on the last day of a leap year that a zone's table no
// longer covers, time.ZoneBounds answers with an end that is past. Whoever
// walks from bound to bound never arrives.
func TestGo81583LastDayOfALeapYear(t *testing.T) {
	for expr, want := range map[string]string{
		"30 2 * * *":  "2041-01-01T02:30:00+01:00",
		"0 0 1 4 *":   "2041-04-01T00:00:00+02:00",
		"0 12 * 4 *":  "2041-04-01T12:00:00+02:00",
		"30 * 1 4 *":  "2041-04-01T00:30:00+02:00",
		"0 0 29 2 *":  "2044-02-29T00:00:00+01:00",
		"*/5 * * * *": "2040-12-31T12:05:00+01:00",
	} {
		got := moments(t, expr, "Europe/Zurich", "2040-12-31T12:00:00+01:00", 1)
		if got[0] != want {
			t.Errorf("%s: %s, want %s", expr, got[0], want)
		}
	}
}

// robfig/cron makes 1 s of `@every 1500ms`.
func TestEveryIsAnchoredToThePreviousMoment(t *testing.T) {
	want := []string{"2026-10-25T02:40:07+02:00", "2026-10-25T02:10:07+01:00", "2026-10-25T02:40:07+01:00"}
	if diff := cmp.Diff(want, moments(t, "@every 30m", "Europe/Zurich", "2026-10-25T02:10:07+02:00", 3)); diff != "" {
		t.Error(diff)
	}
	s := parse(t, " @every  1s ", time.UTC)
	at := time.Date(2026, 1, 1, 0, 0, 0, 999, time.UTC)
	if next := s.Next(at); !next.Equal(at.Truncate(time.Second).Add(time.Second)) {
		t.Errorf("Next(%v) = %v", at, next)
	}
}

func TestNextIsInTheSchedulesZone(t *testing.T) {
	loc := zone(t, "Europe/Zurich")
	for _, expr := range []string{"@every 1m", "@hourly", "@daily"} {
		if at := parse(t, expr, loc).Next(time.Unix(0, 0).UTC()); at.Location() != loc {
			t.Errorf("%s: location is %v", expr, at.Location())
		}
		if at := parse(t, expr, nil).Next(time.Unix(0, 0)); at.Location() != time.UTC {
			t.Errorf("%s without a zone: location is %v", expr, at.Location())
		}
	}
}

func TestCheckScheduleRefuses(t *testing.T) {
	tests := []struct{ expr, says string }{
		{"", "is not a schedule"},
		{"nonsense", "is not a schedule"},
		{"* * * *", "is not a schedule"},
		{"* * * * * *", "is not a schedule"},
		{"61 * * * *", "is not a schedule"},
		{", * * * *", "a field is empty"},
		{"* * * * ,", "a field is empty"},
		{"@never", "is not a schedule"},
		{"@every", "is not a schedule"},
		{"TZ=UTC", "in the sale's own"}, // panics in robfig/cron
		{"TZ=UTC * * * * *", "in the sale's own"},
		{"CRON_TZ=Europe/Zurich 0 6 * * ?", "in the sale's own"},
		{" TZ=UTC 0 6 * * ?", "in the sale's own"},
		{"0 0 30 2 *", "never comes"},
		{"0 0 31 4,6,9,11 *", "never comes"},
		{"@every 0s", "shorter than one second"},
		{"@every -1m", "shorter than one second"},
		{"@every 999ms", "shorter than one second"},
		{"@every 1500ms", "not a whole number of seconds"},
		{"@every 1h0.5s", "not a whole number of seconds"},
		{"@every minute", "write a duration"},
		{"@every 9999999999h", "write a duration"},
	}
	for _, tt := range tests {
		err := CheckSchedule(tt.expr, time.UTC)
		var e *sale.Error
		if !errors.As(err, &e) || e.Code != sale.CodeInvalid || !strings.Contains(e.Message, tt.says) {
			t.Errorf("CheckSchedule(%q) = %v; want %q", tt.expr, err, tt.says)
		}
	}
	for _, expr := range []string{"* * * * *", "*/5 8-20 * * mon-fri", "0 0 29 2 *", "0 12 31 */2 ?", "@monthly", "@every 1s", "@every 36h", " @hourly "} {
		if err := CheckSchedule(expr, time.UTC); err != nil {
			t.Errorf("CheckSchedule(%q) = %v", expr, err)
		}
	}
}

// What the library cannot take must not take us along.
func TestParserPanicIsAnAnswer(t *testing.T) {
	if _, err := parseFields("TZ=UTC"); err == nil {
		t.Error("no error")
	}
}

var zones = []string{
	"UTC", "Europe/Zurich", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
	"Africa/Casablanca", "Asia/Kathmandu", "Asia/Beirut", "Pacific/Apia", "Antarctica/Troll",
}

// aroundAChange draws a moment that is often close to a change of the clock.
func aroundAChange(t *rapid.T, loc *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(1_230_768_000, 2_400_000_000).Draw(t, "unix"), 0).In(loc) // 2009 to 2046
	if _, end := at.ZoneBounds(); !end.IsZero() && rapid.IntRange(0, 3).Draw(t, "far") > 0 {
		at = end.Add(time.Duration(rapid.IntRange(-36*60, 4*60).Draw(t, "minutes")) * time.Minute)
	}
	return at.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)-1).Draw(t, "nanoseconds")))
}

// named is a cron expression as sets of minutes and hours, drawn.
type named struct{ minutes, hours []int }

func drawNamed(t *rapid.T) named {
	n := named{minutes: rapid.SliceOfNDistinct(rapid.IntRange(0, 59), 1, 6, rapid.ID).Draw(t, "minutes")}
	if rapid.Bool().Draw(t, "hours named") {
		n.hours = rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, 8, rapid.ID).Draw(t, "hours")
	}
	return n
}

func (n named) String() string {
	list := func(numbers []int) string {
		if numbers == nil {
			return "*"
		}
		words := make([]string, len(numbers))
		for i, number := range numbers {
			words[i] = strconv.Itoa(number)
		}
		return strings.Join(words, ",")
	}
	return fmt.Sprintf("%s %s * * *", list(n.minutes), list(n.hours))
}

func (n named) has(reading time.Time) bool {
	return slices.Contains(n.minutes, reading.Minute()) && (n.hours == nil || slices.Contains(n.hours, reading.Hour()))
}

// watch is the rule told by somebody who looks at the clock every minute from
// two days before and crosses off the times as the clock reaches them.
func (n named) watch(after, until time.Time) []time.Time {
	var fired []time.Time
	start := after.Add(-48 * time.Hour).Truncate(time.Minute)
	high := reading(start)
	for at := start.Add(time.Minute); !at.After(until); at = at.Add(time.Minute) {
		now, due := reading(at), false
		if n.hours == nil {
			due = n.has(now)
		}
		for ; high.Before(now); high = high.Add(time.Minute) {
			due = due || n.hours != nil && n.has(high.Add(time.Minute))
		}
		if due && at.After(after) {
			fired = append(fired, at)
		}
	}
	return fired
}

func TestScheduleAgreesWithSomebodyWhoWatchesTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		after, n := aroundAChange(t, loc), drawNamed(t)
		until := after.Add(50 * time.Hour)
		s, err := ParseSchedule(n.String(), loc)
		if err != nil {
			t.Fatal(err)
		}
		var got []time.Time
		for at := s.Next(after); !at.After(until); at = s.Next(at) {
			got = append(got, at)
		}
		if diff := cmp.Diff(n.watch(after, until), got); diff != "" {
			t.Fatalf("%s in %s after %v (-watched +got):\n%s", n, loc, after, diff)
		}
	})
}

func TestScheduleGoesStrictlyForwardForEver(t *testing.T) {
	exprs := []string{
		"* * * * *", "30 2 * * *", "*/7 1-3 * * *", "0 0 29 2 *", "0 0 1 1 *", "0 12 13 * 5", "0 2 25-31 3,10 *",
		"@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@every 1s", "@every 23h59m59s",
	}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		expr := rapid.SampledFrom(exprs).Draw(t, "expr")
		s, err := ParseSchedule(expr, loc)
		if err != nil {
			t.Fatal(err)
		}
		at := aroundAChange(t, loc)
		for range 50 {
			next := s.Next(at)
			if next.IsZero() || !next.After(at) || next.Nanosecond() != 0 {
				t.Fatalf("%s in %s: %v after %v", expr, loc, next, at)
			}
			// Nothing lies between: asked from anywhere before, the answer is the same.
			between := at.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(at))-1).Draw(t, "between")))
			if got := s.Next(between); !strings.HasPrefix(expr, "@every") && !got.Equal(next) {
				t.Fatalf("%s in %s: %v after %v, but %v after %v", expr, loc, next, at, got, between)
			}
			at = next
		}
	})
}

func FuzzParseSchedule(f *testing.F) {
	for _, seed := range []string{"* * * * *", "TZ=UTC", "@every 1m", ", * * * *", "*/0 * * * *", "5/70 1-2 ? jan sun", "@every 9223372036s"} {
		f.Add(seed)
	}
	loc := zone(f, "Europe/Zurich")
	at := time.Date(2026, 3, 28, 12, 0, 0, 1, loc)
	f.Fuzz(func(t *testing.T, expr string) {
		s, err := ParseSchedule(expr, loc)
		if err != nil {
			return
		}
		if next := s.Next(at); !next.After(at) {
			t.Errorf("%q: %v after %v", expr, next, at)
		}
	})
}
