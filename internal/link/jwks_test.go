package link

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

// The key is the example of RFC 8037, appendix A.2.
func TestJWKS(t *testing.T) {
	x, err := hex.DecodeString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
	if err != nil || len(x) != ed25519.PublicKeySize {
		t.Fatal(err)
	}
	want := `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",` +
		`"kid":"aaaabbbb","use":"sig","alg":"EdDSA"}]}`
	if diff := cmp.Diff(want, string(JWKS([]sale.PublicKey{{KID: "aaaabbbb", X: x}}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := string(JWKS(nil)); got != `{"keys":[]}` {
		t.Errorf("no keys: %s", got)
	}
}
