package robots

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
)

// Network is what is kept of a client's network: the first 8 bytes of an HMAC
// over the sale and the network, as a number other than 0. Who has the
// database and not the key cannot tell which network it was, and two sales'
// values have nothing to do with each other. An invalid network is 0.
func Network(secret []byte, slug string, network netip.Prefix) int64 {
	if !network.IsValid() {
		return 0
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(slug))
	mac.Write([]byte{0})
	text, _ := network.MarshalText() // a valid prefix always has one
	mac.Write(text)
	if n := int64(binary.BigEndian.Uint64(mac.Sum(make([]byte, 0, sha256.Size)))); n != 0 {
		return n
	}
	return 1
}
