package checkout

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleOrder shows an order to whoever knows its reference.
func (s *Server) handleOrder(c echo.Context) error {
	order, about, err := s.box.Order(c.Request().Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	return s.showOrder(c, http.StatusOK, about, order)
}

func (s *Server) showOrder(c echo.Context, status int, about sale.Sale, order sale.Order) error {
	if web.WantsJSON(c) {
		return web.JSON(c, status, s.orderJSON(c, order))
	}
	page := templates.OrderPage{Frame: s.frame(c, &about), Order: order, CalendarURL: calendarPath(c, about, order)}
	return web.Page(c, status, func(w io.Writer) error { return s.pages.OrderPage(w, page) })
}

// showStanding answers an attempt to do something else with an offer that
// has its order.
func (s *Server) showStanding(c echo.Context, about sale.Sale, order sale.Order, r refusal) error {
	if web.WantsJSON(c) {
		code := sale.CodeAlreadyBought
		if sale.CodeOf(r.err) == sale.CodeKeyReused {
			code = sale.CodeKeyReused
		}
		body, err := standingProblem(code, s.orderJSON(c, order))
		if err != nil {
			return err
		}
		return c.Blob(http.StatusConflict, "application/problem+json", body)
	}
	page := templates.OrderPage{Frame: s.frame(c, &about), Order: order, Again: true, CalendarURL: calendarPath(c, about, order)}
	return web.Page(c, http.StatusConflict, func(w io.Writer) error { return s.pages.OrderPage(w, page) })
}

// orderJSON is an order in the language that the address names, else the
// client.
func (s *Server) orderJSON(c echo.Context, order sale.Order) orderJSON {
	return s.orderIn(s.pages.Language(web.AskedLanguage(c), c.Request().Header.Get("Accept-Language")), order)
}
