package sale

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Sale is one version of one on-sale of one event, complete and validated.
// Versions of a slug count from 1; a stored version never changes.
//
// It is stored and put over the wire as JSON with the field names below.
type Sale struct {
	Slug         string       `json:"slug"`
	Version      int64        `json:"version"`
	Title        Text         `json:"title"`
	Timezone     string       `json:"timezone"`
	Languages    []string     `json:"languages"`
	Currency     string       `json:"currency"`
	Organizer    Organizer    `json:"organizer"`
	Registration Registration `json:"registration"`
	Tickets      Tickets      `json:"tickets"`
	Caps         Caps         `json:"caps"`
	Dispatch     Dispatch     `json:"dispatch"`
	Payment      string       `json:"payment"`
	Mail         MailSettings `json:"mail"`
	Brand        Brand        `json:"brand,omitzero"`
	Embed        Embed        `json:"embed,omitzero"`
	Robots       *Robots      `json:"robots,omitempty"` // nil: nothing beyond the limits
	Event        Event        `json:"event,omitzero"`
	Texts        Texts        `json:"texts,omitempty"`
}

// Text is the same words in several languages, keyed by BCP 47 tag.
type Text map[string]string

// In gives the text in lang, else in the base of lang or another region of
// it, else in English, else in the first language by tag; "" when there is
// none.
func (t Text) In(lang string) string { return t[t.Pick(lang)] }

// Pick says which of its languages In gives for lang; "" when there is none.
func (t Text) Pick(lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	for _, k := range []string{lang, base} {
		if _, ok := t[k]; ok {
			return k
		}
	}
	if len(t) == 0 {
		return ""
	}
	all := slices.Sorted(maps.Keys(t))
	for _, k := range all {
		if strings.HasPrefix(k, base+"-") {
			return k
		}
	}
	if _, ok := t["en"]; ok {
		return "en"
	}
	return all[0]
}

// Organizer is who sells, and where the small print stands. The three fields
// after Name are absolute https URLs or empty.
type Organizer struct {
	Name    string `json:"name"`
	Imprint string `json:"imprint,omitempty"`
	Privacy string `json:"privacy,omitempty"`
	Terms   string `json:"terms,omitempty"`
}

// Registration is when the form takes addresses: from Opens until just
// before Closes.
type Registration struct {
	Opens  time.Time `json:"opens"`
	Closes time.Time `json:"closes"`
}

// Tickets is what is for sale. VenueMaximum is what the venue holds, 0 where
// nobody has said so: neither the capacity nor any stock is ever above it.
type Tickets struct {
	MaxPerFan    int          `json:"max_per_fan"`
	Capacity     int          `json:"capacity"` // ≤ the sum of the stocks
	VenueMaximum int          `json:"venue_maximum,omitempty"`
	Types        []TicketType `json:"types"`
}

// TicketType is what is bought. Price is in minor units of the sale's
// currency. Pools names the pools that a ticket draws one unit from besides
// the sale's capacity; today always its own.
type TicketType struct {
	ID    string   `json:"id"`
	Title Text     `json:"title"`
	Stock int      `json:"stock"`
	Price int64    `json:"price"`
	Pools []string `json:"pools,omitempty"`
}

// Caps are the sizes of the two classes: numbers 1…Guaranteed are
// guaranteed, the next Standby numbers are standby, then the form is full.
type Caps struct {
	Guaranteed int `json:"guaranteed"`
	Standby    int `json:"standby"`
}

// Dispatch is when and how offers are made: from Starts until Ends, at the
// moments of Every (a cron expression in the sale's zone, or "@every 1m"),
// at most Batch at a time, each good for LinkLife; none is mailed in the
// Quiet hours.
type Dispatch struct {
	Starts   time.Time     `json:"starts"`
	Ends     time.Time     `json:"ends"`
	Every    string        `json:"every"`
	Batch    int           `json:"batch"`
	LinkLife time.Duration `json:"link_life"` // whole seconds
	Quiet    QuietHours    `json:"quiet,omitzero"`
}

// The ways a sale takes money.
const (
	PaymentNone   = "none"    // free of charge, or settled elsewhere
	PaymentOnSite = "on_site" // paid at the door
)

// MailSettings say how the sale's mails present themselves. Alternatives is
// the organizer's own words for those who come too late.
type MailSettings struct {
	From         string `json:"from"`
	ReplyTo      string `json:"reply_to,omitempty"`
	Receipt      bool   `json:"receipt"`
	Alternatives Text   `json:"alternatives,omitempty"`
}

// Location is the sale's time zone. A stored sale was validated, so an
// unknown zone can only mean a machine without zone data: UTC then.
func (s *Sale) Location() *time.Location {
	loc, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Type gives the ticket type by id.
func (s *Sale) Type(id string) (TicketType, bool) {
	for _, t := range s.Tickets.Types {
		if t.ID == id {
			return t, true
		}
	}
	return TicketType{}, false
}
