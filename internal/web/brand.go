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
		c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		return s.BrandFile(c, about)
	})
}

// BrandFile answers with the file that the path's :file names, of one sale.
func (s *Server) BrandFile(c echo.Context, about *sale.Sale) error {
	data, mime, ok := s.o.Templates.BrandFile(about, c.Param("file"))
	h := c.Response().Header()
	if !ok {
		h.Del("Cache-Control")
		return sale.E(sale.CodeNotFound, "There is nothing at this address.")
	}
	if mime == sale.LogoSVG {
		h.Set("Content-Security-Policy", policyDrawing)
	}
	return c.Blob(http.StatusOK, mime, data)
}
