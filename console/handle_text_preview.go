package console

import (
	"bytes"
	"io"
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleTextPreview renders the page or the mail where a text stands: with the
// words that are saved or, by POST, with those that are being typed. It
// changes nothing.
func (s *Server) handleTextPreview(c echo.Context) error {
	newest, err := s.line.Version(c.Request().Context(), c.Param("sale"), 0)
	if err != nil {
		return err
	}
	t, err := s.textAt(newest.Sale, c.Param("text"), c.Param("lang"))
	if err != nil {
		return err
	}
	about, wrong := newest.Sale, ""
	if c.Request().Method == http.MethodPost {
		about = t.put(about, typedWords(c.FormValue("words")))
		wrong = s.wrongWords(t, about)
	}
	var page bytes.Buffer
	policy := previewPolicy("")
	if wrong != "" {
		err = s.pages.TextPreview(&page, templates.TextPreviewPage{Problem: wrong})
	} else {
		policy, err = s.renderPreview(&page, about, t)
	}
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	shown := scriptElement.ReplaceAll(page.Bytes(), nil)
	return web.Page(c, http.StatusOK, func(w io.Writer) error { _, err := w.Write(shown); return err })
}

// scriptElement is left out of previews: nothing would run it.
var scriptElement = regexp.MustCompile(`<script src="[^"]*" defer></script>\s*`)

// handleBrand gives a sale's own style sheet and logo, for previews.
func (s *Server) handleBrand(c echo.Context) error {
	newest, err := s.line.Version(c.Request().Context(), c.Param("sale"), 0)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "private, max-age=3600")
	return s.web.BrandFile(c, &newest.Sale)
}
