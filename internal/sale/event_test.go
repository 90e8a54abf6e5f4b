package sale_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

func TestValidateEvent(t *testing.T) {
	starts := time.Date(2027, 7, 14, 15, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		event sale.Event
		want  string
	}{
		{sale.Event{}, ""},
		{sale.Event{Starts: starts, Ends: starts.Add(time.Hour), Venue: "Strandweg 1, 8267 Berlingen"}, ""},
		{sale.Event{Starts: starts, Ends: starts.Add(time.Second)}, ""},
		{sale.Event{Starts: starts, Ends: starts}, "event.ends: 2027-07-14 17:00 is not after the start, 2027-07-14 17:00"},
		{sale.Event{Starts: starts}, "event.ends: is missing; write it like 2027-03-10T10:00"},
		{sale.Event{Ends: starts}, "event.starts: is missing; write it like 2027-03-10T10:00"},
		{sale.Event{Starts: starts, Ends: starts.AddDate(800, 0, 0)}, "event.ends: the year 2827 cannot be right"},
		{sale.Event{Starts: starts, Ends: starts.Add(time.Hour), Venue: "a\nb"}, "event.venue: has a line break in it; it must be a single line"},
		{sale.Event{Starts: starts, Ends: starts.Add(time.Hour), Venue: strings.Repeat("ü", 201)}, "event.venue: has 201 characters, but at most 200 are possible"},
	} {
		s := lakeside()
		s.Event = tt.event
		got := ""
		for _, e := range s.Validate(everyOK) {
			got += e.String()
		}
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.event, got, tt.want)
		}
	}
}

func TestDiffEvent(t *testing.T) {
	from, to := lakeside(), lakeside()
	starts := time.Date(2027, 7, 14, 15, 0, 0, 0, time.UTC)
	to.Event = sale.Event{Starts: starts, Ends: starts.Add(time.Hour), Venue: "Strandweg 1"}
	want := []sale.Change{
		{Field: "event.starts", New: "2027-07-14 17:00 +02:00"},
		{Field: "event.ends", New: "2027-07-14 18:00 +02:00"},
		{Field: "event.venue", New: "Strandweg 1"},
	}
	if diff := cmp.Diff(want, sale.Diff(from, to)); diff != "" {
		t.Error(diff)
	}
}
