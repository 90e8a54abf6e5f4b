package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleReset shows where somebody who was locked out chooses a new
// passphrase.
func (s *Server) handleReset(c echo.Context) error {
	o, err := s.line.ResetOffered(c.Request().Context(), tokenHash(c.Param("token")))
	if err != nil {
		return s.onPage(c, err)
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.renderReset(w, c, o.Address, nil) })
}

// handleResetPost takes it. The second factor is gone, and all sessions end.
func (s *Server) handleResetPost(c echo.Context) error {
	ctx := c.Request().Context()
	token := tokenHash(c.Param("token"))
	o, err := s.line.ResetOffered(ctx, token)
	if err != nil {
		return s.onPage(c, err)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	hash, wrong, err := s.readPassphrase(ctx, form, o.Address)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		err := sale.E(sale.CodeInvalid, "The passphrase was not changed.")
		return web.WithPage(err, func(w io.Writer) error { return s.renderReset(w, c, o.Address, wrong) })
	}
	if o, err = s.line.TakeReset(ctx, token, hash); err != nil {
		return s.onPage(c, err)
	}
	return s.welcome(c, o, "Your passphrase is changed, and your second factor is removed. You are signed out everywhere else.")
}

func (s *Server) renderReset(w io.Writer, c echo.Context, address string, wrong map[string]string) error {
	return s.pages.Reset(w, templates.ResetPage{ConsoleFrame: s.frame(c, "A new passphrase", ""), Address: address, Shortest: shortest, Wrong: wrong})
}
