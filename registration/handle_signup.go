package registration

import (
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// signUpJSON is what a sign-up is answered.
type signUpJSON struct {
	Number   int        `json:"number"`
	Class    sale.Class `json:"class"`
	PlaceURL string     `json:"place_url"`
}

// front is the page that a sign-up is typed into, and so how it is answered:
// the sale's own page, or a frame on another site.
type front struct {
	place   func(slug, receipt string) (path string)
	landing func(io.Writer, templates.LandingPage) error
	already func(io.Writer, templates.AlreadyPage) error
	sent    func(io.Writer, templates.SentPage) error
}

// ownPage is the sale's own.
func ownPage(t *templates.Templates) front {
	return front{placePath, t.LandingPage, t.AlreadyPage, t.SentPage}
}

// handleSignUp gives an address its place in line.
func (s *Server) handleSignUp(c echo.Context) error {
	return s.answerSignUp(c, s.own)
}

func (s *Server) answerSignUp(c echo.Context, on front) error {
	f, err := readSignUp(c)
	if err != nil {
		return err
	}
	in, byMail, err := s.admit(c, f)
	var reg line.Registration
	if err == nil && !byMail {
		reg, err = s.o.Line.SignUp(c.Request().Context(), in)
		err = unavailable(err)
		// A form that was sent again with its old solution is no mistake of
		// its fan's; a program should know.
		byMail = sale.CodeOf(err) == sale.CodeBadProof && !web.WantsJSON(c)
	}
	if byMail {
		return s.answerAsk(c, on, f, in)
	}
	s.o.SignedUp(reg.Class, err)
	if err != nil {
		return s.refused(c, on, f, err)
	}
	return s.answerPlace(c, on.place, reg)
}

// answerPlace leads to a place that was just given.
func (s *Server) answerPlace(c echo.Context, at func(slug, receipt string) string, reg line.Registration) error {
	s.board.given(reg.Sale, reg.Number)
	path := at(reg.Sale, s.o.Keys.Receipt(reg.Sale, reg.Number, reg.At))
	if web.WantsJSON(c) {
		c.Response().Header().Set("Location", path)
		return web.JSON(c, http.StatusCreated, signUpJSON{Number: reg.Number, Class: reg.Class, PlaceURL: s.o.URL + path})
	}
	return web.SeeOther(c, path)
}

// readSignUp reads a form or JSON.
func readSignUp(c echo.Context) (signUpForm, error) {
	var f signUpForm
	if web.HasJSON(c) {
		if err := web.Decode(c, &f); err != nil {
			return signUpForm{}, err
		}
	} else {
		v, err := web.Form(c)
		if err != nil {
			return signUpForm{}, err
		}
		f = signUpForm{Email: v.Get("email"), Lang: v.Get("lang"), Website: v.Get("website"), Altcha: v.Get("altcha")}
	}
	f.Key = c.Request().Header.Get("Idempotency-Key")
	return f, nil
}

// admit decides what can be decided before the line is asked: limits, the
// address, what the sale does against robots. byMail says that the address has
// to be confirmed by mail, for want of a proof of work.
func (s *Server) admit(c echo.Context, f signUpForm) (in line.SignUp, byMail bool, err error) {
	in = line.SignUp{Sale: c.Param("sale"), Idempotency: f.Key}
	// The line decides whether the sale exists; the board only says in which
	// languages its mails can be written, and what it does against robots.
	e, unknown := s.board.sale(c.Request().Context(), in.Sale)
	if unknown != nil {
		e = nil
	}
	var bad error
	in.Proof, bad = s.proof(e, f.Altcha)
	if err := allow(s.limits.forSignUp(in.Proof != ""), c.RealIP()); err != nil {
		return in, false, err
	}
	if in.Address, err = f.address(); err != nil && sale.CodeOf(unknown) == sale.CodeNotFound {
		return in, false, unknown // no correction would help
	}
	if err != nil || e == nil {
		return in, false, err
	}
	in.Lang = s.language(c, e, f.Lang)
	if in.Network, err = s.screen(e, in.Address, web.Network(c.RealIP())); err != nil {
		return in, false, err
	}
	if bad != nil && web.WantsJSON(c) {
		return in, false, bad
	}
	return in, e.state.Sale.DemandsProof() && in.Proof == "", nil
}

// refused gives an error the page that belongs to it: the same form with what
// was typed still in it, wherever trying again makes sense.
func (s *Server) refused(c echo.Context, on front, f signUpForm, err error) error {
	slug := c.Param("sale")
	e, missing := s.board.sale(c.Request().Context(), slug)
	if missing != nil {
		return err
	}
	withWorkers(c, e)
	d := s.landingPage(e, e.notice(s.o.Clock()), s.language(c, e, f.Lang))
	var why *sale.Error
	errors.As(err, &why)
	switch sale.CodeOf(err) {
	case sale.CodeAlreadyInLine:
		return web.WithPage(already(e, f, why), func(w io.Writer) error {
			p := templates.AlreadyPage{
				Frame: d.Frame, Address: f.Email, Receipt: e.state.Sale.Mail.Receipt, LandingURL: landingPath(slug, d.Lang),
			}
			if p.Receipt {
				p.ReceiptURL = receiptPath(slug)
			}
			return on.already(w, p)
		})
	case sale.CodeBadAddress:
		d.Reason = why.Reason
	case sale.CodeFull:
		// Somebody else took the last place since the board was read.
		d.Notice = templates.NoticeFull
	case sale.CodeClosed:
		d.Notice = templates.NoticeClosed
	case sale.CodeNotOpenYet:
		d.Notice = templates.NoticeBefore
	case sale.CodeInvalid, sale.CodeBadProof, sale.CodeTooMany, sale.CodeOverloaded, sale.CodeUnavailable:
	default:
		return err
	}
	d.Problem, d.Typed = string(why.Code), f.Email
	return web.WithPage(err, func(w io.Writer) error { return on.landing(w, d) })
}

// already says where the receipt went. It names the address as typed just
// now, never the one that is stored.
func already(e *entry, f signUpForm, why *sale.Error) error {
	where := "Its place is kept."
	if e.state.Sale.Mail.Receipt {
		where = "The receipt with the link to its place was mailed to " + f.Email + " when it registered."
	}
	return sale.Wrap(why.Code, why, "This address is already in line. "+where)
}
