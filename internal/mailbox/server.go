package mailbox

import (
	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
)

// Path is where a mailbox is shown.
const Path = "/mailbox"

// Routes adds the mailbox to the console's listener.
func (m *Mailbox) Routes(s *web.Server, p Pages) {
	s.Echo().GET(Path, func(c echo.Context) error { return m.handleList(c, s.Language(c), p) })
	s.Echo().GET(Path+"/:id", func(c echo.Context) error { return m.handleShow(c, s.Language(c), p) })
	s.Echo().GET(Path+"/:id/html", m.handleHTML)
}
