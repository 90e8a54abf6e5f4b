package registration

import (
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleChallenge gives a puzzle. It is stored nowhere.
func (s *Server) handleChallenge(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	puzzle, err := s.challenge(e)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, puzzle)
}

// askedJSON is what a sign-up is answered that has to be confirmed by mail.
type askedJSON struct {
	Confirm string    `json:"confirm"` // "mail"
	Until   time.Time `json:"until"`
}

// confirmJSON is what a link stands for.
type confirmJSON struct {
	Sale    string    `json:"sale"`
	Address string    `json:"address"`
	Until   time.Time `json:"until"`
}

// answerAsk mails a link to an address that came without a proof of work. The
// answer is the same whether or not the address is in line.
func (s *Server) answerAsk(c echo.Context, on front, f signUpForm, in line.SignUp) error {
	err := allow(s.limits.asks, c.RealIP())
	var asked line.Asked
	if err == nil {
		asked, err = s.o.Line.AskConfirm(c.Request().Context(), line.Ask{Sale: in.Sale, Address: in.Address, Lang: in.Lang})
	}
	if err != nil {
		return s.refused(c, on, f, unavailable(err))
	}
	if web.WantsJSON(c) {
		return web.JSON(c, http.StatusAccepted, askedJSON{Confirm: "mail", Until: asked.Until})
	}
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	d := templates.SentPage{Frame: s.frame(e, in.Lang), Address: f.Email, Until: asked.Until, LandingURL: landingPath(in.Sale, in.Lang)}
	return web.Page(c, http.StatusAccepted, func(w io.Writer) error { return on.sent(w, d) })
}

// confirming finds what a link stands for.
func (s *Server) confirming(c echo.Context) (*entry, line.Confirmation, error) {
	e, err := s.entry(c)
	if err != nil {
		return nil, line.Confirmation{}, err
	}
	slug := c.Param("sale")
	web.Surround(c, web.Surroundings{
		Frame: templates.Frame{Lang: s.language(c, e, web.AskedLanguage(c)), Sale: &e.state.Sale}, Back: salePath(slug),
	})
	ref, err := s.o.Keys.ReadConfirmation(slug, c.Param("token"), s.o.Clock())
	if err != nil {
		return nil, line.Confirmation{}, err
	}
	found, err := s.o.Line.Confirmation(c.Request().Context(), slug, ref)
	return e, found, unavailable(err)
}

// handleConfirm shows the one button that a link leads to. It changes
// nothing: mail scanners open links too.
func (s *Server) handleConfirm(c echo.Context) error {
	e, found, err := s.confirming(c)
	if err != nil {
		return err
	}
	if web.WantsJSON(c) {
		return web.JSON(c, http.StatusOK, confirmJSON{Sale: found.Sale, Address: found.Address, Until: found.Ends})
	}
	langs := e.state.Sale.Languages
	d := templates.ConfirmPage{
		Frame: templates.Frame{
			Sale:      &e.state.Sale,
			Lang:      s.o.Templates.LanguageOf(langs, web.AskedLanguage(c), found.Lang, c.Request().Header.Get("Accept-Language")),
			Languages: web.Alternates(c, s.o.Templates.LanguagesOf(langs)),
		},
		Notice: e.notice(s.o.Clock()), Address: found.Address, Until: found.Ends,
		Action: confirmPath(found.Sale, c.Param("token")) + web.LanguageQuery(c),
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.o.Templates.ConfirmPage(w, d) })
}

// handleConfirmed gives the address its place, at this moment and as any
// sign-up. Pressed twice it gives the same one.
func (s *Server) handleConfirmed(c echo.Context) error {
	e, found, err := s.confirming(c)
	if err != nil {
		return err
	}
	reg, err := s.confirmed(c, e, found)
	s.o.SignedUp(reg.Class, err)
	switch sale.CodeOf(err) {
	case "":
		return s.answerPlace(c, placePath, reg)
	case sale.CodeAlreadyInLine, sale.CodeFull, sale.CodeClosed, sale.CodeNotOpenYet:
		return s.refused(c, s.own, signUpForm{Email: found.Address, Lang: found.Lang}, err)
	}
	return err
}

func (s *Server) confirmed(c echo.Context, e *entry, found line.Confirmation) (line.Registration, error) {
	if err := allow(s.limits.proved, c.RealIP()); err != nil {
		return line.Registration{}, err
	}
	address, err := sale.ParseAddress(found.Address, idna.Lookup.ToASCII)
	if err != nil {
		return line.Registration{}, err
	}
	network, err := s.screen(e, address, web.Network(c.RealIP()))
	if err != nil {
		return line.Registration{}, err
	}
	reg, err := s.o.Line.SignUp(c.Request().Context(), line.SignUp{
		Sale: found.Sale, Address: address, Lang: found.Lang, Idempotency: "confirm:" + found.Ref, Network: network,
	})
	return reg, unavailable(err)
}
