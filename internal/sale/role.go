package sale

import "slices"

// Role is what an organizer may do with a sale.
type Role string

// The roles, each of which may do what the ones before it may.
const (
	RoleNone    Role = ""        // nothing: not even know that there is such a sale
	RoleViewer  Role = "viewer"  // look at everything but fans' addresses in bulk
	RoleManager Role = "manager" // set up, steer, help fans, take data out
	RoleOwner   Role = "owner"   // decide who else may, and what the venue holds
)

// Roles are the roles that can be given, the least first.
func Roles() []Role { return []Role{RoleViewer, RoleManager, RoleOwner} }

// May says whether the role includes what needs the other one.
func (r Role) May(needs Role) bool {
	return slices.Index(Roles(), r) >= slices.Index(Roles(), needs)
}
