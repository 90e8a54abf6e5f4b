package checkout

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
)

// handleDecline gives an offer's tickets back. Again changes nothing and is
// answered the same.
func (s *Server) handleDecline(c echo.Context) error {
	ctx := c.Request().Context()
	claims, _, err := s.keys.verify(ctx, c.Param("token"))
	if err != nil {
		return err
	}
	err = s.box.Decline(ctx, claims.Sale, claims.Offer, claims.End())
	switch {
	case err != nil:
		return s.refuse(c, claims, refusal{err: err})
	case web.WantsJSON(c):
		return c.NoContent(http.StatusNoContent)
	default:
		return web.SeeOther(c, "/c/"+c.Param("token")+web.LanguageQuery(c))
	}
}
