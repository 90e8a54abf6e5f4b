package registration

import (
	"io"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleEmbedAny sends a frame on to the form in its reader's language.
func (s *Server) handleEmbedAny(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Vary", "Accept-Language")
	h.Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusFound, embedPath(e.state.Sale.Slug, s.language(c, e, web.AskedLanguage(c)), framedFor(c)))
}

// handleEmbed serves the form for other sites from memory.
func (s *Server) handleEmbed(c echo.Context) error {
	x, err := s.embed(c)
	if err != nil {
		return err
	}
	notice := x.notice(s.o.Clock())
	p, err := x.pages.kept(pageKey{notice: notice, lang: x.lang, frame: x.frame}, func(w io.Writer) error {
		return s.o.Templates.EmbedPage(w, s.embedPage(x, s.landingPage(x.entry, notice, x.lang)))
	})
	if err != nil {
		return err
	}
	return fromMemory(c, p)
}

// handleEmbedSignUp takes what was typed into a frame, and answers within it.
func (s *Server) handleEmbedSignUp(c echo.Context) error {
	x, err := s.embed(c)
	if err != nil {
		return err
	}
	return s.answerSignUp(c, front{
		place: func(slug, receipt string) string { return embedPlacePath(slug, x.lang, receipt, x.frame) },
		landing: func(w io.Writer, d templates.LandingPage) error {
			return s.o.Templates.EmbedPage(w, s.embedPage(x, d))
		},
		already: func(w io.Writer, d templates.AlreadyPage) error {
			page := s.embedPage(x, templates.LandingPage{Frame: d.Frame})
			page.Already = &d
			return s.o.Templates.EmbedPage(w, page)
		},
		sent: func(w io.Writer, d templates.SentPage) error {
			page := s.embedPage(x, templates.LandingPage{Frame: d.Frame})
			page.Sent = &d
			return s.o.Templates.EmbedPage(w, page)
		},
	})
}

// handleEmbedPlace tells a fan within the frame which number they are. What
// can be done with a place is done on its own page, which opens beside.
func (s *Server) handleEmbedPlace(c echo.Context) error {
	x, err := s.embed(c)
	if err != nil {
		return err
	}
	slug, receipt := c.Param("sale"), c.Param("receipt")
	p, err := s.find(c.Request().Context(), slug, receipt)
	if err != nil {
		return err
	}
	d := s.embedPage(x, templates.LandingPage{Frame: s.frame(x.entry, x.lang)})
	d.Done = &templates.EmbedPlace{Number: p.Number, Class: p.Class, PlaceURL: placePath(slug, receipt) + "?lang=" + x.lang}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.o.Templates.EmbedPage(w, d) })
}

// handleEmbedDemo shows an organizer the three ways to have the form on their
// own site. Its frames are for itself alone, so that they can be seen before
// any site is named.
func (s *Server) handleEmbedDemo(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	web.Frames(c)
	lang, v := s.language(c, e, web.AskedLanguage(c)), &e.state.Sale
	d := templates.EmbedDemoPage{
		Frame: templates.Frame{Lang: lang, Sale: v, Languages: web.Alternates(c, s.o.Templates.LanguagesOf(v.Languages))},
		URL:   s.o.URL, Origins: v.Embed.Origins, Takes: e.notice(s.o.Clock()).Takes(),
		FrameURL: embedPath(v.Slug, lang, forOurselves), Action: salePath(v.Slug),
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.o.Templates.EmbedDemoPage(w, d) })
}

// embed finds the sale and the language that a frame's address names, and
// says who may show the answer, whatever it will be.
func (s *Server) embed(c echo.Context) (embedding, error) {
	e, err := s.entry(c)
	if err != nil {
		return embedding{}, err
	}
	x := embedding{entry: e, lang: c.Param("lang"), frame: framedFor(c)}
	if !slices.Contains(s.o.Templates.LanguagesOf(e.state.Sale.Languages), x.lang) {
		return embedding{}, sale.E(sale.CodeNotFound, "There is nothing at this address.")
	}
	web.FramedBy(c, x.ancestors()...)
	withWorkers(c, e)
	in := func(lang string) string { return embedPath(e.state.Sale.Slug, lang, x.frame) }
	web.Surround(c, web.Surroundings{Frame: templates.Frame{Lang: x.lang, Sale: &e.state.Sale}, Back: in(x.lang), In: in})
	return x, nil
}

func framedFor(c echo.Context) frameFor {
	if c.QueryParams().Has(previewParam) {
		return forOurselves
	}
	return forOthers
}
