package console

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handler answers a request.
type handler = func(echo.Context) error

// visitor is who asks, and what the sale in the path allows them.
type visitor struct {
	line.Organizer
	role sale.Role
}

const (
	ctxVisitor = "visitor"
	ctxSale    = "sale"
)

// visitor is who asks. Behind a guard that needs somebody there is one.
func (s *Server) visitor(c echo.Context) visitor {
	v, _ := c.Get(ctxVisitor).(visitor)
	return v
}

// sale is the sale in the path, as it was when the request came.
func (s *Server) sale(c echo.Context) line.State {
	st, _ := c.Get(ctxSale).(line.State)
	return st
}

// guard lets in who has what a route needs, and gives failures a page of the
// console's own.
func (s *Server) guard(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := s.admit(c, r)
		if err == nil && r.again && !c.Response().Committed {
			err = s.again(c)
		}
		if err == nil && !c.Response().Committed {
			err = r.handle(c)
		}
		if err == nil || r.needs == anyone || web.HasPage(err) {
			return err
		}
		return web.WithPage(err, func(w io.Writer) error { return s.errorPage(w, c, err) })
	}
}

// admit finds out who asks. A page that needs a signature in is answered by
// the way to it.
func (s *Server) admit(c echo.Context, r route) error {
	if r.needs == anyone {
		return nil
	}
	ctx := c.Request().Context()
	o, ok, err := s.who(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return s.askWho(c)
	}
	v := visitor{Organizer: o}
	if role, about := r.needs.role(); about {
		st, err := s.line.Sale(ctx, c.Param("sale"))
		if err != nil {
			return err
		}
		v.role = o.Role(st.Sale.Slug)
		if v.role == sale.RoleNone {
			return sale.E(sale.CodeNotFound, "There is no sale %q.", st.Sale.Slug)
		}
		c.Set(ctxSale, st)
		c.Set(ctxVisitor, v)
		if !v.role.May(role) {
			return sale.E(sale.CodeForbidden, "This needs the role %s on this sale; yours is %s.", role, v.role)
		}
	}
	c.Set(ctxVisitor, v)
	if r.needs == everything && !o.Everything {
		return sale.E(sale.CodeForbidden, "Only an owner of the whole installation may do this.")
	}
	return nil
}

// askWho leads to the page where one signs in, and from there back here.
func (s *Server) askWho(c echo.Context) error {
	if c.Request().Method != http.MethodGet || web.WantsJSON(c) {
		return sale.E(sale.CodeUnauthorized, "Please sign in first.")
	}
	return web.SeeOther(c, "/signin?"+url.Values{"to": {c.Request().URL.RequestURI()}}.Encode())
}

// here is a path of this console that a form or an address names; "/" for
// anything else, so that nobody is led to another site.
func here(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// frame is what every page shows around its own.
func (s *Server) frame(c echo.Context, title, tab string) templates.ConsoleFrame {
	v := s.visitor(c)
	f := templates.ConsoleFrame{
		Title: title, Tab: tab, Who: v.Address, Everything: v.Everything,
		Mailbox: s.o.Mailbox != nil && (s.o.Private || v.Everything),
		Notice:  s.sessions.PopString(c.Request().Context(), keyNotice),
	}
	if st := s.sale(c); st.ID != 0 {
		f.Sale = &templates.ConsoleSale{
			Slug: st.Sale.Slug, Title: st.Sale.Title.In("en"), Role: v.role,
			Phase: phase(st, s.clock()), Manages: v.role.May(sale.RoleManager), Owns: v.role.May(sale.RoleOwner),
		}
	}
	return f
}

// onPage gives an error a page of the console's own, also where nobody has
// signed in.
func (s *Server) onPage(c echo.Context, err error) error {
	return web.WithPage(err, func(w io.Writer) error { return s.errorPage(w, c, err) })
}

func (s *Server) errorPage(w io.Writer, c echo.Context, err error) error {
	return writeError(w, s.pages, s.frame(c, "", ""), web.Known(err))
}

// writeError is the page of an error; what is around it says nothing of who
// asks where that cannot be known: outside of every route.
func writeError(w io.Writer, pages *templates.Templates, around templates.ConsoleFrame, e *sale.Error) error {
	around.Title = "Something is in the way"
	return pages.ConsoleError(w, templates.ConsoleErrorPage{ConsoleFrame: around, Code: string(e.Code), Message: e.Message, Fields: e.Fields})
}
