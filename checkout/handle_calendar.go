package checkout

import (
	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/calendar"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// handleCalendar gives an order's entry for the fan's calendar, to whoever
// knows the order's reference.
func (s *Server) handleCalendar(c echo.Context) error {
	order, about, err := s.box.Order(c.Request().Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	if about.Event.IsZero() {
		return sale.E(sale.CodeNotFound, "There is nothing at this address.")
	}
	file, err := calendar.Order(s.pages, s.language(c, &about), about, order, s.url+"/order/"+order.Ref)
	if err != nil {
		return err
	}
	return web.File(c, about.Slug+".ics", calendar.ContentType, file)
}

// calendarPath is where an order's entry can be had; empty when there is
// nothing to enter.
func calendarPath(c echo.Context, about sale.Sale, order sale.Order) string {
	if about.Event.IsZero() || order.State == sale.OrderCancelled {
		return ""
	}
	return "/order/" + order.Ref + "/calendar.ics" + web.LanguageQuery(c)
}
