package link

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// What the secrets of organizers' tokens are derived for.
const (
	invitationPurpose = "invitation"
	browserPurpose    = "browser"
)

// Invitation signs the name of an invitation to the console, until ends in
// whole seconds. Who reads the database alone cannot make one.
func (k *Keys) Invitation(ref string, ends time.Time) string {
	return k.timed(invitationPurpose, "", ref, ends)
}

// ReadInvitation gives the name that an invitation carries. Whatever is not,
// to the letter, one of ours is CodeNotFound; one that is, and is over at now,
// is CodeConfirmOver. The end is half-open.
func (k *Keys) ReadInvitation(token string, now time.Time) (ref string, err error) {
	ref, over, ok := k.readTimed(invitationPurpose, "", token, now)
	switch {
	case !ok:
		return "", sale.E(sale.CodeNotFound, "There is no invitation under this address.")
	case over:
		return "", sale.E(sale.CodeConfirmOver, "This invitation is over. Ask for a new one.")
	}
	return ref, nil
}

// KnownBrowser signs the name of a browser in which an organizer has signed
// in, until ends in whole seconds. It gives no right but to be told apart
// from strangers who guess.
func (k *Keys) KnownBrowser(organizer, ref string, ends time.Time) string {
	return k.timed(browserPurpose, organizer, ref, ends)
}

// ReadKnownBrowser gives the name of a browser that this organizer has signed
// in with; "" when the token is anything else, or over.
func (k *Keys) ReadKnownBrowser(organizer, token string, now time.Time) (ref string) {
	ref, over, ok := k.readTimed(browserPurpose, organizer, token, now)
	if !ok || over {
		return ""
	}
	return ref
}
