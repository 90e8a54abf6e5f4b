package mailbox

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// framePolicy is what a mail's own HTML may do: look as its author wanted.
// The sandbox also takes away its origin, scripts, forms and every link.
const framePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// handleShow shows one mail.
func (m *Mailbox) handleShow(c echo.Context, lang string, p Pages) error {
	web.Surround(c, web.Surroundings{Frame: templates.Frame{Lang: lang}, Back: Path})
	mail, err := m.Message(c.Param("id"))
	if err != nil {
		return err
	}
	if web.WantsJSON(c) {
		return web.JSON(c, http.StatusOK, mail)
	}
	d := templates.MailPage{
		Frame: templates.Frame{Lang: lang}, MailLine: line(mail.Entry), Text: mail.Text, Links: mail.Links,
		ToURL: listURL(mail.To, ""), ListURL: Path,
	}
	if mail.HTML != "" {
		d.FrameURL = d.URL + "/html"
		h := c.Response().Header()
		h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+"; frame-src 'self'")
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return p.MailPage(w, d) })
}

// handleHTML gives the HTML part as it came, for the frame in handleShow.
func (m *Mailbox) handleHTML(c echo.Context) error {
	mail, err := m.Message(c.Param("id"))
	if err != nil {
		return err
	}
	if mail.HTML == "" {
		return notFound()
	}
	c.Response().Header().Set("Content-Security-Policy", framePolicy)
	c.Response().Header().Set("X-Frame-Options", "SAMEORIGIN")
	return web.Page(c, http.StatusOK, func(w io.Writer) error {
		_, err := io.WriteString(w, mail.HTML)
		return err
	})
}
