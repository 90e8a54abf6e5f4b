package salefile

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestParseTime(t *testing.T) {
	tests := []struct{ in, zone, want string }{
		{"2027-03-10T10:00", "Europe/Zurich", "2027-03-10T09:00:00Z"},
		{"2027-07-10T10:00", "Europe/Zurich", "2027-07-10T08:00:00Z"},
		{"2027-03-10 10:00:30", "Europe/Zurich", "2027-03-10T09:00:30Z"},
		{"2027-03-10T10:00Z", "Europe/Zurich", "2027-03-10T10:00:00Z"},
		{"2027-03-10T10:00:00.25-05:00", "Europe/Zurich", "2027-03-10T15:00:00.25Z"},
		{"2027-03-10T10:00", "Asia/Kolkata", "2027-03-10T04:30:00Z"},

		// The last and the first moment around the hour that is left out.
		{"2027-03-28T01:59:59", "Europe/Zurich", "2027-03-28T00:59:59Z"},
		{"2027-03-28T03:00", "Europe/Zurich", "2027-03-28T01:00:00Z"},
		{"2027-03-28T02:00", "Europe/Zurich", ""},
		{"2027-03-28T02:30", "Europe/Zurich", ""},
		{"2027-03-28T02:59:59.999", "Europe/Zurich", ""},
		{"2027-03-28T02:30+01:00", "Europe/Zurich", "2027-03-28T01:30:00Z"}, // an offset leaves no doubt

		// Of the hour that comes twice, the first.
		{"2027-10-31T01:59", "Europe/Zurich", "2027-10-30T23:59:00Z"},
		{"2027-10-31T02:00", "Europe/Zurich", "2027-10-31T00:00:00Z"},
		{"2027-10-31T02:30", "Europe/Zurich", "2027-10-31T00:30:00Z"},
		{"2027-10-31T02:30+01:00", "Europe/Zurich", "2027-10-31T01:30:00Z"},
		{"2027-10-31T03:00", "Europe/Zurich", "2027-10-31T02:00:00Z"},

		// The other half of the world, and half an hour only.
		{"2027-03-14T02:30", "America/New_York", ""},
		{"2027-11-07T01:30", "America/New_York", "2027-11-07T05:30:00Z"},
		{"2027-04-04T01:45", "Australia/Lord_Howe", "2027-04-03T14:45:00Z"},
		{"2027-10-03T02:15", "Australia/Lord_Howe", ""},
		// A whole day that never was.
		{"2011-12-30T10:00", "Pacific/Apia", ""},

		{"2027-02-29T10:00", "UTC", ""},
		{"2027-03-10", "UTC", ""},
		{"10:00", "UTC", ""},
		{"", "UTC", ""},
		{"noon", "UTC", ""},
		{"2027-03-10T24:00", "UTC", ""},
		{"2027-03-10T10:60", "UTC", ""},
		{"2027-03-10T10:00 CET", "UTC", ""},
		{"10.3.2027 10:00", "UTC", ""},
	}
	for _, tt := range tests {
		loc, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseTime(tt.in, loc)
		switch {
		case tt.want == "":
			if err == nil {
				t.Errorf("%s in %s is %v", tt.in, tt.zone, got)
			}
		case err != nil:
			t.Errorf("%s in %s: %v", tt.in, tt.zone, err)
		case got.Format(time.RFC3339Nano) != tt.want:
			t.Errorf("%s in %s is %v, want %s", tt.in, tt.zone, got, tt.want)
		}
	}
}

// TestFormatTimeIsReadBack goes through a year that has both changes, also
// through the hour that comes twice.
func TestFormatTimeIsReadBack(t *testing.T) {
	for _, zone := range []string{"Europe/Zurich", "Australia/Lord_Howe", "America/New_York"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		for at := start; at.Before(start.AddDate(1, 0, 0)); at = at.Add(15 * time.Minute) {
			s := FormatTime(at, loc)
			if back, err := parseTime(s, loc); err != nil || !back.Equal(at) {
				t.Fatalf("%v in %s is written %s and read %v, %v", at, zone, s, back, err)
			}
		}
	}
}
