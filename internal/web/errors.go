package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// codeMethod is known here only: no service can fail in this way.
const codeMethod sale.Code = "method_not_allowed"

// statusClientGone is what is logged for a client that did not wait. It is
// never sent: around cuts the connection instead.
const statusClientGone = 499

// retryUnavailable is when to come back to a part that does not answer, where
// nothing better is known: every 503 says when.
const retryUnavailable = 5 * time.Second

// statuses is the one place where a code becomes a status.
var statuses = map[sale.Code]int{
	sale.CodeInternal:       http.StatusInternalServerError,
	sale.CodeNotFound:       http.StatusNotFound,
	sale.CodeBadRequest:     http.StatusBadRequest,
	sale.CodeTooLarge:       http.StatusRequestEntityTooLarge,
	sale.CodeForbidden:      http.StatusForbidden,
	sale.CodeInvalid:        http.StatusUnprocessableEntity,
	sale.CodeBadAddress:     http.StatusUnprocessableEntity,
	sale.CodeAlreadyInLine:  http.StatusConflict,
	sale.CodeNotOpenYet:     http.StatusForbidden,
	sale.CodeClosed:         http.StatusGone,
	sale.CodeFull:           http.StatusGone,
	sale.CodeTooMany:        http.StatusTooManyRequests,
	sale.CodeOverloaded:     http.StatusServiceUnavailable,
	sale.CodeUnavailable:    http.StatusServiceUnavailable,
	sale.CodeKeyReused:      http.StatusConflict,
	sale.CodeBadLink:        http.StatusUnauthorized,
	sale.CodeOfferOver:      http.StatusGone,
	sale.CodeBadQuantity:    http.StatusUnprocessableEntity,
	sale.CodeTooManyTickets: http.StatusConflict,
	sale.CodeAlreadyBought:  http.StatusConflict,
	sale.CodePriceChanged:   http.StatusConflict,
	sale.CodeCutBelow:       http.StatusConflict,
	sale.CodeStale:          http.StatusConflict,
	sale.CodeSaleChanged:    http.StatusConflict,
	sale.CodeFenced:         http.StatusConflict,
	sale.CodeTooLate:        http.StatusConflict,
	sale.CodeBadProof:       http.StatusUnprocessableEntity,
	sale.CodeConfirmOver:    http.StatusGone,
	sale.CodePassphrase:     http.StatusForbidden,
	sale.CodeUnauthorized:   http.StatusUnauthorized,
	codeMethod:              http.StatusMethodNotAllowed,
}

// Status is the HTTP status of a code; an unknown code is internal.
func Status(code sale.Code) int {
	if status, ok := statuses[code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// paged is an error that brings its own page.
type paged struct {
	error
	page func(io.Writer) error
}

func (p *paged) Unwrap() error { return p.error }

// WithPage gives an error a page of its own, in place of the general error
// page: the form once more, with what was typed still in it. Status, headers,
// log and what JSON clients get are those of the error.
func WithPage(err error, page func(io.Writer) error) error { return &paged{err, page} }

// HasPage says whether an error brings a page of its own already.
func HasPage(err error) bool {
	var own *paged
	return errors.As(err, &own)
}

// problem is an error as RFC 9457 has it. The type is about:blank: what a
// program needs to know stands in the code.
type problem struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail,omitempty"`
	Code   sale.Code         `json:"code"`
	Errors []sale.FieldError `json:"errors,omitempty"`
}

// fail answers an error.
func (s *Server) fail(err error, c echo.Context) {
	e := Known(err)
	status := Status(e.Code)
	// net/http takes a connection for gone also when only its reading side
	// is: a body that stopped half-way. What is wrong with the request can
	// still be said then; what became of ours is better not guessed.
	if gone := errors.Is(c.Request().Context().Err(), context.Canceled); gone && status >= http.StatusInternalServerError {
		c.Response().Status = statusClientGone
		return
	}
	if status >= http.StatusInternalServerError {
		s.logFailure(c, e, status)
	}
	if c.Response().Committed {
		return
	}
	if status == http.StatusServiceUnavailable && e.RetryAfter == 0 {
		again := *e // errors may be shared between requests
		again.RetryAfter = retryUnavailable
		e = &again
	}
	SetRetryAfter(c, e.RetryAfter)
	var own *paged
	switch {
	case WantsJSON(c):
		err = Problem(c, e)
	case errors.As(err, &own):
		err = Page(c, status, own.page)
	default:
		err = s.errorPage(c, e, status)
	}
	if err != nil {
		s.o.Logger.Error("answer an error", "route", c.Path(), "error", err)
	}
}

// logFailure logs what is ours. Being overloaded or without a part is
// expected to pass; everything else is a bug.
func (s *Server) logFailure(c echo.Context, e *sale.Error, status int) {
	if status == http.StatusInternalServerError {
		s.o.Logger.Error("request failed", "route", c.Path(), "error", e)
		return
	}
	s.o.Logger.Warn("request refused", "route", c.Path(), "code", string(e.Code), "error", e)
}

// Known gives every error a code: what the router, a limit or a deadline says
// becomes one of ours, and everything else is internal.
func Known(err error) *sale.Error {
	var (
		e    *sale.Error
		big  *http.MaxBytesError
		http *echo.HTTPError
	)
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &big):
		return sale.Wrap(sale.CodeTooLarge, err, "The request is longer than "+strconv.FormatInt(big.Limit, 10)+" bytes.")
	case errors.As(err, &http):
		return fromEcho(http)
	case errors.Is(err, context.DeadlineExceeded):
		return &sale.Error{Code: sale.CodeUnavailable, Message: "This took too long.", RetryAfter: 2 * time.Second, Err: err}
	default:
		return &sale.Error{Code: sale.CodeInternal, Err: err}
	}
}

// fromEcho translates what the router itself answers.
func fromEcho(err *echo.HTTPError) *sale.Error {
	switch err.Code {
	case http.StatusNotFound:
		return sale.E(sale.CodeNotFound, "There is nothing at this address.")
	case http.StatusMethodNotAllowed:
		return sale.E(codeMethod, "This address does not take this method.")
	case http.StatusRequestEntityTooLarge:
		return sale.E(sale.CodeTooLarge, "The request is too long.")
	case http.StatusBadRequest, http.StatusUnsupportedMediaType:
		return sale.E(sale.CodeBadRequest, "The request could not be read.")
	default:
		return &sale.Error{Code: sale.CodeInternal, Err: err}
	}
}

// Problem answers an error as RFC 9457. What is internal is not shown.
func Problem(c echo.Context, e *sale.Error) error {
	status := Status(e.Code)
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: e.Code}
	if status != http.StatusInternalServerError {
		p.Detail, p.Errors = e.Message, e.Fields
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	noStore(c)
	return c.Blob(status, "application/problem+json", body)
}

func (s *Server) errorPage(c echo.Context, e *sale.Error, status int) error {
	if s.o.ErrorPage != nil {
		shown := *e
		if status == http.StatusInternalServerError {
			shown.Message, shown.Fields = "", nil
		}
		return Page(c, status, func(w io.Writer) error { return s.o.ErrorPage(w, &shown) })
	}
	f := s.inLanguages(c, frameOf(c))
	d := templates.ErrorPage{Frame: f.Frame, Status: status, Code: string(e.Code), BackURL: f.Back}
	if status != http.StatusInternalServerError {
		d.Detail = e.Message
		for _, field := range e.Fields {
			d.Fields = append(d.Fields, field.String())
		}
	}
	d.RetryAfter = seconds(e.RetryAfter)
	return Page(c, status, func(w io.Writer) error { return s.o.Templates.ErrorPage(w, d) })
}

// SetRetryAfter says in whole seconds, rounded up, when trying again makes
// sense. Zero says nothing.
func SetRetryAfter(c echo.Context, d time.Duration) {
	if n := seconds(d); n > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(n))
	}
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
