package watch

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// report is a report and how it is written.
type report struct {
	view
	figures.Report
}

// DemandStep is the length of the steps in which a report shows the demand of
// so long a time.
func DemandStep(span time.Duration) time.Duration {
	return max(chart.RoundStep(span, 72), time.Minute)
}

// Report makes the page of a report, but for its frame.
func Report(in figures.Report) templates.ReportPage {
	r := report{viewOf(in.Snapshot), in}
	p := templates.ReportPage{At: r.long(r.view.At), Figures: r.glance()}
	if d := r.view.State.Sale.Dispatch; r.view.At.Before(d.Ends) {
		p.Standing = "The sale goes on until " + r.long(d.Ends) + "; the numbers will change."
	}
	if r.view.BoxErr != nil {
		p.Missing = "The box office did not answer when this was made. What is said of tickets is what it had told before."
		if !r.view.Units.Known {
			p.Missing = "The box office did not answer when this was made. Nothing is said of tickets."
		}
	}
	p.Parts = []templates.ReportPart{r.demand(), r.numbers(), r.conversion(), r.tickets(), r.times(), r.post(), r.incidents()}
	return p
}

// glance is the sale in a line of numbers.
func (r report) glance() []templates.LiveFigure {
	st, o, m := r.view.State, r.view.Offers, r.view.Units.Moves
	capacity := r.view.Units.Stock.Capacity()
	figure := func(label, value, note string) templates.LiveFigure {
		return templates.LiveFigure{Label: label, Value: value, Note: note}
	}
	mailed, bought := o.Sent(), o.Sent(sale.OfferBought)
	left := chart.Number(r.view.Queues.Withdrawn) + " left the line"
	demand, sold, recycled := figure("Demand", sale.Counted(st.Last, "place"), left), figure("Sold", "not known", ""), figure("Recycled", "not known", "")
	if r.view.Units.Known {
		demand.Note = "for " + sale.Counted(capacity.Issued, "ticket") + "; " + left
		sold = figure("Sold", sale.Counted(capacity.Sold, "ticket"), chart.Share(capacity.Sold, capacity.Issued)+" of "+chart.Number(capacity.Issued))
		recycled = figure("Recycled", sale.Counted(m.Returned+m.Cancelled, "ticket"), "came back for the next in line")
	}
	return []templates.LiveFigure{
		demand, sold,
		figure("Conversion", chart.Share(bought, mailed), fmt.Sprintf("%s of %s were bought", chart.Number(bought), sale.Counted(mailed, "mailed offer"))),
		recycled,
		figure("Bounced", sale.Counted(o.All(sale.OfferBounced), "offer"), "to addresses that were refused"),
	}
}

func (r report) demand() templates.ReportPart {
	s := r.view.State.Sale
	says := fmt.Sprintf("The form was open from %s to %s.", r.long(s.Registration.Opens), r.long(s.Registration.Closes))
	if r.view.At.Before(s.Registration.Closes) {
		says = fmt.Sprintf("The form opened on %s and closes on %s.", r.long(s.Registration.Opens), r.long(s.Registration.Closes))
	}
	st := r.view.State
	says += fmt.Sprintf(" %s signed up: %s guaranteed, %s standby.", chart.Number(st.Last), chart.Number(st.GuaranteedGiven), chart.Number(st.Last-st.GuaranteedGiven))
	if !r.SureAt.IsZero() {
		says += " The last guaranteed place was taken on " + r.precise(r.SureAt) + "."
	}
	if !r.FullAt.IsZero() {
		says += " The line was full on " + r.precise(r.FullAt) + "."
	}
	f := chart.Frame{ID: "report-demand", Title: "Sign-ups, in steps of " + lengthText(r.Demand.Step), Unit: "sign-ups", Zone: r.zone, Wide: true, Empty: "The form has not opened yet."}
	return templates.ReportPart{Title: "Demand", Says: says, Charts: []template.HTML{
		chart.Columns(f, chart.Bins{Start: r.Demand.Start, Step: r.Demand.Step, Values: r.Demand.Values, Open: r.Demand.Open}),
	}}
}

// numbers says who got in at which number.
func (r report) numbers() templates.ReportPart {
	b := chart.Bars{Head: "Numbers", Parts: []string{"bought", "has an offer", "had an offer and did not buy", "had no offer"}}
	for _, g := range r.Ranges {
		name := chart.Number(g.First)
		if g.Last > g.First {
			name += " – " + chart.Number(g.Last)
		}
		b.Rows = append(b.Rows, chart.Bar{Name: name, Values: []int{g.Bought, g.Has, g.NotBought, g.NoOffer}})
	}
	says := "Nobody has bought yet."
	if r.LastBuyer > 0 {
		says = fmt.Sprintf("%s bought; the highest number among them is %s. Turns have come up to number %s.",
			sale.Counted(r.Buyers, "place"), chart.Number(r.LastBuyer), chart.Number(r.view.State.Reached))
	}
	if r.Cancelled > 0 {
		says += " Cancelled later: " + sale.Counted(r.Cancelled, "order") + "."
	}
	return templates.ReportPart{Title: "Who got in at which number", Says: says, Charts: []template.HTML{
		chart.HorizontalBars(chart.Frame{ID: "report-numbers", Title: "What became of each number", Unit: "places", Wide: true, Empty: "Nobody is in line."}, b),
	}}
}

func (r report) conversion() templates.ReportPart {
	return templates.ReportPart{Title: "Conversion", Charts: []template.HTML{r.funnel(), r.offers()}}
}

// tickets is the ledger: the first three lines say where the rest came from.
func (r report) tickets() templates.ReportPart {
	if !r.view.Units.Known {
		return templates.ReportPart{Title: "Tickets and recycling", Charts: []template.HTML{r.units()}}
	}
	c, m := r.view.Units.Stock.Capacity(), r.view.Units.Moves
	row := func(what string, n int, how string) []string { return []string{what, chart.Number(n), how} }
	t := templates.ReportTable{Caption: "Tickets, as the ledger has them", Head: []string{"What", "Tickets", "How it adds up"}, Columns: []string{"", "n", "how"}, Rows: [][]string{
		row("For sale", c.Issued, "sold + offered now + available"),
		row("Sold", c.Sold, "bought − cancelled"),
		row("Offered now", c.Offered, "offered in all − bought − given back"),
		row("Available", c.Available, ""),
		row("Offered in all", m.Offered, "a ticket that was offered twice counts twice"),
		row("Bought", m.Bought, ""),
		row("Given back", m.Returned, "declined, expired, or more than was bought"),
		row("Cancelled", m.Cancelled, "went to the next in line"),
	}}
	part := templates.ReportPart{Title: "Tickets and recycling", Charts: []template.HTML{r.units()}, Tables: []templates.ReportTable{t}}
	if again := m.Offered - c.Issued; again > 0 {
		part.Says = moreOffered(again)
	}
	if pools := r.view.Units.Stock.Pools; len(pools) > 2 {
		types := templates.ReportTable{Caption: "By ticket type", Head: []string{"Type", "For sale", "Sold", "Left"}, Columns: []string{"", "n", "n", "n"}}
		for _, p := range pools[1:] {
			types.Rows = append(types.Rows, []string{r.typeTitle(p.Pool), chart.Number(p.Issued), chart.Number(p.Sold), chart.Number(p.Available)})
		}
		part.Tables = append(part.Tables, types)
	}
	return part
}

// moreOffered says that tickets were offered more than once.
func moreOffered(n int) string {
	if n == 1 {
		return "One more ticket was offered than there are for sale: it came back and went to the next in line."
	}
	return chart.Number(n) + " more tickets were offered than there are for sale: they came back and went to the next in line."
}

func (r report) typeTitle(id string) string {
	for _, t := range r.view.State.Sale.Tickets.Types {
		if t.ID == id {
			return t.Title.In("en")
		}
	}
	return id
}

func (r report) times() templates.ReportPart {
	row := func(what string, s figures.Spread) []string {
		if s.Cases == 0 {
			return []string{what, "0", "–", "–", "–", "–"}
		}
		return []string{what, chart.Number(s.Cases), lengthText(s.Tenth), lengthText(s.Half), lengthText(s.Most), lengthText(s.Last)}
	}
	return templates.ReportPart{Title: "Times", Tables: []templates.ReportTable{{
		Caption: "How long it took: a tenth, half, nine tenths and all of the cases took at most this long",
		Head:    []string{"From … to", "Cases", "A tenth", "Half", "Nine tenths", "All"},
		Columns: []string{"", "n", "n", "n", "n", "n"},
		Rows:    [][]string{row("Sign-up to first offer", r.ToOffer), row("Mail to purchase", r.ToPurchase)},
	}}}
}

func (r report) post() templates.ReportPart {
	return templates.ReportPart{Title: "Mail", Charts: []template.HTML{r.mails(), r.domains()}}
}

// incidents are freezes and pauses.
func (r report) incidents() templates.ReportPart {
	t := templates.ReportTable{Caption: "Freezes and pauses", Head: []string{"What", "From", "To", "How long", "Who, and why"}, Columns: []string{"", "when", "when", "when"}}
	for _, i := range r.Incidents {
		who := sale.Who(i.Actor) + ": " + i.Why
		if i.EndedWhy != "" {
			who += "; released by " + sale.Who(i.EndedBy) + ": " + i.EndedWhy
		}
		if !i.Lasts() {
			who += fmt.Sprintf(" (%s got the time back)", sale.Counted(i.Moved, "link"))
		}
		t.Rows = append(t.Rows, r.stretch("Freeze", i.Began, i.Ended, who))
	}
	for n, s := range r.Steps {
		if s.Action != "pause" {
			continue
		}
		var ended time.Time
		if n+1 < len(r.Steps) {
			ended = r.Steps[n+1].At
		}
		t.Rows = append(t.Rows, r.stretch("Pause", s.At, ended, strings.TrimSuffix(sale.Who(s.Actor)+": "+s.Why, ": ")))
	}
	part := templates.ReportPart{Title: "Incidents", Says: "There was no freeze and no pause."}
	if len(t.Rows) > 0 {
		part.Says, part.Tables = "", []templates.ReportTable{t}
	}
	return part
}

// stretch is a row about a time from one moment to another, or until now.
func (r report) stretch(what string, from, to time.Time, who string) []string {
	if to.IsZero() {
		return []string{what, r.precise(from), "not over yet", lengthText(r.view.At.Sub(from)), who}
	}
	until := r.precise(to)
	if begun, ended := from.In(r.zone), to.In(r.zone); begun.Year() == ended.Year() && begun.YearDay() == ended.YearDay() {
		until = ended.Format("15:04:05") // of the same day
	}
	return []string{what, r.precise(from), until, lengthText(to.Sub(from)), who}
}

// precise writes a moment with its second.
func (v view) precise(t time.Time) string { return t.In(v.zone).Format("2 January 2006, 15:04:05") }

// lengthText writes a length of time in its two largest units.
func lengthText(d time.Duration) string {
	d = max(d, 0)
	units := []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}
	var parts []string
	for _, u := range units {
		n := int(d / u.size)
		d -= time.Duration(n) * u.size
		switch {
		case n > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
		case len(parts) > 0:
			parts = append(parts, "")
		}
		if len(parts) == 2 {
			break
		}
	}
	if len(parts) == 0 {
		return "less than 1 s"
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}
