package gallery

import (
	"io"

	"github.com/inturn/inturn/templates"
)

// textsScenes are where an organizer writes his own words, and sends himself a
// mail. The frame beside the editor is empty here: it shows other pages.
func textsScenes() []scene {
	both := []templates.TextLanguage{{Lang: "en", Name: "English"}, {Lang: "de", Name: "German"}, {Lang: "fr", Name: "French"}, {Lang: "nl", Name: "Dutch"}}
	row := func(name string, own ...bool) templates.TextRow {
		label, _ := templates.TextLabel(name)
		r := templates.TextRow{Name: name, Label: label}
		for i, l := range both {
			cell := templates.TextCell{URL: "/sales/lakeside-2027/texts/" + name + "/" + l.Lang, Label: label + ", in " + l.Name, Whose: "inturn’s"}
			if cell.Own = i < len(own) && own[i]; cell.Own {
				cell.Whose = "yours"
			}
			r.Cells = append(r.Cells, cell)
		}
		return r
	}
	editor := func(change func(*templates.TextPage)) func(*templates.Templates, io.Writer, string) error {
		return func(t *templates.Templates, w io.Writer, _ string) error {
			label, where := templates.TextLabel("offer")
			d := templates.TextPage{
				ConsoleFrame: saleFrame(label, "texts"), Name: "offer", Label: label, Where: where, Lang: "en", Language: "English", Base: 3,
				Words: "Here they are: up to {most} tickets for {title}.\n\nWho plays when: https://lakeside.example/programme", Lines: true, Most: 2000,
				Action: "/sales/lakeside-2027/texts/offer/en", ListURL: "/sales/lakeside-2027/texts", TestURL: "/sales/lakeside-2027/test-mail",
			}
			for _, l := range both {
				d.Languages = append(d.Languages, templates.Alternate{Lang: l.Lang, URL: "/sales/lakeside-2027/texts/offer/" + l.Lang})
			}
			for name, value := range map[string]string{"most": "4"} {
				d.Placeholders = append(d.Placeholders, templates.Placeholder{Name: name, Means: templates.PlaceholderMeans(name), Value: value})
			}
			for _, p := range [][2]string{{"title", "Lakeside Festival 2027"}, {"until", "Friday, 12 March 2027, 13:00 CET"}, {"clock", "13:00 CET"}} {
				d.Placeholders = append(d.Placeholders, templates.Placeholder{Name: p[0], Means: templates.PlaceholderMeans(p[0]), Value: p[1]})
			}
			change(&d)
			return t.TextEditor(w, d)
		}
	}
	test := func(r *templates.TestMailResult) func(*templates.Templates, io.Writer, string) error {
		return func(t *templates.Templates, w io.Writer, _ string) error {
			return t.TestMail(w, templates.TestMailPage{
				ConsoleFrame: saleFrame("Test mail", "texts"), Kinds: []templates.TestMailKind{{Name: "offer", Label: templates.TestMailLabel("offer")}},
				Languages: both, Kind: "offer", Lang: "de", To: "ann@lakeside.example", Result: r, Action: "/sales/lakeside-2027/test-mail", ListURL: "/sales/lakeside-2027/texts",
			})
		}
	}
	return []scene{
		{"texts", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.Texts(w, templates.TextsPage{
				ConsoleFrame: saleFrame("Texts", "texts"), Languages: both, TestURL: "/sales/lakeside-2027/test-mail",
				Groups: []templates.TextGroup{
					{Title: "Pages", Rows: []templates.TextRow{row("landing", true, true), row("landing_full"), row("place_standby", false, true)}},
					{Title: "Mails", Rows: []templates.TextRow{row("receipt_subject"), row("offer", true), row("alternatives", true, true, true, true)}},
				},
			})
		}},
		{"text", editor(func(*templates.TextPage) {})},
		{"text-wrong", editor(func(d *templates.TextPage) {
			d.Words = "Here they are for {venue}"
			d.Wrong = map[string]string{"words": `"{venue}" is no placeholder here; there are {title}, {organizer}, {number}, {most}, {until}, {clock}, {life}.`}
		})},
		{"text-conflict", editor(func(d *templates.TextPage) {
			d.Others = &templates.OthersWords{Who: "bob@lakeside.example wrote it in the console on 11 March 2027, 14:02 CET", Words: "Your tickets are here.\n\nDo not hurry."}
		})},
		{"textpreview-problem", func(t *templates.Templates, w io.Writer, _ string) error {
			return t.TextPreview(w, templates.TextPreviewPage{Problem: "It has a { that is never closed; braces stand around placeholders only, like {title}."})
		}},
		{"testmail", test(nil)},
		{"testmail-accepted", test(&templates.TestMailResult{Mail: templates.TestMailLabel("offer"), Language: "German", State: "accepted", Code: 250, Said: "250 2.0.0 Ok: queued as 4XkY7"})},
		{"testmail-refused", test(&templates.TestMailResult{Mail: templates.TestMailLabel("offer"), Language: "German", State: "temporary", Code: 451, Said: "451 4.7.1 Greylisting in action, please come back later"})},
	}
}
