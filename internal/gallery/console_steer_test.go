package gallery

import (
	"io"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// steerScenes are the pages on which a running sale is changed.
func steerScenes() []scene {
	const path = "/sales/lakeside-2027/"
	places := templates.EditGroup{ID: "places", Title: "Places", Row: true, Fields: []templates.EditField{
		{Name: "caps.guaranteed", Label: "Guaranteed", Kind: "number", Hint: "Times the most per fan, at most the capacity. Left empty: as many as fit.", Value: "2500"},
		{Name: "caps.standby", Label: "Standby", Kind: "number", Hint: "Then the form is full. Left empty: three times the guaranteed ones.", Value: "7500"},
	}}
	batches := templates.EditGroup{ID: "dispatch", Title: "Batches and links", Row: true, Fields: []templates.EditField{
		{Name: "dispatch.batch", Label: "At most in one batch", Kind: "number", Value: "100"},
		{Name: "dispatch.every", Label: "A batch leaves", Kind: "text", Hint: "Like “every 5 minutes” or “every 90 seconds”, or a cron expression like */10 9-20 * * *.", Value: "every 5 minutes"},
		{Name: "dispatch.link_life", Label: "A link is good for", Kind: "text", Hint: "Like “1 hour” or “90 minutes”. Links that are out keep their end.", Value: "1 hour"},
		{Name: "dispatch.quiet", Label: "Quiet hours", Kind: "text", Hint: "Like 22:00-08:00. Left empty: mail leaves at any hour.", Value: "22:00-08:00"},
	}}
	tickets := templates.EditGroup{
		ID: "tickets", Title: "Tickets", Row: true, Intro: "Every ticket is one of the capacity and one of its type's stock.",
		Fields: []templates.EditField{
			{Name: "tickets.capacity", Label: "Capacity", Kind: "number", Value: "10000"},
			{Name: "tickets.venue_maximum", Label: "What the venue holds", Kind: "number", Value: "12000", Locked: "Only an owner of the sale changes this."},
		},
		Rows: []templates.EditRow{{Index: 0, Was: "fri", Legend: "Ticket type “Friday”", Fields: []templates.EditField{
			{Name: "tickets.types[0].title.en", Label: "Title", Kind: "text", Value: "Friday"},
			{Name: "tickets.types[0].stock", Label: "Stock", Kind: "number", Value: "20000", Wrong: "20,000 is more than the 12,000 that the venue holds"},
			{Name: "tickets.types[0].price", Label: "Price", Kind: "text", Value: "85.00"},
		}}},
	}
	mail := templates.EditGroup{ID: "mail", Title: "Mail", Fields: []templates.EditField{
		{Name: "mail.receipt", Label: "Confirm each sign-up by mail", Kind: "box", Value: "on"},
		{Name: "mail.alternatives.en", Label: "Your words for those who come too late", Kind: "area", Value: "There are still tickets for the Sunday matinee."},
		{Name: "payment", Label: "Payment", Kind: "choice", Value: "none", Options: []templates.EditOption{{Value: "none", Label: "Free of charge, or settled elsewhere"}, {Value: "on_site", Label: "At the door"}}},
	}}
	clash := batches
	clash.Fields = append([]templates.EditField(nil), batches.Fields...)
	clash.Fields[0].Value, clash.Fields[0].Clash = "500", &templates.EditClash{Filled: "100", Newest: "250"}
	clash.Fields[2].Theirs, clash.Fields[2].Value = true, "1 hour 30 minutes"
	steer := templates.SteerPage{
		ConsoleFrame: saleFrame("Steer", "steer"), Edit: templates.Edit{Base: 3, Groups: []templates.EditGroup{places, batches}},
		Figures: []templates.SteerFigure{
			{Label: "In line", Value: "9,000", Note: "2,310 guaranteed"},
			{Label: "Turn has come up to", Value: "number 588"},
			{Label: "Still wait", Value: "8,412"},
			{Label: "Links out", Value: "96", Note: "the last until 15:02:10"},
			{Label: "Tickets sold", Value: "1,600", Note: "of 10,000; 400 offered, 8,000 available"},
		},
		Next: "12 March, 14:05:00 CET", Until: "2027-03-13T14:00",
		Acts: []templates.SteerAct{
			{Name: "close", Label: "Close the form", Does: "Nobody else can join; who is in line stays."},
			{Name: "pause", Label: "Pause", Does: "No offer goes out until you resume; links that are out run on."},
			{Name: "stop", Label: "Stop", Does: "The sale ends; those who wait get the polite decline.", Danger: true},
			{Name: "start", Label: "Start", Does: "Offers go out from now on.", Reason: "Offers are being made already."},
		},
	}
	typed := templates.ChangePage{
		ConsoleFrame: saleFrame("What this does", "steer"), Heading: "What this does", Post: path + "steer", Back: path + "steer", Button: "Do it",
		Does: []string{"The next batch, at 14:05, mails 500 people instead of 100.", "The mail limits (1,000 an hour) spread these mails over about 60 minutes."},
		Then: []string{"From then on at most 500 people every 5 minutes, as long as tickets are free."}, Word: "500", Why: "500 people are mailed at 14:05", Danger: true, Again: true,
		Changes: []templates.EditChange{{Label: "At most in one batch", Field: "dispatch.batch", Old: "100", New: "500"}}, Form: []templates.Carried{{Name: "back", Value: "yes"}},
	}
	refused := templates.ChangePage{
		ConsoleFrame: saleFrame("What this does", "settings"), Heading: "What this does", Post: path + "settings", Back: path + "settings", Button: "Do it",
		Refused: []templates.EditWrong{{Label: "Guaranteed", Message: "2,000 is less than the 2,310 guarantees that are given, and nobody loses theirs; 2,310 is the least, and then nobody else gets one"}},
		Changes: []templates.EditChange{{Label: "Guaranteed", Field: "caps.guaranteed", Old: "2,500", New: "2,000"}}, Form: []templates.Carried{{Name: "back", Value: "yes"}},
	}
	return []scene{
		{"steer", func(t *templates.Templates, w io.Writer, _ string) error { return t.Steer(w, steer) }},
		{"settings", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Settings(w, templates.SettingsPage{
				ConsoleFrame: saleFrame("Settings", "settings"), Zone: "Europe/Zurich",
				Edit: templates.Edit{Base: 3, Groups: []templates.EditGroup{tickets, places, mail}, Wrong: []templates.EditWrong{{ID: "tickets-types-0-stock", Label: "Ticket type “Friday”: Stock", Message: "20,000 is more than the 12,000 that the venue holds"}}},
			})
		}},
		{"settings-two-at-once", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Settings(w, templates.SettingsPage{
				ConsoleFrame: saleFrame("Settings", "settings"), Zone: "Europe/Zurich",
				Edit: templates.Edit{
					Base: 4, Groups: []templates.EditGroup{clash}, By: "bea@lakeside.example wrote it in the console on 12 March 2027, 13:58 CET",
					Clashes: []templates.EditWrong{{ID: "dispatch-batch", Label: "At most in one batch", Message: `was "100"; is "250" now; you typed "500"`}},
					Theirs:  []templates.EditWrong{{ID: "dispatch-link_life", Label: "A link is good for", Message: `is "1 hour 30 minutes" now`}},
				},
			})
		}},
		{"change", func(t *templates.Templates, w io.Writer, _ string) error { return t.Change(w, typed) }},
		{"change-refused", func(t *templates.Templates, w io.Writer, _ string) error { return t.Change(w, refused) }},
		{"file", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.SaleFile(w, templates.SaleFilePage{
				ConsoleFrame: saleFrame("Sale file", "file"), Version: 3, By: "bea@lakeside.example wrote it in the console on 12 March 2027, 13:58 CET", Manages: true,
			})
		}},
		{"file-wrong", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.SaleFile(w, templates.SaleFilePage{
				ConsoleFrame: saleFrame("Sale file", "file"), Version: 3, By: "ann (command line) wrote it from a file on 12 March 2027, 13:58 CET", Manages: true,
				Text: "slug: lakeside-2027\nbatch: ten\n", Message: "the sale file has a mistake",
				Wrong: []sale.FieldError{{Field: "dispatch.batch", Message: `"ten" is not a whole number; write it in digits alone, like 10000`, Line: 2}},
			})
		}},
	}
}
