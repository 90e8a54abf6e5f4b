package console

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
)

// handleBeginFile makes a draft of a sale file, right or wrong.
func (s *Server) handleBeginFile(c echo.Context) error {
	form, err := uploaded(c)
	if err != nil {
		return err
	}
	text := form.Get(fieldFile)
	if why := unkept(text); why != "" {
		return s.newSalePage(c, http.StatusUnprocessableEntity, why)
	}
	id, err := s.line.NewDraft(c.Request().Context(), s.visitor(c).ID, s.fromFile(text))
	if err != nil {
		return err
	}
	return web.SeeOther(c, stepPath(id, "preview"))
}

// handleDraftBrand serves the colours and the logo of a draft to its preview.
func (s *Server) handleDraftBrand(c echo.Context) error {
	d, err := s.draftOf(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "private, max-age=3600")
	return s.web.BrandFile(c, &d.sale)
}
