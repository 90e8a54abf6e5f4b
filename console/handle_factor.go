package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleFactor shows a secret that nobody has yet. It is kept nowhere but in
// the form, until a code proves that an app has it.
func (s *Server) handleFactor(c echo.Context) error {
	if s.visitor(c).Factor != "" {
		return web.SeeOther(c, "/account")
	}
	return s.factorPage(c, newSecret(), nil)
}

func (s *Server) factorPage(c echo.Context, secret string, why error) error {
	address, err := s.factorURL(s.visitor(c).Address, secret)
	if err != nil {
		return err
	}
	path, size, err := qrPath(address)
	if err != nil {
		return err
	}
	p := templates.FactorPage{Secret: secret, URL: address, QR: path, Size: size}
	if why != nil {
		p.Problem = told(why)
	}
	render := func(w io.Writer) error {
		p.ConsoleFrame = s.frame(c, "A second factor", "account")
		return s.pages.Factor(w, p)
	}
	if why != nil {
		return web.WithPage(why, render)
	}
	return web.Page(c, http.StatusOK, render)
}

// handleFactorPost adds the second factor that a code belongs to.
func (s *Server) handleFactorPost(c echo.Context) error {
	ctx, v := c.Request().Context(), s.visitor(c)
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	secret := form.Get("secret")
	if !goodSecret(secret) {
		return sale.E(sale.CodeBadRequest, "The form did not bring the secret back. Please begin again.")
	}
	at, ok := s.stepOf(secret, digits(form.Get("code")))
	if !ok {
		return s.factorPage(c, secret, sale.E(sale.CodeInvalid, "This is not the app's code for this secret. Wait for the next one, or check your device's clock."))
	}
	sealed, err := s.seal(v.ID, secret)
	if err != nil {
		return err
	}
	shown, hashes := newRecoveryCodes(v.ID)
	if err := s.line.AddFactor(ctx, v.ID, line.Factor{Secret: sealed, Step: at, Codes: hashes}); err != nil {
		return err
	}
	return s.recoveryPage(c, shown, true)
}

// recoveryPage shows recovery codes, this once: they are kept as hashes.
func (s *Server) recoveryPage(c echo.Context, codes []string, added bool) error {
	return web.Page(c, http.StatusOK, func(w io.Writer) error {
		return s.pages.Recovery(w, templates.RecoveryPage{ConsoleFrame: s.frame(c, "Your recovery codes", "account"), Codes: codes, Added: added})
	})
}

// handleRecovery makes new recovery codes in place of all before.
func (s *Server) handleRecovery(c echo.Context) error {
	v := s.visitor(c)
	shown, hashes := newRecoveryCodes(v.ID)
	if err := s.line.ReplaceRecoveryCodes(c.Request().Context(), v.ID, hashes); err != nil {
		return err
	}
	return s.recoveryPage(c, shown, false)
}

// handleFactorRemove takes the second factor away.
func (s *Server) handleFactorRemove(c echo.Context) error {
	ctx := c.Request().Context()
	if err := s.line.RemoveFactor(ctx, s.visitor(c).ID); err != nil {
		return err
	}
	s.tell(ctx, "Your second factor is removed.")
	return web.SeeOther(c, "/account")
}
