package dispatcher

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
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

// Of `@every`, a quiet moment comes at the end of the quiet hours, and the next
// ones count from there. Of a cron expression, it passes.
func TestMomentsInQuietHours(t *testing.T) {
	for _, tt := range []struct {
		every, quiet, starts string
		want                 []string
	}{
		{"@every 5h", "22:00-08:00", "2027-03-12T12:00", []string{"03-12 12:00", "03-12 17:00", "03-13 08:00", "03-13 13:00", "03-13 18:00", "03-14 08:00"}},
		{"@every 24h", "22:00-08:00", "2027-03-12T23:00", []string{"03-13 08:00", "03-14 08:00"}},
		{"@every 24h", "22:00-08:00", "2027-03-27T12:00", []string{"03-27 12:00", "03-28 13:00"}}, // real hours
		{"30 * * * *", "22:00-08:00", "2027-03-12T20:00", []string{"03-12 20:30", "03-12 21:30", "03-13 08:30"}},
		{"0 */6 * * *", "22:00-08:00", "2027-03-12T17:00", []string{"03-12 18:00", "03-13 12:00", "03-13 18:00"}},
		{"0 23 * * 5,0", "22:00-23:30", "2027-03-12T17:00", []string{"06-04 23:00"}}, // never, and then it is over
		{"0 8,22 * * *", "22:00-08:00", "2027-03-12T08:00", []string{"03-12 08:00", "03-13 08:00"}},
		{"30 2 * * *", "02:00-03:00", "2027-03-26T12:00", []string{"03-28 03:00"}}, // the day on which 02:30 is 03:00
	} {
		loc := zone(t, "Europe/Zurich")
		starts, err := time.ParseInLocation("2006-01-02T15:04", tt.starts, loc)
		if err != nil {
			t.Fatal(err)
		}
		hours, err := sale.ParseQuietHours(tt.quiet)
		if err != nil {
			t.Fatal(err)
		}
		s := sale.Sale{Timezone: "Europe/Zurich", Dispatch: sale.Dispatch{
			Starts: starts, Ends: starts.Add(84 * 24 * time.Hour), Every: tt.every, Quiet: hours,
		}}
		c, err := calendarOf(s)
		if err != nil {
			t.Fatal(err)
		}
		forecast, err := Moments(s)
		if err != nil {
			t.Fatal(err)
		}
		moment, foretold := c.first(starts, starts), forecast(time.Time{})
		for i, want := range tt.want {
			if got := moment.In(loc).Format("01-02 15:04"); got != want {
				t.Errorf("%s from %s, quiet %s: moment %d is %s, want %s", tt.every, tt.starts, tt.quiet, i, got, want)
			}
			if !foretold.Equal(moment) {
				t.Errorf("%s from %s, quiet %s: moment %d is foretold for %s, want %s", tt.every, tt.starts, tt.quiet, i, foretold, want)
			}
			moment, foretold = c.following(moment, moment), forecast(foretold)
		}
	}
	if _, err := Moments(sale.Sale{Dispatch: sale.Dispatch{Every: "sometimes"}}); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("no schedule: %v", err)
	}
}

// Quiet hours that let no moment pass are refused; a schedule without a moment
// in the time of the sale is not their fault.
func TestCheckSale(t *testing.T) {
	starts := at(t, "2027-03-12T12:00:00+01:00")
	for _, tt := range []struct {
		every, quiet string
		runs         time.Duration
		refused      bool
	}{
		{"0 23 * * *", "22:00-08:00", 72 * time.Hour, true},
		{"0 23 * * *", "", 72 * time.Hour, false},
		{"0 23 * * *", "23:01-08:00", 72 * time.Hour, false},
		{"0 7,12 * * *", "22:00-08:00", 72 * time.Hour, false},
		{"0 7,12 * * *", "22:00-12:01", 20 * time.Hour, true},
		{"0 21 * * *", "22:00-08:00", 10 * time.Hour, false},
		{"0 21 * * *", "22:00-08:00", 10*time.Hour - time.Second, true},
		{"@every 24h", "11:00-13:00", 72 * time.Hour, false},
	} {
		s := sale.Sale{Timezone: "Europe/Zurich", Dispatch: sale.Dispatch{Starts: starts, Ends: starts.Add(tt.runs), Every: tt.every, LinkLife: time.Hour}}
		if err := s.Dispatch.Quiet.UnmarshalText([]byte(tt.quiet)); err != nil {
			t.Fatal(err)
		}
		if err := CheckSale(s); (err != nil) != tt.refused || err != nil && sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("%s, quiet %q, for %v: %v", tt.every, tt.quiet, tt.runs, err)
		}
	}
	if err := CheckSale(sale.Sale{Dispatch: sale.Dispatch{Every: "sometimes"}}); sale.CodeOf(err) != sale.CodeInvalid {
		t.Errorf("no schedule: %v", err)
	}
}
