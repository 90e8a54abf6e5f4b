package mailbox

import (
	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
)

// Path is where a mailbox is shown.
const Path = "/mailbox"

// Handlers answer what stands behind Path; the console adds them to its
// routes, with what it asks of those who look.
func (m *Mailbox) Handlers(s *web.Server, p Pages) map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"":          func(c echo.Context) error { return m.handleList(c, s.Language(c), p) },
		"/:id":      func(c echo.Context) error { return m.handleShow(c, s.Language(c), p) },
		"/:id/html": m.handleHTML,
	}
}
