package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// policyDrawing is for an organizer's SVG, should somebody open it by itself:
// it was read strictly when the sale was applied, and may still do nothing.
const policyDrawing = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

// ServeBrands adds the address of sales' own style sheets and logos. find
// gives a sale as it is in force, CodeNotFound when there is none.
func (s *Server) ServeBrands(find func(ctx context.Context, slug string) (*sale.Sale, error)) {
	s.echo.GET(templates.BrandPath+":sale/:file", func(c echo.Context) error {
		about, err := find(c.Request().Context(), c.Param("sale"))
		if err != nil {
			return err
		}
		data, mime, ok := s.o.Templates.BrandFile(about, c.Param("file"))
		if !ok {
			return sale.E(sale.CodeNotFound, "There is nothing at this address.")
		}
		h := c.Response().Header()
		if mime == sale.LogoSVG {
			h.Set("Content-Security-Policy", policyDrawing)
		}
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		return c.Blob(http.StatusOK, mime, data)
	})
}
