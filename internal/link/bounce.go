package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"regexp"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Handover names one hand-over of one mail to a mail server: the row of the
// try, and when it began. The moment tells two hand-overs apart that were
// given one row: the second by a line that was restored from a backup.
type Handover struct {
	Try     int64
	Started time.Time // to the millisecond
}

// A tag is 30 bytes, so that its base32 has no bits to spare: whose key, what
// it names, and a MAC. 88 bits are plenty for a guess over SMTP.
const (
	tagKID   = 5
	tagNamed = tagKID + 8 + 6
	tagSize  = 30

	// TagLength is the length of a tag in bytes, all of them letters and digits.
	TagLength = tagSize / 5 * 8
)

var tagForm = regexp.MustCompile(`^[a-z2-7]{48}$`)

// BounceTag signs the name of a hand-over with the newest bounce key: 48
// lower-case letters and digits for the local part of an envelope address
// (RFC 5321, 4.5.3.1.1, allows 64 in all). It tells nothing about the mail,
// its sale or its fan.
func (k *Keys) BounceTag(h Handover) string {
	return makeTag(k.ring.Load().bounce, h)
}

func makeTag(s secret, h Handover) string {
	b := make([]byte, 0, tagSize+2)
	b, _ = base32.StdEncoding.AppendDecode(b, []byte(strings.ToUpper(s.KID))) // a kid is what generate encoded
	b = binary.BigEndian.AppendUint64(b, uint64(h.Try))
	at := binary.BigEndian.AppendUint64(nil, uint64(h.Started.UnixMilli()))
	b = append(b, at[2:]...) // 48 bits last until the year 10889

	mac := hmac.New(sha256.New, s.Seed)
	mac.Write([]byte("inturn bounce 1\x00"))
	mac.Write(b)
	b = append(b, mac.Sum(nil)[:tagSize-tagNamed]...)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// ReadBounceTag gives the hand-over that a tag names. Upper case is read as
// lower: mail servers may fold it. Whatever is not a tag that BounceTag gave
// is CodeNotFound.
func (k *Keys) ReadBounceTag(tag string) (Handover, error) {
	notFound := sale.E(sale.CodeNotFound, "No mail of ours comes back to this address.")
	tag = strings.ToLower(tag)
	if !tagForm.MatchString(tag) {
		return Handover{}, notFound
	}
	b, err := base32.StdEncoding.DecodeString(strings.ToUpper(tag))
	if err != nil {
		return Handover{}, notFound
	}
	kid := strings.ToLower(base32.StdEncoding.EncodeToString(b[:tagKID]))
	seed, ok := k.bounceKey(kid)
	if !ok {
		return Handover{}, notFound
	}
	ms := binary.BigEndian.Uint64(append([]byte{0, 0}, b[tagKID+8:tagNamed]...))
	h := Handover{Try: int64(binary.BigEndian.Uint64(b[tagKID:])), Started: time.UnixMilli(int64(ms)).UTC()}
	if !hmac.Equal([]byte(makeTag(secret{KID: kid, Seed: seed}, h)), []byte(tag)) {
		return Handover{}, notFound
	}
	return h, nil
}

// bounceKey finds a bounce key, also one that another process has just made.
func (k *Keys) bounceKey(kid string) ([]byte, bool) {
	if seed, ok := k.ring.Load().bounces[kid]; ok {
		return seed, true
	}
	if err := k.reloadSeldom(); err != nil {
		return nil, false
	}
	seed, ok := k.ring.Load().bounces[kid]
	return seed, ok
}
