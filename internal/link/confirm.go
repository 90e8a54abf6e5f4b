package link

import (
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// confirmPurpose is what the secret of confirmations is derived for.
const confirmPurpose = "confirm"

// Confirmation signs the name of an address that is to be confirmed for the
// sale slug, until ends in whole seconds: "kid.ref.ends.mac", safe in a URL.
func (k *Keys) Confirmation(slug, ref string, ends time.Time) string {
	return k.timed(confirmPurpose, slug, ref, ends)
}

// ReadConfirmation gives the name that a confirmation carries. Whatever is
// not, to the letter, one of ours for this sale is CodeNotFound; one that is,
// and is over at now, is CodeConfirmOver. The end is half-open.
func (k *Keys) ReadConfirmation(slug, token string, now time.Time) (ref string, err error) {
	ref, over, ok := k.readTimed(confirmPurpose, slug, token, now)
	switch {
	case !ok:
		return "", sale.E(sale.CodeNotFound, "There is nothing to confirm under this address.")
	case over:
		return "", sale.E(sale.CodeConfirmOver, "This link is over.")
	}
	return ref, nil
}
