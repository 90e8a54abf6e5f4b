package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/helpdesk"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

func (s *Server) handleFans(c echo.Context) error {
	return s.fansPage(c, http.StatusOK, templates.FansPage{})
}

func (s *Server) fansPage(c echo.Context, status int, p templates.FansPage) error {
	p.ConsoleFrame = s.frame(c, "Find a fan", "fans")
	return web.Page(c, status, func(w io.Writer) error { return s.pages.Fans(w, p) })
}

// handleFindFan leads to the page of whoever was meant. It is a post, although
// it changes nothing, so that no address stands in a URL and in the logs of
// what is in between.
func (s *Server) handleFindFan(c echo.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	p := templates.FansPage{Typed: form.Get("q")}
	found, err := helpdesk.Find(c.Request().Context(), s.line, s.sale(c).Sale.Slug, p.Typed)
	switch sale.CodeOf(err) {
	case "":
		if len(found.Numbers) > 0 {
			return web.SeeOther(c, fanPath(s.sale(c), found.Numbers[0]))
		}
		p.Problem, p.Asked = "This address has no place in this line.", found.Asked
		return s.fansPage(c, http.StatusNotFound, p)
	case sale.CodeNotFound, sale.CodeBadAddress:
		p.Problem = web.Known(err).Message
		return s.fansPage(c, web.Status(sale.CodeOf(err)), p)
	}
	return err
}

func fanPath(st line.State, number int) string {
	return fmt.Sprintf("/sales/%s/fans/%d", st.Sale.Slug, number)
}

func (s *Server) handleFan(c echo.Context) error {
	f, err := s.fanOf(c)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.renderFan(w, c, f, nil) })
}

func (s *Server) fanOf(c echo.Context) (aFan, error) {
	number, err := fanNumber(c.Param("number"))
	if err != nil {
		return aFan{}, err
	}
	return s.fan(c.Request().Context(), s.sale(c), number)
}

func (s *Server) renderFan(w io.Writer, c echo.Context, f aFan, forms map[string]templates.FanForm) error {
	p := f.page(s.visitor(c).role, forms)
	if p.MailLang != "" {
		p.MailLang = languageName(p.MailLang)
	}
	p.ConsoleFrame = s.frame(c, "Number "+strconv.Itoa(f.Fan.Number), "fans")
	return s.pages.Fan(w, p)
}

// askFor says what an act will do, and asks for the reason.
func (s *Server) askFor(name string) handler {
	return func(c echo.Context) error {
		f, err := s.fanOf(c)
		if err != nil {
			return err
		}
		if !f.can(name) {
			return s.tooLate(c, f, name)
		}
		return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.renderAct(w, c, f, name, templates.FanForm{}) })
	}
}

// tooLate says on the fan's page that there is nothing to do any more: a link
// of another day, or somebody who was quicker.
func (s *Server) tooLate(c echo.Context, f aFan, name string) error {
	words := map[string]string{
		"void":   "There is no open offer to take back.",
		"cancel": "There is no order that could be cancelled.",
		"erase":  "The person is erased already.",
	}[name]
	err := sale.E(sale.CodeTooLate, "%s", words)
	return web.WithPage(err, func(w io.Writer) error {
		return s.renderFan(w, c, f, map[string]templates.FanForm{name: {Problem: words}})
	})
}

func (s *Server) renderAct(w io.Writer, c echo.Context, f aFan, name string, form templates.FanForm) error {
	p := templates.FanActPage{Number: f.Fan.Number, Address: f.Fan.Address, Act: f.act(name), Effects: f.effects(name)}
	p.Act.Form = form
	if o := f.order(); name == "erase" && o != nil {
		p.Order = o.Order.Code
	}
	p.ConsoleFrame = s.frame(c, p.Act.Label, "fans")
	return s.pages.FanAct(w, p)
}

// doFor does an act. What is wrong with what was typed is said beside it, on
// the page where it was typed.
func (s *Server) doFor(name string) handler {
	return func(c echo.Context) error {
		number, typed, err := actForm(c)
		if err != nil {
			return err
		}
		ctx := c.Request().Context()
		a := line.Act{Sale: s.sale(c).Sale.Slug, Number: number, Actor: s.visitor(c).Address, Why: typed["why"]}
		if err := s.doAct(ctx, name, a, typed); err != nil {
			return s.refusedAct(c, name, typed, err)
		}
		s.tell(ctx, doneAct(name))
		return web.SeeOther(c, fanPath(s.sale(c), number))
	}
}

func actForm(c echo.Context) (int, map[string]string, error) {
	number, err := fanNumber(c.Param("number"))
	if err != nil {
		return 0, nil, err
	}
	form, err := web.Form(c)
	if err != nil {
		return 0, nil, err
	}
	return number, typedOf(form), nil
}

func typedOf(form url.Values) map[string]string {
	typed := map[string]string{}
	for name := range form {
		typed[name] = form.Get(name)
	}
	return typed
}

// refusedAct shows the form once more, with what was typed and what is wrong.
func (s *Server) refusedAct(c echo.Context, name string, typed map[string]string, cause error) error {
	var e *sale.Error
	if !errors.As(cause, &e) || e.Code == sale.CodeInternal {
		return cause
	}
	f, err := s.fanOf(c)
	if err != nil {
		return err
	}
	form := templates.FanForm{Typed: typed, Wrong: map[string]string{}}
	for _, w := range e.Fields {
		form.Wrong[w.Field] = w.Message
	}
	if len(e.Fields) == 0 {
		form.Problem = e.Message
	}
	return web.WithPage(cause, func(w io.Writer) error {
		if f.act(name).Asks {
			return s.renderAct(w, c, f, name, form)
		}
		return s.renderFan(w, c, f, map[string]templates.FanForm{name: form})
	})
}

// handleExportFan hands out what is stored about a person.
func (s *Server) handleExportFan(c echo.Context) error {
	number, typed, err := actForm(c)
	if err != nil {
		return err
	}
	st := s.sale(c)
	f, err := s.line.ExportFan(c.Request().Context(), line.Act{Sale: st.Sale.Slug, Number: number, Actor: s.visitor(c).Address, Why: typed["why"]})
	if err != nil {
		return s.refusedAct(c, "export", typed, err)
	}
	doc, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%d.json"`, st.Sale.Slug, number))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/json", append(doc, '\n'))
}

func (s *Server) handleHistory(c echo.Context) error {
	typed := c.QueryParam("number")
	number, _ := strconv.Atoi(typed) // nonsense shows all
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	p, err := s.historyPage(c.Request().Context(), s.sale(c), max(number, 0), max(before, 0))
	if err != nil {
		return err
	}
	if number > 0 {
		p.Typed = strconv.Itoa(number)
	}
	p.ConsoleFrame = s.frame(c, "History", "history")
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.History(w, p) })
}
