package console

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// The people pages are two of a kind: /people about everybody, and
// /sales/SLUG/people about one sale. Their handlers are the same, and tell
// them apart by the sale in the path.

// handlePeople shows who may what.
func (s *Server) handlePeople(c echo.Context) error {
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.peoplePage(w, c, templates.PeoplePage{}) })
}

// peoplePage renders it; p says what was typed, what was wrong with it, and
// which link is shown this once.
func (s *Server) peoplePage(w io.Writer, c echo.Context, p templates.PeoplePage) error {
	if err := s.readPeople(c.Request().Context(), s.visitor(c), s.sale(c), &p); err != nil {
		return err
	}
	p.ConsoleFrame, p.Zone = s.frame(c, "People", "people"), cmp.Or(s.sale(c).Sale.Timezone, "UTC")
	return s.pages.People(w, p)
}

// handleInvite sends an invitation. Where its mail leaves nowhere, the inviter
// is shown the link to hand over himself.
func (s *Server) handleInvite(c echo.Context) error {
	ctx := c.Request().Context()
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	in, p := s.readInvite(form, s.sale(c), s.visitor(c))
	if p.Wrong == nil {
		var v line.Invitation
		if v, err = s.line.Invite(ctx, in); err == nil {
			return s.invited(c, v)
		}
		if sale.CodeOf(err) != sale.CodeInvalid {
			return err
		}
		p.Wrong = map[string]string{"address": told(err)}
	}
	err = sale.E(sale.CodeInvalid, "Nobody was invited.")
	return web.WithPage(err, func(w io.Writer) error { return s.peoplePage(w, c, p) })
}

// invited answers an invitation that was made.
func (s *Server) invited(c echo.Context, v line.Invitation) error {
	if v.Mail != "" && s.o.Mailbox == nil {
		s.tell(c.Request().Context(), "The invitation to "+v.Address+" is on its way.")
		return s.backToPeople(c)
	}
	return s.showLink(c, templates.PeopleLink{Address: v.Address, URL: s.invitationURL(v), Ends: v.Ends, Mailed: v.Mail != ""})
}

// showLink answers with a link, this once: it is kept nowhere.
func (s *Server) showLink(c echo.Context, link templates.PeopleLink) error {
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.peoplePage(w, c, templates.PeoplePage{Link: &link}) })
}

func (s *Server) backToPeople(c echo.Context) error {
	if st := s.sale(c); st.ID != 0 {
		return web.SeeOther(c, "/sales/"+st.Sale.Slug+"/people")
	}
	return web.SeeOther(c, "/people")
}

// handleInvitationLink makes an invitation's link anew and shows it; the one
// before opens nothing any more.
func (s *Server) handleInvitationLink(c echo.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	v, err := s.line.RenewInvitation(c.Request().Context(), form.Get("invitation"), s.sale(c).Sale.Slug, s.visitor(c).ID)
	if err != nil {
		return err
	}
	return s.showLink(c, templates.PeopleLink{Address: v.Address, URL: s.invitationURL(v), Ends: v.Ends, Renewed: true})
}

// handleWithdrawInvitation takes an invitation back.
func (s *Server) handleWithdrawInvitation(c echo.Context) error {
	ctx := c.Request().Context()
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if err := s.line.WithdrawInvitation(ctx, form.Get("invitation"), s.sale(c).Sale.Slug, s.visitor(c).Address); err != nil {
		return err
	}
	s.tell(ctx, "The invitation is withdrawn.")
	return s.backToPeople(c)
}

// handleRole gives somebody another role on the sale, or none.
func (s *Server) handleRole(c echo.Context) error {
	form, o, err := s.aboutSomebody(c)
	if err != nil {
		return err
	}
	st, role := s.sale(c), sale.Role(form.Get("role"))
	switch {
	case o.Role(st.Sale.Slug) == sale.RoleNone:
		return sale.E(sale.CodeNotFound, "There is no such organizer of this sale.") // to be invited, and not found out about
	case role != sale.RoleNone && !role.May(sale.RoleViewer):
		return sale.E(sale.CodeInvalid, "There is no role %q.", role)
	}
	if err := s.line.SetRole(c.Request().Context(), o.ID, st.Sale.Slug, role, s.visitor(c).Address); err != nil {
		return err
	}
	return s.changed(c, o, role == sale.RoleOwner, "Done: "+o.Address+" is "+roleWord(role)+" now.")
}

// handleEverything makes somebody an owner of everything, or no longer.
func (s *Server) handleEverything(c echo.Context) error {
	form, o, err := s.aboutSomebody(c)
	if err != nil {
		return err
	}
	owns, what := form.Get("everything") == "yes", "no more than single sales"
	if owns {
		what = "everything"
	}
	if err := s.line.SetEverything(c.Request().Context(), o.ID, owns, s.visitor(c).Address); err != nil {
		return err
	}
	return s.changed(c, o, owns, "Done: "+o.Address+" owns "+what+" now.")
}

// handleRemove takes everything from somebody.
func (s *Server) handleRemove(c echo.Context) error {
	o, err := s.somebody(c)
	if err != nil {
		return err
	}
	if err := s.line.RemoveOrganizer(c.Request().Context(), o.ID, s.visitor(c).Address); err != nil {
		return err
	}
	return s.changed(c, o, true, o.Address+" is removed.")
}

// handleResetLink shows a link with which somebody who is locked out chooses
// a new passphrase.
func (s *Server) handleResetLink(c echo.Context) error {
	o, err := s.somebody(c)
	if err != nil {
		return err
	}
	made, err := ResetLink(c.Request().Context(), s.links(), o.Address, s.visitor(c).Address)
	if err != nil {
		return err
	}
	return s.showLink(c, templates.PeopleLink{Address: o.Address, URL: made, Ends: s.clock().Add(ownerLinkLife), Reset: true})
}

// somebody is the organizer in the path.
func (s *Server) somebody(c echo.Context) (line.Organizer, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return line.Organizer{}, sale.E(sale.CodeNotFound, "There is no such organizer.")
	}
	return s.line.Organizer(c.Request().Context(), id)
}

// aboutSomebody is a form, and the organizer in the path whom it is about.
func (s *Server) aboutSomebody(c echo.Context) (form url.Values, o line.Organizer, err error) {
	if form, err = web.Form(c); err == nil {
		o, err = s.somebody(c)
	}
	return form, o, err
}

// changed tells what became of somebody on the page of people, which who took
// it from himself does not see again.
func (s *Server) changed(c echo.Context, o line.Organizer, keeps bool, notice string) error {
	s.tell(c.Request().Context(), notice)
	if o.ID == s.visitor(c).ID && !keeps {
		return web.SeeOther(c, "/")
	}
	return s.backToPeople(c)
}

// handleInvitation shows an invitation to whoever holds it.
func (s *Server) handleInvitation(c echo.Context) error {
	p, _, err := s.invitation(c)
	if err != nil {
		return s.onPage(c, err)
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.renderInvitation(w, c, p) })
}

func (s *Server) renderInvitation(w io.Writer, c echo.Context, p templates.InvitationPage) error {
	p.ConsoleFrame = s.frame(c, "You are invited", "")
	return s.pages.Invitation(w, p)
}

// invitation reads the one in the path, and who holds it.
func (s *Server) invitation(c echo.Context) (templates.InvitationPage, string, error) {
	ctx := c.Request().Context()
	ref, err := s.o.Keys.ReadInvitation(c.Param("token"), s.clock())
	if err != nil {
		return templates.InvitationPage{}, "", err
	}
	v, there, err := s.line.Invitation(ctx, ref)
	if err != nil {
		return templates.InvitationPage{}, "", err
	}
	p := templates.InvitationPage{
		Inviter: v.Inviter, Address: v.Address, Everything: v.Sale == "", SaleTitle: v.Title.In("en"), Role: v.Role, Ends: v.Ends,
		Zone: "UTC", There: there, Shortest: shortest, To: "/invitation/" + c.Param("token"),
	}
	if v.Sale != "" {
		st, err := s.line.Sale(ctx, v.Sale)
		if err != nil {
			return templates.InvitationPage{}, "", err
		}
		p.Zone = st.Sale.Timezone
	}
	o, ok, err := s.who(ctx)
	if ok {
		c.Set(ctxVisitor, visitor{Organizer: o})
		p.Mine = canonical(o) == accountOf(v.Address)
	}
	return p, ref, err
}

// handleInvitationPost accepts an invitation: by joining, or, for somebody
// who has signed in with its address, just so.
func (s *Server) handleInvitationPost(c echo.Context) error {
	ctx := c.Request().Context()
	p, ref, err := s.invitation(c)
	if err != nil {
		return s.onPage(c, err)
	}
	if v := s.visitor(c); v.ID != 0 {
		if _, err := s.line.TakeInvitation(ctx, ref, v.ID); err != nil {
			return s.onPage(c, err)
		}
		s.tell(ctx, "Welcome. You may "+roleDoes(p.Role, p.Everything)+".")
		return web.SeeOther(c, "/")
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	hash, wrong, err := s.readPassphrase(ctx, form, p.Address)
	if err != nil {
		return err
	}
	if p.Wrong = wrong; len(wrong) > 0 {
		err := sale.E(sale.CodeInvalid, "You have not joined yet.")
		return web.WithPage(err, func(w io.Writer) error { return s.renderInvitation(w, c, p) })
	}
	o, err := s.line.AcceptInvitation(ctx, ref, hash)
	if err != nil {
		return s.onPage(c, err)
	}
	return s.welcome(c, o, "Welcome. You may "+roleDoes(p.Role, p.Everything)+".")
}
