package templates

import (
	"io"

	"github.com/inturn/inturn/internal/sale"
)

func fanSamples() []consoleSample {
	frame := consoleFrameFor("Number 1,412")
	typed := FanForm{
		Typed: map[string]string{"address": `a"b@x.example`, "why": "<because>", "order": "keep"}, Problem: "Too often.",
		Wrong: map[string]string{"address": "This is taken.", "why": "Say why.", "order": "Choose."},
	}
	acts := []FanAct{
		{Name: "resend", Label: "Send the link again", Text: "The same offer.", Button: "Send it"},
		{Name: "correct", Label: "Correct the address", Text: "What was mistyped.", Button: "Correct it", NewAddress: true, Form: typed},
		{Name: "erase", Label: "Erase the person", Text: "For good.", Button: "Erase", Asks: true},
	}
	return []consoleSample{
		{"fans", "empty", func(t *Templates, w io.Writer) error { return t.Fans(w, FansPage{ConsoleFrame: frame}) }},
		{"fans", "not found", func(t *Templates, w io.Writer) error {
			return t.Fans(w, FansPage{ConsoleFrame: frame, Typed: `<x>"@y`, Problem: "Nobody.", Asked: noon})
		}},
		{"fan", "manager", func(t *Templates, w io.Writer) error {
			return t.Fan(w, FanPage{
				ConsoleFrame: frame, Number: 1412, Class: sale.Guaranteed, Address: "a<b@x.example", MailLang: "de", Joined: noon, Timezone: "Europe/Zurich",
				Others: []int{3, 1200}, Reasons: []string{"It waits.", "It <waits>."}, Acts: acts,
				Events: []FanEvent{{At: noon, Text: "Joined."}, {At: noon, Text: "Corrected.", Actor: "ann@lakeside.example", Why: "<typo>"}},
			})
		}},
		{"fan", "erased", func(t *Templates, w io.Writer) error {
			return t.Fan(w, FanPage{ConsoleFrame: frame, Number: 1, Class: sale.Standby, Joined: noon, Problem: "Too late.", Timezone: "Nowhere/At_all", Reasons: []string{"Gone."}})
		}},
		{"fanact", "erase", func(t *Templates, w io.Writer) error {
			act := acts[2]
			act.Form = typed
			return t.FanAct(w, FanActPage{ConsoleFrame: frame, Number: 1, Address: "a@x.example", Act: act, Order: "K7QM", Effects: []string{"One.", "Two."}})
		}},
		{"fanact", "void", func(t *Templates, w io.Writer) error {
			return t.FanAct(w, FanActPage{ConsoleFrame: frame, Number: 1, Act: acts[2], Effects: []string{"One."}})
		}},
		{"exports", "manager", func(t *Templates, w io.Writer) error {
			return t.Exports(w, ExportsPage{ConsoleFrame: frame, Addresses: true, Sheets: []ExportSheet{{"audit", "The audit", "What was done."}}})
		}},
		{"exports", "viewer", func(t *Templates, w io.Writer) error { return t.Exports(w, ExportsPage{ConsoleFrame: frame}) }},
		{"history", "some", func(t *Templates, w io.Writer) error {
			return t.History(w, HistoryPage{
				ConsoleFrame: frame, Number: 3, Typed: "3", Timezone: "Europe/Zurich", Older: "/sales/lakeside-2027/history?before=12&number=3",
				Entries: []HistoryEntry{{At: noon, Number: 3, Text: "Erased.", Actor: "ann@lakeside.example", Why: "<asked>"}, {At: noon, Text: "pause", Actor: "cli:ann"}},
			})
		}},
		{"history", "none", func(t *Templates, w io.Writer) error {
			return t.History(w, HistoryPage{ConsoleFrame: frame, Timezone: "Europe/Zurich", Newest: true})
		}},
	}
}
