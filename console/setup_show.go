package console

import (
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
	"github.com/inturn/inturn/templates"
)

// languageNames are the languages in which inturn has words, with what an
// English reader calls them.
func languageNames() []templates.EditOption {
	var all []templates.EditOption
	for _, tag := range []string{"en", "de", "fr", "nl"} {
		all = append(all, templates.EditOption{Value: tag, Label: languageName(tag)})
	}
	return all
}

func languageName(tag string) string { return templates.EnglishName(tag) }

func (s *Server) showEvent(d *setup, p *templates.SetupPage) {
	var titles []templates.EditField
	for _, l := range languageNames() {
		title := d.field(templates.EditField{Name: "title." + l.Value, Label: "Title in " + l.Label, Kind: "text"})
		title.Value = d.typed[title.Name]
		title.Options = []templates.EditOption{{Value: l.Value, Label: l.Label}}
		titles = append(titles, title)
	}
	p.Languages = &templates.SetupLanguages{Titles: titles, Spoken: d.spoken()}
	if d.seen(d.step.name) {
		p.Languages.Wrong = d.wrong["languages"]
	}
	address := "what stands behind the address of your sales"
	if s.o.Place.RegistrationURL != "" {
		address = "what stands behind " + s.o.Place.RegistrationURL + "/"
	}
	p.Groups = []templates.EditGroup{
		{Title: "The organizer", Fields: d.fields(
			templates.EditField{Name: "organizer.name", Label: "Name", Kind: "text", Hint: "Who sells the tickets, as fans know you."},
			templates.EditField{Name: "organizer.privacy", Label: "Privacy statement", Kind: "url", Optional: true, Hint: "Fans leave an address, so they should find out what happens to it. An https address."},
			templates.EditField{Name: "organizer.imprint", Label: "Imprint", Kind: "url", Optional: true},
			templates.EditField{Name: "organizer.terms", Label: "Terms and conditions", Kind: "url", Optional: true},
		)},
		{Title: "Where", Fields: d.fields(
			templates.EditField{Name: "event.venue", Label: "Venue", Kind: "text", Optional: true, Hint: "Stands in the entry for the calendar that comes with an order."},
			templates.EditField{Name: "slug", Label: "Address on the web", Kind: "text", Hint: "Follows from the title: " + address + ". It cannot be changed later."},
		)},
	}
}

func (s *Server) showDates(d *setup, p *templates.SetupPage) {
	p.Zones = zones()
	guess := ""
	if zone := d.typed["timezone"]; zone != "" && zone == d.typed["guessed"] {
		guess = "zone"
	}
	p.Groups = []templates.EditGroup{
		{Title: "Time zone", Intro: "All times of the sale are on the clock of the event, wherever a fan or you may be.", Fields: d.fields(
			templates.EditField{Name: "timezone", Label: "Zone of the event", Kind: "text", List: "zones", Hint: "Begin to type a city, like Zurich.", Guess: guess},
		)},
		{Title: "Fans leave their address", Row: true, Intro: "Long enough that nobody has to hurry: a place in line is a matter of seconds, but people sleep and work.", Fields: d.fields(
			templates.EditField{Name: "registration.opens", Label: "The form opens", Kind: "moment"},
			templates.EditField{Name: "registration.closes", Label: "The form closes", Kind: "moment"},
		)},
		{Title: "Offers are mailed", Row: true, Intro: "A week or more gives everybody in line their turn. Nothing is mailed after the end.", Fields: d.fields(
			templates.EditField{Name: "dispatch.starts", Label: "The first offers", Kind: "moment"},
			templates.EditField{Name: "dispatch.ends", Label: "The end of the sale", Kind: "moment"},
		)},
		{Title: "The event itself", Row: true, Fields: d.fields(
			templates.EditField{Name: "event.starts", Label: "Begins", Kind: "moment", Optional: true},
			templates.EditField{Name: "event.ends", Label: "Ends", Kind: "moment", Optional: true},
		)},
	}
}

func (s *Server) showTickets(d *setup, p *templates.SetupPage) {
	p.Money = currencies()
	types := &templates.SetupTypes{More: d.rows() < mostRows}
	for i := range d.rows() {
		var fields []templates.EditField
		for n, lang := range d.spoken() {
			label := "Kind of ticket"
			if len(d.spoken()) > 1 {
				label += ", in " + languageName(lang)
			}
			fields = append(fields, templates.EditField{Name: saleform.Row(i, "title."+lang), Label: label, Kind: "text", Optional: n > 0})
		}
		fields = append(fields,
			templates.EditField{Name: saleform.Row(i, "stock"), Label: "How many there are", Kind: "number", Small: true},
			templates.EditField{Name: saleform.Row(i, "price"), Label: "Price of one", Kind: "number", Small: true, Unit: d.whole["currency"]})
		types.Rows = append(types.Rows, templates.EditGroup{Title: "Ticket " + strconv.Itoa(i+1), Row: true, Fields: d.fields(fields...)})
	}
	p.Types = types
	capacity := "Leave it empty to sell all kinds to the last one."
	if n := d.sale.Tickets.Capacity; n > 0 {
		capacity = "Leave it empty to sell all " + sale.FormatCount(n) + "."
	}
	if d.typed["tickets.capacity"] != "" {
		capacity = "Empty: all kinds are sold to the last one."
	}
	p.Groups = []templates.EditGroup{
		{Title: "For everybody", Row: true, Fields: d.fields(
			templates.EditField{Name: "tickets.max_per_fan", Label: "Most tickets for one fan", Kind: "number", Small: true},
			templates.EditField{Name: "tickets.capacity", Label: "Fewer than all kinds together", Kind: "number", Small: true, Optional: true, Hint: capacity},
			templates.EditField{Name: "tickets.venue_maximum", Label: "What the venue holds", Kind: "number", Small: true, Optional: true, Hint: "No typo will ever sell more than this."},
		)},
		{Title: "Money", Row: true, Fields: d.fields(
			templates.EditField{Name: "currency", Label: "Currency", Kind: "text", Small: true, List: "money"},
			templates.EditField{Name: "payment", Label: "How fans pay", Kind: "choice", Options: []templates.EditOption{
				{Value: sale.PaymentNone, Label: "Free, or elsewhere"}, {Value: sale.PaymentOnSite, Label: "At the door"},
			}},
		)},
	}
}

// suggestedCaps follow from the tickets of a draft; none while these are not
// known.
func suggestedCaps(v saleform.Values) sale.Caps {
	capacity, each := ticketsOf(v)
	return sale.SuggestCaps(capacity, each)
}

// ticketsOf reads how many tickets there are, and how many of them a fan may
// buy.
func ticketsOf(v saleform.Values) (capacity, each int) {
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(v[name]))
		if err != nil || n < 0 || n > 100_000_000 {
			return 0
		}
		return n
	}
	if capacity = number("tickets.capacity"); capacity == 0 {
		for _, i := range v.Rows() {
			capacity += number(saleform.Row(i, "stock"))
		}
	}
	return capacity, number("tickets.max_per_fan")
}

func (s *Server) showPlaces(d *setup, p *templates.SetupPage) {
	capacity, each := ticketsOf(d.whole)
	caps := sale.SuggestCaps(capacity, each)
	p.Caps = &templates.SetupCaps{
		Known: caps.Guaranteed > 0, Capacity: capacity, Each: each, Guaranteed: caps.Guaranteed, Standby: caps.Standby,
		Over: capacity - caps.Guaranteed*each, Own: d.typed["caps.guaranteed"] != "" || d.typed["caps.standby"] != "",
	}
	fields := d.fields(
		templates.EditField{Name: "caps.guaranteed", Label: "Guaranteed places", Kind: "number", Small: true, Hint: "They can all buy the most, whatever the others do."},
		templates.EditField{Name: "caps.standby", Label: "Places on standby", Kind: "number", Small: true, Hint: "They get what is left, in order."},
	)
	if p.Caps.Known {
		for i, n := range []int{caps.Guaranteed, caps.Standby} {
			if fields[i].Value == "" {
				fields[i].Value = strconv.Itoa(n)
			}
		}
	}
	p.Groups = []templates.EditGroup{{Title: "Places", Row: true, Fields: fields}}
}

// everies are the schedules to choose from.
func everies() []templates.EditOption {
	return []templates.EditOption{
		{Value: "@every 1m", Label: "Every minute"},
		{Value: "@every 5m", Label: "Every 5 minutes"},
		{Value: "@every 10m", Label: "Every 10 minutes"},
		{Value: "@every 15m", Label: "Every quarter of an hour"},
		{Value: "@every 30m", Label: "Every half hour"},
		{Value: "@every 1h", Label: "Every hour"},
		{Value: otherEvery, Label: "As written in the next field"},
	}
}

func (s *Server) showMails(d *setup, p *templates.SetupPage) {
	every := d.field(templates.EditField{Name: "dispatch.every", Label: "A batch is mailed", Kind: "choice", Options: everies()})
	other := d.field(templates.EditField{
		Name: "every.other", Label: "Another schedule", Kind: "text", Optional: true,
		Hint: "Like “every 90 seconds”, or a cron expression like */10 9-20 * * *.",
	})
	if d.typed["dispatch.every"] == otherEvery { // what is wrong is told where it is typed
		other.Wrong, every.Wrong = every.Wrong, ""
	}
	p.Groups = []templates.EditGroup{
		{Title: "Who writes", Fields: d.fields(
			templates.EditField{Name: "mail.from", Label: "Mails come from", Kind: "text", Hint: "An address of your own domain, after a name. Its domain has to let your mail server send for it: the checklist will tell."},
			templates.EditField{Name: "mail.reply_to", Label: "Answers go to", Kind: "email", Optional: true, Hint: "An address that somebody reads."},
			templates.EditField{Name: "mail.receipt", Label: "Everybody who joins is mailed a receipt with their place", Kind: "box"},
		)},
		{Title: "How fast", Row: true, Fields: []templates.EditField{every, other}},
		{Row: true, Fields: d.fields(
			templates.EditField{Name: "dispatch.batch", Label: "Offers in a batch", Kind: "number", Small: true, Hint: "Suggested: guaranteed fans have theirs within two hours, as far as the mail limit allows."},
			templates.EditField{Name: "dispatch.link_life", Label: "A link is good for", Kind: "text", Small: true, Hint: "Like “1 hour” or “90 minutes”. Long enough to see the mail; meanwhile its tickets wait."},
			templates.EditField{Name: "dispatch.quiet", Label: "No offers between", Kind: "text", Small: true, Optional: true, Hint: "Like 22:00-08:00, so that nobody's hour runs while they sleep."},
		)},
		{Title: "For those who come too late", Intro: "Stands in the mail that says that everything is sold: another date, a waiting list, a stream.", Fields: d.fields(s.alternatives(d)...)},
	}
	p.Plan = s.draftPlan(d)
}

func (s *Server) alternatives(d *setup) []templates.EditField {
	var all []templates.EditField
	for _, lang := range d.spoken() {
		label := "Your words"
		if len(d.spoken()) > 1 {
			label += " in " + languageName(lang)
		}
		all = append(all, templates.EditField{Name: "mail.alternatives." + lang, Label: label, Kind: "area", Optional: true})
	}
	return all
}

// labelOf says in a few words which field a mistake is about.
func labelOf(field string) string {
	words := map[string]string{
		"slug": "Address on the web", "languages": "Languages", "timezone": "Zone of the event", "currency": "Currency", "payment": "How fans pay",
		"organizer.name": "Name of the organizer", "organizer.imprint": "Imprint", "organizer.privacy": "Privacy statement", "organizer.terms": "Terms and conditions",
		"registration.opens": "The form opens", "registration.closes": "The form closes", "dispatch.starts": "The first offers", "dispatch.ends": "The end of the sale",
		"event.starts": "The event begins", "event.ends": "The event ends", "event.venue": "Venue", "tickets.max_per_fan": "Most tickets for one fan",
		"tickets.capacity": "Fewer than all kinds together", "tickets.venue_maximum": "What the venue holds", "caps.guaranteed": "Guaranteed places", "caps.standby": "Places on standby",
		"mail.from": "Mails come from", "mail.reply_to": "Answers go to", "dispatch.every": "A batch is mailed", "dispatch.batch": "Offers in a batch",
		"dispatch.link_life": "A link is good for", "dispatch.quiet": "No offers between",
	}
	if w, ok := words[field]; ok {
		return w
	}
	if lang, ok := strings.CutPrefix(field, "title."); ok {
		return "Title in " + languageName(lang)
	}
	if rest, ok := strings.CutPrefix(field, "tickets.types["); ok {
		row, part, _ := strings.Cut(rest, "].")
		n, _ := strconv.Atoi(row)
		part, _, _ = strings.Cut(part, ".")
		return "Ticket " + strconv.Itoa(n+1) + ", " + map[string]string{"title": "kind", "stock": "how many there are", "price": "price of one"}[part]
	}
	return field
}
