package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// A timed token names something and is good until a whole second:
// "kid.ref.ends.mac", safe in a URL. What it is for and about whom is signed
// with it and not in it. Confirmations, invitations and browsers that are
// known are such.

// maxTimed: kid, 26 letters of the name, 13 digits, mac, three dots.
const maxTimed = 8 + 26 + 13 + 22 + 3

// timed signs a name for a purpose and somebody it is about.
func (k *Keys) timed(purpose, about, ref string, ends time.Time) string {
	kid, secret := k.Secret(purpose)
	return timedToken(kid, secret, about, ref, ends.Unix())
}

// timedToken is the only spelling there is for one name and end.
func timedToken(kid string, secret []byte, about, ref string, ends int64) string {
	head := kid + "." + ref + "." + strconv.FormatInt(ends, 36)
	mac := hmac.New(sha256.New, secret)
	// What it is about holds no zero byte, so no two tokens share one message.
	mac.Write([]byte(about + "\x00" + head))
	return head + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macSize])
}

// readTimed gives the name that a token carries and whether it is over at
// now, half-open; ok is false for whatever is not, to the letter, one of ours.
func (k *Keys) readTimed(purpose, about, token string, now time.Time) (ref string, over, ok bool) {
	if len(token) > maxTimed {
		return "", false, false
	}
	kid, rest, _ := strings.Cut(token, ".")
	ref, rest, _ = strings.Cut(rest, ".")
	seconds, _, _ := strings.Cut(rest, ".")
	ends, err := strconv.ParseInt(seconds, 36, 64)
	if err != nil {
		return "", false, false
	}
	secret, ok := k.SecretOf(kid, purpose)
	if !ok || !hmac.Equal([]byte(timedToken(kid, secret, about, ref, ends)), []byte(token)) {
		return "", false, false
	}
	return ref, !now.Before(time.Unix(ends, 0)), true
}
