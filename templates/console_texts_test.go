package templates

import (
	"io"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func textsSamples() []consoleSample {
	both := []TextLanguage{{"en", "English"}, {"de", "Deutsch"}}
	editor := func(change func(*TextPage)) func(*Templates, io.Writer) error {
		return func(t *Templates, w io.Writer) error {
			d := TextPage{
				ConsoleFrame: consoleFrameFor("Introduction"), Name: "landing", Label: "Introduction", Where: "At the top.", Lang: "de", Language: "Deutsch",
				Languages: []Alternate{{"en", "/x/en"}, {"de", "/x/de"}}, Base: 3, Words: "Hello <b>\n\nthere", Lines: true, Most: 2000,
				Placeholders: []Placeholder{{"title", "the sale's title", "Lakeside <Festival>"}}, Action: "/x/de", PreviewURL: "/x/de/preview", ListURL: "/x",
			}
			change(&d)
			return t.TextEditor(w, d)
		}
	}
	test := func(r *TestMailResult, problem string) func(*Templates, io.Writer) error {
		return func(t *Templates, w io.Writer) error {
			return t.TestMail(w, TestMailPage{
				ConsoleFrame: consoleFrameFor("Test mail"), Kinds: []TestMailKind{{"offer", "Offer"}, {"order", "Order"}}, Languages: both,
				Kind: "order", Lang: "de", To: "ann@lakeside.example", Problem: problem, Result: r, Action: "/x", ListURL: "/y",
			})
		}
	}
	all := []consoleSample{
		{"texts", "list", func(t *Templates, w io.Writer) error {
			return t.Texts(w, TextsPage{ConsoleFrame: consoleFrameFor("Texts"), Languages: both, TestURL: "/t", Groups: []TextGroup{{"Pages", []TextRow{
				{"landing", "Introduction", []TextCell{{"/x/en", "Introduction, in English", true, "yours"}, {"/x/de", "Introduction, in Deutsch", false, "inturn’s"}}},
			}}}})
		}},
		{"text", "editor", editor(func(*TextPage) {})},
		{"text", "a subject, wrong", editor(func(d *TextPage) {
			d.Lines, d.Wrong, d.TestURL = false, map[string]string{"words": `It has "{{" in it.`}, "/t"
		})},
		{"text", "others", editor(func(d *TextPage) { d.Others = &OthersWords{Who: "bob wrote it", Words: "A\nB"} })},
		{"text", "others took it out", editor(func(d *TextPage) { d.Others, d.Placeholders = &OthersWords{Who: "bob wrote it"}, nil })},
		{"text", "a viewer", editor(func(d *TextPage) { d.Sale.Manages = false })},
		{"textpreview", "problem", func(t *Templates, w io.Writer) error {
			return t.TextPreview(w, TextPreviewPage{Problem: "It has <b>."})
		}},
		{"textpreview", "mail", func(t *Templates, w io.Writer) error {
			m, err := t.SampleMail("offer", preview(*sampleSale(), "de"))
			if err != nil {
				return err
			}
			return t.TextPreview(w, TextPreviewPage{Subject: m.Subject, HTML: m.HTML, Text: m.Text, Lang: m.Lang})
		}},
		{"testmail", "nothing sent", test(nil, "")},
		{"testmail", "refused to send", test(nil, "There were 20.")},
		{"testmail", "on its way", test(&TestMailResult{Mail: "Offer", Language: "Deutsch", State: "waits", Moves: true}, "")},
		{"testmail", "still waiting", test(&TestMailResult{Mail: "Offer", Language: "Deutsch", State: "waits"}, "")},
	}
	for _, state := range []string{"accepted", "refused", "temporary", "unknown", "bounced", "given up"} {
		all = append(all, consoleSample{"testmail", state, test(&TestMailResult{Mail: "Offer", Language: "Deutsch", State: state, Code: 250, Said: "250 <ok>"}, "")})
	}
	return all
}

// TestTextLabels: every place and placeholder, and every sample of a mail, has
// words for organizers.
func TestTextLabels(t *testing.T) {
	for _, p := range append(sale.TextPlaces(), sale.TextPlace{Name: "alternatives"}) {
		if label, where := TextLabel(p.Name); label == "" || where == "" {
			t.Errorf("%s has no label", p.Name)
		}
		for _, name := range p.Placeholders {
			if PlaceholderMeans(name) == "" {
				t.Errorf("{%s} of %s means nothing", name, p.Name)
			}
		}
		if p.Subject && SampleMailOf(p.Name) == "" {
			t.Errorf("%s stands in no mail that can be sent as a test", p.Name)
		}
	}
	for _, name := range sale.SampleMails() {
		if TestMailLabel(name) == "" {
			t.Errorf("%s has no label", name)
		}
	}
}
