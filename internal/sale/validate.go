package sale

import (
	"fmt"
	"slices"
	"time"
)

// What no real sale goes beyond. A figure above it is a slip of the finger
// (London 2012: 20,000 typed for 10,000), and below it no sum or product of a
// validated sale overflows.
const (
	maxStock      = 10_000_000
	maxPerFanMost = 100
	maxPlaces     = 100_000_000
	maxBatch      = 100_000
	maxTypes      = 100
	maxPrice      = 10_000_000_000 // minor units
	maxLinkLife   = 30 * 24 * time.Hour
	firstYear     = 2000
	lastYear      = 2199
)

// Validate finds every mistake in a sale at once, in the order of the sale
// file's fields and in the words of whoever wrote it. Fields are named by
// their path, like caps.guaranteed or tickets.types[1].price. A sale with no
// mistakes gives nil.
//
// checkEvery says whether a schedule can be used in a zone; nil skips that
// one check. A sale that passes can be put to a box office that has never
// heard of it; whether it may replace another version is [CheckChange]'s
// and the ledger's to say.
func (s *Sale) Validate(checkEvery func(expr string, loc *time.Location) error) []FieldError {
	c := &checker{s: s}
	c.slug()
	c.texts("title", s.Title, textRule{most: 200, required: true})
	c.timezone()
	c.languages()
	c.currency()
	c.organizer()
	c.registration()
	c.tickets()
	c.caps()
	c.dispatch(checkEvery)
	c.payment()
	c.mail()
	c.brand()
	c.embed()
	c.robots()
	c.event()
	c.ownTexts()
	return c.errs
}

// checker collects the mistakes of one sale.
type checker struct {
	s    *Sale
	loc  *time.Location // nil when the time zone is unknown
	errs []FieldError
}

func (c *checker) fail(field, format string, args ...any) {
	c.errs = append(c.errs, FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
}

// within checks a count and says whether it can be reckoned with.
func (c *checker) within(field string, n, least, most int) bool {
	switch {
	case n < least:
		c.fail(field, "%s is less than %s", thousands(n), thousands(least))
	case n > most:
		c.fail(field, "%s is more than the %s that any sale may have; is there a digit too many?", thousands(n), thousands(most))
	default:
		return true
	}
	return false
}

func (c *checker) timezone() {
	name := c.s.Timezone
	if name == "" {
		c.fail("timezone", "is missing; name the zone of the event, like Europe/Zurich")
		return
	}
	loc, err := time.LoadLocation(name)
	if name == "Local" || err != nil {
		c.fail("timezone", "%s is not a time zone; write it like Europe/Zurich", quote(name))
		return
	}
	c.loc = loc
}

// day writes an instant as the clock on the wall of the event shows it.
func (c *checker) day(t time.Time) string {
	return wallClock(t, c.loc)
}

func wallClock(t time.Time, loc *time.Location) string {
	if loc == nil {
		loc = time.UTC
	}
	layout := "2006-01-02 15:04"
	if t = t.In(loc); t.Nanosecond() != 0 {
		layout += ":05.999999999"
	} else if t.Second() != 0 {
		layout += ":05"
	}
	return t.Format(layout)
}

// moment checks one instant and says whether it can be reckoned with.
func (c *checker) moment(field string, t time.Time) bool {
	if t.IsZero() {
		c.fail(field, "is missing; write it like 2027-03-10T10:00")
		return false
	}
	if y := t.UTC().Year(); y < firstYear || y > lastYear {
		c.fail(field, "the year %d cannot be right", y)
		return false
	}
	return true
}

func (c *checker) registration() {
	r := c.s.Registration
	opens := c.moment("registration.opens", r.Opens)
	closes := c.moment("registration.closes", r.Closes)
	if opens && closes && !r.Opens.Before(r.Closes) {
		c.fail("registration.closes", "%s is not after the opening, %s", c.day(r.Closes), c.day(r.Opens))
	}
}

func (c *checker) dispatch(checkEvery func(string, *time.Location) error) {
	d := c.s.Dispatch
	starts := c.moment("dispatch.starts", d.Starts)
	opens := c.s.Registration.Opens
	if starts && !opens.IsZero() && d.Starts.Before(opens) {
		c.fail("dispatch.starts", "%s is before registration opens, %s", c.day(d.Starts), c.day(opens))
	}
	window := c.moment("dispatch.ends", d.Ends) && starts
	if window && !d.Starts.Before(d.Ends) {
		c.fail("dispatch.ends", "%s is not after the start, %s", c.day(d.Ends), c.day(d.Starts))
		window = false
	}
	c.every(d.Every, checkEvery)
	c.within("dispatch.batch", d.Batch, 1, maxBatch)
	lives := false // a life fits in between, at any hour
	switch life := d.LinkLife; {
	case life < time.Second:
		c.fail("dispatch.link_life", "%s is too short; a link lives for at least 1s", FormatLife(life))
	case life > maxLinkLife:
		c.fail("dispatch.link_life", "%s is too long; a link lives for at most %s", FormatLife(life), FormatLife(maxLinkLife))
	case life%time.Second != 0:
		c.fail("dispatch.link_life", "%s is not in whole seconds", FormatLife(life))
	case window && life > d.Ends.Sub(d.Starts):
		c.fail("dispatch.link_life", "%s does not fit between the start and the end, which are %s apart",
			FormatLife(life), FormatLife(d.Ends.Sub(d.Starts)))
	default:
		lives = window
	}
	c.quiet(lives)
}

func (c *checker) every(expr string, check func(string, *time.Location) error) {
	before := len(c.errs)
	if c.text("dispatch.every", expr, textRule{most: 200, required: true}); len(c.errs) > before {
		return
	}
	if check == nil || c.loc == nil {
		return
	}
	if err := check(expr, c.loc); err != nil {
		c.fail("dispatch.every", "%s", userWords(err))
	}
}

func (c *checker) payment() {
	if p := c.s.Payment; p != PaymentNone && p != PaymentOnSite {
		c.fail("payment", "%s is not a way to pay; it is %s or %s", quote(p), PaymentNone, PaymentOnSite)
	}
}

func (c *checker) tickets() {
	t := c.s.Tickets
	if len(t.Types) == 0 {
		c.fail("tickets.types", "is missing; a sale has at least one type of ticket")
	}
	if len(t.Types) > maxTypes {
		c.fail("tickets.types", "has %s entries, but at most %d are possible", thousands(len(t.Types)), maxTypes)
		return
	}
	sum, known := 0, true
	var ids []string
	for i, typ := range t.Types {
		field := fmt.Sprintf("tickets.types[%d]", i)
		if slices.Contains(ids, typ.ID) {
			c.fail(field+".id", "%s is the id of an earlier type too", quote(typ.ID))
		}
		ids = append(ids, typ.ID)
		known = c.ticketType(field, typ) && known
		sum = min(sum+min(max(typ.Stock, 0), maxStock), maxTypes*maxStock)
	}
	perFan := c.within("tickets.max_per_fan", t.MaxPerFan, 1, maxPerFanMost)
	c.venue(t)
	if !known && t.Capacity > maxStock {
		return // the sum of a stock with a digit too many, which is told
	}
	if !c.within("tickets.capacity", t.Capacity, 1, maxStock) {
		return
	}
	if known && len(t.Types) > 0 && t.Capacity > sum {
		c.fail("tickets.capacity", "%s is more than the %s tickets of all types together", thousands(t.Capacity), thousands(sum))
	}
	if perFan && t.MaxPerFan > t.Capacity {
		c.fail("tickets.max_per_fan", "%s is more than the %s tickets for sale", thousands(t.MaxPerFan), thousands(t.Capacity))
	}
}

// venue holds capacity and stocks to what the venue holds. It is a figure of
// its own, which nobody types when he changes the others (London 2012).
func (c *checker) venue(t Tickets) {
	most := t.VenueMaximum
	if most == 0 || !c.within("tickets.venue_maximum", most, 1, maxStock) {
		return
	}
	if t.Capacity > most {
		c.fail("tickets.capacity", "%s is more than the %s that the venue holds", thousands(t.Capacity), thousands(most))
	}
	for i, typ := range t.Types {
		if typ.Stock > most {
			c.fail(fmt.Sprintf("tickets.types[%d].stock", i), "%s is more than the %s that the venue holds",
				thousands(typ.Stock), thousands(most))
		}
	}
}

// ticketType checks one type and says whether its stock can be reckoned with.
func (c *checker) ticketType(field string, t TicketType) bool {
	switch {
	case !isSlug(t.ID):
		c.fail(field+".id", "%s is not an id; use a–z, 0–9 and inner hyphens, at most %d characters", quote(t.ID), maxSlug)
	case t.ID == CapacityPool:
		c.fail(field+".id", "%s is a reserved word", quote(t.ID))
	}
	c.texts(field+".title", t.Title, textRule{most: 200, required: true})
	known := c.within(field+".stock", t.Stock, 0, maxStock)
	digits, _ := CurrencyDigits(c.s.Currency)
	switch {
	case t.Price < 0:
		c.fail(field+".price", "%s is less than nothing", FormatMoney(t.Price, digits))
	case t.Price > maxPrice:
		c.fail(field+".price", "%s is more than any ticket may cost; is there a digit too many?", FormatMoney(t.Price, digits))
	}
	if len(t.Pools) > 0 && !slices.Equal(t.Pools, []string{t.ID}) {
		c.fail(field+".pools", "a type draws on its own pool, %s, and no other", quote(t.ID))
	}
	return known
}

func (c *checker) caps() {
	g := c.within("caps.guaranteed", c.s.Caps.Guaranteed, 0, maxPlaces)
	b := c.within("caps.standby", c.s.Caps.Standby, 0, maxPlaces)
	if !g || !b {
		return
	}
	if c.s.Caps.Guaranteed+c.s.Caps.Standby == 0 {
		c.fail("caps.guaranteed", "nobody could join the line: both caps are 0")
	}
	t := c.s.Tickets
	if t.MaxPerFan < 1 || t.MaxPerFan > maxPerFanMost || t.Capacity < 1 || t.Capacity > maxStock {
		return
	}
	if over := guarantee(c.s.Caps.Guaranteed, t); over != "" {
		c.fail("caps.guaranteed", "%s", over)
	}
}

// guarantee says in words why so many guaranteed places are too many for
// what is for sale, and nothing when they are not.
func guarantee(places int, t Tickets) string {
	need := int64(places) * int64(t.MaxPerFan)
	if need <= int64(t.Capacity) {
		return ""
	}
	return fmt.Sprintf("%s × %d = %s is more than the %s tickets for sale",
		thousands(places), t.MaxPerFan, thousands(need), thousands(t.Capacity))
}
