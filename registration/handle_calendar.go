package registration

import (
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/calendar"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// handleCalendar gives an entry for the calendar: when the form opens.
func (s *Server) handleCalendar(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	st, lang := e.state.Sale, c.Param("lang")
	if !slices.Contains(s.o.Templates.LanguagesOf(st.Languages), lang) {
		return sale.E(sale.CodeNotFound, "There is nothing at this address.")
	}
	file, err := calendar.Opening(s.o.Templates, lang, st, s.o.URL+landingPath(st.Slug, lang), s.o.Clock())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", landingCache)
	return web.File(c, st.Slug+".ics", calendar.ContentType, file)
}
