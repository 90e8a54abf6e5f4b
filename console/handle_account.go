package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleAccount shows how one gets in, and where one is.
func (s *Server) handleAccount(c echo.Context) error {
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.accountPage(w, c, nil) })
}

// accountPage renders it. wrong says what was wrong with a new passphrase, by
// field.
func (s *Server) accountPage(w io.Writer, c echo.Context, wrong map[string]string) error {
	ctx, v := c.Request().Context(), s.visitor(c)
	p := templates.AccountPage{Joined: v.Joined, Factor: v.Factor != "", Shortest: shortest, Wrong: wrong}
	var err error
	if p.Recoveries, err = s.line.RecoveryCodes(ctx, v.ID); err != nil {
		return err
	}
	sessions, err := s.line.SessionsOf(ctx, v.ID)
	if err != nil {
		return err
	}
	here := tokenName(s.sessions.Token(ctx))
	for _, one := range sessions {
		p.Sessions = append(p.Sessions, templates.SessionLine{
			Name: one.Token, Browser: one.Browser, Began: one.Began, Seen: one.Seen, This: one.Token == here,
		})
	}
	p.ConsoleFrame = s.frame(c, "Your account", "account")
	return s.pages.Account(w, p)
}

// handlePassphrase changes the passphrase; all other sessions end.
func (s *Server) handlePassphrase(c echo.Context) error {
	ctx, v := c.Request().Context(), s.visitor(c)
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	hash, wrong, err := s.readPassphrase(ctx, form, v.Address)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		ok, err := s.guessPassphrase(ctx, s.inSession(v.Organizer), form.Get("current"), v.Passphrase)
		if err != nil {
			return err
		}
		if !ok {
			wrong = map[string]string{"current": "This is not your passphrase."}
		}
	}
	if len(wrong) > 0 {
		err := sale.E(sale.CodeInvalid, "The passphrase was not changed.")
		return web.WithPage(err, func(w io.Writer) error { return s.accountPage(w, c, wrong) })
	}
	o, err := s.line.ChangePassphrase(ctx, v.ID, hash)
	if err != nil {
		return err
	}
	if err := s.enter(c, o); err != nil {
		return err
	}
	s.tell(ctx, "Your passphrase is changed. You are signed out everywhere else.")
	return web.SeeOther(c, "/account")
}

// handleEverywhere ends all sessions, this one too.
func (s *Server) handleEverywhere(c echo.Context) error {
	ctx := c.Request().Context()
	if _, err := s.line.SignOutEverywhere(ctx, s.visitor(c).ID); err != nil {
		return err
	}
	if err := s.sessions.Destroy(ctx); err != nil {
		return err
	}
	s.tell(ctx, "You are signed out, here and everywhere else.") // in a session of nobody
	return web.SeeOther(c, "/signin")
}

// handleEndSession ends one of one's own sessions.
func (s *Server) handleEndSession(c echo.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.line.EndSessionOf(ctx, s.visitor(c).ID, form.Get("session")); err != nil {
		return err
	}
	s.tell(ctx, "That session is over.")
	return web.SeeOther(c, "/account")
}
