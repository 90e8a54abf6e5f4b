package dispatcher

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A schedule begins with the start itself when it counts from there, and with
// the first moment that it names otherwise: at the start or after it, and
// never in the past.
func TestFirstMoment(t *testing.T) {
	starts := "2027-03-12T12:00:00+01:00"
	for _, tt := range []struct{ name, expr, now, want string }{
		{"@every begins with the start", "@every 7m", "2027-03-12T11:00:00+01:00", starts},
		{"also when it is late for it", "@every 7m", "2027-03-12T15:01:00+01:00", starts},
		{"a moment that is the start", "0 * * * *", "2027-03-12T11:00:00+01:00", starts},
		{"the first moment after the start", "30 9 * * *", "2027-03-12T11:00:00+01:00", "2027-03-13T09:30:00+01:00"},
		{"a start long ago", "30 9 * * *", "2027-03-20T10:00:00+01:00", "2027-03-21T09:30:00+01:00"},
		{"a moment that is now", "30 9 * * *", "2027-03-20T09:30:00+01:00", "2027-03-20T09:30:00+01:00"},
		{"half a second ago is past", "30 9 * * *", "2027-03-20T09:30:01.5+01:00", "2027-03-21T09:30:00+01:00"},
		{"on the day clocks change", "30 2 * * *", "2027-03-27T12:00:00+01:00", "2027-03-28T03:00:00+02:00"},
	} {
		s := parse(t, tt.expr, zone(t, "Europe/Zurich"))
		got := calendar{Schedule: s, every: tt.expr[0:2] == "@e"}.first(at(t, starts), at(t, tt.now))
		if !got.Equal(at(t, tt.want)) {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

// `@every` keeps its rhythm over a moment that was found late, and begins
// anew after an outage; a cron expression goes on with what comes next.
func TestNextMoment(t *testing.T) {
	for _, tt := range []struct{ name, expr, moment, now, want string }{
		{"on time", "@every 1m", "12:00:00", "12:00:00", "12:01:00"},
		{"a little late", "@every 1m", "12:00:00", "12:00:42", "12:01:00"},
		{"many missed", "@every 1m", "12:00:00", "12:10:30", "12:11:30"},
		{"the next one is now", "@every 1m", "12:00:00", "12:01:00", "12:02:00"},
		{"cron, on time", "*/5 * * * *", "12:00:00", "12:00:01", "12:05:00"},
		{"cron, many missed", "*/5 * * * *", "12:00:00", "12:23:00", "12:25:00"},
	} {
		day := "2027-03-12T"
		got := calendar{Schedule: parse(t, tt.expr, time.UTC)}.following(at(t, day+tt.moment+"Z"), at(t, day+tt.now+"Z"))
		if diff := cmp.Diff(at(t, day+tt.want+"Z"), got.UTC()); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment.UTC()
}

// Whatever is found when, the next moment is after now, and not later than
// one period after the moment that was due or now.
func TestNextMomentIsAheadAndNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expr := rapid.SampledFrom([]string{"@every 1s", "@every 90s", "@every 25h", "* * * * *", "*/7 * * * *", "15 3 * * *"}).Draw(t, "expr")
		s, err := ParseSchedule(expr, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		moment := s.Next(time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "from"), 0))
		now := moment.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "late")))
		next := calendar{Schedule: s}.following(moment, now)
		if !next.After(now) {
			t.Fatalf("%s: %v is not after %v", expr, next, now)
		}
		if bound := s.Next(now); next.After(bound) {
			t.Fatalf("%s due %v, found %v: %v leaves %v out", expr, moment, now, next, bound)
		}
	})
}
