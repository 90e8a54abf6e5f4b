package console

import (
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleTexts lists the texts.
func (s *Server) handleTexts(c echo.Context) error {
	newest, err := s.line.Version(c.Request().Context(), c.Param("sale"), 0)
	if err != nil {
		return err
	}
	p := templates.TextsPage{ConsoleFrame: s.frame(c, "Texts", "texts"), Languages: s.languagesOf(newest.Sale), Groups: s.textRows(newest.Sale)}
	if p.Sale.Manages {
		p.TestURL = p.Sale.Path() + "/test-mail"
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Texts(w, p) })
}

// handleText shows one text with its editor.
func (s *Server) handleText(c echo.Context) error {
	newest, err := s.line.Version(c.Request().Context(), c.Param("sale"), 0)
	if err != nil {
		return err
	}
	t, err := s.textAt(newest.Sale, c.Param("text"), c.Param("lang"))
	if err != nil {
		return err
	}
	return s.textPage(c, http.StatusOK, newest.Sale, t, func(p *templates.TextPage) { p.Words = t.of(newest.Sale) })
}

// textPage answers with an editor over a version of the sale.
func (s *Server) textPage(c echo.Context, status int, about sale.Sale, t textAt, fill func(*templates.TextPage)) error {
	label, where := templates.TextLabel(t.place.Name)
	path := t.path(about.Slug)
	p := templates.TextPage{
		ConsoleFrame: s.frame(c, label, "texts"), Name: t.place.Name, Label: label, Where: where,
		Lang: t.lang, Language: languageName(t.lang), Base: about.Version,
		Lines: !t.place.Subject, Most: t.place.Most, Action: path, PreviewURL: path + "/preview",
	}
	p.ListURL = p.Sale.Path() + "/texts"
	for _, lang := range about.Languages {
		p.Languages = append(p.Languages, templates.Alternate{Lang: lang, URL: textAt{t.place, lang}.path(about.Slug)})
	}
	if about := templates.SampleMailOf(t.place.Name); p.Sale.Manages && about != "" {
		p.TestURL = testMailURL(p.Sale.Path(), about, t.lang, "")
	}
	var err error
	if p.Placeholders, err = s.placeholders(about, t); err != nil {
		return err
	}
	fill(&p)
	h := c.Response().Header()
	h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+"; frame-src 'self'")
	return web.Page(c, status, func(w io.Writer) error { return s.pages.TextEditor(w, p) })
}

// handleTextSave saves one text.
func (s *Server) handleTextSave(c echo.Context) error {
	ctx, st := c.Request().Context(), s.sale(c)
	newest, err := s.line.Version(ctx, st.Sale.Slug, 0)
	if err != nil {
		return err
	}
	t, err := s.textAt(newest.Sale, c.Param("text"), c.Param("lang"))
	if err != nil {
		return err
	}
	base, err := strconv.ParseInt(c.FormValue("base"), 10, 64)
	if err != nil || base < 1 {
		return sale.E(sale.CodeBadRequest, "The form does not say which version it was filled with.")
	}
	typed := c.FormValue("words")
	saved, err := s.saveText(ctx, s.visitor(c), st.Sale.Slug, t, base, typedWords(typed))
	switch {
	case err != nil:
		return err
	case saved.others != nil:
		return s.textPage(c, http.StatusConflict, saved.newest.Sale, t, func(p *templates.TextPage) { p.Words, p.Others = typed, saved.others })
	case saved.wrong != "":
		return s.textPage(c, http.StatusUnprocessableEntity, saved.newest.Sale, t, func(p *templates.TextPage) {
			p.Words, p.Base, p.Wrong = typed, base, map[string]string{"words": saved.wrong}
		})
	}
	notice := "Saved. Fans read it from now on."
	if saved.why != "" {
		notice = "Saved on the line. The box office does not have it yet: " + saved.why
	}
	s.tell(ctx, notice)
	return web.SeeOther(c, t.path(st.Sale.Slug))
}
