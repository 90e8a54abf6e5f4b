package console

import (
	"io"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

func (s *Server) handleSignIn(c echo.Context) error {
	if _, ok, err := s.who(c.Request().Context()); err != nil {
		return err
	} else if ok {
		return web.SeeOther(c, here(c.QueryParam("to")))
	}
	unowned, err := s.line.Unowned(c.Request().Context())
	if err != nil {
		return err
	}
	p := templates.SignInPage{To: here(c.QueryParam("to")), Unowned: unowned}
	if c.QueryParams().Has("kept") {
		p.Problem = "Your browser did not keep the cookie that you are signed in by. Over plain HTTP, Safari keeps none, and every " +
			"other browser only on this very machine. Use another browser there, or reach the console over HTTPS."
	}
	return s.signInPage(c, http.StatusOK, p)
}

// entered leads on after signing in. Over plain HTTP not every browser keeps
// the session's cookie: there the way leads past the sign-in page, which can
// say so.
func (s *Server) entered(c echo.Context, to string) error {
	if c.Scheme() == "https" {
		return web.SeeOther(c, to)
	}
	return web.SeeOther(c, "/signin?"+url.Values{"kept": {""}, "to": {to}}.Encode())
}

func (s *Server) handleSignInPost(c echo.Context) error {
	ctx := c.Request().Context()
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	p := templates.SignInPage{To: here(form.Get("to")), Typed: form.Get("address")}
	var o line.Organizer // whose empty hash nothing matches
	if address, err := parseAddress(p.Typed); err == nil {
		if o, err = s.line.OrganizerAt(ctx, address); err != nil && sale.CodeOf(err) != sale.CodeNotFound {
			return err
		}
	}
	ok, err := s.guessPassphrase(ctx, s.attempt(c, accountOf(p.Typed)), form.Get("passphrase"), o.Passphrase)
	if sale.CodeOf(err) == sale.CodeTooMany {
		p.Problem = told(err)
		return web.WithPage(err, func(w io.Writer) error { return s.renderSignIn(w, c, p) })
	}
	if err != nil {
		return err
	}
	if !ok {
		p.Problem = "Address and passphrase do not belong together."
		return s.signInPage(c, http.StatusUnprocessableEntity, p)
	}
	if o.Factor != "" {
		if err := s.pend(ctx, o, p.To); err != nil {
			return err
		}
		return web.SeeOther(c, "/signin/code")
	}
	if err := s.enter(c, o); err != nil {
		return err
	}
	return s.entered(c, p.To)
}

func (s *Server) signInPage(c echo.Context, status int, p templates.SignInPage) error {
	return web.Page(c, status, func(w io.Writer) error { return s.renderSignIn(w, c, p) })
}

func (s *Server) renderSignIn(w io.Writer, c echo.Context, p templates.SignInPage) error {
	p.ConsoleFrame = s.frame(c, "Sign in", "")
	return s.pages.SignIn(w, p)
}

func (s *Server) handleSignOut(c echo.Context) error {
	if err := s.sessions.Destroy(c.Request().Context()); err != nil {
		return err
	}
	return web.SeeOther(c, "/signin")
}
