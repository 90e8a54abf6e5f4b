package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleOwner shows the form that makes the first owner.
func (s *Server) handleOwner(c echo.Context) error {
	good, err := s.line.OwnershipOffered(c.Request().Context(), tokenHash(c.Param("token")))
	if err != nil {
		return err
	}
	if !good {
		return s.ownerLinkOver(c)
	}
	return s.joinPage(c, http.StatusOK, templates.JoinPage{})
}

// handleTakeOwnership makes the owner and signs them in.
func (s *Server) handleTakeOwnership(c echo.Context) error {
	ctx := c.Request().Context()
	token := tokenHash(c.Param("token"))
	if good, err := s.line.OwnershipOffered(ctx, token); err != nil {
		return err
	} else if !good {
		return s.ownerLinkOver(c)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	joining, page, err := s.readJoining(ctx, form)
	if err != nil {
		return err
	}
	if page.Wrong != nil {
		return s.joinPage(c, http.StatusUnprocessableEntity, page)
	}
	o, err := s.line.TakeOwnership(ctx, token, joining)
	if sale.CodeOf(err) == sale.CodeConfirmOver {
		return s.ownerLinkOver(c)
	}
	if err != nil {
		return err
	}
	return s.welcome(c, o, "Welcome. You own this installation.")
}

// welcome signs somebody in who has just joined.
func (s *Server) welcome(c echo.Context, o line.Organizer, notice string) error {
	if err := s.enter(c, o); err != nil {
		return err
	}
	s.tell(c.Request().Context(), notice)
	return s.entered(c, "/")
}

func (s *Server) joinPage(c echo.Context, status int, p templates.JoinPage) error {
	p.ConsoleFrame = s.frame(c, "Become the owner", "")
	p.Shortest = shortest
	return web.Page(c, status, func(w io.Writer) error { return s.pages.Join(w, p) })
}

// ownerLinkOver answers a link that makes nobody an owner any more.
func (s *Server) ownerLinkOver(c echo.Context) error {
	return s.onPage(c, sale.E(sale.CodeConfirmOver, "This link has been used, or is too old. As long as nobody is the owner, inturn owner link makes a new one."))
}
