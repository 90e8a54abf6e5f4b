package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
	"github.com/inturn/inturn/templates"
)

// field is one of a sale's fields as forms show it. A name that ends in a dot
// stands for one field in each language.
type field struct {
	name, label, hint, kind string
	options                 []templates.EditOption
	owner                   bool // only an owner changes it
}

// fieldGroup is fields that belong together.
type fieldGroup struct {
	id, title, intro string
	row              bool
	fields           []field
}

// settingsGroups is the whole sale but its ticket types, which are rows, and
// its own texts, which have a page of their own.
func settingsGroups() []fieldGroup {
	return []fieldGroup{
		{id: "sale", title: "The sale", fields: []field{
			{name: "title.", label: "Title", hint: "What fans read, at most 200 characters."},
			{name: "languages", label: "Languages", hint: "Of pages and mails, like en, de, fr, nl. The first is used when a fan asks for none of them."},
			{name: "timezone", label: "Time zone", hint: "Of the event, like Europe/Zurich. All times on this page are this zone's."},
			{name: "currency", label: "Currency", hint: "Three letters. It cannot change once people stand in line."},
			{name: "payment", label: "Payment", kind: "choice", options: []templates.EditOption{
				{Value: sale.PaymentNone, Label: "Free of charge, or settled elsewhere"}, {Value: sale.PaymentOnSite, Label: "At the door"},
			}},
		}},
		{id: "dates", title: "Dates", row: true, fields: []field{
			{name: "registration.opens", label: "The form opens", kind: "moment"},
			{name: "registration.closes", label: "The form closes", kind: "moment"},
			{name: "dispatch.starts", label: "First offers", kind: "moment", hint: "Not before the form opens."},
			{name: "dispatch.ends", label: "The end", kind: "moment", hint: "Nobody gets an offer after it; links that are out run on."},
		}},
		{id: "tickets", title: "Tickets", row: true, intro: "Every ticket is one of the capacity and one of its type's stock.", fields: []field{
			{name: "tickets.max_per_fan", label: "At most per fan", kind: "number"},
			{name: "tickets.capacity", label: "Capacity", kind: "number", hint: "How many tickets there are in all. Left empty: the sum of the stocks."},
			{name: "tickets.venue_maximum", label: "What the venue holds", kind: "number", hint: "No stock and no capacity can be above it.", owner: true},
		}},
		{id: "places", title: "Places", row: true, fields: []field{
			{name: "caps.guaranteed", label: "Guaranteed", kind: "number", hint: "Times the most per fan, at most the capacity. Left empty: as many as fit."},
			{name: "caps.standby", label: "Standby", kind: "number", hint: "Then the form is full. Left empty: three times the guaranteed ones."},
		}},
		{id: "dispatch", title: "Batches and links", row: true, fields: batchFields()},
		{id: "mail", title: "Mail", fields: []field{
			{name: "mail.from", label: "Sender", hint: "Like Lakeside <tickets@lakeside.example>."},
			{name: "mail.reply_to", label: "Answers go to", hint: "Left empty: to the sender."},
			{name: "mail.receipt", label: "Confirm each sign-up by mail", kind: "box"},
			{name: "mail.alternatives.", label: "Your words for those who come too late", kind: "area"},
		}},
		{id: "organizer", title: "Organizer", fields: []field{
			{name: "organizer.name", label: "Name"},
			{name: "organizer.imprint", label: "Imprint", hint: "https://…"},
			{name: "organizer.privacy", label: "Privacy", hint: "https://…"},
			{name: "organizer.terms", label: "Terms", hint: "https://…"},
		}},
		{id: "brand", title: "Brand", fields: []field{
			{name: "brand.accent", label: "Colour in light mode", hint: "Like #0f6b5c. Left empty: inturn's green."},
			{name: "brand.accent_dark", label: "Colour in dark mode", hint: "Left empty: the same hue, light enough for the dark."},
			{name: "brand.logo", label: "Logo", kind: "area", hint: "As data:image/svg+xml;base64,… or data:image/png;base64,…, at most 16 KiB. A sale file from your disk may name a picture beside it instead."},
			{name: "embed.origins", label: "Sites that may show the form in a frame", kind: "area", hint: "One a line, like https://festival.example."},
		}},
		{id: "event", title: "Event", row: true, intro: "For fans' calendars. All three may stay empty.", fields: []field{
			{name: "event.starts", label: "Begins", kind: "moment"},
			{name: "event.ends", label: "Ends", kind: "moment"},
			{name: "event.venue", label: "Where", hint: "One line, best as a map finds it."},
		}},
		{id: "robots", title: "Robots", fields: robotsFields()},
	}
}

func batchFields() []field {
	return []field{
		{name: "dispatch.batch", label: "At most in one batch", kind: "number"},
		{name: "dispatch.every", label: "A batch leaves", hint: "Like “every 5 minutes” or “every 90 seconds”, or a cron expression like */10 9-20 * * *."},
		{name: "dispatch.link_life", label: "A link is good for", hint: "Like “1 hour” or “90 minutes”. Links that are out keep their end."},
		{name: "dispatch.quiet", label: "Quiet hours", hint: "Like 22:00-08:00. Left empty: mail leaves at any hour."},
	}
}

func robotsFields() []field {
	return []field{
		{name: "robots", label: "Do more than the limits that every sale has", kind: "box"},
		{name: "robots.proof_of_work", label: "A sign-up brings a solved puzzle, or is confirmed by mail", kind: "box"},
		{name: "robots.work", label: "Work of a puzzle", kind: "number", hint: "How many tries a browser needs at most: 1,000 to 5,000,000."},
		{name: "robots.disposable", label: "Addresses at disposable domains", kind: "choice", options: []templates.EditOption{
			{Value: "allow", Label: "are taken"}, {Value: "flag", Label: "are taken, and you are told"}, {Value: "refuse", Label: "are refused"},
		}},
		{name: "robots.allow", label: "Domains that are never disposable", kind: "area", hint: "One a line."},
		{name: "robots.deny", label: "Domains that always are", kind: "area", hint: "One a line."},
		{name: "robots.networks", label: "Note with each sign-up which network it came from, as a fingerprint only", kind: "box"},
	}
}

// typeFields are the fields of one ticket type.
func typeFields() []field {
	return []field{
		{name: "title.", label: "Title"},
		{name: "stock", label: "Stock", kind: "number"},
		{name: "price", label: "Price"},
		{name: "id", label: "Id", hint: "a–z, 0–9 and hyphens."},
	}
}

// boxes are the fields that a browser leaves out when they are not ticked.
func boxes() []string {
	return []string{"mail.receipt", "robots", "robots.proof_of_work", "robots.networks"}
}

// filler shows fields with their values and what is to be said of them.
type filler struct {
	values  saleform.Values
	wrong   map[string]string
	clashes map[string]saleform.Clash
	theirs  []string
	owns    bool
}

// group fills one group.
func (f filler) group(g fieldGroup) templates.EditGroup {
	out := templates.EditGroup{ID: g.id, Title: g.title, Intro: g.intro, Row: g.row}
	for _, one := range g.fields {
		out.Fields = append(out.Fields, f.fields(one, "")...)
	}
	return out
}

// fields fills a field, once for each language where it has several.
func (f filler) fields(d field, prefix string) []templates.EditField {
	if !strings.HasSuffix(d.name, ".") {
		return []templates.EditField{f.field(d, prefix+d.name, d.label)}
	}
	var all []templates.EditField
	langs := f.values.Languages()
	for i, lang := range langs {
		label := d.label
		if len(langs) > 1 {
			label += ", in " + languageName(lang)
		}
		one := f.field(d, prefix+d.name+lang, label)
		if group := strings.TrimSuffix(prefix+d.name, "."); i == 0 && one.Wrong == "" {
			one.Wrong = f.wrong[group] // of all languages together
		}
		if i > 0 {
			one.Hint = ""
		}
		all = append(all, one)
	}
	return all
}

func (f filler) field(d field, name, label string) templates.EditField {
	out := templates.EditField{
		Name: name, Label: label, Hint: d.hint, Kind: d.kind, Value: f.values[name], Wrong: f.wrong[name], Options: d.options,
		Theirs: slices.Contains(f.theirs, name),
	}
	if out.Kind == "" {
		out.Kind = "text"
	}
	if d.owner && !f.owns {
		out.Locked = "Only an owner of the sale changes this."
	}
	if c, ok := f.clashes[name]; ok {
		out.Clash = &templates.EditClash{Filled: c.Filled, Newest: c.Newest}
	}
	return out
}

// rows fills the ticket types, with one empty row for another.
func (f filler) rows() []templates.EditRow {
	used := f.values.Rows()
	next := 0
	if len(used) > 0 {
		next = used[len(used)-1] + 1
	}
	var all []templates.EditRow
	for _, i := range append(used, next) {
		row := templates.EditRow{Index: i, Was: f.values[saleform.Row(i, "was")], Legend: "Another type"}
		if id := f.values[saleform.Row(i, "id")]; id != "" {
			row.Legend = "Ticket type “" + cmp.Or(f.values[saleform.Row(i, "title."+first(f.values.Languages()))], id) + "”"
		}
		for _, d := range typeFields() {
			row.Fields = append(row.Fields, f.fields(d, saleform.Row(i, ""))...)
		}
		all = append(all, row)
	}
	return all
}

// settings fills the whole form.
func (f filler) settings() []templates.EditGroup {
	var all []templates.EditGroup
	for _, g := range settingsGroups() {
		filled := f.group(g)
		if g.id == "tickets" {
			filled.Rows = f.rows()
		}
		all = append(all, filled)
	}
	return all
}

// changes are what differs, with the labels that the form has for it.
func (f filler) changes(all []sale.Change) []templates.EditChange {
	rows := map[string]int{} // of the form, by the ids by which versions tell types apart
	for _, i := range f.values.Rows() {
		rows[f.values[saleform.Row(i, "id")]] = i
	}
	var names []sale.FieldError
	for _, c := range all {
		name := c.Field
		if ofTypes, ok := strings.CutPrefix(name, "tickets.types."); ok {
			id, of, _ := strings.Cut(ofTypes, ".")
			if row, ok := rows[id]; ok && of != "" {
				name = saleform.Row(row, of)
			}
		}
		names = append(names, sale.FieldError{Field: name})
	}
	var out []templates.EditChange
	for i, l := range labelled(f.settings(), names) {
		if l.Label == names[i].Field {
			l.Label = "" // the form does not show it
		}
		out = append(out, templates.EditChange{Label: l.Label, Field: all[i].Field, Old: f.said(all[i].Field, all[i].Old), New: f.said(all[i].Field, all[i].New)})
	}
	return out
}

// labelled lists what is wrong, with the labels of the fields; what no field of
// the form shows is told by its name.
func labelled(groups []templates.EditGroup, wrong []sale.FieldError) []templates.EditWrong {
	labels, ids := map[string]string{}, map[string]string{}
	for _, g := range groups {
		for _, f := range g.Fields {
			labels[f.Name], ids[f.Name] = f.Label, f.ID()
		}
		for _, r := range g.Rows {
			for _, f := range r.Fields {
				labels[f.Name], ids[f.Name] = r.Legend+": "+f.Label, f.ID()
			}
		}
	}
	var all []templates.EditWrong
	for _, e := range wrong {
		name := e.Field
		if labels[name] == "" {
			for known := range labels { // of all languages together
				if rest, ok := strings.CutPrefix(known, name+"."); ok && !strings.Contains(rest, ".") && (labels[name] == "" || ids[known] < ids[name]) {
					labels[name], ids[name] = labels[known], ids[known]
				}
			}
		}
		label := labels[name]
		if label == "" {
			label = name
		}
		all = append(all, templates.EditWrong{ID: ids[name], Label: label, Message: e.Message})
	}
	return all
}
