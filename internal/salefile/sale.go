package salefile

import (
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/inturn/inturn/internal/sale"
)

// What a file that leaves a field out gets. The other defaults depend on the
// rest of the file and stand where they are applied.
const (
	defaultLanguage = "en"
	defaultEvery    = "@every 1m"
	defaultBatch    = 100
	defaultLinkLife = time.Hour
	defaultDays     = 7 // from the start of the dispatch to its end
)

// The one type of the short form of tickets.
const (
	shortID    = "ticket"
	shortTitle = "Ticket"
)

// sale reads the whole file, in its order, with every default.
func (r *reader) sale(root ast.Node) sale.Sale {
	top := r.section("", root, "slug", "title", "timezone", "languages", "currency", "organizer", "registration",
		"tickets", "caps", "dispatch", "payment", "mail", "brand", "embed", "robots", "event", "texts", "version")
	if top.has("version") {
		if r.version = int64(top.integer("version")); r.version < 1 && !r.known("version") {
			r.fail("version", "%d is not a version; they count from 1", r.version)
		}
	}
	s := sale.Sale{
		Slug:      top.text("slug"),
		Timezone:  top.text("timezone"),
		Languages: r.languages(top),
		Currency:  top.text("currency"),
		Payment:   top.textOr("payment", sale.PaymentNone),
	}
	lang := defaultLanguage
	if len(s.Languages) > 0 {
		lang = s.Languages[0]
	}
	s.Title = top.texts("title", lang)

	organizer := top.sub("organizer", "name", "imprint", "privacy", "terms")
	s.Organizer = sale.Organizer{
		Name:    organizer.text("name"),
		Imprint: organizer.text("imprint"),
		Privacy: organizer.text("privacy"),
		Terms:   organizer.text("terms"),
	}
	loc := location(s.Timezone)
	registration := top.sub("registration", "opens", "closes")
	s.Registration = sale.Registration{
		Opens:  registration.moment("opens", loc),
		Closes: registration.moment("closes", loc),
	}
	s.Tickets = r.tickets(top, s.Currency, lang)
	s.Caps = r.caps(top, s.Tickets)
	s.Dispatch = r.dispatch(top, s.Registration, loc)

	mail := top.sub("mail", "from", "reply_to", "receipt", "alternatives")
	s.Mail = sale.MailSettings{
		From:         mail.text("from"),
		ReplyTo:      mail.text("reply_to"),
		Receipt:      mail.yes("receipt", true),
		Alternatives: mail.texts("alternatives", lang),
	}
	s.Brand = r.brand(top)
	s.Embed = r.embed(top)
	s.Robots = r.robots(top)
	s.Event = r.event(top, loc)
	s.Texts = r.ownTexts(top, lang)
	return s
}

// location is where times without an offset are read. An unknown zone is
// Validate's to refuse; the times are looked at all the same.
func location(name string) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil && name != "Local" {
		return loc
	}
	return time.UTC
}

func (r *reader) languages(top section) []string {
	if !top.has("languages") {
		return []string{defaultLanguage}
	}
	var langs []string
	for i, n := range top.list("languages") {
		lang, _ := r.scalar(index("languages", i), n)
		langs = append(langs, lang)
	}
	return langs
}

func (r *reader) tickets(top section, currency, lang string) sale.Tickets {
	top.need("tickets")
	s := top.sub("tickets", "max_per_fan", "capacity", "venue_maximum", "types", "stock", "price", "title")
	s.need("max_per_fan")
	t := sale.Tickets{MaxPerFan: s.integer("max_per_fan"), Capacity: s.integer("capacity"), VenueMaximum: s.integer("venue_maximum")}
	if s.has("venue_maximum") && t.VenueMaximum < 1 && !r.known("tickets.venue_maximum") {
		r.fail("tickets.venue_maximum", "%d is less than 1; leave it out where nobody knows", t.VenueMaximum)
	}
	short := []string{"stock", "price", "title"}
	switch r.short = slices.ContainsFunc(short, s.has) && !s.has("types"); {
	case r.short:
		t.Types = []sale.TicketType{shortType(s, currency, lang)}
	case s.has("types"):
		for _, key := range short {
			if s.has(key) {
				r.fail(s.field(key), "stands beside types; with types, each has its own")
			}
		}
	case !r.known("tickets.types"):
		r.fail("tickets.types", "is missing; write types, or stock and price for a single kind of ticket")
	}
	for i, n := range s.list("types") {
		t.Types = append(t.Types, r.ticketType(index("tickets.types", i), n, currency, lang))
	}
	r.capacity(s, &t)
	return t
}

// ticketType reads one entry of the long form.
func (r *reader) ticketType(path string, n ast.Node, currency, lang string) sale.TicketType {
	s := r.section(path, n, "id", "title", "stock", "price")
	if !r.known(path) {
		s.need("id", "title", "stock", "price")
	}
	return sale.TicketType{
		ID:    s.text("id"),
		Title: s.texts("title", lang),
		Stock: s.integer("stock"),
		Price: s.price("price", currency),
	}
}

// shortType reads the one type of the short form.
func shortType(s section, currency, lang string) sale.TicketType {
	s.need("stock", "price")
	t := sale.TicketType{
		ID:    shortID,
		Title: s.texts("title", lang),
		Stock: s.integer("stock"),
		Price: s.price("price", currency),
	}
	if !s.has("title") {
		t.Title = sale.Text{"en": shortTitle}
	}
	return t
}

// where names a field as the file does: in the short form, the one type's
// fields are those of tickets.
func (r *reader) where(field string) string {
	if rest, ok := strings.CutPrefix(field, "tickets.types[0]."); ok && r.short {
		return "tickets." + rest
	}
	return field
}

// capacity is the sum of the stocks when left out. While a stock is unknown,
// nothing is said of what follows from the sum.
func (r *reader) capacity(s section, t *sale.Tickets) {
	sum, unknown := 0, r.known("tickets.types") || r.known("tickets")
	for i := range t.Types {
		if r.known(r.where(index("tickets.types", i) + ".stock")) {
			unknown = true
			t.Types[i].Stock = max(t.Capacity, 0)
		}
		sum = add(sum, t.Types[i].Stock)
	}
	if s.has("capacity") {
		return
	}
	t.Capacity = sum
	if slices.ContainsFunc(t.Types, func(typ sale.TicketType) bool { return t.VenueMaximum > 0 && typ.Stock > t.VenueMaximum }) {
		r.bad["tickets.capacity"] = true // it follows from that stock
	}
	if unknown || len(t.Types) == 0 {
		r.bad["tickets.capacity"] = true
		t.Capacity = 0
	}
}

// add is for sums of what nobody has checked yet.
func add(a, b int) int {
	if c := a + b; a >= 0 && b >= 0 && c >= 0 {
		return c
	}
	return 0
}

func (r *reader) caps(top section, t sale.Tickets) sale.Caps {
	s := top.sub("caps", "guaranteed", "standby")
	suggested := sale.SuggestCaps(t.Capacity, t.MaxPerFan)
	caps := sale.Caps{Guaranteed: s.integer("guaranteed"), Standby: s.integer("standby")}
	if !s.has("guaranteed") {
		caps.Guaranteed = suggested.Guaranteed
		if r.known("tickets.capacity") || r.known("tickets.max_per_fan") || suggested.Guaranteed == 0 {
			r.bad["caps.guaranteed"] = true
		}
	}
	if !s.has("standby") {
		caps.Standby = sale.SuggestStandby(caps.Guaranteed)
	}
	return caps
}

func (r *reader) dispatch(top section, reg sale.Registration, loc *time.Location) sale.Dispatch {
	s := top.sub("dispatch", "starts", "ends", "every", "batch", "link_life", "quiet")
	d := sale.Dispatch{
		Starts:   reg.Closes,
		Every:    s.textOr("every", defaultEvery),
		Batch:    defaultBatch,
		LinkLife: s.life("link_life", defaultLinkLife),
		Quiet:    s.quiet("quiet"),
	}
	if s.has("batch") {
		d.Batch = s.integer("batch")
	}
	if s.has("starts") {
		d.Starts = s.moment("starts", loc)
	} else if d.Starts.IsZero() {
		r.bad["dispatch.starts"] = true
	}
	switch {
	case s.has("ends"):
		d.Ends = s.moment("ends", loc)
	case d.Starts.IsZero():
		r.bad["dispatch.ends"] = true
	default:
		d.Ends = d.Starts.In(loc).AddDate(0, 0, defaultDays).UTC()
	}
	return d
}

// price reads an amount of the sale's currency. Of a currency that is not
// known, the most decimals there are will do.
func (s section) price(key, currency string) int64 {
	if !s.has(key) {
		return 0
	}
	digits, ok := sale.CurrencyDigits(currency)
	if !ok {
		digits = 4
	}
	text, ok := s.r.scalar(s.field(key), s.values[key])
	if !ok {
		return 0
	}
	minor, err := sale.ParseMoney(text, digits)
	if err != nil {
		s.r.fail(s.field(key), "%s %s", quote(text), err)
	}
	return minor
}
