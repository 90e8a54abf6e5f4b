package sale_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
)

func TestParseQuietHours(t *testing.T) {
	for _, tt := range []struct {
		text  string
		want  sale.QuietHours
		reads string // written back
		says  string
	}{
		{text: "22:00-08:00", want: sale.QuietHours{From: 22 * 3600, To: 8 * 3600}, reads: "22:00-08:00"},
		{text: "00:30-06:00", want: sale.QuietHours{From: 1800, To: 6 * 3600}, reads: "00:30-06:00"},
		{text: "20:00-24:00", want: sale.QuietHours{From: 20 * 3600, To: 0}, reads: "20:00-00:00"},
		{text: "00:00-07:15", want: sale.QuietHours{From: 0, To: 7*3600 + 900}, reads: "00:00-07:15"},
		{text: "12:00:05-12:01", want: sale.QuietHours{From: 43205, To: 43260}, reads: "12:00:05-12:01"},
		{text: "22:00-22:00", says: "begins and ends at the same time"},
		{text: "00:00-24:00", says: "begins and ends at the same time"},
		{text: "00:00-00:00", says: "begins and ends at the same time"},
		{text: "24:00-08:00", says: "no clock shows"},
		{text: "25:00-08:00", says: "no clock shows"},
		{text: "22:60-08:00", says: "no clock shows"},
		{text: "22:00-24:01", says: "no clock shows"},
		{text: "22:00:60-08:00", says: "no clock shows"},
		{text: "22-8", says: "write it like 22:00-08:00"},
		{text: "10pm-8am", says: "write it like"},
		{text: "22:00–08:00", says: "write it like"},
		{text: "22:00-08:00 ", says: "write it like"},
		{text: "night", says: "write it like"},
	} {
		got, err := sale.ParseQuietHours(tt.text)
		switch {
		case tt.says != "":
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q: %v, want %q", tt.text, err, tt.says)
			}
		case err != nil || got != tt.want || got.String() != tt.reads:
			t.Errorf("%q: %+v %q, %v; want %+v %q", tt.text, got, got, err, tt.want, tt.reads)
		}
	}
}

func TestQuietHoursAreStoredAsWritten(t *testing.T) {
	var d sale.Dispatch
	if err := json.Unmarshal([]byte(`{"quiet":"22:00-08:00"}`), &d); err != nil || d.Quiet.String() != "22:00-08:00" {
		t.Errorf("%q, %v", d.Quiet, err)
	}
	raw, err := json.Marshal(d)
	if err != nil || !strings.Contains(string(raw), `"quiet":"22:00-08:00"`) {
		t.Errorf("%s, %v", raw, err)
	}
	raw, err = json.Marshal(sale.Dispatch{})
	if err != nil || strings.Contains(string(raw), "quiet") {
		t.Errorf("none is written as %s, %v", raw, err)
	}
	if err := json.Unmarshal([]byte(`{"quiet":"nonsense"}`), &d); err == nil {
		t.Error("nonsense was read")
	}
}

func rest(t testing.TB, hours, zone string) sale.Rest {
	t.Helper()
	q, err := sale.ParseQuietHours(hours)
	if err != nil {
		t.Fatal(err)
	}
	s := sale.Sale{Timezone: zone, Dispatch: sale.Dispatch{Quiet: q}}
	return s.Rest()
}

func TestFirstMails(t *testing.T) {
	for hours, want := range map[string]string{
		"22:00-08:00": "2027-03-12T08:00:00+01:00",
		"12:00-13:00": "2027-03-12T01:25:00+01:00",
	} {
		q, err := sale.ParseQuietHours(hours)
		if err != nil {
			t.Fatal(err)
		}
		starts := instant(t, "2027-03-12T01:25:00+01:00")
		s := sale.Sale{Timezone: "Europe/Zurich", Dispatch: sale.Dispatch{Starts: starts, Quiet: q}}
		if got := s.FirstMails(); !got.Equal(instant(t, want)) {
			t.Errorf("quiet %s: %s", hours, got)
		}
	}
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestRest reads: at this instant, quiet or not; loud again when; quiet last
// until when. In Zurich the clock of 28 March 2027 goes from 2 to 3, that of
// 31 October from 3 back to 2; on Lord Howe Island they move by half an hour.
func TestRest(t *testing.T) {
	for _, tt := range []struct {
		hours, zone, at string
		quiet           bool
		loud, last      string
	}{
		{"22:00-08:00", "Europe/Zurich", "2027-03-12T21:59:59.999+01:00", false, "2027-03-12T21:59:59.999+01:00", "2027-03-12T08:00:00+01:00"},
		{"22:00-08:00", "Europe/Zurich", "2027-03-12T22:00:00+01:00", true, "2027-03-13T08:00:00+01:00", "2027-03-12T22:00:00+01:00"},
		{"22:00-08:00", "Europe/Zurich", "2027-03-13T07:59:59.999+01:00", true, "2027-03-13T08:00:00+01:00", "2027-03-13T07:59:59.999+01:00"},
		{"22:00-08:00", "Europe/Zurich", "2027-03-13T08:00:00+01:00", false, "2027-03-13T08:00:00+01:00", "2027-03-13T08:00:00+01:00"},
		{"01:00-02:00", "Europe/Zurich", "2027-03-12T01:30:00+01:00", true, "2027-03-12T02:00:00+01:00", "2027-03-12T01:30:00+01:00"},
		{"01:00-02:00", "UTC", "2027-03-12T00:59:59Z", false, "2027-03-12T00:59:59Z", "2027-03-11T02:00:00Z"},
		{"20:00-24:00", "UTC", "2027-03-12T23:59:59Z", true, "2027-03-13T00:00:00Z", "2027-03-12T23:59:59Z"},
		// Forward: 02:30 does not exist; the night is an hour shorter.
		{"22:00-08:00", "Europe/Zurich", "2027-03-27T22:00:00+01:00", true, "2027-03-28T08:00:00+02:00", "2027-03-27T22:00:00+01:00"},
		{"22:00-02:30", "Europe/Zurich", "2027-03-28T01:59:59+01:00", true, "2027-03-28T03:00:00+02:00", "2027-03-28T01:59:59+01:00"},
		{"02:30-05:00", "Europe/Zurich", "2027-03-28T01:59:59+01:00", false, "2027-03-28T01:59:59+01:00", "2027-03-27T05:00:00+01:00"},
		{"02:30-05:00", "Europe/Zurich", "2027-03-28T03:00:00+02:00", true, "2027-03-28T05:00:00+02:00", "2027-03-28T03:00:00+02:00"},
		{"02:00-03:00", "Europe/Zurich", "2027-03-28T03:00:00+02:00", false, "2027-03-28T03:00:00+02:00", "2027-03-27T03:00:00+01:00"},
		// Back: 02:00 to 03:00 comes twice, and is quiet twice.
		{"22:00-08:00", "Europe/Zurich", "2027-10-30T22:00:00+02:00", true, "2027-10-31T08:00:00+01:00", "2027-10-30T22:00:00+02:00"},
		{"22:00-02:30", "Europe/Zurich", "2027-10-31T02:29:59+02:00", true, "2027-10-31T02:30:00+02:00", "2027-10-31T02:29:59+02:00"},
		{"22:00-02:30", "Europe/Zurich", "2027-10-31T02:45:00+02:00", false, "2027-10-31T02:45:00+02:00", "2027-10-31T02:30:00+02:00"},
		{"22:00-02:30", "Europe/Zurich", "2027-10-31T02:10:00+01:00", true, "2027-10-31T02:30:00+01:00", "2027-10-31T02:10:00+01:00"},
		{"02:00-03:00", "Europe/Zurich", "2027-10-31T02:00:00+02:00", true, "2027-10-31T03:00:00+01:00", "2027-10-31T02:00:00+02:00"},
		// Half an hour, 3 October 2027, from 2:00 to 2:30.
		{"22:00-02:15", "Australia/Lord_Howe", "2027-10-03T01:59:59+10:30", true, "2027-10-03T02:30:00+11:00", "2027-10-03T01:59:59+10:30"},
		// The last day of a leap year beyond the zone's table.
		{"22:00-08:00", "Europe/Zurich", "2048-12-31T23:00:00+01:00", true, "2049-01-01T08:00:00+01:00", "2048-12-31T23:00:00+01:00"},
	} {
		r, at := rest(t, tt.hours, tt.zone), instant(t, tt.at)
		if got := r.Quiet(at); got != tt.quiet {
			t.Errorf("%s %s, %s: quiet is %v", tt.hours, tt.zone, tt.at, got)
		}
		if got := r.NextLoud(at); !got.Equal(instant(t, tt.loud)) {
			t.Errorf("%s %s, %s: loud at %s, want %s", tt.hours, tt.zone, tt.at, got, tt.loud)
		}
		if got := r.LastQuiet(at); !got.Equal(instant(t, tt.last)) {
			t.Errorf("%s %s, %s: last quiet at %s, want %s", tt.hours, tt.zone, tt.at, got, tt.last)
		}
	}
}

func TestNoQuietHours(t *testing.T) {
	var s sale.Sale
	r, at := s.Rest(), instant(t, "2027-03-12T23:00:00Z")
	if !r.None() || r.Quiet(at) || !r.NextLoud(at).Equal(at) || !r.LastQuiet(at).IsZero() {
		t.Error("a sale without quiet hours has some")
	}
	if got := r.AddLoud(at, time.Hour); !got.Equal(at.Add(time.Hour)) {
		t.Errorf("an hour later is %s", got)
	}
	if got := r.Moment(at, time.Minute, 3, at.Add(time.Hour)); !got.Equal(at.Add(3 * time.Minute)) {
		t.Errorf("three moments later is %s", got)
	}
}

// TestRestAgreesWithSomebodyWhoWatchesTheClock walks through days around the
// changes of clocks second by second, or nearly, and looks at the clock only.
func TestRestAgreesWithSomebodyWhoWatchesTheClock(t *testing.T) {
	zones := []string{"Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Havana", "Africa/Casablanca", "Pacific/Apia"}
	days := []string{"2027-03-28", "2027-10-31", "2027-03-14", "2027-11-07", "2027-04-04", "2027-10-03", "2011-12-30", "2048-12-31", "2027-07-01"}
	rapid.Check(t, func(t *rapid.T) {
		const step = 5 * time.Minute
		from := rapid.IntRange(0, 287).Draw(t, "from")
		length := rapid.IntRange(1, 287).Draw(t, "length")
		s := sale.Sale{
			Timezone: rapid.SampledFrom(zones).Draw(t, "zone"),
			Dispatch: sale.Dispatch{Quiet: sale.QuietHours{From: from * 300, To: (from + length) % 288 * 300}},
		}
		r := s.Rest()
		day, _ := time.Parse("2006-01-02", rapid.SampledFrom(days).Draw(t, "day"))
		start := day.Add(time.Duration(rapid.IntRange(-288, 288).Draw(t, "start")) * step)
		patience := time.Duration(rapid.IntRange(1, 400).Draw(t, "patience")) * step
		loc := s.Location()
		watched := func(at time.Time) bool { // another telling of it
			clock := at.In(loc).Format("15:04:05")
			a, b := onClockSeconds(s.Dispatch.Quiet.From), onClockSeconds(s.Dispatch.Quiet.To)
			if a < b {
				return a <= clock && clock < b
			}
			return clock >= a || clock < b
		}
		var loud, last time.Time
		passed := time.Duration(0)
		var done time.Time
		for at := start; at.Before(start.Add(6 * 24 * time.Hour)); at = at.Add(step) {
			quiet := watched(at)
			if quiet != r.Quiet(at) {
				t.Fatalf("%s: quiet is %v", at.In(loc), r.Quiet(at))
			}
			if !quiet && loud.IsZero() {
				loud = at
			}
			if passed == patience && done.IsZero() {
				done = at
			}
			if !quiet {
				passed += step
			}
		}
		for at := start; at.After(start.Add(-49 * time.Hour)); at = at.Add(-step) {
			if at.Equal(start) && watched(at) {
				last = at
				break
			}
			if watched(at.Add(-step)) {
				last = at
				break
			}
		}
		if got := r.NextLoud(start); !loud.IsZero() && !got.Equal(loud) {
			t.Fatalf("%s is loud at %s, want %s", start.In(loc), got, loud.In(loc))
		}
		if got := r.LastQuiet(start); !last.IsZero() && !got.Equal(last) {
			t.Fatalf("%s was last quiet at %s, want %s", start.In(loc), got.In(loc), last.In(loc))
		}
		if got := r.AddLoud(start, patience); !done.IsZero() && !got.Equal(done) {
			t.Fatalf("%s and %s of loud time is %s, want %s", start.In(loc), patience, got.In(loc), done.In(loc))
		}
	})
}

func onClockSeconds(s int) string {
	return time.Unix(int64(s), 0).UTC().Format("15:04:05")
}

func TestMomentsSkipQuietTime(t *testing.T) {
	r := rest(t, "22:00-08:00", "UTC")
	end := instant(t, "2027-03-20T00:00:00Z")
	for _, tt := range []struct {
		first  string
		period time.Duration
		k      int
		want   string
	}{
		{"2027-03-12T21:58:00Z", time.Minute, 0, "2027-03-12T21:58:00Z"},
		{"2027-03-12T21:58:00Z", time.Minute, 1, "2027-03-12T21:59:00Z"},
		{"2027-03-12T21:58:00Z", time.Minute, 2, "2027-03-13T08:00:00Z"},
		{"2027-03-12T21:58:00Z", time.Minute, 3, "2027-03-13T08:01:00Z"},
		{"2027-03-12T21:58:00Z", time.Minute, 2 + 14*60, "2027-03-14T08:00:00Z"},
		{"2027-03-12T08:00:00Z", 5 * time.Hour, 3, "2027-03-13T08:00:00Z"}, // 8, 13, 18, then 23 is 8
		{"2027-03-12T08:00:00Z", 48 * time.Hour, 2, "2027-03-14T08:00:00Z"},
	} {
		if got := r.Moment(instant(t, tt.first), tt.period, tt.k, end); !got.Equal(instant(t, tt.want)) {
			t.Errorf("%s + %d × %s is %s, want %s", tt.first, tt.k, tt.period, got, tt.want)
		}
	}
	if got := r.Moment(instant(t, "2027-03-12T21:58:00Z"), time.Second, 1<<40, end); got.Before(end) {
		t.Errorf("a moment after the end is %s", got)
	}
}

func TestValidateQuietHours(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(d *sale.Dispatch)
		says   string
	}{
		{"as usual", func(d *sale.Dispatch) { d.Quiet = sale.QuietHours{From: 22 * 3600, To: 8 * 3600} }, ""},
		{"not of this day", func(d *sale.Dispatch) { d.Quiet = sale.QuietHours{From: -1, To: 8 * 3600} }, "is not a time of the day"},
		{"after the day", func(d *sale.Dispatch) { d.Quiet = sale.QuietHours{From: 1, To: 86_400} }, "is not a time of the day"},
		{"all day", func(d *sale.Dispatch) { d.Quiet = sale.QuietHours{From: 5, To: 5} }, "is not a time of the day"},
		{"all of the sale", func(d *sale.Dispatch) {
			d.Quiet, d.Ends = sale.QuietHours{From: 10 * 3600, To: 20 * 3600}, d.Starts.Add(7*time.Hour)
		}, "leaves no time for an offer"},
		{"too late for a life", func(d *sale.Dispatch) {
			d.Quiet, d.Ends, d.LinkLife = sale.QuietHours{From: 10 * 3600, To: 20 * 3600}, d.Starts.Add(8*time.Hour), 61*time.Minute
		}, "leaves no time for an offer"},
		{"just a life", func(d *sale.Dispatch) {
			d.Quiet, d.Ends, d.LinkLife = sale.QuietHours{From: 10 * 3600, To: 20 * 3600}, d.Starts.Add(8*time.Hour), time.Hour
		}, ""},
	} {
		s := lakeside()
		s.Timezone = "UTC"
		s.Dispatch.Starts = time.Date(2027, 3, 12, 13, 0, 0, 0, time.UTC)
		s.Registration.Opens, s.Registration.Closes = s.Dispatch.Starts.Add(-24*time.Hour), s.Dispatch.Starts
		s.Dispatch.Ends = s.Dispatch.Starts.Add(7 * 24 * time.Hour)
		tt.change(&s.Dispatch)
		errs := s.Validate(nil)
		switch {
		case tt.says == "" && errs != nil:
			t.Errorf("%s: %v", tt.name, errs)
		case tt.says != "" && (len(errs) != 1 || errs[0].Field != "dispatch.quiet" || !strings.Contains(errs[0].Message, tt.says)):
			t.Errorf("%s: %v, want %q", tt.name, errs, tt.says)
		}
	}
}
