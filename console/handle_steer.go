package console

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleSteer shows a sale at a glance, and what can be done to it.
func (s *Server) handleSteer(c echo.Context) error {
	ch, err := s.stand(c.Request().Context(), s.sale(c).Sale.Slug)
	if err != nil {
		return err
	}
	ch.values = saleform.Of(ch.now.Sale)
	return s.steerPage(c, http.StatusOK, ch)
}

// handleSettings shows the whole sale as a form.
func (s *Server) handleSettings(c echo.Context) error {
	ch, err := s.stand(c.Request().Context(), s.sale(c).Sale.Slug)
	if err != nil {
		return err
	}
	ch.values = saleform.Of(ch.now.Sale)
	return s.settingsPage(c, http.StatusOK, ch)
}

// handleChange takes what was typed or pressed on one of the two pages: first
// it shows what that does, and when that is confirmed, it does it.
func (s *Server) handleChange(c echo.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	ch, err := s.stand(ctx, s.sale(c).Sale.Slug)
	if err != nil {
		return err
	}
	if form.Get(fieldAct) != "" {
		err = s.act(&ch, form)
	} else {
		err = s.typed(ctx, &ch, form, s.visitor(c).role.May(sale.RoleOwner))
	}
	if err != nil {
		return err
	}
	page := s.formOf(c)
	switch {
	case len(ch.wrong) > 0:
		return page(c, http.StatusUnprocessableEntity, ch)
	case len(ch.clashes) > 0 || len(ch.theirs) > 0:
		return page(c, http.StatusConflict, ch)
	case form.Get(fieldBack) != "":
		return page(c, http.StatusOK, ch)
	}
	return s.confirmed(c, ch, form)
}

// formOf is the page that a form stood on.
func (s *Server) formOf(c echo.Context) func(echo.Context, int, change) error {
	if strings.HasSuffix(c.Path(), "/settings") {
		return s.settingsPage
	}
	return s.steerPage
}

// confirmed shows what a change does, or does it when that is what was
// confirmed: the sale has not moved since, and what had to be typed was.
func (s *Server) confirmed(c echo.Context, ch change, form url.Values) error {
	was := shown(form)
	confirmed := form.Get(fieldConfirm) != ""
	moved := confirmed && !ch.now.Still(was, ch.effect)
	asked := ch.effect.Confirm
	asked.Word = was.Word
	mistyped := confirmed && !moved && asked.Needed() && !asked.Typed(form.Get(fieldTyped))
	if !confirmed || moved || mistyped || len(ch.effect.Refused) > 0 {
		p := s.whatItDoes(c, ch, form)
		p.Moved, p.Mistyped = moved, mistyped
		return web.Page(c, previewStatus(p), func(w io.Writer) error { return s.pages.Change(w, p) })
	}
	if ch.effect.Confirm.Needed() || ch.effect.Venue {
		c.Request().Body = io.NopCloser(strings.NewReader(form.Encode()))
		if err := s.again(c); err != nil {
			return err
		}
	}
	return s.done(c, ch, form)
}

func previewStatus(p templates.ChangePage) int {
	switch {
	case p.Moved:
		return http.StatusConflict
	case p.Mistyped || len(p.Refused) > 0:
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// done does a change and says so on the next page. What the box office refuses
// is shown with its numbers.
func (s *Server) done(c echo.Context, ch change, form url.Values) error {
	ctx := c.Request().Context()
	pending, err := s.do(ctx, ch, s.visitor(c), over(form))
	switch sale.CodeOf(err) {
	case "":
	case sale.CodeCutBelow, sale.CodeInvalid:
		ch.effect.Refused = fieldErrors(err)
		p := s.whatItDoes(c, ch, form)
		return web.Page(c, http.StatusConflict, func(w io.Writer) error { return s.pages.Change(w, p) })
	case sale.CodeSaleChanged: // in the last moment: whoever came first is shown
		form.Del(fieldConfirm)
		c.Request().Body = io.NopCloser(strings.NewReader(form.Encode()))
		if form.Has(fieldFile) {
			return s.handleUpload(c)
		}
		return s.handleChange(c)
	default:
		return err
	}
	s.sessions.Put(ctx, keyNotice, cmp.Or(notice(ch.effect.Does), "Done.")+later(pending))
	return web.SeeOther(c, "/sales/"+ch.now.Sale.Slug+"/steer")
}

// notice is the first of what was done.
func notice(does []string) string {
	if len(does) == 0 {
		return ""
	}
	return "Done. " + does[0]
}

// later says that a version waits for the box office.
func later(why string) string {
	if why == "" {
		return ""
	}
	return " The box office does not have it yet: " + strings.TrimSuffix(why, ".") + ". What tightens holds already; what widens, and new offers, wait until it has it."
}
