package gallery

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/templates"
)

// setupScenes are the pages on which a sale is set up, forecast and checked.
func setupScenes() []scene {
	leads := map[string][2]string{
		"event":         {"A title and who sells the tickets. Nobody but you sees anything of this until you create the sale at the end.", "On to the dates"},
		"dates":         {"First fans leave their address while the form is open. Then offers are mailed, batch by batch.", "On to the tickets"},
		"tickets":       {"Every kind of ticket with how many there are and what one costs.", "On to the places"},
		"places":        {"Each fan gets a number. The first ones are guaranteed tickets, the next ones stand by for what is left.", "On to the mails"},
		"mails":         {"Everybody gets a personal link when it is their turn. How fast that goes is up to you and your mail server.", "On to the preview"},
		"preview-wrong": {"Nothing has been announced yet.", ""},
	}
	step := func(name, heading string, change func(p *templates.SetupPage)) scene {
		return scene{"setup-" + name, func(ts *templates.Templates, w io.Writer, _ string) error {
			p := templates.SetupPage{
				ConsoleFrame: consoleFrame("Set up a sale"), Draft: 7, Step: name, Heading: heading, Lead: leads[name][0], Next: leads[name][1], First: name == "event",
			}
			for i, s := range []string{"The event", "Dates", "Tickets", "Places in line", "Mails and plan", "Preview"} {
				p.Steps = append(p.Steps, templates.SetupStep{
					Name: []string{"event", "dates", "tickets", "places", "mails", "preview"}[i], Title: s, State: []string{"done", "wrong", "", "", "", ""}[i], Number: i + 1,
				})
			}
			change(&p)
			return ts.Setup(w, p)
		}}
	}
	return []scene{
		{"newsale", func(ts *templates.Templates, w io.Writer, _ string) error {
			return ts.NewSale(w, templates.DraftsPage{
				ConsoleFrame: consoleFrame("Set up a sale"), Drafts: []templates.DraftLine{{ID: 1, Step: "event", Title: "Harbour Nights 2027", Changed: noon, Zone: "Europe/Zurich"}, {ID: 2, Step: "event", Changed: noon, Zone: "UTC"}},
			})
		}},
		step("event", "What is it?", eventStep),
		step("dates", "When is it?", func(p *templates.SetupPage) {
			p.Zones = []string{"Europe/Zurich"}
			p.Groups = []templates.EditGroup{
				{Title: "Time zone", Intro: "All times of the sale are on the clock of the event, wherever a fan or you may be.", Fields: []templates.EditField{{Name: "timezone", Label: "Zone of the event", Kind: "text", List: "zones", Value: "Europe/Zurich", Hint: "Begin to type a city, like Zurich."}}},
				{Title: "Fans leave their address", Row: true, Fields: []templates.EditField{
					{Name: "registration.opens", Label: "The form opens", Kind: "moment", Value: "2027-03-24T10:00"},
					{Name: "registration.closes", Label: "The form closes", Kind: "moment", Value: "Friday", Wrong: "is not a time"},
				}},
			}
		}),
		step("tickets", "What is for sale?", ticketsStep),
		step("places", "How many may stand in line?", func(p *templates.SetupPage) {
			p.Caps = &templates.SetupCaps{Known: true, Capacity: 10_000, Each: 4, Guaranteed: 2500, Standby: 7500}
			p.Groups = []templates.EditGroup{{Title: "Places", Row: true, Fields: []templates.EditField{
				{Name: "caps.guaranteed", Label: "Guaranteed places", Kind: "number", Small: true, Value: "2500", Hint: "They can all buy the most."},
				{Name: "caps.standby", Label: "Places on standby", Kind: "number", Small: true, Value: "7500", Hint: "They get what is left, in order."},
			}}}
		}),
		step("mails", "How are the offers mailed?", func(p *templates.SetupPage) {
			view := planView("assume.")
			p.Plan = &view
		}),
		step("preview-wrong", "Is everything as you want it?", func(p *templates.SetupPage) {
			p.Step, p.Next, p.Preview = "preview", "", &templates.SetupPreview{}
			p.Wrong = []templates.SetupWrong{{Field: "slug", Label: "Address on the web", Message: "there is a sale at this address already", Step: "event"}}
		}),
		{"setup-file-wrong", func(ts *templates.Templates, w io.Writer, _ string) error {
			return ts.Setup(w, templates.SetupPage{
				ConsoleFrame: consoleFrame("Set up a sale"), Draft: 7, Step: "preview", Heading: "Is everything as you want it?", Lead: "Nothing has been announced yet.",
				First: true, Preview: &templates.SetupPreview{},
				Wrong: []templates.SetupWrong{{Label: "line 14: dispatch.batch", Message: "\"seven\" is not a whole number; write it in digits alone, like 10000"}},
				File:  "slug: harbour-nights-2027\ntitle: {en: Harbour Nights 2027}\ntimezone: Europe/Zurich\n",
			})
		}},
		{"plan", func(ts *templates.Templates, w io.Writer, _ string) error {
			return ts.Plan(w, templates.PlanPage{ConsoleFrame: saleFrame("Plan", "plan"), Plan: planView("")})
		}},
		{"checklist", func(ts *templates.Templates, w io.Writer, _ string) error { return ts.Checklist(w, checklistPage()) }},
	}
}

func eventStep(p *templates.SetupPage) {
	p.Wrong = []templates.SetupWrong{{Field: "title.en", Label: "Title in English", Message: "is missing; what is the event called?", Step: "event"}}
	p.Languages = &templates.SetupLanguages{Spoken: []string{"en", "de"}, Titles: []templates.EditField{
		{Name: "title.en", Label: "Title in English", Wrong: "is missing; what is the event called?", Options: []templates.EditOption{{Value: "en", Label: "English"}}},
		{Name: "title.de", Label: "Title in German", Value: "Hafennächte 2027", Options: []templates.EditOption{{Value: "de", Label: "German"}}},
		{Name: "title.fr", Label: "Title in French", Options: []templates.EditOption{{Value: "fr", Label: "French"}}},
	}}
	p.Groups = []templates.EditGroup{{Title: "The organizer", Fields: []templates.EditField{
		{Name: "organizer.name", Label: "Name", Kind: "text", Value: "Harbour Ltd", Hint: "Who sells the tickets, as fans know you."},
		{Name: "organizer.imprint", Label: "Imprint", Kind: "url", Optional: true},
		{Name: "mail.receipt", Label: "Everybody who joins is mailed a receipt", Kind: "box", Value: "on"},
		{Name: "mail.alternatives.en", Label: "Your words", Kind: "area", Optional: true},
	}}}
}

func ticketsStep(p *templates.SetupPage) {
	row := func(legend, stock, price, wrong string) templates.EditGroup {
		at := "tickets.types[" + legend[len(legend)-1:] + "]."
		return templates.EditGroup{Title: legend, Row: true, Fields: []templates.EditField{
			{Name: at + "title.en", Label: "Kind of ticket", Kind: "text", Value: "Friday"},
			{Name: at + "stock", Label: "How many there are", Kind: "number", Small: true, Value: stock, Wrong: wrong},
			{Name: at + "price", Label: "Price of one", Kind: "number", Small: true, Value: price, Unit: "CHF"},
		}}
	}
	p.Money = []string{"CHF", "EUR"}
	p.Types = &templates.SetupTypes{More: true, Rows: []templates.EditGroup{row("Ticket 1", "4,000", "85", ""), row("Ticket 2", "many", "95.50", "is not a whole number")}}
	p.Groups = []templates.EditGroup{{Title: "Money", Row: true, Fields: []templates.EditField{
		{Name: "currency", Label: "Currency", Kind: "text", Small: true, List: "money", Value: "CHF"},
		{Name: "payment", Label: "How fans pay", Kind: "choice", Value: "none", Options: []templates.EditOption{{Value: "none", Label: "Free, or elsewhere"}}},
	}}}
}

func planView(prefix string) templates.PlanView {
	var at []time.Time
	var mailed, sold []int
	for i := range 24 {
		at = append(at, noon.Add(time.Duration(i)*20*time.Minute))
		mailed, sold = append(mailed, 4700*(i+1)/24), append(sold, 10_000*i/23)
	}
	return templates.PlanView{
		Figures: []templates.PlanFigure{
			{Label: "Sold out", Value: "Fri 26 Mar, 21:45", Note: "9 hours 45 minutes after the first offers"}, {Label: "Offers mailed", Value: "4,763", Note: "of 10,000 in line"},
		},
		Advice: []templates.PlanAdvice{{Look: true, Text: "The mail limit of 1,000 an hour allows at most 83 mails every 5 minutes."}, {Text: "A batch of 100 fits."}},
		Chart: chart.Lines(chart.Frame{ID: "plan", Title: "How the sale would go", Summary: "All tickets are sold.", Unit: "offers and tickets", Wide: true},
			chart.Over{At: at, Series: []chart.Series{{Name: "offers mailed", Values: mailed}, {Name: "tickets sold", Values: sold}}, Marks: []chart.Mark{{At: at[23], Name: "sold out"}}}),
		Assumptions: []templates.EditGroup{{Row: true, Fields: []templates.EditField{
			{Name: prefix + "buys", Label: "Buy, of those with an offer", Kind: "number", Small: true, Value: "70", Unit: "%"},
			{Name: prefix + "tickets", Label: "Tickets for one buyer, on average", Kind: "number", Small: true, Value: "9", Wrong: "is a number from 1 to 4"},
		}}},
	}
}

func checklistPage() templates.ChecklistPage {
	p := templates.ChecklistPage{
		ConsoleFrame: saleFrame("Checklist", "checklist"), Opens: noon, Zone: "Europe/Zurich", URL: "https://tickets.example/lakeside-2027", Manages: true, Examining: true,
		Items: []templates.ChecklistItem{
			{State: "done", Title: "Dates", Text: "The form opens Wed 24 March 2027, 10:00 CET."},
			{State: "look", Title: "Pace of the mails", Text: "Slow.", Do: "Look at the mail limit.", Link: "/sales/lakeside-2027/plan", LinkText: "See the plan"},
			{State: "wrong", Title: "Places that can be promised", Text: "2,600 guaranteed × 4 tickets = 10,400 of 10,000.", Do: "Lower the guaranteed places."},
		},
		Keys: templates.ChecklistKeys{ChecklistItem: templates.ChecklistItem{State: "done", Title: "Keys backed up", Text: "ann@lakeside.example confirmed it."}, Confirmed: true},
		Doctor: templates.ChecklistDoctor{
			ChecklistItem: templates.ChecklistItem{State: "wrong", Title: "What inturn doctor says", Text: "17 of 18 things are fine."}, Asked: true, At: noon, Actor: "ann@lakeside.example",
			Areas: []templates.ChecklistArea{{Title: "Domains that mails come from", Findings: []templates.ChecklistFinding{{
				Level: "wrong", Check: "SPF", Subject: "lakeside.example", Found: "there is no SPF record", Why: "Receivers may refuse the mails.", Do: "Publish one.",
				Records: []string{"lakeside.example TXT v=spf1 ip4:192.0.2.1 include:spf.mail.example -all"},
			}}}},
		},
	}
	p.Count()
	return p
}
