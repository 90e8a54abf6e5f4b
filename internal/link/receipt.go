package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

const (
	macSize = 16 // bytes: 128 bits are plenty for a guess over HTTP

	// maxReceipt: kid, 19 digits, mac, two dots.
	maxReceipt = 8 + 19 + 22 + 2
)

// Receipt signs the place number of the sale slug with the newest receipt
// key: "kid.number.mac", safe in a URL. The same place gives the same receipt
// until the key is rotated, and every receipt goes on being read.
func (k *Keys) Receipt(slug string, number int) string {
	newest := k.ring.Load().receipt
	return string(appendReceipt(make([]byte, 0, maxReceipt), newest, slug, number))
}

// appendReceipt appends the only receipt that s gives for slug and number.
func appendReceipt(b []byte, s secret, slug string, number int) []byte {
	b = append(b, s.KID...)
	b = append(b, '.')
	b = strconv.AppendInt(b, int64(number), 10)

	// A slug holds no zero byte, so no two places share one message.
	message := make([]byte, 0, 128)
	message = append(message, "inturn receipt 1\x00"...)
	message = append(message, slug...)
	message = append(message, 0)
	message = append(message, b...)
	mac := hmac.New(sha256.New, s.Seed)
	mac.Write(message)
	sum := mac.Sum(make([]byte, 0, sha256.Size))

	b = append(b, '.')
	return base64.RawURLEncoding.AppendEncode(b, sum[:macSize])
}

// ReadReceipt gives the number that receipt names in the sale slug. Whatever
// is not, to the letter, a receipt that Receipt gave for this sale is
// CodeNotFound.
func (k *Keys) ReadReceipt(slug, receipt string) (int, error) {
	notFound := sale.E(sale.CodeNotFound, "There is no place in this line under this address.")
	if len(receipt) > maxReceipt {
		return 0, notFound
	}
	kid, rest, _ := strings.Cut(receipt, ".")
	digits, _, _ := strings.Cut(rest, ".")
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 || !kidForm.MatchString(kid) {
		return 0, notFound
	}
	seed, ok := k.receiptKey(kid)
	if !ok {
		return 0, notFound
	}
	// Compared whole, so that other spellings of number or mac fail too.
	want := appendReceipt(make([]byte, 0, maxReceipt), secret{KID: kid, Seed: seed}, slug, number)
	if !hmac.Equal(want, []byte(receipt)) {
		return 0, notFound
	}
	return number, nil
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
