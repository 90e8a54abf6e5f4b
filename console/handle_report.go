package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/watch"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleReport shows the sale as a whole, or how far its report is.
func (s *Server) handleReport(c echo.Context) error {
	report, counting, err := s.reports.get(c.Request().Context(), s.sale(c).Sale.Slug)
	if err != nil {
		return err
	}
	p := templates.ReportPage{Counting: counting}
	if report != nil {
		p = watch.Report(*report)
	}
	p.ConsoleFrame = s.frame(c, "Report", "report")
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Report(w, p) })
}
