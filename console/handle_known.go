package console

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
)

// knownCookie tells a browser in which an organizer has signed in before from
// a stranger's. It is no session and opens nothing: see guessing.go.
const knownCookie = "__Host-inturn-known"

// knownLife is how long a browser stays known after its last signature in.
const knownLife = 180 * 24 * time.Hour

// known names the browser if this account has signed in with it before.
func (s *Server) known(c echo.Context, account string) string {
	cookie, err := c.Cookie(knownCookie)
	if err != nil {
		return ""
	}
	return s.o.Keys.ReadKnownBrowser(account, cookie.Value, s.clock())
}

// attempt is a guess at an account from this browser.
func (s *Server) attempt(c echo.Context, account string) attempt {
	return attempt{account: account, network: c.RealIP(), known: s.known(c, account)}
}

// enter makes this the session of an organizer who has shown everything there
// is to show, and the browser one that is known.
func (s *Server) enter(c echo.Context, o line.Organizer) error {
	ctx := c.Request().Context()
	if err := s.begin(ctx, o); err != nil {
		return err
	}
	s.sessions.Put(ctx, keyBrowser, browserName(c.Request().UserAgent()))
	account := canonical(o)
	name := s.known(c, account)
	if name == "" {
		name = strings.ToLower(rand.Text()) // 26 letters of base32
	}
	ends := s.clock().Add(knownLife).Truncate(time.Second)
	c.SetCookie(&http.Cookie{
		Name: knownCookie, Value: s.o.Keys.KnownBrowser(account, name, ends), Path: "/", MaxAge: int(knownLife.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return nil
}
