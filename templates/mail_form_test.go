package templates

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/inturn/inturn/internal/sale"
)

// mailLinks are where each sample's button leads.
func mailLink(name string) string {
	switch {
	case strings.HasPrefix(name, "offer"):
		return sampleLink
	case strings.HasPrefix(name, "order"), name == "cancellation":
		return sampleOrderURL
	case strings.HasPrefix(name, "invitation"):
		return sampleInvitation
	case strings.HasPrefix(name, "confirm"):
		return sampleConfirm
	}
	return samplePlace
}

// TestMailParts holds every mail in every language to what both of its parts
// promise.
func TestMailParts(t *testing.T) {
	ts := newTemplates(t)
	for _, lang := range ts.Languages() {
		for name, m := range mails(t, ts, lang) {
			t.Run(lang+"/"+name, func(t *testing.T) {
				link := mailLink(name)
				plainPart(t, m, link)
				richPart(t, m, link)
				if n := utf8.RuneCountInString(m.Subject); n > 71 {
					t.Errorf("a subject of %d characters: %s", n, m.Subject)
				}
			})
		}
	}
}

// plainPart: lines of at most 76 columns that end where words end, the link
// on a line of its own, whole.
func plainPart(t *testing.T, m Mail, link string) {
	t.Helper()
	if strings.Count(m.Text, "\n\n"+link+"\n") != 1 {
		t.Errorf("the link is not on a line of its own, once, with air around it:\n%s", m.Text)
	}
	for line := range strings.Lines(m.Text) {
		line = strings.TrimSuffix(line, "\n")
		if utf8.RuneCountInString(line) > 76 && strings.Contains(line, " ") {
			t.Errorf("a line of %d columns: %s", utf8.RuneCountInString(line), line)
		}
		if strings.TrimRight(line, " ") != line && line != "-- " {
			t.Errorf("a line that ends with blanks: %q", line)
		}
	}
}

func richPart(t *testing.T, m Mail, link string) {
	t.Helper()
	if n := strings.Count(m.HTML, `class="button"`); n != 1 {
		t.Errorf("%d buttons", n)
	}
	if n := strings.Count(m.HTML, `<a href="`+link+`"`); n != 2 {
		t.Errorf("the link of the text part is there %d times, want on the button and as an address", n)
	}
	if !strings.Contains(m.HTML, `">`+link+`</a>`) {
		t.Error("the address cannot be read and copied")
	}
	if n := strings.Count(m.HTML, ` lang="`+m.Lang+`"`); n != 2 {
		t.Errorf("the language is named %d times, want on <html> and on what is left when a program takes that away", n)
	}
	for _, unwanted := range []string{"src=", "url(", "@import", "<link", "<script", "<img", "<form", "background:", "position:", "http://"} {
		if strings.Contains(m.HTML, unwanted) {
			t.Errorf("there is %q", unwanted)
		}
	}
	root := wellFormed(t, m.HTML)
	grounds(t, root)
	preheader(t, root)
}

// grounds: a program that knows no styles gets its colours from attributes,
// and what has a ground says the colour of its text.
func grounds(t *testing.T, n *html.Node) {
	style, bg := attr(n, "style"), attr(n, "bgcolor")
	if found := regexp.MustCompile(`background-color:(#[0-9a-f]{6});`).FindStringSubmatch(style); found != nil && found[1] != bg {
		t.Errorf("<%s> has the ground %s, and bgcolor %q", n.Data, found[1], bg)
	}
	if n.Data == "table" && (attr(n, "cellpadding") != "0" || attr(n, "cellspacing") != "0" || attr(n, "border") != "0") {
		t.Errorf("a table with room of its own: %v", n.Attr)
	}
	if data := n.FirstChild != nil && n.Data == "table" && has(n, "th"); n.Data == "table" && !data && attr(n, "role") != "presentation" {
		t.Error("a table for looks that a screen reader reads as one")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		grounds(t, c)
	}
}

// preheader: the first words of the body, out of sight, and enough blanks
// behind them that a list of mails shows nothing of the text.
func preheader(t *testing.T, root *html.Node) {
	t.Helper()
	hidden := find(root, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "style"), "display:none;") })
	if hidden == nil || hidden.FirstChild == nil {
		t.Fatal("no preheader")
	}
	words := strings.TrimRight(hidden.FirstChild.Data, "\u034f\u200c\u00a0\u2007")
	blanks := utf8.RuneCountInString(hidden.FirstChild.Data) - utf8.RuneCountInString(words)
	if utf8.RuneCountInString(words) < 20 || blanks < 200 {
		t.Errorf("the preheader is %q with %d blanks", words, blanks)
	}
	body := find(root, func(n *html.Node) bool { return n.Data == "body" })
	if first := firstText(body); first != hidden.FirstChild {
		t.Errorf("before the preheader stands %q", first.Data)
	}
}

// What old programs draw: nothing but this.
var (
	mailElements   = strings.Fields("html head meta title style body div table tr td th p h1 a br strong span")
	mailAttributes = strings.Fields("lang charset name content class style role width align valign bgcolor cellpadding cellspacing border href scope aria-label")
	voidElements   = []string{"meta", "br"}
)

// wellFormed reads the HTML twice. As it is written: every element is closed
// in its turn, nothing is named twice. As a browser takes it: the same
// elements in the same order, so that nothing stood where it may not.
func wellFormed(t *testing.T, source string) *html.Node {
	t.Helper()
	var open, written []string
	for z := html.NewTokenizer(strings.NewReader(source)); z.Next() != html.ErrorToken; {
		token := z.Token()
		switch token.Type {
		case html.StartTagToken:
			written = append(written, token.Data)
			wellNamed(t, token)
			if !slices.Contains(voidElements, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
	root, err := html.Parse(strings.NewReader(source))
	if err != nil || len(open) > 0 {
		t.Fatalf("left open: %v, %v", open, err)
	}
	var taken []string
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data != "tbody" { // which is never written
			taken = append(taken, n.Data)
		}
	}
	if !slices.Equal(taken, written) {
		t.Errorf("a browser rearranges it:\n%v\n%v", written, taken)
	}
	return root
}

func wellNamed(t *testing.T, token html.Token) {
	t.Helper()
	if !slices.Contains(mailElements, token.Data) {
		t.Errorf("<%s> is not for mails", token.Data)
	}
	seen := map[string]bool{}
	for _, a := range token.Attr {
		if seen[a.Key] || !slices.Contains(mailAttributes, a.Key) {
			t.Errorf("<%s %s=%q>", token.Data, a.Key, a.Val)
		}
		seen[a.Key] = true
	}
}

func has(n *html.Node, element string) bool {
	return find(n, func(n *html.Node) bool { return n.Data == element }) != nil
}

func find(root *html.Node, is func(*html.Node) bool) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && is(n) {
			return n
		}
	}
	return nil
}

func firstText(root *html.Node) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" {
			return n
		}
	}
	return nil
}

// TestMailColours: a mail wears its sale's colours, by day and by lamplight,
// and the house's where it has none.
func TestMailColours(t *testing.T) {
	ts := newTemplates(t)
	s, _ := mailSale()
	for _, b := range []sale.Brand{{}, {Accent: "#8a1c5a"}, {Accent: "#8a1c5a", AccentDark: "#ffaadd"}} {
		s.Brand = b
		m, err := ts.ReceiptMail("en", ReceiptMail{Sale: s, Number: 1, Class: sale.Guaranteed, PlaceURL: samplePlace})
		if err != nil {
			t.Fatal(err)
		}
		p := b.Palette()
		for what, want := range map[string]string{
			"button":                   `bgcolor="` + p.Light.Accent.String() + `" class="button"`,
			"its text":                 "color:" + p.Light.OnAccent.String() + ";text-decoration:none",
			"link":                     `class="accent" style="color:` + p.Light.Ink.String(),
			"panel":                    `bgcolor="` + p.Light.Soft.String() + `" class="soft ink"`,
			"button by lamplight":      ".button { background-color: " + p.Dark.Accent.String(),
			"its text by lamplight":    ".button a { color: " + p.Dark.OnAccent.String(),
			"link by lamplight":        ".accent { color: " + p.Dark.Ink.String(),
			"in Outlook's dark mode":   "[data-ogsb] .button { background-color: " + p.Dark.Accent.String(),
			"what Word's engine reads": `<!--[if mso]><table role="presentation" width="560"`,
		} {
			if !strings.Contains(m.HTML, want) {
				t.Errorf("%+v, %s: no %q", b, what, want)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	word := strings.Repeat("w", 20)
	long := "https://line.example/" + strings.Repeat("x", 100)
	for _, tt := range [][2]string{
		{"short", "short"},
		{word + " " + word + " " + word + " " + word, word + " " + word + " " + word + "\n" + word},
		{long, long},
		{"Imprint: " + long, "Imprint:\n" + long},
		{"  " + word + "  " + word + "  " + word + "  " + word, "  " + word + "  " + word + "  " + word + "  " + word},
		{strings.Repeat("é", 76), strings.Repeat("é", 76)},
		{strings.Repeat("é ", 40) + "fin\u00a0:", strings.TrimSpace(strings.Repeat("é ", 38)) + "\né é fin\u00a0:"},
		{"a\n\n-- \nb", "a\n\n-- \nb"},
	} {
		if got := wrap(tt[0]); got != tt[1] {
			t.Errorf("%q\n became %q\n    want %q", tt[0], got, tt[1])
		}
	}
}

// TestOrderRows: columns stay columns whatever the titles are, and no row is
// too wide.
func TestOrderRows(t *testing.T) {
	ts := newTemplates(t)
	long := strings.Repeat("Weekend pass with everything ", 6)
	for name, title := range map[string]string{"short": "Fri", "long": strings.TrimSpace(long), "one word": strings.Repeat("x", 190)} {
		s, o := mailSale()
		o.Tickets = []sale.Ticket{{Code: "T-1", Title: sale.Text{"en": title}, Price: 8500}, {Code: "T-22", Title: sale.Text{"en": "Sat"}, Price: 999500}}
		o.Total = 1008000
		m, err := ts.OrderMail("en", OrderMail{Sale: s, Number: 1, Order: o, OrderURL: sampleOrderURL})
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(m.Text, o.Code+"\n\n")
		table, _, _ := strings.Cut(rest, "\n\n")
		rows := strings.Split(table, "\n")
		ends := map[int]bool{}
		for _, row := range rows {
			if n := utf8.RuneCountInString(row); n > 76 || !strings.HasPrefix(row, "  ") {
				t.Errorf("%s: a row of %d columns: %q", name, n, row)
			}
			if strings.HasSuffix(row, "0") || strings.HasSuffix(row, "-") {
				ends[utf8.RuneCountInString(row)] = true
			}
		}
		if len(ends) != 1 {
			t.Errorf("%s: the prices do not end in one column:\n%s", name, table)
		}
		var read strings.Builder // the title's column, row by row
		for _, row := range rows[:len(rows)-3] {
			row, _, _ = strings.Cut(row, "CHF")
			read.WriteString(strings.TrimPrefix(strings.TrimSpace(row), "T-1"))
		}
		if got, want := strings.ReplaceAll(read.String(), " ", ""), strings.ReplaceAll(title, " ", ""); got != want {
			t.Errorf("%s: the title reads %q, want %q:\n%s", name, got, want, table)
		}
	}
}

// TestMailWithoutOrganizer: a sale need not say who sells.
func TestMailWithoutOrganizer(t *testing.T) {
	s, _ := mailSale()
	s.Organizer = sale.Organizer{}
	m, err := newTemplates(t).OfferMail("en", OfferMail{Sale: s, Most: 1, Link: sampleLink, Ends: noon, Life: time.Hour, PlaceURL: samplePlace})
	if err != nil {
		t.Fatal(err)
	}
	checkMail(t, m, "en")
	richPart(t, m, sampleLink)
	plainPart(t, m, sampleLink)
	if !strings.Contains(m.Text, "\n-- \nLakeside <Festival> 2027\n") {
		t.Errorf("nobody signs:\n%s", m.Text)
	}
}
