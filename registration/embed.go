package registration

import (
	"strings"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// frameFor says for whose pages a frame is.
type frameFor string

const (
	noFrame      frameFor = ""        // the sale's own page
	forOthers    frameFor = "others"  // the sites that the sale names
	forOurselves frameFor = "preview" // our own page that shows how it looks
)

// previewParam is how our own page asks for a frame of its own. Such a frame
// cannot be shown by any other site.
const previewParam = "preview"

// embedding is a sale's form in a frame.
type embedding struct {
	*entry
	lang  string
	frame frameFor
}

// ancestors are who may show it, as a policy names them.
func (x embedding) ancestors() []string {
	if x.frame == forOurselves {
		return []string{web.OwnPages}
	}
	return x.state.Sale.Embed.Origins
}

// embedPage is what a frame shows, made of what the sale's own page would.
func (s *Server) embedPage(x embedding, d templates.LandingPage) templates.EmbedPage {
	slug := x.state.Sale.Slug
	d.Lang, d.Action = x.lang, embedPath(slug, x.lang, x.frame)
	told := x.state.Sale.Embed.Origins
	if x.frame == forOurselves {
		told = []string{s.o.URL}
	}
	return templates.EmbedPage{LandingPage: d, Origins: strings.Join(told, " "), LandingURL: landingPath(slug, x.lang)}
}

func embedPath(slug, lang string, frame frameFor) string {
	return landingPath(slug, lang) + "/embed" + frame.query()
}

func embedPlacePath(slug, lang, receipt string, frame frameFor) string {
	return landingPath(slug, lang) + "/embed/" + receipt + frame.query()
}

func (f frameFor) query() string {
	if f == forOurselves {
		return "?" + previewParam
	}
	return ""
}
