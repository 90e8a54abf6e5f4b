package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleCode asks for the second factor of somebody who has just shown the
// passphrase.
func (s *Server) handleCode(c echo.Context) error {
	_, _, ok, err := s.pending(c.Request().Context())
	if err != nil {
		return err
	}
	if !ok {
		return web.SeeOther(c, "/signin")
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.renderCode(w, c, "") })
}

// handleCodePost takes the second factor and signs in.
func (s *Server) handleCodePost(c echo.Context) error {
	ctx := c.Request().Context()
	o, to, ok, err := s.pending(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return web.SeeOther(c, "/signin")
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	a := s.attempt(c, canonical(o))
	a.what = aCode
	right, err := s.guess(ctx, a, func() (bool, error) { return s.showsFactor(ctx, o, form.Get("code")) })
	if err == nil && !right {
		err = sale.E(sale.CodeInvalid, "This code is not right, or was used already. Wait for the next one, or check your device's clock.")
	}
	if err != nil {
		return web.WithPage(err, func(w io.Writer) error { return s.renderCode(w, c, told(err)) })
	}
	if err := s.enter(c, o); err != nil {
		return err
	}
	return s.entered(c, to)
}

func (s *Server) renderCode(w io.Writer, c echo.Context, problem string) error {
	return s.pages.Code(w, templates.CodePage{ConsoleFrame: s.frame(c, "Your second factor", ""), Problem: problem})
}
