package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/chart"
)

// planSample is a forecast with everything a plan can say.
func planSample() PlanView {
	return PlanView{
		Figures: []PlanFigure{{"Sold out", "Fri 26 Mar, 21:45", "9 hours after the first offers"}, {Label: "The last link ends", Value: "Fri 26 Mar, 22:10"}},
		Advice:  []PlanAdvice{{true, "The mail limit of 1,000 an hour <allows> 83 mails."}, {false, "A batch of 100 fits."}},
		Chart: chart.Lines(chart.Frame{ID: "plan", Title: "How the sale would go", Summary: "All is sold.", Unit: "tickets", Wide: true},
			chart.Over{At: hours(3), Series: []chart.Series{{Name: "tickets sold", Values: []int{0, 50, 100}}}}),
		Assumptions: []EditGroup{{Row: true, Fields: []EditField{{Name: "buys", Label: "Buy", Kind: "number", Value: "7<0", Unit: "%", Small: true, Wrong: "is a share"}}}},
	}
}

func setupSteps(current string) SetupPage {
	p := SetupPage{
		ConsoleFrame: ConsoleFrame{Title: "Set up a sale", Who: "ann@lakeside.example"}, Draft: 7, Step: current, Heading: "What is it?", Lead: "A title.", Next: "On",
	}
	for i, name := range []string{"event", "dates", "tickets", "places", "mails", "preview"} {
		state := ""
		switch {
		case i < 2:
			state = "done"
		case i == 2:
			state = "wrong"
		}
		p.Steps = append(p.Steps, SetupStep{Name: name, Title: name, State: state, Number: i + 1})
	}
	return p
}

func everyField() []EditField {
	return []EditField{
		{Name: "slug", Label: "Address <x>", Kind: "text", Value: `a"b<c>`, Hint: "A hint.", Wrong: "is <wrong>"},
		{Name: "timezone", Label: "Zone", Kind: "text", Value: "Europe/Zurich", List: "zones", Guess: "zone"},
		{Name: "registration.opens", Label: "Opens", Kind: "moment", Value: "2027-03-10T10:00"},
		{Name: "registration.closes", Label: "Closes", Kind: "moment", Value: "soon", Wrong: "is not a time"},
		{Name: "payment", Label: "Payment", Kind: "choice", Value: "none", Options: []EditOption{{"none", "None"}, {"on_site", "At the door"}}},
		{Name: "mail.receipt", Label: "Receipts", Kind: "box", Value: "on"},
		{Name: "mail.alternatives.en", Label: "Your words", Kind: "area", Value: "one\ntwo", Optional: true},
		{Name: "currency", Label: "Currency", Kind: "text", Value: "CHF", List: "money", Small: true},
	}
}

func setupSamples() []consoleSample {
	page := func(what string, change func(p *SetupPage)) consoleSample {
		return consoleSample{"setup", what, func(t *Templates, w io.Writer) error {
			p := setupSteps(what)
			change(&p)
			return t.Setup(w, p)
		}}
	}
	plan := planSample()
	return []consoleSample{
		{"newsale", "none", func(t *Templates, w io.Writer) error {
			return t.NewSale(w, DraftsPage{ConsoleFrame: ConsoleFrame{Title: "Set up a sale", Who: "ann@lakeside.example"}})
		}},
		{"newsale", "two", func(t *Templates, w io.Writer) error {
			return t.NewSale(w, DraftsPage{
				ConsoleFrame: ConsoleFrame{Title: "Set up a sale", Who: "ann@lakeside.example"},
				Drafts:       []DraftLine{{ID: 1, Step: "event", Title: "Lakeside <2027>", Changed: noon, Zone: "Europe/Zurich"}, {ID: 2, Step: "preview", Changed: noon, Zone: "UTC"}},
			})
		}},
		page("event", func(p *SetupPage) {
			p.First, p.Wrong = true, []SetupWrong{{"slug", "Address", "is missing", "event"}, {"title.en", "Title", "is missing", "event"}}
			p.Languages = &SetupLanguages{
				Titles: []EditField{
					{Name: "title.en", Label: "Title in English", Wrong: "is missing", Options: []EditOption{{"en", "English"}}},
					{Name: "title.de", Label: "Title in German", Value: `Am "See"`, Options: []EditOption{{"de", "German"}}},
				},
				Spoken: []string{"de"}, Wrong: "tick one",
			}
			p.Groups = []EditGroup{{Title: "All kinds", Intro: "An intro.", Fields: everyField()}}
			p.Zones, p.Money = []string{"Europe/Zurich"}, []string{"CHF"}
		}),
		page("tickets", func(p *SetupPage) {
			p.Wrong = []SetupWrong{{"tickets.types[0].stock", "Ticket 1", "is missing", "tickets"}}
			p.Types = &SetupTypes{More: true, Rows: []EditGroup{{Title: "Ticket 1", Row: true, Fields: []EditField{
				{Name: "tickets.types[0].stock", Label: "How many", Kind: "number", Wrong: "is missing", Small: true}, {Name: "tickets.types[0].price", Label: "Price", Kind: "number", Unit: "CHF", Small: true},
			}}}}
		}),
		page("places", func(p *SetupPage) {
			p.Caps = &SetupCaps{Known: true, Capacity: 10_001, Each: 4, Guaranteed: 2500, Standby: 7500, Over: 1, Own: true}
		}),
		page("places", func(p *SetupPage) { p.Caps = &SetupCaps{} }),
		page("mails", func(p *SetupPage) { p.Plan = &plan }),
		page("mails", func(p *SetupPage) {
			p.Plan = &PlanView{Why: "Not yet.", Missing: []SetupWrong{{"timezone", "Zone", "is <wrong>", "dates"}}}
		}),
		page("preview", func(p *SetupPage) {
			p.Next, p.Preview = "", &SetupPreview{
				Ready: true, Languages: []SetupLanguage{{"en", "English"}, {"de", "German"}}, Lang: "de", URL: "https://tickets.example/lakeside",
				Rows: []SetupRow{{"event", "Sold by", "Lakeside <Ltd>"}},
			}
		}),
		page("preview", func(p *SetupPage) {
			p.Next, p.Preview, p.Wrong = "", &SetupPreview{}, []SetupWrong{{"slug", "Address", "is missing", "event"}}
		}),
		{"plan", "a forecast", func(t *Templates, w io.Writer) error {
			f := consoleFrameFor("Plan")
			f.Tab = "plan"
			return t.Plan(w, PlanPage{ConsoleFrame: f, Plan: planSample()})
		}},
		{"checklist", "asked", func(t *Templates, w io.Writer) error { return t.Checklist(w, checklistSample(true)) }},
		{"checklist", "not asked", func(t *Templates, w io.Writer) error { return t.Checklist(w, checklistSample(false)) }},
	}
}

func checklistSample(asked bool) ChecklistPage {
	p := ChecklistPage{
		ConsoleFrame: consoleFrameFor("Checklist"), Opens: noon, Zone: "Europe/Zurich", Open: !asked, URL: "https://tickets.example/lakeside",
		Items: []ChecklistItem{
			{State: "done", Title: "Dates", Text: "The form opens <soon>."},
			{State: "look", Title: "Pace", Text: "Slow.", Do: "Look.", Link: "/sales/lakeside-2027/plan", LinkText: "See the plan"},
			{State: "wrong", Title: "Places", Text: "Too many.", Do: "Lower them."},
		},
		Keys: ChecklistKeys{ChecklistItem{State: "done", Title: "Keys backed up", Text: "ann@lakeside.example confirmed it."}, asked}, Manages: true, Examining: asked,
		Doctor: ChecklistDoctor{ChecklistItem: ChecklistItem{State: "look", Title: "What inturn doctor says", Text: "Not asked.", Do: "Ask."}},
	}
	if asked {
		p.Doctor.Asked, p.Doctor.At, p.Doctor.Actor = true, noon, "ann@lakeside.example"
		p.Doctor.Areas = []ChecklistArea{{Title: "Domains", Findings: []ChecklistFinding{
			{"wrong", "SPF", "lakeside.example", "nothing", "Receivers refuse.", "Publish it.", []string{"lakeside.example TXT v=spf1 -all"}}, {Level: "look", Check: "DMARC", Subject: "x", Found: "nothing"},
		}}}
	}
	p.Count()
	return p
}

// hours are the first n hours after noon.
func hours(n int) []time.Time {
	all := make([]time.Time, n)
	for i := range all {
		all[i] = noon.Add(time.Duration(i) * time.Hour)
	}
	return all
}
