package console

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// setupStep is one page of the guided set-up: the fields it has, by the
// beginnings of their names, and how they are shown.
type setupStep struct {
	name, title, heading, lead, next string
	fields                           []string // names, and beginnings that end in a dot or a bracket
	show                             func(s *Server, d *setup, p *templates.SetupPage)
}

// setupSteps are the steps, in order. What is typed into one is kept whether
// it is right or wrong; only creating the sale needs all of it.
func setupSteps() []setupStep {
	return []setupStep{
		{
			"event", "The event", "What is it?", "A title and who sells the tickets. Nobody but you sees anything of this until you create the sale at the end.", "On to the dates",
			[]string{"title.", "languages", "slug", "organizer.", "event.venue"},
			(*Server).showEvent,
		},
		{
			"dates", "Dates", "When is it?", "First fans leave their address while the form is open. Then offers are mailed, batch by batch.", "On to the tickets",
			[]string{"timezone", "registration.", "dispatch.starts", "dispatch.ends", "event.starts", "event.ends"},
			(*Server).showDates,
		},
		{
			"tickets", "Tickets", "What is for sale?", "Every kind of ticket with how many there are and what one costs.", "On to the places",
			[]string{"currency", "payment", "tickets.", "rows"},
			(*Server).showTickets,
		},
		{
			"places", "Places in line", "How many may stand in line?", "Each fan gets a number. The first ones are guaranteed tickets, the next ones stand by for what is left.", "On to the mails",
			[]string{"caps."},
			(*Server).showPlaces,
		},
		{
			"mails", "Mails and plan", "How are the offers mailed?", "Everybody gets a personal link when it is their turn. How fast that goes is up to you and your mail server.", "On to the preview",
			[]string{"mail.from", "mail.reply_to", "mail.receipt", "mail.alternatives.", "dispatch.every", "every.other", "dispatch.batch", "dispatch.link_life", "dispatch.quiet", "assume."},
			(*Server).showMails,
		},
		{
			"preview", "Preview", "Is everything as you want it?", "Nothing has been announced yet.", "", nil, (*Server).showPreview,
		},
	}
}

func stepNamed(name string) (setupStep, bool) {
	steps := setupSteps()
	i := slices.IndexFunc(steps, func(s setupStep) bool { return s.name == name })
	if i < 0 {
		return setupStep{}, false
	}
	return steps[i], true
}

// beside is the name of the step so many after this one, or of the last or
// first.
func (s setupStep) beside(n int) string {
	steps := setupSteps()
	i := slices.IndexFunc(steps, func(o setupStep) bool { return o.name == s.name })
	return steps[min(max(i+n, 0), len(steps)-1)].name
}

// has says whether a field stands on this step.
func (s setupStep) has(field string) bool {
	return slices.ContainsFunc(s.fields, func(name string) bool {
		return field == name || strings.HasSuffix(name, ".") && strings.HasPrefix(field, name)
	})
}

// stepOf is the step on which a field of a sale is set right.
func stepOf(field string) string {
	for _, s := range setupSteps() {
		if s.has(field) {
			return s.name
		}
	}
	return "preview"
}

// setup is a draft as it is looked at in one request.
type setup struct {
	line.Draft
	step  setupStep
	typed saleform.Values // as typed
	whole saleform.Values // with what follows from it
	sale  sale.Sale       // counts only where nothing is wrong
	wrong map[string]string
	order []sale.FieldError
}

// mostTyped is how long a value may be that is kept; nothing that a sale may
// have is longer.
const mostTyped = 20_000

// put takes what was typed on a step into a draft's fields. What the step does
// not have is not taken from the form.
func (s setupStep) put(fields map[string]string, form url.Values) {
	for name := range fields {
		if s.has(name) {
			delete(fields, name)
		}
	}
	for name, values := range form {
		if !s.has(name) || len(values) == 0 || len(fields) > 2000 {
			continue
		}
		value := values[0]
		if name == "languages" {
			value = strings.Join(values, " ")
		}
		if value != "" && len(value) <= mostTyped && len(name) < 100 {
			fields[name] = strings.ToValidUTF8(value, "")
		}
	}
	fields[seenField(s.name)] = saleform.On
}

// seenField remembers that a step was sent once: from then on what is wrong
// with it is told.
func seenField(step string) string { return "seen." + step }

func (d *setup) seen(step string) bool { return d.typed[seenField(step)] != "" }

// open reads what a draft comes to.
func (s *Server) openDraft(ctx context.Context, draft line.Draft, step setupStep, who string) (*setup, error) {
	d := &setup{Draft: draft, step: step, typed: draft.Fields, wrong: map[string]string{}}
	if isFile(d.typed) {
		s.readFile(d)
		return d, s.refuseTaken(ctx, d)
	}
	d.whole = s.completed(d.typed, who)
	d.sale, d.order = saleform.Parse(sale.Sale{}, d.whole, s.o.Sales.CheckSchedule)
	if len(d.order) == 0 {
		d.order = fieldsOf(s.o.Sales.CheckSale(d.sale))
	}
	d.order = append(d.order, d.passed(s.clock())...)
	taken, err := s.taken(ctx, d.whole["slug"])
	if err != nil {
		return nil, err
	}
	if taken {
		d.order = append(d.order, sale.FieldError{Field: "slug", Message: "there is a sale at this address already; choose another one"})
	}
	d.order = d.inWordsOfTheForm(d.order)
	for i, e := range d.order {
		if d.order[i].Field = d.shownAt(e.Field); d.wrong[d.order[i].Field] == "" {
			d.wrong[d.order[i].Field] = e.Message
		}
	}
	return d, nil
}

// passed are the dates with which nobody could join or buy. A sale file may
// have them: it is kept beside a sale that has ended.
func (d *setup) passed(now time.Time) []sale.FieldError {
	var all []sale.FieldError
	for _, date := range []struct {
		field, message string
		at             time.Time
	}{
		{"registration.closes", "has passed: nobody could join any more", d.sale.Registration.Closes},
		{"dispatch.ends", "has passed: nothing could be sold any more", d.sale.Dispatch.Ends},
	} {
		told := slices.ContainsFunc(d.order, func(e sale.FieldError) bool { return e.Field == date.field || e.Field == "timezone" })
		if !told && !date.at.IsZero() && !date.at.After(now) {
			all = append(all, sale.FieldError{Field: date.field, Message: date.message})
		}
	}
	return all
}

// inWordsOfTheForm leaves out what follows from another mistake, and says of a
// form what a sale file would say of itself.
func (d *setup) inWordsOfTheForm(wrong []sale.FieldError) []sale.FieldError {
	var told []sale.FieldError
	if len(languagesOf(d.typed)) == 0 {
		told = append(told, sale.FieldError{Field: "languages", Message: "tick at least one language"})
	}
	for _, e := range wrong {
		switch {
		case e.Field == "slug" && d.whole["slug"] == "":
			if d.whole["title."+d.spoken()[0]] == "" {
				continue // it follows from the title
			}
			e.Message = "is missing, and nothing follows from the title; use a–z, 0–9 and hyphens"
		case e.Field == "title":
			e.Message = "is missing; what is the event called?"
		case e.Field == "slug":
			e.Message = strings.Replace(e.Message, "is not a slug", "cannot be an address", 1)
		case e.Field == "tickets.types":
			e.Message = "is missing; what do fans buy?"
		case e.Field == "event.ends" && strings.HasPrefix(e.Message, "is missing"):
			e.Message = "is missing; what begins has an end"
		}
		e.Message, _ = strings.CutSuffix(e.Message, "; write it like 2027-03-10T10:00") // a form has a calendar
		told = append(told, e)
	}
	return told
}

// shownAt is the field of the set-up beside which a mistake is told: ids of
// ticket types follow from their names.
func (d *setup) shownAt(field string) string {
	if row, ok := strings.CutSuffix(field, ".id"); ok && strings.HasPrefix(field, "tickets.types[") {
		return row + ".title." + d.spoken()[0]
	}
	switch {
	case field == "title":
		return "title." + d.spoken()[0]
	case strings.HasPrefix(field, "tickets.types[") && strings.HasSuffix(field, ".title"):
		return field + "." + d.spoken()[0]
	case field == "tickets.types":
		return saleform.Row(0, "title."+d.spoken()[0])
	}
	return field
}

// taken says whether a sale of this address exists.
func (s *Server) taken(ctx context.Context, slug string) (bool, error) {
	_, err := s.line.Sale(ctx, slug)
	if sale.CodeOf(err) == sale.CodeNotFound {
		return false, nil
	}
	return err == nil, err
}

func fieldsOf(err error) []sale.FieldError {
	if err == nil {
		return nil
	}
	var e *sale.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		return e.Fields
	}
	return []sale.FieldError{{Field: "dispatch.every", Message: web.Known(err).Message}}
}

// mistakes are what is wrong with one step, or with all of them for "".
func (d *setup) mistakes(step string) []templates.SetupWrong {
	var all []templates.SetupWrong
	for _, e := range d.order {
		at, label := stepOf(e.Field), labelOf(e.Field)
		if isFile(d.typed) {
			at, label = "", inFile(e)
		}
		if step == "" || at == step {
			all = append(all, templates.SetupWrong{Field: e.Field, Label: label, Message: e.Message, Step: at})
		}
	}
	return all
}

// steps are where the draft stands.
func (d *setup) steps() []templates.SetupStep {
	var all []templates.SetupStep
	for i, s := range setupSteps() {
		state := ""
		switch {
		case s.name == "preview" || !d.seen(s.name):
		case len(d.mistakes(s.name)) > 0:
			state = "wrong"
		default:
			state = "done"
		}
		all = append(all, templates.SetupStep{Name: s.name, Title: s.title, State: state, Number: i + 1})
	}
	return all
}

// field makes a field of the draft, with what is wrong with it once its step
// was sent. A value that follows from others stands in it as if typed.
func (d *setup) field(f templates.EditField) templates.EditField {
	f.Value = d.typed[f.Name]
	if f.Value == "" && f.Kind != "box" && f.Kind != "choice" {
		f.Value = d.whole[f.Name]
	}
	if d.seen(d.step.name) {
		f.Wrong = d.wrong[f.Name]
	}
	return f
}

func (d *setup) fields(all ...templates.EditField) []templates.EditField {
	for i := range all {
		all[i] = d.field(all[i])
	}
	return all
}

// spoken are the draft's languages, the first of them being what is shown
// where another has no words.
func (d *setup) spoken() []string {
	if langs := languagesOf(d.typed); len(langs) > 0 {
		return langs
	}
	return []string{"en"}
}

// rows is how many rows of ticket types are shown: those with something in
// them, and an empty one.
func (d *setup) rows() int {
	n, _ := strconv.Atoi(d.typed["rows"])
	if used := d.typed.Rows(); len(used) > 0 {
		n = max(n, used[len(used)-1]+2)
	}
	return min(max(n, 2), mostRows)
}

const mostRows = 100

// suggested are the values that follow from others where nothing is typed.
func (s *Server) suggested(fields map[string]string, who string) map[string]string {
	bare := maps.Clone(fields)
	names := []string{"currency", "slug", "mail.from", "dispatch.batch", "caps.guaranteed", "caps.standby"}
	for _, name := range names {
		delete(bare, name)
	}
	whole := s.completed(bare, who)
	caps := suggestedCaps(whole)
	whole["caps.guaranteed"], whole["caps.standby"] = strconv.Itoa(caps.Guaranteed), strconv.Itoa(caps.Standby)
	all := map[string]string{}
	for _, name := range names {
		all[name] = whole[name]
	}
	return all
}

// take puts a step's form into the fields. What was suggested and left alone
// is not kept, so that it goes on following what it follows from.
func (s *Server) take(step setupStep, fields map[string]string, form url.Values, who string) {
	was := s.suggested(fields, who)
	step.put(fields, form)
	for name, value := range was {
		if step.has(name) && strings.TrimSpace(fields[name]) == value {
			delete(fields, name)
		}
	}
}
