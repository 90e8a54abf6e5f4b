package sale

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Change is one field that differs between two versions of a sale, in words
// for people. A field that was not there before has an empty Old, one that
// is gone has an empty New.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// Diff lists what differs between two versions, in the order of the sale
// file's fields; nil when nothing does. The version itself is not a field.
// Ticket types are told apart by their id: tickets.types.fri.price. From a
// zero sale, every field of the other is new.
func Diff(from, to Sale) []Change {
	// Times are told in one zone, or a new zone would change them all.
	old, now := describe(from, to.Location()), describe(to, to.Location())
	was := make(map[string]string, len(old))
	for _, f := range old {
		was[f.path] = f.value
	}
	var changes []Change
	for _, f := range now {
		if was[f.path] != f.value {
			changes = append(changes, Change{Field: f.path, Old: was[f.path], New: f.value})
		}
		delete(was, f.path)
	}
	for _, f := range old {
		if _, gone := was[f.path]; gone {
			changes = append(changes, Change{Field: f.path, Old: f.value})
		}
	}
	return changes
}

// described is one field of a sale, for reading.
type described struct{ path, value string }

type description []described

// add leaves out what is empty.
func (d *description) add(path, value string) {
	if value != "" {
		*d = append(*d, described{path, value})
	}
}

func (d *description) texts(path string, t Text) {
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		d.add(path+"."+lang, t[lang])
	}
}

func describe(s Sale, loc *time.Location) description {
	var d description
	if s.Slug == "" {
		return d
	}
	d.add("slug", s.Slug)
	d.texts("title", s.Title)
	d.add("timezone", s.Timezone)
	d.add("languages", strings.Join(s.Languages, ", "))
	d.add("currency", s.Currency)
	d.add("organizer.name", s.Organizer.Name)
	d.add("organizer.imprint", s.Organizer.Imprint)
	d.add("organizer.privacy", s.Organizer.Privacy)
	d.add("organizer.terms", s.Organizer.Terms)
	d.add("registration.opens", withOffset(s.Registration.Opens, loc))
	d.add("registration.closes", withOffset(s.Registration.Closes, loc))
	d.tickets(s)
	d.add("caps.guaranteed", thousands(s.Caps.Guaranteed))
	d.add("caps.standby", thousands(s.Caps.Standby))
	d.add("dispatch.starts", withOffset(s.Dispatch.Starts, loc))
	d.add("dispatch.ends", withOffset(s.Dispatch.Ends, loc))
	d.add("dispatch.every", s.Dispatch.Every)
	d.add("dispatch.batch", thousands(s.Dispatch.Batch))
	d.add("dispatch.link_life", FormatLife(s.Dispatch.LinkLife))
	d.add("dispatch.quiet", s.Dispatch.Quiet.String())
	d.add("payment", s.Payment)
	d.add("mail.from", s.Mail.From)
	d.add("mail.reply_to", s.Mail.ReplyTo)
	d.add("mail.receipt", strconv.FormatBool(s.Mail.Receipt))
	d.texts("mail.alternatives", s.Mail.Alternatives)
	d.brand(s.Brand)
	d.add("embed.origins", strings.Join(s.Embed.Origins, ", "))
	d.robots(s.Robots)
	d.event(s.Event, loc)
	d.ownTexts(s.Texts)
	return d
}

func (d *description) tickets(s Sale) {
	d.add("tickets.max_per_fan", thousands(s.Tickets.MaxPerFan))
	d.add("tickets.capacity", thousands(s.Tickets.Capacity))
	if most := s.Tickets.VenueMaximum; most != 0 {
		d.add("tickets.venue_maximum", thousands(most))
	}
	digits, _ := CurrencyDigits(s.Currency)
	var ids []string
	for _, t := range s.Tickets.Types {
		ids = append(ids, t.ID)
		path := "tickets.types." + t.ID
		d.texts(path+".title", t.Title)
		d.add(path+".stock", thousands(t.Stock))
		d.add(path+".price", s.Currency+" "+FormatMoney(t.Price, digits))
	}
	d.add("tickets.types", strings.Join(ids, ", "))
}

// withOffset writes an instant so that two instants never look the same,
// in the hour that comes twice either.
func withOffset(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return wallClock(t, loc) + t.In(loc).Format(" -07:00")
}

// FormatLife writes a duration as a sale file does: 1h, 1h30m, 45s.
// [time.ParseDuration] reads it back.
func FormatLife(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Tighten gives the sale in force on the line while next is not stored at
// the box office yet: next, but neither cap and no maximum is more than what
// was in force. What tightens holds at once; what widens waits until both
// sides have it.
func Tighten(inForce, next Sale) Sale {
	next.Caps.Guaranteed = min(inForce.Caps.Guaranteed, next.Caps.Guaranteed)
	next.Caps.Standby = min(inForce.Caps.Standby, next.Caps.Standby)
	next.Tickets.MaxPerFan = min(inForce.Tickets.MaxPerFan, next.Tickets.MaxPerFan)
	return next
}

// Given is what the line has given away already: the last number, and how
// many numbers are guaranteed.
type Given struct {
	Last, Guaranteed int
}

// CheckChange refuses a version that would break a promise the line has
// made, with the numbers. Both sales are valid ones of the same slug; what
// the ledger cannot keep is the box office's to refuse.
//
//   - CodeCutBelow: the guarantees given no longer fit what is for sale
//     (docs/invariants.md, 6).
//   - CodeInvalid: another slug, or another currency while fans stand in line
//     for the prices they were shown.
func CheckChange(from, to Sale, given Given) error {
	if from.Slug != to.Slug {
		return refused(CodeInvalid, "slug", fmt.Sprintf("a version of %s cannot be called %s", quote(from.Slug), quote(to.Slug)))
	}
	if from.Currency != to.Currency && given.Last > 0 {
		return refused(CodeInvalid, "currency", fmt.Sprintf("cannot become %s: %s fans registered for prices in %s",
			to.Currency, thousands(given.Last), from.Currency))
	}
	places := max(to.Caps.Guaranteed, given.Guaranteed)
	over := guarantee(places, to.Tickets)
	if over == "" {
		return nil
	}
	field := "caps.guaranteed"
	if given.Guaranteed >= to.Caps.Guaranteed {
		over = fmt.Sprintf("%s fans are guaranteed their tickets already, and %s", thousands(given.Guaranteed), over)
		field = "tickets.capacity"
		if to.Tickets.MaxPerFan > from.Tickets.MaxPerFan {
			field = "tickets.max_per_fan"
		}
	}
	return refused(CodeCutBelow, field, over)
}

func refused(code Code, field, why string) *Error {
	return &Error{
		Code:    code,
		Message: "this version cannot replace the one before it",
		Fields:  []FieldError{{Field: field, Message: why}},
	}
}
