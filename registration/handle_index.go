package registration

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleIndex lists the sales that are open or will be.
func (s *Server) handleIndex(c echo.Context) error {
	all, err := s.board.sales(c.Request().Context())
	if err != nil {
		return unavailable(err)
	}
	now := s.o.Clock()
	open := all.open(now)
	if web.WantsJSON(c) {
		answer := struct {
			Sales []saleJSON `json:"sales"`
		}{Sales: []saleJSON{}}
		for _, e := range open {
			answer.Sales = append(answer.Sales, s.saleJSON(e, now))
		}
		return web.JSON(c, http.StatusOK, answer)
	}
	d := templates.IndexPage{Frame: templates.Frame{Lang: s.web.Language(c), Languages: web.Alternates(c, s.o.Templates.Languages())}}
	for _, e := range open {
		d.Sales = append(d.Sales, templates.IndexSale{
			Title: e.state.Sale.Title, URL: salePath(e.state.Sale.Slug) + web.LanguageQuery(c), Notice: e.notice(now),
			Opens: e.state.Sale.Registration.Opens, Closes: e.state.Sale.Registration.Closes, Timezone: e.state.Sale.Timezone,
		})
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.o.Templates.IndexPage(w, d) })
}

// handleRobots keeps place pages, whose addresses are secrets, out of search
// engines that came across one.
func (s *Server) handleRobots(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.String(http.StatusOK, "User-agent: *\nDisallow: /*/place/\nDisallow: /*/confirm/\nDisallow: /*/embed/\n")
}

// handleJWKS publishes the public keys that links are verified with.
func (s *Server) handleJWKS(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=60")
	return c.Blob(http.StatusOK, "application/jwk-set+json", link.JWKS(s.o.Keys.Public()))
}
