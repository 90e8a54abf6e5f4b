package link

import (
	"encoding/base64"
	"encoding/json"

	"github.com/inturn/inturn/internal/sale"
)

// JWKS is keys as a JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037),
// in the order given, for whoever wants to check that a link is ours.
func JWKS(keys []sale.PublicKey) []byte {
	type jwk struct {
		KeyType   string `json:"kty"`
		Curve     string `json:"crv"`
		X         string `json:"x"`
		KID       string `json:"kid"`
		Use       string `json:"use"`
		Algorithm string `json:"alg"`
	}
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	for _, k := range keys {
		x := base64.RawURLEncoding.EncodeToString(k.X)
		set.Keys = append(set.Keys, jwk{"OKP", "Ed25519", x, k.KID, "sig", "EdDSA"})
	}
	data, err := json.Marshal(set)
	if err != nil {
		panic(err) // strings always marshal
	}
	return data
}
