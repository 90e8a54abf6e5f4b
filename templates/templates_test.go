package templates

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/inturn/inturn/internal/sale"
)

// sample renders one page or mail with data that reaches one of its
// branches. Each surface lists its own in its _test.go file.
type sample struct {
	page   string // "checkout/offer"
	what   string // which branch
	render func(t *Templates, w io.Writer, lang string) error
}

func samples() []sample {
	return slices.Concat(errorSamples(), registrationSamples(), checkoutSamples(), mailboxSamples(), embedSamples())
}

// noon is the moment around which all samples play.
var noon = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)

func sampleSale() *sale.Sale {
	return &sale.Sale{
		Slug: "lakeside-2027", Version: 3,
		Title:    sale.Text{"en": "Lakeside <Festival> 2027", "de": "Seefestival 2027"},
		Timezone: "Europe/Zurich", Languages: []string{"en", "de"}, Currency: "CHF",
		Organizer: sale.Organizer{
			Name:    "Lakeside Ltd",
			Imprint: "https://lakeside.example/imprint",
			Privacy: "https://lakeside.example/privacy",
			Terms:   "https://lakeside.example/terms",
		},
		Registration: sale.Registration{Opens: noon.Add(-48 * time.Hour), Closes: noon.Add(-time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10000, Types: []sale.TicketType{
			{ID: "fri", Title: sale.Text{"en": "Friday"}, Stock: 4000, Price: 8500},
			{ID: "sat", Title: sale.Text{"en": "Saturday"}, Stock: 6000, Price: 0},
		}},
		Caps:     sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(8 * 24 * time.Hour), Every: "@every 1m", Batch: 100, LinkLife: time.Hour},
		Payment:  sale.PaymentOnSite,
		Mail: sale.MailSettings{
			From: "Lakeside <tickets@lakeside.example>", Receipt: true,
			Alternatives: sale.Text{"en": "Come to the open rehearsal.\nIt is free."},
		},
	}
}

func sampleOrder() *sale.Order {
	return &sale.Order{
		Code: "K7QM-3XPA", Ref: "mzxw6ytboi4dcmrthe2dkobvga", Sale: "lakeside-2027", State: sale.OrderConfirmed,
		Payment: sale.PaymentOnSite, Currency: "CHF", Total: 17000, At: noon,
		Tickets: []sale.Ticket{
			{Code: "T-1A2B3C", Type: "fri", Title: sale.Text{"en": "Friday"}, Price: 8500},
			{Code: "T-4D5E6F", Type: "fri", Title: sale.Text{"en": "Friday"}, Price: 8500},
		},
	}
}

func sampleFrame(lang string) Frame {
	return Frame{Lang: lang, Sale: sampleSale(), Languages: []Alternate{{"en", "/lakeside-2027/en"}, {"de", "/lakeside-2027/de"}}}
}

func newTemplates(t testing.TB) *Templates {
	t.Helper()
	ts, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

// TestEveryPage executes every sample in every language. A missing message
// is an error of execution.
func TestEveryPage(t *testing.T) {
	ts := newTemplates(t)
	shown := map[string]bool{}
	for _, lang := range ts.Languages() {
		for _, s := range samples() {
			shown[s.page] = true
			t.Run(lang+"/"+s.page+"/"+s.what, func(t *testing.T) {
				var b bytes.Buffer
				if err := s.render(ts, &b, lang); err != nil {
					t.Fatal(err)
				}
				checkPage(t, b.String(), lang)
			})
		}
	}
	for _, name := range pageNames() {
		if !shown[name] {
			t.Errorf("%s.html has no sample, so nothing shows that it works", name)
		}
	}
}

// checkPage is what every page promises: its language, one h1, one main, no
// script or style that the content security policy would refuse, and nothing
// from another host.
func checkPage(t *testing.T, page, lang string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	ids := map[string]bool{}
	var named []string // ids that something points to
	level := 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Namespace == "" { // a picture has a title of its own
			count[n.Data]++
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			if is := int(n.Data[1] - '0'); is > level+1 {
				t.Errorf("<%s> %q skips a level", n.Data, textOf(n))
			} else {
				level = is
			}
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "style", strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s %s=%q>: inline styles and handlers are refused by the policy", n.Data, a.Key, a.Val)
			case a.Key == "aria-labelledby", a.Key == "aria-describedby", a.Key == "for":
				named = append(named, strings.Fields(a.Val)...)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("id %q twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case n.Data == "iframe" && a.Key == "src":
				if !framed(n, a.Val) {
					t.Errorf("<iframe src=%q>: only our own form is framed, a caught mail, in a sandbox without exceptions, and a preview of texts, in one without scripts", a.Val)
				}
			case n.Data == "link" && (attr(n, "rel") == "alternate" || attr(n, "rel") == "canonical"):
				// names an address and loads nothing
			case (a.Key == "src" || a.Key == "href" && n.Data == "link") && !strings.HasPrefix(a.Val, StaticPath) && a.Val != EmbedScriptPath:
				t.Errorf("<%s %s=%q> is not one of our own files", n.Data, a.Key, a.Val)
			case n.Data == "html" && a.Key == "lang" && a.Val != lang:
				t.Errorf("lang %q, want %q", a.Val, lang)
			}
		}
		if n.Data == "script" && n.FirstChild != nil && !strings.Contains(attr(n, "type"), "json") {
			t.Error("inline script is refused by the policy")
		}
	}
	for _, id := range named {
		if !ids[id] {
			t.Errorf("something points to #%s, which is not there", id)
		}
	}
	for _, one := range []string{"h1", "main", "title"} {
		if count[one] != 1 {
			t.Errorf("%d <%s>, want 1", count[one], one)
		}
	}
	if i := strings.Index(page, "<no value>"); i >= 0 {
		t.Errorf("a value is missing: …%s", page[max(0, i-80):i+10])
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// framed says whether a frame may be there.
func framed(n *html.Node, src string) bool {
	sandbox := func(exceptions string) bool {
		return slices.Contains(n.Attr, html.Attribute{Key: "sandbox", Val: exceptions})
	}
	switch {
	case strings.HasPrefix(src, "/mailbox/"):
		return sandbox("")
	case strings.HasSuffix(src, "/preview"):
		return sandbox("allow-same-origin") // for its style sheets
	}
	return strings.HasSuffix(src, "/embed?preview")
}

// TestMissingMessage shows that TestEveryPage can fail.
func TestMissingMessage(t *testing.T) {
	ts := newTemplates(t)
	f := ts.funcs("en")["t"].(func(string, ...any) (string, error))
	if s, err := f("no.such.message"); err == nil {
		t.Errorf("a missing message gave %q", s)
	}
}

func errorSamples() []sample {
	var all []sample
	for _, code := range []string{"internal", "not_found", "too_many", "never heard of"} {
		all = append(all, sample{"layout/error", code, func(t *Templates, w io.Writer, lang string) error {
			return t.ErrorPage(w, ErrorPage{
				Frame: Frame{Lang: lang}, Status: 500, Code: code, Detail: "Exactly this.",
				Fields: []string{"email: is empty"}, BackURL: "/", RetryAfter: 2,
			})
		}})
	}
	return all
}
