package checkout

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// handleBuy places the order. Whether the link is over is not asked here: the
// box office decides it in the transaction, and answers a repeated request
// with its order whatever the time.
func (s *Server) handleBuy(c echo.Context) error {
	ctx := c.Request().Context()
	claims, _, err := s.keys.verify(ctx, c.Param("token"))
	if err != nil {
		return err
	}
	asked, err := readPurchase(c.Request())
	if err != nil {
		return s.refuse(c, claims, refusal{err, asked})
	}
	order, _, err := s.box.Buy(ctx, boxoffice.Purchase{
		Offer: claims.Offer, Sale: claims.Sale, Ends: claims.Ends, Freezes: claims.Freezes,
		Quantities: asked.Quantities, Version: asked.Version, Idempotency: asked.Idempotency,
	})
	if err != nil {
		return s.refuse(c, claims, refusal{err, asked})
	}
	return s.placed(c, order)
}

// placed answers with a new order, or with the one that the same request got
// before.
func (s *Server) placed(c echo.Context, order sale.Order) error {
	if !web.WantsJSON(c) {
		return web.SeeOther(c, "/order/"+order.Ref+web.LanguageQuery(c))
	}
	c.Response().Header().Set("Location", s.orderURL(order))
	return web.JSON(c, http.StatusCreated, s.orderJSON(c, order))
}

// refuse answers a purchase that was not made. What the fan can put right
// leads back to the offer as it is now; if that has an order or is over, the
// fan is told so instead.
func (s *Server) refuse(c echo.Context, claims link.Claims, r refusal) error {
	if !r.leadsBack() {
		return r.err
	}
	o, err := s.look(c, claims)
	if err != nil {
		return err
	}
	return s.show(c, o, web.Status(sale.CodeOf(r.err)), r)
}
