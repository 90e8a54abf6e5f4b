package console

import (
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/export"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// sheets say what can be taken out.
func sheets() []templates.ExportSheet {
	return []templates.ExportSheet{
		{Name: "registrations", Label: "Registrations", Text: "Every number with its class, its times, and what became of it."},
		{Name: "offers", Label: "Offers", Text: "Every offer with its state and its times."},
		{Name: "orders", Label: "Orders", Text: "Every order with its tickets and its amount, cancelled ones too."},
		{Name: "ledger", Label: "Ledger", Text: "Every movement of units between accounts, as the box office wrote it down."},
		{Name: "audit", Label: "Audit", Text: "What was done in this sale, by whom, and why."},
	}
}

func (s *Server) handleExports(c echo.Context) error {
	p := templates.ExportsPage{Sheets: sheets(), Addresses: s.visitor(c).role.May(sale.RoleManager)}
	p.ConsoleFrame = s.frame(c, "Export", "export")
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Exports(w, p) })
}

// handleExport answers registrations.csv, orders.json and so on. What cannot
// be had is refused before anything is sent; what fails later cuts the
// connection.
func (s *Server) handleExport(c echo.Context) error {
	ctx, file := c.Request().Context(), c.Param("what")
	ext := path.Ext(file)
	src := export.Source{
		Line: s.line, Ledger: s.box, Sale: s.sale(c).Sale.Slug, Addresses: s.visitor(c).role.May(sale.RoleManager),
	}
	e, err := src.Open(ctx, strings.TrimSuffix(file, ext), export.Format(strings.TrimPrefix(ext, ".")))
	if err != nil {
		return err
	}
	return web.Download(c, e.Name(), e.Type(), func(w io.Writer) error {
		err := e.Write(ctx, w)
		if err != nil {
			s.o.Logger.ErrorContext(ctx, "an export broke off", "error", err)
		}
		return err
	})
}
