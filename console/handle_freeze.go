package console

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleFreezes shows whether a sale's clocks run, and what stopped them
// before.
func (s *Server) handleFreezes(c echo.Context) error {
	p, err := s.freezing(c.Request().Context(), s.sale(c).Sale.Slug)
	if err != nil {
		return err
	}
	p.ConsoleFrame = s.frame(c, "Freeze", "freeze")
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Freeze(w, p) })
}

func (s *Server) handleFreeze(c echo.Context) error { return s.switched(c, s.freezeSale) }

func (s *Server) handleRelease(c echo.Context) error { return s.switched(c, s.releaseSale) }

// switched throws the switch one way or the other. What is wrong with what was
// typed is said beside it.
func (s *Server) switched(c echo.Context, do func(ctx context.Context, slug, actor string, typed map[string]string) (string, error)) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx, slug, typed := c.Request().Context(), s.sale(c).Sale.Slug, typedOf(form)
	notice, err := do(ctx, slug, s.visitor(c).Address, typed)
	var e *sale.Error
	if errors.As(err, &e) && e.Code == sale.CodeInvalid {
		return s.mistyped(c, slug, typed, err)
	}
	if err != nil {
		return err
	}
	s.tell(ctx, notice)
	return web.SeeOther(c, "/sales/"+slug+"/freeze")
}

// mistyped shows the page once more, with what was typed.
func (s *Server) mistyped(c echo.Context, slug string, typed map[string]string, cause error) error {
	p, err := s.freezing(c.Request().Context(), slug)
	if err != nil {
		return err
	}
	p.Act.Form = templates.FanForm{Typed: typed, Wrong: map[string]string{}, Problem: "Nothing was done."}
	for _, w := range fieldErrors(cause) {
		p.Act.Form.Wrong[w.Field] = w.Message
	}
	p.ConsoleFrame = s.frame(c, "Freeze", "freeze")
	return web.WithPage(cause, func(w io.Writer) error { return s.pages.Freeze(w, p) })
}
