package sale_test

import (
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func TestRoleMay(t *testing.T) {
	const none, viewer, manager, owner = sale.RoleNone, sale.RoleViewer, sale.RoleManager, sale.RoleOwner
	for _, c := range []struct {
		has, needs sale.Role
		may        bool
	}{
		{none, none, true},
		{none, viewer, false},
		{viewer, viewer, true},
		{viewer, manager, false},
		{manager, viewer, true},
		{manager, owner, false},
		{owner, manager, true},
		{"king", viewer, false},
	} {
		if got := c.has.May(c.needs); got != c.may {
			t.Errorf("%q may %q: %v, want %v", c.has, c.needs, got, c.may)
		}
	}
}
