package link

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Secrets for the line side's other small signatures are derived from the
// receipt keys, so that every process that can read receipts can read those
// too, and nobody has one more key to keep. Different purposes give secrets
// that have nothing to do with each other.

// Secret gives the secret of a purpose under the newest key, and the key's
// name, by which SecretOf finds it again after a rotation.
func (k *Keys) Secret(purpose string) (kid string, secret []byte) {
	newest := k.ring.Load().receipt
	return newest.KID, derive(newest.Seed, purpose)
}

// SecretOf gives the secret of a purpose under the key kid; false when there
// is no such key.
func (k *Keys) SecretOf(kid, purpose string) ([]byte, bool) {
	if !kidForm.MatchString(kid) {
		return nil, false
	}
	seed, ok := k.receiptKey(kid)
	if !ok {
		return nil, false
	}
	return derive(seed, purpose), true
}

// FirstSecret gives the secret of a purpose under the first key there ever
// was: for what has to stay the same after a rotation.
func (k *Keys) FirstSecret(purpose string) []byte {
	for _, s := range k.ring.Load().secrets {
		if s.Purpose == ForReceipts {
			return derive(s.Seed, purpose)
		}
	}
	return nil // a ring without a receipt key is never stored
}

func derive(seed []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, seed)
	mac.Write([]byte("inturn derived 1\x00"))
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}
