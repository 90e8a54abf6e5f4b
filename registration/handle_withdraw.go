package registration

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
)

// handleWithdraw leaves the line.
func (s *Server) handleWithdraw(c echo.Context) error { return s.move(c, s.o.Line.Withdraw) }

// handleRejoin takes a withdrawal back.
func (s *Server) handleRejoin(c echo.Context) error { return s.move(c, s.o.Line.Restore) }

// move changes one place and shows it: 303 to its page, 204 for JSON.
func (s *Server) move(c echo.Context, do func(ctx context.Context, slug string, number int) error) error {
	slug, receipt := c.Param("sale"), c.Param("receipt")
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	p, err := s.find(c.Request().Context(), slug, receipt)
	if err != nil {
		return err
	}
	path := placePath(slug, receipt)
	web.Surround(c, web.Surroundings{Frame: s.placeFrame(c, e, p), Back: path})
	if err := do(c.Request().Context(), slug, p.Number); err != nil {
		return unavailable(err)
	}
	if web.WantsJSON(c) {
		return c.NoContent(http.StatusNoContent)
	}
	return web.SeeOther(c, path+web.LanguageQuery(c))
}
