package templates

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// InvitationMail invites somebody to be an organizer. Sale is the one it
// leaves with; Everything: it is for the whole installation, and Role is that
// of an owner.
type InvitationMail struct {
	Sale       sale.Sale
	Inviter    string // address
	Role       sale.Role
	Everything bool
	Link       string
	Until      time.Time
}

// InvitationMail renders the mail in the best available language.
func (t *Templates) InvitationMail(lang string, d InvitationMail) (Mail, error) {
	return t.mail(lang, "mail/invitation", d.Sale, d)
}
