package console

import (
	"context"
	"net/url"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// readPeople puts into the page who may what: of the sale, or, without one,
// of everything.
func (s *Server) readPeople(ctx context.Context, v visitor, st line.State, p *templates.PeoplePage) error {
	all, err := s.line.Organizers(ctx)
	if err != nil {
		return err
	}
	invitations, err := s.line.Invitations(ctx, st.Sale.Slug)
	if err != nil {
		return err
	}
	sales, err := s.line.Sales(ctx)
	if err != nil {
		return err
	}
	titles := map[string]string{}
	for _, one := range sales {
		titles[one.Sale.Slug] = one.Sale.Title.In("en")
		p.Sales = append(p.Sales, templates.SaleChoice{Slug: one.Sale.Slug, Title: one.Sale.Title.In("en")})
	}
	for _, o := range all {
		role := o.Role(st.Sale.Slug)
		if st.ID != 0 && role == sale.RoleNone {
			continue
		}
		p.People = append(p.People, personLine(o, role, v, titles))
	}
	now := s.clock()
	for _, one := range invitations {
		p.Invitations = append(p.Invitations, templates.InvitationLine{
			Ref: one.Ref, Address: one.Address, Everything: one.Sale == "", Sale: titles[one.Sale], Role: one.Role, Inviter: one.Inviter,
			Made: one.Made, Ends: one.Ends, Mail: mailWord(one.Mail), Over: !now.Before(one.Ends),
		})
	}
	return nil
}

func personLine(o line.Organizer, role sale.Role, v visitor, titles map[string]string) templates.PersonLine {
	p := templates.PersonLine{ID: o.ID, Address: o.Address, Joined: o.Joined, Everything: o.Everything, Factor: o.Factor != "", Role: role, You: o.ID == v.ID}
	for slug, role := range o.Roles {
		p.Roles = append(p.Roles, templates.RoleLine{Slug: slug, Title: titles[slug], Role: role})
	}
	p.Sort()
	return p
}

// mailWord says what became of an invitation's mail.
func mailWord(state sale.MailState) string {
	switch state {
	case "":
		return "not mailed"
	case sale.MailQueued, sale.MailSending:
		return "on its way"
	case sale.MailAccepted:
		return "mailed"
	case sale.MailUnknown:
		return "mailed, perhaps"
	}
	return "could not be delivered"
}

// everySale is what the form says for everything. Nobody owns everything by
// leaving a field empty.
const everySale = "*"

// readInvite reads the form that invites somebody. On a sale's page it is to
// that sale; on the other one it says to which, or to everything.
func (s *Server) readInvite(form url.Values, st line.State, v visitor) (line.Invite, templates.PeoplePage) {
	p := templates.PeoplePage{Typed: form.Get("address"), TypedRole: form.Get("role"), TypedSale: form.Get("sale")}
	wrong := map[string]string{}
	address, err := parseAddress(p.Typed)
	if err != nil {
		wrong["address"] = messageOf(err)
	}
	in := line.Invite{Sale: st.Sale.Slug, Address: address, Role: sale.Role(p.TypedRole), Inviter: v.ID}
	switch {
	case st.ID != 0:
	case p.TypedSale == everySale:
		in.Role = sale.RoleOwner
	case p.TypedSale == "":
		wrong["sale"] = "Choose what they are invited to."
	default:
		in.Sale = p.TypedSale
	}
	if !in.Role.May(sale.RoleViewer) {
		wrong["role"] = "Choose a role."
	}
	if len(wrong) > 0 {
		p.Wrong = wrong
	}
	return in, p
}

// invitationURL is the link of an invitation. It is made when it is needed
// and stored nowhere.
func (s *Server) invitationURL(v line.Invitation) string {
	return s.o.URL + "/invitation/" + s.o.Keys.Invitation(v.Ref, v.Ends)
}

// roleWord is a role in a sentence.
func roleWord(role sale.Role) string {
	switch role {
	case sale.RoleViewer:
		return "a viewer"
	case sale.RoleManager:
		return "a manager"
	case sale.RoleOwner:
		return "an owner"
	}
	return "nothing"
}

// roleDoes is what somebody who has joined may do.
func roleDoes(role sale.Role, everything bool) string {
	switch {
	case everything:
		return "do everything here"
	case role == sale.RoleOwner:
		return "do everything with this sale, and decide who else may"
	case role == sale.RoleManager:
		return "set this sale up, steer it and help fans"
	}
	return "watch how this sale goes"
}
