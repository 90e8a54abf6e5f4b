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

// resentJSON answers who asked for a lost receipt.
type resentJSON struct {
	Detail string `json:"detail"`
}

// resent is all that is said about it, whoever asks.
const resent = "If this address is in line, its receipt has been mailed again."

// handleLost shows the form for a receipt that got lost.
func (s *Server) handleLost(c echo.Context) error {
	e, err := s.losing(c)
	if err != nil {
		return err
	}
	d := s.receiptPage(c, e, web.AskedLanguage(c))
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.o.Templates.ReceiptPage(w, d) })
}

// handleResend mails a receipt again to whom it belongs. The answer does not
// say whether there is one: whoever typed the address need not be its owner.
func (s *Server) handleResend(c echo.Context) error {
	e, err := s.losing(c)
	if err != nil {
		return err
	}
	f, err := readSignUp(c)
	if err != nil {
		return err
	}
	d := s.receiptPage(c, e, f.Lang)
	d.Address = f.Email
	if err := s.resend(c, f); err != nil {
		return s.notResent(d, err)
	}
	if web.WantsJSON(c) {
		return web.JSON(c, http.StatusAccepted, resentJSON{Detail: resent})
	}
	d.Sent = true
	return web.Page(c, http.StatusAccepted, func(w io.Writer) error { return s.o.Templates.ReceiptPage(w, d) })
}

// losing finds a sale that sends receipts.
func (s *Server) losing(c echo.Context) (*entry, error) {
	e, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	slug := e.state.Sale.Slug
	web.Surround(c, web.Surroundings{Frame: s.receiptPage(c, e, web.AskedLanguage(c)).Frame, Back: salePath(slug)})
	if !e.state.Sale.Mail.Receipt {
		return nil, sale.E(sale.CodeNotFound, "This sale sends no receipts.")
	}
	return e, nil
}

func (s *Server) resend(c echo.Context, f signUpForm) error {
	if err := allow(s.limits.resends, c.RealIP()); err != nil {
		return err
	}
	address, err := f.address()
	if err != nil {
		return err
	}
	return unavailable(s.o.Line.ResendReceipt(c.Request().Context(), line.LostReceipt{Sale: c.Param("sale"), Address: address}))
}

// notResent shows the form again where that makes sense.
func (s *Server) notResent(d templates.ReceiptPage, err error) error {
	var why *sale.Error
	if !errors.As(err, &why) {
		return err
	}
	switch why.Code {
	case sale.CodeBadAddress, sale.CodeInvalid, sale.CodeTooMany:
		d.Problem, d.Reason = string(why.Code), why.Reason
		return web.WithPage(err, func(w io.Writer) error { return s.o.Templates.ReceiptPage(w, d) })
	}
	return err
}

func (s *Server) receiptPage(c echo.Context, e *entry, wanted string) templates.ReceiptPage {
	slug, lang := e.state.Sale.Slug, s.language(c, e, wanted)
	return templates.ReceiptPage{
		Frame: templates.Frame{
			Lang: lang, Sale: &e.state.Sale,
			Languages: s.alternates(e, func(other string) string { return lostPath(slug, other) }),
		},
		Action: receiptPath(slug), LandingURL: landingPath(slug, lang),
	}
}
