package link

import (
	"crypto/ed25519"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/inturn/inturn/internal/sale"
)

// ErrUnknownKey is the cause of a refusal when the token names a key that the
// verifier does not have. It may be forged, or newer than the verifier's keys.
var ErrUnknownKey = errors.New("unknown key")

var errWrongType = errors.New("wrong typ")

// maxToken is far more than a link with the longest slug needs.
const maxToken = 2048

// Verifier tells our links from all others. It never changes and is safe for
// concurrent use.
type Verifier struct {
	keys map[string]ed25519.PublicKey
}

// NewVerifier makes a verifier that accepts links signed by any of keys.
func NewVerifier(keys []sale.PublicKey) *Verifier {
	v := &Verifier{keys: make(map[string]ed25519.PublicKey, len(keys))}
	for _, k := range keys {
		if len(k.X) == ed25519.PublicKeySize {
			v.keys[k.KID] = ed25519.PublicKey(k.X)
		}
	}
	return v
}

// Verify reads a token at the moment now. Anything that is not a link of ours
// is a CodeBadLink error; over is true for a link of ours with nothing wrong
// but that now is not before its end.
//
// Neither is the last word. A link that is not over still opens nothing unless
// its sale is the offer's and the offer is open, and a freeze of its sale may
// have moved its end: only the box office knows that.
func (v *Verifier) Verify(token string, now time.Time) (c Claims, over bool, err error) {
	p, err := v.parse(token, now)
	if err == nil {
		return p.claims(), false, nil
	}
	if errors.Is(err, jwt.ErrTokenExpired) {
		// Judged again at its last good second, an expired token passes only
		// if its end was all that was wrong.
		lastGood := p.ExpiresAt.Add(-time.Second)
		if p, err = v.parse(token, lastGood); err == nil {
			return p.claims(), true, nil
		}
	}
	return Claims{}, false, refused(err)
}

func (v *Verifier) parse(token string, now time.Time) (*payload, error) {
	if len(token) > maxToken || !canonical(token) {
		return nil, jwt.ErrTokenMalformed
	}
	var p payload
	_, err := jwt.NewParser(parserOptions(now)...).ParseWithClaims(token, &p, v.key)
	return &p, err
}

// parserOptions are all needed: each one left out opens a hole that
// TestVerifyRefuses names.
func parserOptions(now time.Time) []jwt.ParserOption {
	return []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithLeeway(0),
	}
}

// key finds the key a token names, for jwt. The typ is part of the question:
// a key signs links and nothing else under it.
func (v *Verifier) key(t *jwt.Token) (any, error) {
	if t.Header["typ"] != typ {
		return nil, errWrongType
	}
	kid, _ := t.Header["kid"].(string)
	if key, ok := v.keys[kid]; ok {
		return key, nil
	}
	return nil, ErrUnknownKey
}

// canonical says whether token consists of base64url characters and dots.
// Go's decoder skips line breaks even when it is strict.
func canonical(token string) bool {
	for i := range len(token) {
		if c := token[i]; !base64url(c) && c != '.' {
			return false
		}
	}
	return true
}

func base64url(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// refused is the one error for every link that is not ours. Its cause is one
// of a fixed list, since jwt's own text may quote the token.
func refused(err error) error {
	cause := jwt.ErrTokenMalformed
	for _, known := range []error{
		ErrUnknownKey, errWrongType, jwt.ErrTokenSignatureInvalid, jwt.ErrTokenInvalidIssuer,
		jwt.ErrTokenInvalidAudience, jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenUsedBeforeIssued,
		jwt.ErrTokenNotValidYet, jwt.ErrTokenInvalidClaims,
	} {
		if errors.Is(err, known) {
			cause = known
			break
		}
	}
	return sale.Wrap(sale.CodeBadLink, cause, "This link is not one of ours.")
}
