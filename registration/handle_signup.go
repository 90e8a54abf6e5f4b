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
}

// handleSignUp gives an address its place in line.
func (s *Server) handleSignUp(c echo.Context) error {
	return s.answerSignUp(c, front{placePath, s.o.Templates.LandingPage, s.o.Templates.AlreadyPage})
}

func (s *Server) answerSignUp(c echo.Context, on front) error {
	slug := c.Param("sale")
	f, err := readSignUp(c)
	if err != nil {
		return err
	}
	reg, err := s.signUp(c, slug, f)
	s.o.SignedUp(reg.Class, err)
	if err != nil {
		return s.refused(c, on, f, err)
	}
	s.board.given(slug, reg.Number)
	path := on.place(slug, s.o.Keys.Receipt(slug, reg.Number, reg.At))
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
		f = signUpForm{Email: v.Get("email"), Lang: v.Get("lang"), Website: v.Get("website")}
	}
	f.Key = c.Request().Header.Get("Idempotency-Key")
	return f, nil
}

func (s *Server) signUp(c echo.Context, slug string, f signUpForm) (line.Registration, error) {
	if s.limit != nil {
		if err := s.limit.Allow(c.RealIP()); err != nil {
			return line.Registration{}, err
		}
	}
	address, err := f.address()
	if err != nil {
		return line.Registration{}, err
	}
	in := line.SignUp{Sale: slug, Address: address, Idempotency: f.Key}
	ctx := c.Request().Context()
	// The line decides whether the sale exists; the board only says in which
	// languages its mails can be written.
	if e, err := s.board.sale(ctx, slug); err == nil {
		in.Lang = s.language(c, e, f.Lang)
	}
	reg, err := s.o.Line.SignUp(ctx, in)
	return reg, unavailable(err)
}

// refused gives an error the page that belongs to it: the same form with what
// was typed still in it, wherever trying again makes sense.
func (s *Server) refused(c echo.Context, on front, f signUpForm, err error) error {
	slug := c.Param("sale")
	e, missing := s.board.sale(c.Request().Context(), slug)
	if missing != nil {
		return err
	}
	d := s.landingPage(e, e.notice(s.o.Clock()), s.language(c, e, f.Lang))
	var why *sale.Error
	errors.As(err, &why)
	switch sale.CodeOf(err) {
	case sale.CodeAlreadyInLine:
		return web.WithPage(already(e, f, why), func(w io.Writer) error {
			return on.already(w, templates.AlreadyPage{
				Frame: d.Frame, Address: f.Email, Receipt: e.state.Sale.Mail.Receipt, LandingURL: landingPath(slug, d.Lang),
			})
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
	case sale.CodeInvalid, sale.CodeTooMany, sale.CodeOverloaded, sale.CodeUnavailable:
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
