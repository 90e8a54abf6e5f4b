package dispatcher_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/sale"
)

// NextMoments is what the dispatcher itself will find: the moment that the
// line remembers, unless it has become quiet, else how the sale's moments
// begin.
func TestNextMoments(t *testing.T) {
	at := func(clock string) time.Time {
		t.Helper()
		m, err := time.Parse("2006-01-02T15:04:05Z", "2027-03-12T"+clock+"Z")
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for name, c := range map[string]struct {
		every, quiet    string
		starts          string
		remembered, now string
		next, following string
	}{
		"before the start":          {every: "@every 5m", starts: "12:00:00", now: "11:00:00", next: "12:00:00", following: "12:05:00"},
		"started, nothing yet":      {every: "@every 5m", starts: "10:00:00", now: "11:00:00", next: "10:00:00", following: "10:05:00"},
		"under way":                 {every: "@every 5m", starts: "10:00:00", remembered: "11:03:00", now: "11:00:00", next: "11:03:00", following: "11:08:00"},
		"by the clock":              {every: "*/10 * * * *", starts: "10:00:00", now: "11:03:00", next: "11:10:00", following: "11:20:00"},
		"quiet by now":              {every: "@every 5m", quiet: "11:00-12:00", starts: "10:00:00", remembered: "11:03:00", now: "10:59:00", next: "12:00:00", following: "12:05:00"},
		"quiet by now by the clock": {every: "*/10 * * * *", quiet: "11:00-12:00", starts: "10:00:00", remembered: "11:10:00", now: "10:59:00", next: "12:00:00", following: "12:10:00"},
	} {
		s := sale.Sale{Timezone: "UTC", Dispatch: sale.Dispatch{Every: c.every, Starts: at(c.starts), Ends: at("23:00:00")}}
		if c.quiet != "" {
			var err error
			if s.Dispatch.Quiet, err = sale.ParseQuietHours(c.quiet); err != nil {
				t.Fatal(err)
			}
		}
		var remembered time.Time
		if c.remembered != "" {
			remembered = at(c.remembered)
		}
		next, following, err := dispatcher.NextMoments(s, remembered, at(c.now))
		if err != nil || !next.Equal(at(c.next)) || !following.Equal(at(c.following)) {
			t.Errorf("%s: %v and %v, %v; want %s and %s", name, next, following, err, c.next, c.following)
		}
	}
	if _, _, err := dispatcher.NextMoments(sale.Sale{Timezone: "UTC", Dispatch: sale.Dispatch{Every: "now and then"}}, time.Time{}, at("10:00:00")); err == nil {
		t.Error("no schedule has moments")
	}
}
