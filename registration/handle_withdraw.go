package registration

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
)

// handleWithdraw leaves the line.
func (s *Server) handleWithdraw(c echo.Context) error {
	if oneClick(c.Request()) {
		return s.unsubscribe(c)
	}
	return s.move(c, s.o.Line.Withdraw)
}

// handleLeave is where the List-Unsubscribe of a mail leads whoever follows
// it as a link, scanners among them: to the question on the place page. It
// leads on only from an address of ours: a browser takes /\other.example for
// another site.
func (s *Server) handleLeave(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	slug, receipt := e.state.Sale.Slug, c.Param("receipt")
	if _, _, err := s.o.Keys.ReadReceipt(slug, receipt); err != nil {
		return err
	}
	return web.SeeOther(c, placePath(slug, receipt)+"?leave=1#leave")
}

// oneClick recognises what a mail program posts (RFC 8058): one field, as
// either kind of form.
func oneClick(r *http.Request) bool { return r.PostFormValue("List-Unsubscribe") == "One-Click" }

// unsubscribe leaves the line for a mail program: no redirect, which RFC 8058
// (3.2) forbids, and the same answer however often it asks. The words are for
// whoever looks: a purchase that came first stands.
func (s *Server) unsubscribe(c echo.Context) error {
	slug, receipt, ctx := c.Param("sale"), c.Param("receipt"), c.Request().Context()
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	p, err := s.find(ctx, slug, receipt)
	if err != nil {
		return err
	}
	if err := s.o.Line.Withdraw(ctx, slug, p.Number); err != nil {
		return unavailable(err)
	}
	if p, err = s.find(ctx, slug, receipt); err != nil {
		return err
	}
	lang := s.o.Templates.LanguageOf(e.state.Sale.Languages, p.Lang)
	words, err := s.o.Templates.Text(lang, "place."+string(stateOf(p, e.state, s.o.Clock()))+".heading")
	if err != nil {
		return err
	}
	return c.String(http.StatusOK, words+"\n")
}

// handleRejoin takes a withdrawal back.
func (s *Server) handleRejoin(c echo.Context) error { return s.move(c, s.o.Line.Restore) }

// move changes one place and shows it: 303 to its page, 204 for JSON.
func (s *Server) move(c echo.Context, do func(ctx context.Context, slug string, number int) error) error {
	slug, receipt := c.Param("sale"), c.Param("receipt")
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	p, err := s.find(c.Request().Context(), slug, receipt)
	if err != nil {
		return err
	}
	path := placePath(slug, receipt)
	web.Surround(c, web.Surroundings{Frame: s.placeFrame(c, e, p), Back: path})
	if err := do(c.Request().Context(), slug, p.Number); err != nil {
		return unavailable(err)
	}
	if web.WantsJSON(c) {
		return c.NoContent(http.StatusNoContent)
	}
	return web.SeeOther(c, path+web.LanguageQuery(c))
}
