package registration

import (
	"testing"
	"time"
)

// TestOpeningInTheCalendar: before the form opens the landing page offers the
// moment for the calendar.
func TestOpeningInTheCalendar(t *testing.T) {
	w := newWorld(t, nil)
	opens := testSale().Registration.Opens
	w.at(opens.Add(-time.Hour))
	w.get(landing).wants(t, 200, `href="/lakeside-2027/en/calendar.ics"`)
	a := w.get("/lakeside-2027/en/calendar.ics")
	a.wants(t, 200, "BEGIN:VEVENT\r\n", "DTSTART:20270310T110000Z\r\n", "URL:http://line.example/lakeside-2027/en\r\n")
	if kind := a.header.Get("Content-Type"); kind != "text/calendar; charset=utf-8; method=PUBLISH" {
		t.Errorf("Content-Type %q", kind)
	}
	w.get("/lakeside-2027/xx/calendar.ics").wants(t, 404)
	w.get("/another/en/calendar.ics").wants(t, 404)
	w.at(opens)
	w.get(landing).wants(t, 200, "not", "calendar.ics")
	w.get("/lakeside-2027/en/calendar.ics").wants(t, 200) // a calendar that comes again
}
