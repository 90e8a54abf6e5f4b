package salefile

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func (r *reader) event(top section, loc *time.Location) sale.Event {
	s := top.sub("event", "starts", "ends", "venue")
	return sale.Event{Starts: s.moment("starts", loc), Ends: s.moment("ends", loc), Venue: s.text("venue")}
}

// event is the shape for writing.
type event struct {
	Starts string `yaml:"starts"`
	Ends   string `yaml:"ends"`
	Venue  words  `yaml:"venue,omitempty"`
}

func eventOf(e sale.Event, loc *time.Location) *event {
	if e.IsZero() {
		return nil
	}
	return &event{FormatTime(e.Starts, loc), FormatTime(e.Ends, loc), words(e.Venue)}
}
