package checkout

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// TestOrderInTheCalendar: the order page offers the event, once the sale says
// when it is, for as long as the order stands.
func TestOrderInTheCalendar(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		order := decode[orderJSON](t, c.postJSON("/c/"+c.offer("o1", 4), `{"qty.fri":2}`))
		path := strings.TrimPrefix(order.URL, "https://tickets.example")
		c.want(c.page(path), 200, order.Order, "-calendar.ics")
		c.want(c.page(path+"/calendar.ics"), 404)
		s := festival()
		s.Version = 2
		s.Event = sale.Event{Starts: noon.Add(1000 * time.Hour), Ends: noon.Add(1002 * time.Hour), Venue: "Strandweg 1"}
		c.put(s)
		c.want(c.page(path), 200, `href="`+path+`/calendar.ics"`, "Strandweg 1")
		a := c.page(path + "/calendar.ics")
		c.want(a, 200, "BEGIN:VEVENT\r\n", order.Order, "LOCATION:Strandweg 1\r\n", "STATUS:CONFIRMED\r\n")
		for name, want := range map[string]string{
			"Content-Type": "text/calendar; charset=utf-8; method=PUBLISH", "Content-Disposition": `inline; filename="fest.ics"`, "Cache-Control": "no-store",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		c.want(c.page(path[:len(path)-1]+"/calendar.ics"), 404)
		if _, err := c.box.Cancel(t.Context(), "fest", order.Order, "the fan asked"); err != nil {
			t.Fatal(err)
		}
		c.want(c.page(path), 200, "was cancelled", "-calendar.ics")
		c.want(c.page(path+"/calendar.ics"), 200, "STATUS:CANCELLED\r\n")
	})
}
