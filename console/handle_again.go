package console

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// again stands before routes that ask for the passphrase again. A page is
// answered by the way to where it is given. A form is answered by a page that
// asks for it, carries everything that was typed, and repeats the very same
// post: nothing is lost, and nothing is done before.
func (s *Server) again(c echo.Context) error {
	ctx, r := c.Request().Context(), c.Request()
	needed := sale.E(sale.CodePassphrase, "Please give your passphrase again: this changes much, and you gave it more than %d minutes ago.", int(grace.Minutes()))
	switch {
	case web.WantsJSON(c) || web.HasJSON(c):
		if s.proved(ctx) {
			return nil
		}
		return needed
	case r.Method == http.MethodGet:
		if s.proved(ctx) {
			return nil
		}
		return web.SeeOther(c, "/again?"+url.Values{"to": {r.URL.RequestURI()}}.Encode())
	case !strings.HasPrefix(r.Header.Get("Content-Type"), echo.MIMEApplicationForm):
		// What is uploaded cannot be carried by a page.
		if s.proved(ctx) {
			return nil
		}
		return s.askAgain(c, needed, templates.AgainPage{Action: "/again", Upload: true, Carried: carried(url.Values{"to": {here(r.URL.Path)}})})
	}
	return s.againForm(c, needed)
}

// againForm reads the form that is to be repeated, and leaves it to the
// handler without the passphrase.
func (s *Server) againForm(c echo.Context, needed error) error {
	ctx, r := c.Request().Context(), c.Request()
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	given, asked := form.Get(fieldAgain), form.Has(fieldAgain)
	form.Del(fieldAgain)
	r.Body = io.NopCloser(strings.NewReader(form.Encode()))
	if s.proved(ctx) {
		return nil
	}
	if asked {
		needed = s.prove(ctx, s.visitor(c).Organizer, given)
	}
	if needed == nil {
		return nil
	}
	return s.askAgain(c, needed, templates.AgainPage{Action: here(r.URL.RequestURI()), Repeats: true, Carried: carried(form)})
}

// askAgain fails with a page that asks for the passphrase, and says what was
// wrong with the one before.
func (s *Server) askAgain(c echo.Context, why error, p templates.AgainPage) error {
	e := web.Known(why)
	if e.Code == sale.CodeInternal {
		return why
	}
	if e.Code != sale.CodePassphrase {
		p.Problem = e.Message
	}
	p.ConsoleFrame = s.frame(c, "Your passphrase, please", "")
	return web.WithPage(why, func(w io.Writer) error { return s.pages.Again(w, p) })
}

// handleAgain asks for the passphrase on the way to another page.
func (s *Server) handleAgain(c echo.Context) error {
	p := templates.AgainPage{
		ConsoleFrame: s.frame(c, "Your passphrase, please", ""), Action: "/again",
		Carried: carried(url.Values{"to": {here(c.QueryParam("to"))}}),
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Again(w, p) })
}

// handleAgainPost takes the passphrase and leads on.
func (s *Server) handleAgainPost(c echo.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	to := here(form.Get("to"))
	if err := s.prove(c.Request().Context(), s.visitor(c).Organizer, form.Get(fieldAgain)); err != nil {
		return s.askAgain(c, err, templates.AgainPage{Action: "/again", Carried: carried(url.Values{"to": {to}})})
	}
	return web.SeeOther(c, to)
}
