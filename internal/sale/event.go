package sale

import "time"

// Event is when and where what is sold takes place: what fans' calendars are
// told. The zero value says nothing about it.
type Event struct {
	Starts time.Time `json:"starts"`
	Ends   time.Time `json:"ends"`
	Venue  string    `json:"venue,omitempty"` // one line, for people and for maps
}

// IsZero says whether nothing is said about the event.
func (e Event) IsZero() bool { return e == Event{} }

func (c *checker) event() {
	e := c.s.Event
	if e.IsZero() {
		return
	}
	starts, ends := c.moment("event.starts", e.Starts), c.moment("event.ends", e.Ends)
	if starts && ends && !e.Starts.Before(e.Ends) {
		c.fail("event.ends", "%s is not after the start, %s", c.day(e.Ends), c.day(e.Starts))
	}
	c.text("event.venue", e.Venue, textRule{most: 200})
}

func (d *description) event(e Event, loc *time.Location) {
	d.add("event.starts", withOffset(e.Starts, loc))
	d.add("event.ends", withOffset(e.Ends, loc))
	d.add("event.venue", e.Venue)
}
