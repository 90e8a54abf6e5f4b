package registration

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// landingCache lets browsers ask each time, which a matching entity tag makes
// cheap, and a cache in front of us answer for one second.
const landingCache = "public, max-age=0, s-maxage=1, must-revalidate"

// handleSale answers JSON, or sends a reader on to the page in their
// language, which is the same for everybody and can be cached.
func (s *Server) handleSale(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept, Accept-Language")
	if web.WantsJSON(c) {
		return web.JSON(c, http.StatusOK, s.saleJSON(e, s.o.Clock()))
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusFound, landingPath(e.state.Sale.Slug, s.language(c, e, web.AskedLanguage(c))))
}

// handleLanding serves the landing page from memory.
func (s *Server) handleLanding(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	lang := c.Param("lang")
	if !s.speaks(e, lang) {
		return sale.E(sale.CodeNotFound, "There is nothing at this address.")
	}
	withWorkers(c, e)
	p, err := s.landing(e, e.notice(s.o.Clock()), lang)
	if err != nil {
		return err
	}
	return fromMemory(c, p)
}

// withWorkers lets the script solve its puzzle beside the page, where the sale
// has one.
func withWorkers(c echo.Context, e *entry) {
	if e.state.Sale.DemandsProof() {
		web.Workers(c)
	}
}

// fromMemory answers with a page, or says that the reader has it already.
func fromMemory(c echo.Context, p *page) error {
	h := c.Response().Header()
	h.Set("ETag", p.etag)
	if p.lang != "" {
		h.Set("Content-Language", p.lang)
	}
	h.Set("Cache-Control", landingCache)
	if sameTag(c.Request().Header.Get("If-None-Match"), p.etag) {
		return c.NoContent(http.StatusNotModified)
	}
	h.Set("Content-Length", strconv.Itoa(len(p.body)))
	return c.Blob(http.StatusOK, p.mime, p.body)
}

// sameTag compares weakly, as If-None-Match demands (RFC 9110 §13.1.2).
func sameTag(header, etag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == etag || one == "*" {
			return true
		}
	}
	return false
}

// entry finds the sale that the address names.
func (s *Server) entry(c echo.Context) (*entry, error) {
	e, err := s.board.sale(c.Request().Context(), c.Param("sale"))
	if err != nil {
		return nil, unavailable(err)
	}
	return e, nil
}

// saleOf is a sale as the board has it.
func (s *Server) saleOf(ctx context.Context, slug string) (*sale.Sale, error) {
	e, err := s.board.sale(ctx, slug)
	if err != nil {
		return nil, unavailable(err)
	}
	return &e.state.Sale, nil
}

// language is the best of the sale's languages for a reader: wanted is what
// they asked for themselves, or empty.
func (s *Server) language(c echo.Context, e *entry, wanted string) string {
	return s.o.Templates.LanguageOf(e.state.Sale.Languages, wanted, c.Request().Header.Get("Accept-Language"))
}
