package saleform

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

// Parse reads a form over the sale that it was filled with, each value as it is
// meant ([Meant]); a new sale's is the zero one. What is left empty gets the default that a sale file gives
// it. checkEvery says whether a schedule can be used in a zone; nil skips that
// check. The mistakes are named by their fields, as the form has them; the sale
// counts only where there are none.
func Parse(filled sale.Sale, v Values, checkEvery func(string, *time.Location) error) (sale.Sale, []sale.FieldError) {
	if wrong := v.unreadable(); len(wrong) > 0 {
		return sale.Sale{}, wrong
	}
	v = v.meant()
	rows := v.Rows()
	read, err := salefile.Read([]byte(v.document(rows)), nil, checkEvery)
	if err != nil {
		return sale.Sale{}, mistakes(err, rows)
	}
	next := filled
	s := read.Sale
	next.Slug, next.Title, next.Timezone, next.Languages, next.Currency = s.Slug, s.Title, s.Timezone, s.Languages, s.Currency
	next.Organizer, next.Registration, next.Tickets, next.Caps = s.Organizer, s.Registration, s.Tickets, s.Caps
	next.Dispatch, next.Payment, next.Mail, next.Brand = s.Dispatch, s.Payment, s.Mail, s.Brand
	next.Embed, next.Robots, next.Event, next.Version = s.Embed, s.Robots, s.Event, 0
	var wrong []sale.FieldError
	if errs := next.Validate(checkEvery); len(errs) > 0 { // what the form does not show may contradict what it does
		wrong = mistakes(&sale.Error{Code: sale.CodeInvalid, Fields: errs}, rows)
	}
	return next, wrong
}

// unreadable names the fields that could not stand in any file.
func (v Values) unreadable() []sale.FieldError {
	var wrong []sale.FieldError
	for name, value := range v {
		if !utf8.ValidString(value) {
			wrong = append(wrong, sale.FieldError{Field: name, Message: "is not valid UTF-8"})
		}
	}
	return wrong
}

// mistakes are what was wrong with the file, by the names of the form.
func mistakes(err error, rows []int) []sale.FieldError {
	var e *sale.Error
	if !errors.As(err, &e) {
		return []sale.FieldError{{Message: err.Error()}}
	}
	if len(e.Fields) == 0 {
		return []sale.FieldError{{Message: e.Message}}
	}
	wrong := make([]sale.FieldError, len(e.Fields))
	for i, f := range e.Fields {
		wrong[i] = sale.FieldError{Field: InForm(f.Field, rows), Message: f.Message}
	}
	return wrong
}

var item = regexp.MustCompile(`\[(\d+)\]`)

// InForm names a sale's field as the form does: an item of a list is the
// list's one field, and ticket types stand in the rows that are not empty.
func InForm(field string, rows []int) string {
	m := rowName.FindStringSubmatch(field)
	if m == nil {
		return item.ReplaceAllString(field, "")
	}
	if i, err := strconv.Atoi(m[1]); err == nil && i < len(rows) {
		return Row(rows[i], m[2])
	}
	return field
}

// document writes the form as a sale file: a flow mapping, with every value
// in quotes.
func (v Values) document(rows []int) string {
	d := &doc{v: v}
	d.open()
	d.plain("slug", "timezone", "currency")
	d.texts("title")
	d.list("languages")
	d.group("organizer", func() {
		d.words("organizer.name")
		d.plain("organizer.imprint", "organizer.privacy", "organizer.terms")
	})
	d.group("registration", func() { d.plain("registration.opens", "registration.closes") })
	d.group("tickets", func() {
		d.plain("tickets.max_per_fan", "tickets.capacity", "tickets.venue_maximum")
		if len(rows) == 0 {
			return
		}
		d.key("types")
		d.b.WriteString("[\n")
		for _, i := range rows {
			d.open()
			d.plain(Row(i, "id"), Row(i, "stock"), Row(i, "price"))
			d.texts(Row(i, "title"))
			d.close()
		}
		d.b.WriteString("],\n")
	})
	d.group("caps", func() { d.plain("caps.guaranteed", "caps.standby") })
	d.group("dispatch", func() {
		d.plain("dispatch.starts", "dispatch.ends", "dispatch.every", "dispatch.batch", "dispatch.link_life", "dispatch.quiet")
	})
	d.plain("payment")
	d.group("mail", func() {
		d.words("mail.from")
		d.plain("mail.reply_to")
		d.box("mail.receipt")
		d.texts("mail.alternatives")
	})
	d.group("brand", func() { d.plain("brand.accent", "brand.accent_dark", "brand.logo") })
	d.group("embed", func() { d.list("embed.origins") })
	if v["robots"] != "" {
		d.group("robots", func() {
			d.box("robots.proof_of_work", "robots.networks")
			d.plain("robots.work", "robots.disposable")
			d.list("robots.allow", "robots.deny")
		})
	}
	d.group("event", func() { d.plain("event.starts", "event.ends"); d.words("event.venue") })
	d.close()
	return strings.TrimSuffix(d.b.String(), ",\n")
}

// doc writes flow mappings; commas may trail.
type doc struct {
	v Values
	b strings.Builder
}

func (d *doc) key(name string) {
	d.b.WriteString(strconv.Quote(name[strings.LastIndexByte(name, '.')+1:]))
	d.b.WriteString(": ")
}

func (d *doc) open()  { d.b.WriteString("{\n") }
func (d *doc) close() { d.b.WriteString("},\n") }

func (d *doc) group(name string, fields func()) {
	d.key(name)
	d.open()
	fields()
	d.close()
}

// plain writes values around which blanks mean nothing; an empty one is left
// out.
func (d *doc) plain(names ...string) {
	for _, name := range names {
		if value := strings.TrimSpace(d.v[name]); value != "" {
			d.key(name)
			d.b.WriteString(strconv.Quote(value) + ",\n")
		}
	}
}

// words writes what an organizer says, blanks and all.
func (d *doc) words(name string) {
	if value := d.v[name]; strings.TrimSpace(value) != "" {
		d.key(name)
		d.b.WriteString(strconv.Quote(lines(value)) + ",\n")
	}
}

// lines undoes what browsers do to the ends of lines.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

func (d *doc) texts(name string) {
	var langs []string
	for field, value := range d.v {
		if tag, ok := strings.CutPrefix(field, name+"."); ok && langTag.MatchString(tag) && strings.TrimSpace(value) != "" {
			langs = append(langs, tag)
		}
	}
	if len(langs) == 0 {
		return
	}
	slices.Sort(langs)
	d.group(name, func() {
		for _, lang := range langs {
			d.words(name + "." + lang)
		}
	})
}

func (d *doc) box(names ...string) {
	for _, name := range names {
		d.key(name)
		d.b.WriteString(strconv.FormatBool(d.v[name] != "") + ",\n")
	}
}

func (d *doc) list(names ...string) {
	for _, name := range names {
		items := list(d.v[name])
		if len(items) == 0 {
			continue
		}
		d.key(name)
		d.b.WriteString("[")
		for _, item := range items {
			d.b.WriteString(strconv.Quote(item) + ", ")
		}
		d.b.WriteString("],\n")
	}
}
