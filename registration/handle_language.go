package registration

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// handleLanguage has a fan's mails written in another of the sale's
// languages from now on. Looking at a page in another language does not: a
// link may have been passed on, and GET changes nothing.
func (s *Server) handleLanguage(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	lang := form.Get("lang")
	if !slices.Contains(s.o.Templates.LanguagesOf(e.state.Sale.Languages), lang) {
		return &sale.Error{
			Code: sale.CodeInvalid, Message: "This sale is not to be had in that language.",
			Fields: []sale.FieldError{{Field: "lang", Message: "is not one of the sale's languages"}},
		}
	}
	return s.move(c, func(ctx context.Context, slug string, number int) error {
		return s.o.Line.SetLanguage(ctx, slug, number, lang)
	})
}
