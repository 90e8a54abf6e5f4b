package templates

import (
	"io"

	"github.com/inturn/inturn/internal/sale"
)

// steerSamples are the pages on which a sale is changed.
func steerSamples() []consoleSample {
	edit := Edit{
		Base: 3, By: "bea@lakeside.example wrote it in the console on 2027-03-12 14:05 CET",
		Groups: []EditGroup{
			{ID: "dispatch", Title: "Batches and links", Intro: "How it goes.", Row: true, Fields: []EditField{
				{Name: "dispatch.batch", Label: "At most in one batch", Kind: "number", Hint: "A <number>.", Value: "x", Wrong: "is not a number", Clash: &EditClash{"100", "200"}},
				{Name: "dispatch.starts", Label: "Starts", Kind: "moment", Value: "2027-03-12T12:00"},
				{Name: "dispatch.ends", Label: "Ends", Kind: "moment", Value: "2027-10-31T02:30:00+01:00", Theirs: true},
				{Name: "mail.receipt", Label: "Receipt", Kind: "box", Value: "on", Hint: "Or not."},
				{Name: "payment", Label: "Payment", Kind: "choice", Value: "none", Options: []EditOption{{"none", "None"}, {"on_site", "At the door"}}},
				{Name: "mail.alternatives.en", Label: "Words", Kind: "area", Value: "\nfirst <line>", Wrong: "is too long"},
				{Name: "tickets.venue_maximum", Label: "Venue", Kind: "number", Locked: "Only an owner changes this."},
			}},
			{ID: "tickets", Title: "Tickets", Rows: []EditRow{{Index: 0, Was: "fri", Legend: "Type fri", Fields: []EditField{{Name: "tickets.types[0].id", Label: "Id", Kind: "text", Value: "fri"}}}}},
		},
		Wrong:   []EditWrong{{ID: "dispatch-batch", Label: "At most in one batch", Message: "is not a number"}, {Label: "texts", Message: "is wrong"}},
		Clashes: []EditWrong{{ID: "dispatch-batch", Label: "At most in one batch", Message: `was "100"`}, {Label: "tickets", Message: "x"}},
		Theirs:  []EditWrong{{ID: "dispatch-ends", Label: "Ends", Message: "is later now"}, {Label: "tickets", Message: "x"}},
	}
	clean := edit
	clean.Wrong, clean.Clashes, clean.Theirs = nil, nil, nil
	change := ChangePage{
		ConsoleFrame: consoleFrameFor("What this does"), Heading: "Start", Post: "/sales/lakeside-2027/steer", Back: "/sales/lakeside-2027/steer",
		Does: []string{"This mails 500 people <now>."}, Then: []string{"And so on."}, Word: "500", Why: "500 people are mailed at once", Button: "Start", Danger: true, Again: true, Mistyped: true,
		Changes: []EditChange{{Label: "First offers", Field: "dispatch.starts", Old: "tomorrow", New: "now"}, {Field: "mail.reply_to", New: "x"}, {Field: "organizer.name", Old: "y"}},
		Carried: []Carried{{"act", "start"}}, Form: []Carried{{"back", "yes"}}, Moved: true,
	}
	return []consoleSample{
		{"steer", "running", func(t *Templates, w io.Writer) error {
			return t.Steer(w, SteerPage{
				ConsoleFrame: consoleFrameFor("Steer"), Edit: clean, Figures: []SteerFigure{{"In line", "8,412", "2,500 guaranteed"}, {"Links out", "96", ""}},
				Acts:    []SteerAct{{Name: "open", Label: "Open the form", Does: "It opens.", Until: true}, {Name: "stop", Label: "Stop", Does: "It ends.", Danger: true}, {Name: "start", Label: "Start", Does: "It starts.", Reason: "It has."}},
				Pending: "no answer", NoStock: "Not reached.", Next: "14:05", Until: "2027-03-12T12:00",
			})
		}},
		{"steer", "two at once", func(t *Templates, w io.Writer) error {
			return t.Steer(w, SteerPage{ConsoleFrame: consoleFrameFor("Steer"), Edit: edit})
		}},
		{"settings", "as it is", func(t *Templates, w io.Writer) error {
			return t.Settings(w, SettingsPage{ConsoleFrame: consoleFrameFor("Settings"), Edit: clean, Zone: "Europe/Zurich"})
		}},
		{"settings", "two at once", func(t *Templates, w io.Writer) error {
			return t.Settings(w, SettingsPage{ConsoleFrame: consoleFrameFor("Settings"), Edit: edit, Zone: "Europe/Zurich"})
		}},
		{"change", "to be typed", func(t *Templates, w io.Writer) error { return t.Change(w, change) }},
		{"change", "refused", func(t *Templates, w io.Writer) error {
			d := change
			d.Refused = []EditWrong{{Label: "Guaranteed", Message: "is less than the 2,310 guarantees given"}}
			return t.Change(w, d)
		}},
		{"change", "nothing", func(t *Templates, w io.Writer) error {
			return t.Change(w, ChangePage{ConsoleFrame: consoleFrameFor("What this does"), Heading: "What this does", Back: "/"})
		}},
		{"file", "wrong", func(t *Templates, w io.Writer) error {
			return t.SaleFile(w, SaleFilePage{
				ConsoleFrame: consoleFrameFor("Sale file"), Version: 3, By: edit.By, Manages: true, Text: "slug: <x>", Message: "the sale file has a mistake",
				Wrong: []sale.FieldError{{Field: "slug", Message: "is wrong", Line: 1}},
			})
		}},
	}
}
