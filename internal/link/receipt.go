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

const (
	macSize = 16 // bytes: 128 bits are plenty for a guess over HTTP

	// maxReceipt: kid, 19 digits, a sign and 13 digits, mac, three dots.
	maxReceipt = 8 + 19 + 14 + 22 + 3
)

// Receipt signs the place number of the sale slug, given at that moment, with
// the newest receipt key: "kid.number.at.mac", safe in a URL; at is Unix
// milliseconds in base 36. The same place gives the same receipt until the key
// is rotated, and every receipt goes on being read.
func (k *Keys) Receipt(slug string, number int, at time.Time) string {
	newest := k.ring.Load().receipt
	return string(appendReceipt(make([]byte, 0, maxReceipt), newest, place{slug, number, at.UnixMilli()}))
}

// place is what a receipt is for. The moment tells two fans apart who were
// given one number: the second by a line that was restored from a backup.
type place struct {
	slug   string
	number int
	at     int64 // Unix milliseconds
}

// appendReceipt appends the only receipt that s gives for p.
func appendReceipt(b []byte, s secret, p place) []byte {
	b = append(b, s.KID...)
	b = append(b, '.')
	b = strconv.AppendInt(b, int64(p.number), 10)
	b = append(b, '.')
	b = strconv.AppendInt(b, p.at, 36)

	// A slug holds no zero byte, so no two places share one message.
	message := make([]byte, 0, 128)
	message = append(message, "inturn receipt 2\x00"...)
	message = append(message, p.slug...)
	message = append(message, 0)
	message = append(message, b...)
	mac := hmac.New(sha256.New, s.Seed)
	mac.Write(message)
	sum := mac.Sum(make([]byte, 0, sha256.Size))

	b = append(b, '.')
	return base64.RawURLEncoding.AppendEncode(b, sum[:macSize])
}

// ReadReceipt gives the number that receipt names in the sale slug, and the
// moment at which it was given: whoever has the number since another moment is
// somebody else. Whatever is not, to the letter, a receipt that Receipt gave
// for this sale is CodeNotFound.
func (k *Keys) ReadReceipt(slug, receipt string) (number int, at time.Time, err error) {
	notFound := sale.E(sale.CodeNotFound, "There is no place in this line under this address.")
	if len(receipt) > maxReceipt {
		return 0, time.Time{}, notFound
	}
	kid, rest, _ := strings.Cut(receipt, ".")
	digits, rest, _ := strings.Cut(rest, ".")
	millis, _, _ := strings.Cut(rest, ".")
	number, errNumber := strconv.Atoi(digits)
	ms, errAt := strconv.ParseInt(millis, 36, 64)
	if errNumber != nil || errAt != nil || number < 1 || !kidForm.MatchString(kid) {
		return 0, time.Time{}, notFound
	}
	seed, ok := k.receiptKey(kid)
	if !ok {
		return 0, time.Time{}, notFound
	}
	// Compared whole, so that other spellings of a part fail too.
	want := appendReceipt(make([]byte, 0, maxReceipt), secret{KID: kid, Seed: seed}, place{slug, number, ms})
	if !hmac.Equal(want, []byte(receipt)) {
		return 0, time.Time{}, notFound
	}
	return number, time.UnixMilli(ms).UTC(), nil
}

// receiptKey finds a receipt key, also one that another process has just
// made. When the directory cannot be read, the key is as good as unknown.
func (k *Keys) receiptKey(kid string) ([]byte, bool) {
	if seed, ok := k.ring.Load().receipts[kid]; ok {
		return seed, true
	}
	if err := k.reloadSeldom(); err != nil {
		return nil, false
	}
	seed, ok := k.ring.Load().receipts[kid]
	return seed, ok
}
