package templates

import (
	"html"
	"io"
	"net/http"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// EmbedPage is a sale's form as other sites show it in a frame: the notice,
// the form, and nothing else. Once somebody has joined, Done says so in its
// place; Already, when the address was in line before.
type EmbedPage struct {
	LandingPage
	Origins    string // the sites that may show it, apart by blanks: they are told how high it is
	Done       *EmbedPlace
	Already    *AlreadyPage
	Sent       *SentPage
	LandingURL string // the sale's own page
}

// EmbedPlace is what a frame says of a place. Everything that can be done
// with a place is done on its own page, which no site can put in a frame.
type EmbedPlace struct {
	Number   int
	Class    sale.Class
	PlaceURL string
}

// EmbedPage renders the page.
func (t *Templates) EmbedPage(w io.Writer, d EmbedPage) error {
	return t.render(w, d.Lang, "registration/embed", &d)
}

// EmbedDemoPage shows an organizer the three ways to put the form on their
// own site, as they look and as they are written.
type EmbedDemoPage struct {
	Frame
	URL      string   // what our addresses begin with
	Origins  []string // the sites that may show the form in a frame
	Takes    bool     // the form is open
	FrameURL string   // of the form, for this page only
	Action   string   // where the plain form posts to
}

// EmbedDemoPage renders the page.
func (t *Templates) EmbedDemoPage(w io.Writer, d EmbedDemoPage) error {
	return t.render(w, d.Lang, "registration/embeddemo", &d)
}

// address is the absolute address of something of this sale.
func (d *EmbedDemoPage) address(rest ...string) string {
	return d.URL + "/" + d.Sale.Slug + strings.Join(rest, "")
}

// EmbedURL is what a frame shows.
func (d *EmbedDemoPage) EmbedURL() string { return d.address("/", d.Lang, "/embed") }

// LandingURL is the sale's own page.
func (d *EmbedDemoPage) LandingURL() string { return d.address("/", d.Lang) }

// ActionURL is where a form of another site posts to.
func (d *EmbedDemoPage) ActionURL() string { return d.address() }

// TitleHTML is the sale's title as it stands in a snippet, which is HTML
// itself.
func (d *EmbedDemoPage) TitleHTML() string { return html.EscapeString(d.Sale.Title.In(d.Lang)) }

// ScriptURL is where the script is.
func (d *EmbedDemoPage) ScriptURL() string { return d.URL + EmbedScriptPath }

// EmbedScriptPath is where the script for other sites stands. It never
// changes, since it is written into their pages.
const EmbedScriptPath = "/embed.js"

// EmbedScript serves it. A few minutes in a cache keep a crowd off, and let a
// mended script reach everybody soon.
func (t *Templates) EmbedScript() http.Handler {
	script := t.assets.files[strings.TrimPrefix(t.assets.urls["embed.js"], StaticPath)]
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", script.mime)
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		_, _ = w.Write(script.data) // the client went away: nobody to tell
	})
}
