package console

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
	"github.com/inturn/inturn/templates"
)

// assumptions are what a forecast goes by, as typed. prefix begins the names
// of their fields.
type assumptions struct {
	plan.Assumptions
	typed, wrong map[string]string
}

// assume reads what was typed over what is assumed to begin with.
func assume(of sale.Sale, typed func(name string) string) assumptions {
	a := assumptions{Assumptions: plan.Assume(of), typed: map[string]string{}, wrong: map[string]string{}}
	a.typed["demand"], a.typed["buys"], a.typed["declines"] = strconv.Itoa(a.Demand), percent(a.Buys), percent(a.Declines)
	a.typed["tickets"], a.typed["takes"] = strconv.FormatFloat(a.Tickets, 'f', -1, 64), sale.Life(a.Takes)
	read := func(name, hint string, take func(text string) error) {
		text := strings.TrimSpace(typed(name))
		if text == "" {
			return
		}
		a.typed[name] = text
		if take(text) != nil {
			a.wrong[name] = hint
		}
	}
	read("demand", "is a number, like 12000", func(text string) (err error) {
		a.Demand, err = strconv.Atoi(strings.TrimSpace(saleform.Meant("caps.standby", text)))
		return err
	})
	read("buys", "is a share, like 70", func(text string) (err error) { a.Buys, err = share(text); return err })
	read("declines", "is a share, like 10", func(text string) (err error) { a.Declines, err = share(text); return err })
	read("tickets", "is a number, like 2.5", func(text string) (err error) {
		a.Tickets, err = strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		return err
	})
	read("takes", "is a length of time, like 20 minutes", func(text string) (err error) {
		a.Takes, err = time.ParseDuration(sale.ReadLife(text))
		return err
	})
	for _, e := range a.Check(of) {
		if a.wrong[e.Field] == "" {
			a.wrong[e.Field] = e.Message
		}
	}
	return a
}

func percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*1000)/10, 'f', -1, 64)
}

// share reads 70 or 70 % as 0.7.
func share(text string) (float64, error) {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	return n / 100, err
}

// fields are the assumptions as a form.
func (a assumptions) fields(of sale.Sale, prefix string) []templates.EditGroup {
	fields := []templates.EditField{
		{Name: "demand", Label: "Fans who want to join", Hint: "The line takes " + sale.FormatCount(of.Caps.Guaranteed+of.Caps.Standby) + "."},
		{Name: "buys", Label: "Buy, of those with an offer", Unit: "%"},
		{Name: "declines", Label: "Give it back", Unit: "%", Hint: "The others let it run out."},
		{Name: "tickets", Label: "Tickets for one buyer, on average"},
		{Name: "takes", Label: "From the mail to the purchase, on average"},
	}
	for i := range fields {
		f := &fields[i]
		f.Kind, f.Small, f.Value, f.Wrong = "number", true, a.typed[f.Name], a.wrong[f.Name]
		if f.Name == "takes" {
			f.Kind = "text"
		}
		f.Name = prefix + f.Name
	}
	return []templates.EditGroup{{Row: true, Fields: fields}}
}

// forecast shows how a sale would go.
func (s *Server) forecast(of sale.Sale, a assumptions, prefix string) templates.PlanView {
	view := templates.PlanView{Assumptions: a.fields(of, prefix)}
	moments, err := s.o.Sales.Moments(of)
	if err != nil || len(a.wrong) > 0 {
		view.Why = "With these assumptions there is no plan. What is wrong stands beside them."
		return view
	}
	f, err := plan.Predict(plan.Question{Sale: of, Moments: moments, Limits: s.o.Place.MailLimits, Assumptions: a.Assumptions})
	if err != nil {
		view.Why = "With these assumptions there is no plan."
		return view
	}
	view.Figures, view.Chart = planFigures(f), planChart(f)
	for _, advice := range f.Advise() {
		view.Advice = append(view.Advice, templates.PlanAdvice{Look: advice.Look, Text: advice.Text})
	}
	return view
}

// planFigures are a forecast's answers.
func planFigures(f plan.Forecast) []templates.PlanFigure {
	of := f.Question.Sale
	at := func(t time.Time) string { return t.In(of.Location()).Format("Mon 2 Jan, 15:04") }
	all := []templates.PlanFigure{}
	if f.First.IsZero() {
		return append(all, templates.PlanFigure{Label: "Offers", Value: "none", Note: "no moment of the schedule leaves time for one"})
	}
	if f.SoldOut.IsZero() {
		all = append(all, templates.PlanFigure{Label: "Sold at the end", Value: sale.FormatCount(f.Sold), Note: sale.FormatCount(f.Left()) + " are left"})
	} else {
		all = append(all, templates.PlanFigure{Label: "Sold out", Value: at(f.SoldOut), Note: plan.Length(f.Takes()) + " after the first offers"})
	}
	if nearly := f.Reached(f.ForSale * 9 / 10); !nearly.IsZero() {
		all = append(all, templates.PlanFigure{Label: "90 % sold", Value: at(nearly), Note: plan.Length(nearly.Sub(f.First)) + " after the first offers"})
	}
	g := min(of.Caps.Guaranteed, f.Line)
	switch {
	case g == 0:
	case f.Mailed < g:
		all = append(all, templates.PlanFigure{Label: "Guaranteed fans", Value: sale.FormatCount(g-f.Mailed) + " get no offer", Note: "a promise would be broken"})
	case !f.Guaranteed.IsZero():
		all = append(all, templates.PlanFigure{Label: "Guaranteed fans all mailed", Value: at(f.Guaranteed), Note: afterFirst(f)})
	}
	return append(all,
		templates.PlanFigure{Label: "Offers mailed", Value: sale.FormatCount(f.Mailed), Note: fmt.Sprintf("of %s in line, to %s buyers", sale.FormatCount(f.Line), sale.FormatCount(f.Buyers))},
		templates.PlanFigure{Label: "The last link ends", Value: at(f.LastLink)})
}

// afterFirst is how long after the first offers the last guarantee is mailed.
func afterFirst(f plan.Forecast) string {
	if !f.Guaranteed.After(f.First) {
		return "with the first offers"
	}
	return plan.Length(f.Guaranteed.Sub(f.First)) + " after the first"
}

// planPoints is how many points a plan's chart has.
const planPoints = 121

// steady adds points where nothing happens for long: a line between two moments
// of a night would look as if mails left all the time.
func steady(points []plan.Point) []plan.Point {
	if len(points) < 2 {
		return points
	}
	step := points[len(points)-1].At.Sub(points[0].At) / planPoints
	var all []plan.Point
	for i, p := range points {
		if i > 0 && p.At.Sub(points[i-1].At) > 2*step {
			still := points[i-1]
			still.At = p.At.Add(-step)
			all = append(all, still)
		}
		all = append(all, p)
	}
	return all
}

func planChart(f plan.Forecast) template.HTML {
	if f.First.IsZero() {
		return ""
	}
	over := chart.Over{Series: []chart.Series{{Name: "offers mailed"}, {Name: "tickets sold"}, {Name: "links out"}}}
	for _, p := range steady(f.Thin(planPoints)) {
		over.At = append(over.At, p.At)
		for i, v := range []int{p.Mailed, p.Sold, p.Open} {
			over.Series[i].Values = append(over.Series[i].Values, v)
		}
	}
	says := fmt.Sprintf("%s of %s tickets are sold to %s buyers; %s offers are mailed.",
		sale.FormatCount(f.Sold), sale.FormatCount(f.ForSale), sale.FormatCount(f.Buyers), sale.FormatCount(f.Mailed))
	if !f.SoldOut.IsZero() {
		over.Marks = append(over.Marks, chart.Mark{At: f.SoldOut, Name: "sold out"})
	}
	return chart.Lines(chart.Frame{
		ID: "plan", Title: "How the sale would go", Summary: says, Unit: "offers and tickets", Zone: f.Question.Sale.Location(), Wide: true,
	}, over)
}

// draftPlan is the plan of a draft, as soon as what it takes is right: it
// does not need a title.
func (s *Server) draftPlan(d *setup) *templates.PlanView {
	v := maps.Clone(d.whole)
	for name := range v {
		if strings.HasPrefix(name, "organizer.") || strings.HasPrefix(name, "title.") || strings.HasPrefix(name, "mail.") || strings.HasPrefix(name, "event.") {
			delete(v, name)
		}
	}
	v["slug"], v["title."+d.spoken()[0]], v["organizer.name"], v["mail.from"] = "plan", "Plan", "Plan", "plan@inturn.example"
	for _, i := range v.Rows() {
		v[saleform.Row(i, "title."+d.spoken()[0])] = "Ticket"
	}
	of, wrong := saleform.Parse(sale.Sale{}, v, s.o.Sales.CheckSchedule)
	if len(wrong) == 0 {
		wrong = fieldsOf(s.o.Sales.CheckSale(of))
	}
	if len(wrong) > 0 {
		view := &templates.PlanView{Why: "The plan is shown once this is right:"}
		for _, e := range wrong {
			field := d.shownAt(e.Field)
			view.Missing = append(view.Missing, templates.SetupWrong{Field: field, Label: labelOf(field), Message: e.Message, Step: stepOf(field)})
		}
		return view
	}
	view := s.forecast(of, assume(of, func(name string) string { return d.typed["assume."+name] }), "assume.")
	return &view
}
