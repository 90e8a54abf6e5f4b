package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// confirmPurpose is what the secret of confirmations is derived for.
const confirmPurpose = "confirm"

// maxConfirm: kid, 26 letters of the name, 13 digits, mac, three dots.
const maxConfirm = 8 + 26 + 13 + 22 + 3

// Confirmation signs the name of an address that is to be confirmed for the
// sale slug, until ends in whole seconds: "kid.ref.ends.mac", safe in a URL.
func (k *Keys) Confirmation(slug, ref string, ends time.Time) string {
	kid, secret := k.Secret(confirmPurpose)
	return confirmation(kid, secret, slug, ref, ends.Unix())
}

// confirmation is the only spelling there is for one name and end.
func confirmation(kid string, secret []byte, slug, ref string, ends int64) string {
	head := kid + "." + ref + "." + strconv.FormatInt(ends, 36)
	mac := hmac.New(sha256.New, secret)
	// A slug holds no zero byte, so no two links share one message.
	mac.Write([]byte(slug + "\x00" + head))
	return head + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macSize])
}

// ReadConfirmation gives the name that a confirmation carries. Whatever is
// not, to the letter, one of ours for this sale is CodeNotFound; one that is,
// and is over at now, is CodeConfirmOver. The end is half-open.
func (k *Keys) ReadConfirmation(slug, token string, now time.Time) (ref string, err error) {
	notFound := sale.E(sale.CodeNotFound, "There is nothing to confirm under this address.")
	if len(token) > maxConfirm {
		return "", notFound
	}
	kid, rest, _ := strings.Cut(token, ".")
	ref, rest, _ = strings.Cut(rest, ".")
	seconds, _, _ := strings.Cut(rest, ".")
	ends, err := strconv.ParseInt(seconds, 36, 64)
	if err != nil {
		return "", notFound
	}
	secret, ok := k.SecretOf(kid, confirmPurpose)
	if !ok || !hmac.Equal([]byte(confirmation(kid, secret, slug, ref, ends)), []byte(token)) {
		return "", notFound
	}
	if !now.Before(time.Unix(ends, 0)) {
		return "", sale.E(sale.CodeConfirmOver, "This link is over.")
	}
	return ref, nil
}
