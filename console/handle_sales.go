package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleSales lists the sales that the organizer may know of.
func (s *Server) handleSales(c echo.Context) error {
	all, err := s.line.Sales(c.Request().Context())
	if err != nil {
		return err
	}
	v, now := s.visitor(c), s.clock()
	p := templates.SalesPage{ConsoleFrame: s.frame(c, "Sales", "")}
	for _, st := range all {
		if v.Role(st.Sale.Slug) == sale.RoleNone {
			continue
		}
		p.Sales = append(p.Sales, templates.SalesLine{
			Slug: st.Sale.Slug, Title: st.Sale.Title.In("en"), Phase: phase(st, now), Last: st.Last,
			Opens: st.Sale.Registration.Opens, Starts: st.Sale.Dispatch.Starts, Timezone: st.Sale.Timezone,
		})
	}
	if p.Everything {
		if p.Drafts, err = s.drafts(c.Request().Context(), v); err != nil {
			return err
		}
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Sales(w, p) })
}
