package templates

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// PeoplePage is who may what: with the sale of the frame, or, without one,
// with everything.
type PeoplePage struct {
	ConsoleFrame
	People      []PersonLine
	Invitations []InvitationLine
	Sales       []SaleChoice
	Link        *PeopleLink // shown this once; nil: none
	Zone        string      // the sale's; UTC for the whole installation

	Typed, TypedRole, TypedSale string
	Wrong                       map[string]string // by field
}

// Base is where the page's forms go.
func (p PeoplePage) Base() string {
	if p.Sale != nil {
		return p.Sale.Path() + "/people"
	}
	return "/people"
}

// RoleChoices are the roles that can be given, with what they allow.
func (p PeoplePage) RoleChoices() []RoleChoice {
	return []RoleChoice{
		{sale.RoleViewer, "Viewer: sees how it goes"},
		{sale.RoleManager, "Manager: sets up, steers, helps fans"},
		{sale.RoleOwner, "Owner: everything, and who else may"},
	}
}

// RoleChoice is a role to choose.
type RoleChoice struct {
	Role  sale.Role
	Label string
}

// SaleChoice is a sale to choose.
type SaleChoice struct{ Slug, Title string }

// PersonLine is one organizer. Role is theirs on the page's sale.
type PersonLine struct {
	ID         int64
	Address    string
	Joined     time.Time
	Everything bool
	Factor     bool // has a second factor
	You        bool
	Role       sale.Role
	Roles      []RoleLine
}

// Sort brings the roles into an order.
func (p PersonLine) Sort() {
	slices.SortFunc(p.Roles, func(a, b RoleLine) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Slug, b.Slug)) })
}

// RoleLine is a role on a sale.
type RoleLine struct {
	Slug, Title string
	Role        sale.Role
}

// InvitationLine is one open invitation.
type InvitationLine struct {
	Ref, Address string
	Everything   bool
	Sale         string // title
	Role         sale.Role
	Inviter      string
	Made, Ends   time.Time
	Mail         string // what became of its mail
	Over         bool   // too old
}

// PeopleLink is a link to hand over.
type PeopleLink struct {
	Address, URL string
	Ends         time.Time
	Mailed       bool // its mail was caught, and leaves nowhere
	Renewed      bool // the one before is void
	Reset        bool // it is for a new passphrase
}

// InvitationPage is an invitation as whoever holds it sees it.
type InvitationPage struct {
	ConsoleFrame
	Inviter, Address string
	Everything       bool
	SaleTitle        string
	Zone             string // the sale's; UTC for the whole installation
	Role             sale.Role
	Ends             time.Time
	There            bool   // somebody with this address is an organizer already
	Mine             bool   // it is who looks at it
	To               string // the path that leads back here
	Shortest         int
	Wrong            map[string]string
}

// People renders the page.
func (t *Templates) People(w io.Writer, d PeoplePage) error { return t.console(w, "people", &d) }

// Invitation renders the page.
func (t *Templates) Invitation(w io.Writer, d InvitationPage) error {
	return t.console(w, "invitation", &d)
}
