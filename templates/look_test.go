package templates

import (
	"bytes"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/inturn/inturn/internal/sale"
)

// looks is what must and must not be found on a page. Each entry is a
// selector such as section.state.open or form[action], alone or followed by
// words that the first such element contains.
type looks struct{ want, unwanted []string }

var selectorPart = regexp.MustCompile(`^([a-z0-9]*)((?:\.[a-z-]+)*)(?:\[([a-z-]+)\])?$`)

// finds says whether an element like that is there, and contains the words.
func finds(t *testing.T, root *html.Node, entry string) bool {
	t.Helper()
	selector, words, _ := strings.Cut(entry, " ")
	m := selectorPart.FindStringSubmatch(selector)
	if m == nil {
		t.Fatalf("%q is not a selector that this test knows", selector)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || m[1] != "" && n.Data != m[1] {
			continue
		}
		classes := strings.Fields(attr(n, "class"))
		fits := !slices.ContainsFunc(strings.Split(m[2], ".")[1:], func(c string) bool { return !slices.Contains(classes, c) })
		if m[2] == "" {
			fits = true
		}
		if m[3] != "" && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == m[3] }) {
			fits = false
		}
		if fits && strings.Contains(textOf(n), words) {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (l looks) check(t *testing.T, s sample, lang string) {
	t.Helper()
	var b bytes.Buffer
	if err := s.render(newTemplates(t), &b, lang); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range l.want {
		if !finds(t, root, want) {
			t.Errorf("%s %s in %s lacks %q", s.page, s.what, lang, want)
		}
	}
	for _, unwanted := range l.unwanted {
		if finds(t, root, unwanted) {
			t.Errorf("%s %s in %s has %q", s.page, s.what, lang, unwanted)
		}
	}
}

// TestPagesLook: what the one who opens a page finds there, state by state,
// and what must not be there then.
func TestPagesLook(t *testing.T) {
	pages := map[string]sample{}
	for _, s := range samples() {
		pages[s.page+" "+s.what] = s
	}
	for name, l := range map[string]looks{
		"registration/landing before": {
			[]string{"section.notice.before Registration opens", "p[data-opens]", "p.tag.before", "ol.steps", "table.prices Friday"},
			[]string{"form", "input", "p.share"},
		},
		"registration/landing guaranteed":         {[]string{"form.signup[data-sending]", "input[required]", "ol.steps"}, []string{"p[data-opens]", ".problem"}},
		"registration/landing full":               {[]string{"section.notice.full This line is full", "p.words Come to the open rehearsal."}, []string{"form", "ol.steps", "p[data-opens]"}},
		"registration/landing standbybad_address": {[]string{"p.problem[role] Please check", "input[autofocus]", "input[aria-invalid]"}, nil},
		"registration/place open": {
			[]string{"section.state.open It is your turn", "p[data-ends] Time left when you opened this page", "a.button Get your ticket", "article[data-live]", "form[action]"},
			[]string{".past", "p.code", ".strip"},
		},
		"registration/place bought":    {[]string{"section.state.bought", "p.code K7QM-3XPA", "a.button See your order"}, []string{"p[data-ends]", "article[data-live]", ".past", "p.words"}},
		"registration/place expired":   {[]string{"section.state.expired has expired", "header.stub.past", "p.words Come to the open rehearsal."}, []string{"a.button", "p.code", "p[data-ends]", "article[data-live]"}},
		"registration/place about":     {[]string{"section.state.waiting You are in line", "p.big Your turn comes about", "svg.strip", "p.share", "time[data-zone]"}, []string{"p.big At the earliest", "a.button", ".past"}},
		"registration/place closing":   {[]string{"article[data-live]"}, []string{"a.button", "p[data-ends]"}},
		"registration/progress moving": {[]string{"section.state.moving has reached number 1,200", "svg.strip", "dl.facts up to number 2,500", "article[data-live]"}, []string{".aside", "form"}},
		"registration/progress paused": {[]string{".aside paused the sale"}, []string{"dl.facts The next mails"}},
		"registration/progress over":   {[]string{"section.state.over The sale is over"}, []string{"article[data-live]"}},
		"checkout/offer open":          {[]string{"form[data-keep]", "select[data-price]", "p.total[hidden]", "details.leave"}, []string{".problem"}},
		"checkout/offer too many":      {[]string{"p.problem[autofocus]", "p.problem[role]"}, nil},
		"checkout/order confirmed":     {[]string{"section.stub.guaranteed K7QM-3XPA", "section.state.bought You pay when you collect"}, []string{"section.state.cancelled", "form", "script"}},
		"checkout/order cancelled":     {[]string{"h1.sign Your order was cancelled", "section.state.cancelled not valid"}, []string{"section.state.bought", "section.stub.guaranteed"}},
		"checkout/over expired":        {[]string{"h1.sign", "article.state.expired"}, []string{"form", "a.button"}},
	} {
		s, ok := pages[name]
		if !ok {
			t.Errorf("there is no sample %q", name)
			continue
		}
		l.check(t, s, "en")
	}
}

// TestForeignText: what stands in another language than the page says which.
func TestForeignText(t *testing.T) {
	page := placeSamples()[0]
	looks{[]string{"span[lang] Lakeside <Festival> 2027"}, nil}.check(t, page, "fr")
	looks{nil, []string{"span[lang] Lakeside", "span[lang] Seefestival"}}.check(t, page, "de")
	looks{nil, []string{"span[lang] Lakeside"}}.check(t, page, "en")
	said := newTemplates(t).funcs("nl")["said"].(func(sale.Text) template.HTML)
	for want, text := range map[string]sale.Text{
		`<span lang="de">A &amp; B</span>`: {"de": "A & B"},
		`A &lt;b&gt;`:                      {"nl": "A <b>", "en": "x"},
		``:                                 {},
		`Brussel`:                          {"nl-BE": "Brussel"},
	} {
		if got := string(said(text)); got != want {
			t.Errorf("%v is said as %q, want %q", text, got, want)
		}
	}
}

// TestStrip: the strokes add up to the line, whatever its length.
func TestStrip(t *testing.T) {
	count := func(s Strip) map[string]int {
		n := map[string]int{}
		for _, m := range s.Marks {
			n[m.Kind]++
		}
		return n
	}
	for _, c := range []struct {
		last, reached, guaranteed, you int
		want                           map[string]int
	}{
		{0, 0, 5, 0, map[string]int{}},
		{1, 0, 5, 1, map[string]int{"you": 1}},
		{9, 3, 6, 0, map[string]int{"done": 3, "next": 3, "chance": 3}},
		{12, 4, 12, 12, map[string]int{"done": 4, "next": 7, "you": 1}},
		{48000, 24000, 36000, 0, map[string]int{"done": 24, "next": 12, "chance": 12}},
		{1000, 1000, 10, 0, map[string]int{"done": 48}},
	} {
		got := count(newStrip(c.last, c.reached, c.guaranteed, c.you))
		if len(got) != len(c.want) {
			t.Errorf("%+v: %v", c, got)
		}
		for kind, n := range c.want {
			if got[kind] != n {
				t.Errorf("%+v: %v", c, got)
			}
		}
	}
}

// TestEdition: it changes with everything that the page says, and with
// nothing else.
func TestEdition(t *testing.T) {
	place := func(change func(*PlacePage)) string {
		d := PlacePage{Frame: sampleFrame("en"), State: PlaceWaiting, Number: 7, Link: "a", Now: noon, About: noon}
		change(&d)
		return d.Edition()
	}
	first := place(func(*PlacePage) {})
	for what, change := range map[string]func(*PlacePage){
		"the moment": func(d *PlacePage) { d.Now = noon.Add(time.Hour) },
		"the link":   func(d *PlacePage) { d.Link = "b" },
		"language":   func(d *PlacePage) { d.Lang = "de" },
		"time left":  func(d *PlacePage) { d.Left = time.Minute },
	} {
		if place(change) != first {
			t.Errorf("%s makes another edition", what)
		}
	}
	for what, change := range map[string]func(*PlacePage){
		"state": func(d *PlacePage) { d.State = PlaceOpen }, "class": func(d *PlacePage) { d.Class = sale.Standby },
		"reached": func(d *PlacePage) { d.Reached++ }, "pause": func(d *PlacePage) { d.Paused = true },
		"estimate": func(d *PlacePage) { d.About = noon.Add(time.Minute) }, "end": func(d *PlacePage) { d.Ends = noon },
		"order": func(d *PlacePage) { d.Order = sampleOrder() },
	} {
		if place(change) == first {
			t.Errorf("%s makes no other edition", what)
		}
	}
}
