package sale_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

func mistakes(s sale.Sale) string {
	var all []string
	for _, e := range s.Validate(everyOK) {
		all = append(all, e.String())
	}
	return strings.Join(all, "\n")
}

func TestValidateTexts(t *testing.T) {
	const order = "there are {title}, {organizer}, {code}, {tickets}, {total}"
	tests := map[string]struct{ place, words, want string }{
		"plain":                   {"order", "Thank you.", ""},
		"every placeholder":       {"order", "{title}{organizer} {code}, {tickets}: {total}", ""},
		"paragraphs":              {"order", "Thank you.\n\nSee you.\n\tSoon.", ""},
		"a link":                  {"order", "More: https://lakeside.example/a?b=c#d.", ""},
		"a link on its own line":  {"order", "More:\nhttps://lakeside.example\nThank you.", ""},
		"markup is text":          {"order", "<script>alert(1)</script> & <b>", ""},
		"a template's own braces": {"order", "{{.Sale}}", "texts.order.en: has {{ in it; a placeholder has one brace on each side, like {title}"},
		"three braces":            {"order", "{{{title}}}", "texts.order.en: has {{ in it; a placeholder has one brace on each side, like {title}"},
		"unknown":                 {"order", "{title} for {venue}", `texts.order.en: "{venue}" is no placeholder here; ` + order},
		"another place's":         {"order", "You are {number}.", `texts.order.en: "{number}" is no placeholder here; ` + order},
		"blanks within":           {"order", "{ title }", `texts.order.en: "{ title }" is no placeholder here; ` + order},
		"a capital":               {"order", "{Title}", `texts.order.en: "{Title}" is no placeholder here; ` + order},
		"a field of the sale":     {"order", "{mail.from}", `texts.order.en: "{mail.from}" is no placeholder here; ` + order},
		"nothing within":          {"order", "{}", `texts.order.en: "{}" is no placeholder here; ` + order},
		"never closed":            {"order", "Hello {title", "texts.order.en: has a { that is never closed; braces stand around placeholders only, like {title}"},
		"closed on another line":  {"order", "Hello {title\n}", "texts.order.en: has a { that is never closed; braces stand around placeholders only, like {title}"},
		"opened within":           {"order", "Hello {title {code}", "texts.order.en: has a { that is never closed; braces stand around placeholders only, like {title}"},
		"opened at the end":       {"order", "Hello {", "texts.order.en: has a { that is never closed; braces stand around placeholders only, like {title}"},
		"closed only":             {"order", "Hello title}", "texts.order.en: has a } that no { opens; braces stand around placeholders only, like {title}"},
		"closed twice":            {"order", "Hello {title}}", "texts.order.en: has a } that no { opens; braces stand around placeholders only, like {title}"},
		"a control character":     {"order", "Hello\x1b[31m", "texts.order.en: contains a control character"},
		"a turned direction":      {"order", "Hello \u202etxet", "texts.order.en: contains a control character"},
		"a carriage return":       {"order", "Hello\rBcc: a@b.example", "texts.order.en: contains a control character"},
		"not UTF-8":               {"order", "Hello \xff", "texts.order.en: is not valid UTF-8"},
		"blanks only":             {"order", " \n", "texts.order.en: is missing"},
		"too long":                {"order", strings.Repeat("ü", 2001), "texts.order.en: has 2,001 characters, but at most 2,000 are possible"},
		"as long as may be":       {"order", strings.Repeat("ü", 2000), ""},
		"a long notice":           {"landing_full", strings.Repeat("x", 1001), "texts.landing_full.en: has 1,001 characters, but at most 1,000 are possible"},
		"a header in a subject":   {"order_subject", "Tickets\nBcc: a@b.example", "texts.order_subject.en: has a line break in it; it must be a single line"},
		"a return in a subject":   {"order_subject", "Tickets\rBcc: a@b.example", "texts.order_subject.en: has a line break in it; it must be a single line"},
		"a long subject":          {"order_subject", strings.Repeat("x", 151), "texts.order_subject.en: has 151 characters, but at most 150 are possible"},
		"a link in the clear":     {"order", "See http://lakeside.example", `texts.order.en: "http://lakeside.example" does not begin with https://`},
		"a script":                {"order", "javascript://x.example/%0aalert(1)", `texts.order.en: "javascript://x.example/%0aalert(1)" is not an address of a page that stands on its own; write it like https://www.example.com/terms, with a blank before and behind it`},
		"a link with a user":      {"order", "https://bank.example@evil.example", `texts.order.en: "https://bank.example@evil.example" is not an address of a page that stands on its own; write it like https://www.example.com/terms, with a blank before and behind it`},
		"a link within a word":    {"order", "(https://lakeside.example)", `texts.order.en: "(https://lakeside.example)" is not an address of a page that stands on its own; write it like https://www.example.com/terms, with a blank before and behind it`},
		"two links in a word":     {"order", "https://a.example,https://b.example", `texts.order.en: "https://a.example,https://b.example" is not an address of a page that stands on its own; write it like https://www.example.com/terms, with a blank before and behind it`},
		"a link with a value":     {"order", "https://x.example/{code}", `texts.order.en: "https://x.example/{code}" is not an address of a page that stands on its own; write it like https://www.example.com/terms, with a blank before and behind it`},
		"another place":           {"door", "Hello", `texts: "door" is not one of the texts that can be written`},
	}
	for name, tt := range tests {
		s := lakeside()
		s.Texts = sale.Texts{tt.place: {"en": tt.words}}
		if diff := cmp.Diff(tt.want, mistakes(s)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestValidateTextsTogether(t *testing.T) {
	s := lakeside()
	s.Texts = sale.Texts{"landing": {}}
	for _, lang := range []string{"aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"} {
		s.Texts["landing"][lang] = strings.Repeat("😀", 2000) // 8,000 bytes
	}
	if got := mistakes(s); got != "" {
		t.Error(got)
	}
	s.Texts["order"] = sale.Text{"en": strings.Repeat("😀", 400)}
	if got, want := mistakes(s), "texts: have 65,600 bytes together, but at most 65,536 are possible"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	s.Texts = sale.Texts{"landing": {"english": "Hello"}}
	if got, want := mistakes(s), `texts.landing: "english" is not a language; write it like en or de-CH`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestTextsIn: never another language's words.
func TestTextsIn(t *testing.T) {
	own := sale.Texts{"landing": {"en": "Lake", "de-CH": "Seeli", "den": "Tu"}, "order": {"fr": "Lac", "fr-CH": "Lac suisse"}}
	for _, tt := range [][3]string{
		{"landing", "en", "Lake"},
		{"landing", "en-GB", "Lake"},
		{"landing", "de", "Seeli"},
		{"landing", "de-AT", "Seeli"},
		{"landing", "fr", ""},
		{"landing", "", ""},
		{"order", "en", ""},
		{"order", "f", ""},
		{"order", "fr-CH", "Lac suisse"},
		{"order", "fr-BE", "Lac"},
		{"receipt", "en", ""},
	} {
		if got := own.In(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%s in %s: %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
	if got := sale.Texts(nil).In("landing", "en"); got != "" {
		t.Errorf("of none: %q", got)
	}
}

func TestTextPlaces(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range sale.TextPlaces() {
		if seen[p.Name] || p.Most < 1 || len(p.Placeholders) == 0 || p.Subject != strings.HasSuffix(p.Name, "_subject") {
			t.Errorf("%+v", p)
		}
		seen[p.Name] = true
		s := lakeside()
		s.Texts = sale.Texts{p.Name: {"en": "{" + strings.Join(p.Placeholders, "} {") + "}"}}
		if got := mistakes(s); got != "" {
			t.Error(got)
		}
	}
}

func TestExpand(t *testing.T) {
	values := map[string]string{"title": "Lakeside {code} <b>", "code": "K7QM", "empty": ""}
	tests := map[string]struct {
		words, want string
		ok          bool
	}{
		"nothing":          {"", "", true},
		"no placeholder":   {"Hello, 100 %", "Hello, 100 %", true},
		"one":              {"Order {code}.", "Order K7QM.", true},
		"several":          {"{code}{code} {title}", "K7QMK7QM Lakeside {code} <b>", true},
		"an empty value":   {"a{empty}b", "ab", true},
		"unknown":          {"Hello {number}", "", false},
		"a method":         {"{title.String}", "", false},
		"a template":       {"{{.Sale.Mail.From}}", "", false},
		"never closed":     {"Hello {title", "", false},
		"closed only":      {"Hello title}", "", false},
		"a name elsewhere": {"{x {title}", "", false},
	}
	for name, tt := range tests {
		if got, ok := sale.Expand(tt.words, values); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %q, %t", name, got, ok)
		}
	}
}

// FuzzExpand: what is let through can be expanded, and what comes out is what
// was written, with values for names, and nothing else.
func FuzzExpand(f *testing.F) {
	for _, words := range []string{"Hello {title}", "{{.}}", "{title", "}", "{ title }", "{title}{organizer}", "{number}\n{class}", "{{title}}", "https://x.example/{title}"} {
		f.Add(words)
	}
	place, _ := sale.TextPlaceOf("receipt")
	f.Fuzz(func(t *testing.T, words string) {
		values := map[string]string{}
		var pairs []string
		for _, name := range place.Placeholders {
			values[name] = "<" + strings.ToUpper(name) + ">"
			pairs = append(pairs, "{"+name+"}", values[name])
		}
		s := lakeside()
		s.Texts = sale.Texts{"receipt": {"en": words}}
		valid := mistakes(s) == ""
		got, ok := sale.Expand(words, values)
		if valid && !ok {
			t.Fatalf("%q was let through and cannot be expanded", words)
		}
		if !ok {
			if got != "" {
				t.Fatalf("%q gave half of it: %q", words, got)
			}
			return
		}
		if want := strings.NewReplacer(pairs...).Replace(words); got != want {
			t.Fatalf("%q became %q, want %q", words, got, want)
		}
		if strings.ContainsAny(got, "{}") {
			t.Fatalf("%q leaves a brace: %q", words, got)
		}
	})
}

func TestParagraphs(t *testing.T) {
	link := func(url string) sale.Piece { return sale.Piece{Text: url, URL: url} }
	text := func(s string) sale.Piece { return sale.Piece{Text: s} }
	br := sale.Piece{Break: true}
	tests := map[string]struct {
		words string
		want  [][]sale.Piece
	}{
		"nothing":             {" \n\n\t\n", nil},
		"one":                 {"Hello,  world ", [][]sale.Piece{{text("Hello, world")}}},
		"two":                 {"\nA\n\n\n \nB\n", [][]sale.Piece{{text("A")}, {text("B")}}},
		"lines":               {"A\r\n  B", [][]sale.Piece{{text("A"), br, text("B")}}},
		"unbreakable":         {"10\u00a0h", [][]sale.Piece{{text("10\u00a0h")}}},
		"a link":              {"https://a.example", [][]sale.Piece{{link("https://a.example")}}},
		"a link in words":     {"See https://a.example/b?c=d&e=f, soon.", [][]sale.Piece{{text("See "), link("https://a.example/b?c=d&e=f"), text(", soon.")}}},
		"two links":           {"https://a.example https://b.example!", [][]sale.Piece{{link("https://a.example"), text(" "), link("https://b.example"), text("!")}}},
		"brackets of its own": {"https://a.example/b_(c)", [][]sale.Piece{{link("https://a.example/b_(c)")}}},
		"in the clear":        {"http://a.example", [][]sale.Piece{{text("http://a.example")}}},
		"another scheme":      {"javascript:alert(1) HTTPS://a.example data:text/html,x", [][]sale.Piece{{text("javascript:alert(1) HTTPS://a.example data:text/html,x")}}},
		"a user":              {"https://a.example@b.example", [][]sale.Piece{{text("https://a.example@b.example")}}},
		"no host":             {"https:// https:///x https:", [][]sale.Piece{{text("https:// https:///x https:")}}},
		"quotes":              {`https://a.example/"onclick="x`, [][]sale.Piece{{text(`https://a.example/"onclick="x`)}}},
	}
	for name, tt := range tests {
		if diff := cmp.Diff(tt.want, sale.Paragraphs(tt.words)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// FuzzParagraphs: no word is lost or added, and a link is always https.
func FuzzParagraphs(f *testing.F) {
	for _, words := range []string{"A\n\nB https://a.example.", "https://a.example@b", "a\r\nb", "https://[::1]/ https://a,https://b"} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		var b strings.Builder
		for _, paragraph := range sale.Paragraphs(words) {
			for _, p := range paragraph {
				if p.URL != "" && (p.URL != p.Text || !strings.HasPrefix(p.URL, "https://") || strings.ContainsAny(p.URL, " <>\"{}\n\t")) {
					t.Fatalf("a link %+v", p)
				}
				if p.Break {
					p.Text = " "
				}
				b.WriteString(p.Text)
			}
			b.WriteString(" ")
		}
		if got, want := strings.Join(strings.Fields(b.String()), " "), strings.Join(strings.Fields(words), " "); got != want {
			t.Fatalf("%q became %q", words, b.String())
		}
	})
}

func TestDiffTexts(t *testing.T) {
	from, to := lakeside(), lakeside()
	from.Texts = sale.Texts{"landing": {"en": "Old", "de": "Alt"}}
	to.Texts = sale.Texts{"order": {"en": "Thanks"}, "landing": {"en": "New"}}
	want := []sale.Change{
		{Field: "texts.landing.en", Old: "Old", New: "New"},
		{Field: "texts.order.en", New: "Thanks"},
		{Field: "texts.landing.de", Old: "Alt"},
	}
	if diff := cmp.Diff(want, sale.Diff(from, to)); diff != "" {
		t.Error(diff)
	}
}
