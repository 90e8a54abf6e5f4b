package robots

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/altcha-org/altcha-lib-go"

	"github.com/inturn/inturn/internal/sale"
)

// ProofLife is how long a challenge may be answered: long enough for somebody
// who looks up a second address first, short enough that nobody can pile up
// solutions for the moment that counts.
const ProofLife = 20 * time.Minute

// maxProof bounds a solution as it is sent; ours take about 400 bytes.
const maxProof = 1 << 10

// Key signs challenges. ID is the name by which it is found again.
type Key struct {
	ID     string
	Secret []byte
}

// Challenge is a puzzle as ALTCHA's clients read it: find the number, at most
// MaxNumber, with which SHA-256 of Salt and number gives Challenge.
type Challenge struct {
	Algorithm string `json:"algorithm"`
	Challenge string `json:"challenge"`
	MaxNumber int64  `json:"maxnumber"`
	Salt      string `json:"salt"`
	Signature string `json:"signature"`
}

// saltForm is the only spelling of a salt of ours: nonce, end, key, sale. The
// "&" at its end keeps anybody from moving digits between salt and number,
// which would give one solution many nonces (CVE-2025-68113).
var saltForm = regexp.MustCompile(`^([0-9a-f]{24})\?expires=([1-9][0-9]{0,11})&kid=([a-z2-7]{8})&sale=([a-z0-9-]{1,63})&$`)

// NewChallenge makes a puzzle of at most work hashes for a sale's form.
func NewChallenge(slug string, work int, key Key, now time.Time) (Challenge, error) {
	var nonce [12]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return Challenge{}, fmt.Errorf("make a nonce: %w", err)
	}
	c, err := altcha.CreateChallenge(altcha.ChallengeOptions{
		Algorithm: altcha.SHA256, MaxNumber: int64(work), HMACKey: string(key.Secret), Salt: hex.EncodeToString(nonce[:]),
		Params: url.Values{
			"expires": {strconv.FormatInt(sale.UpToSecond(now.Add(ProofLife)).Unix(), 10)}, "kid": {key.ID}, "sale": {slug},
		},
	})
	if err != nil {
		return Challenge{}, fmt.Errorf("make a challenge: %w", err)
	}
	return Challenge{Algorithm: c.Algorithm, Challenge: c.Challenge, MaxNumber: c.MaxNumber, Salt: c.Salt, Signature: c.Signature}, nil
}

// ReadProof checks a solution for a sale's form and gives its nonce, which
// may be used once. keyOf finds a key's secret by its name. Everything that is
// wrong is CodeBadProof.
//
// The library compares; what it would take besides our own challenges (other
// algorithms, other salts, an end that it measures with a clock of its own) is
// kept from it.
func ReadProof(payload, slug string, keyOf func(id string) ([]byte, bool), now time.Time) (nonce string, err error) {
	bad := sale.E(sale.CodeBadProof, "This is not the solution of a challenge of this form.")
	if len(payload) > maxProof {
		return "", bad
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(payload)
	if err != nil {
		return "", bad
	}
	var p altcha.Payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", bad
	}
	salt := saltForm.FindStringSubmatch(p.Salt)
	if salt == nil || salt[4] != slug || p.Algorithm != string(altcha.SHA256) || p.Number < 0 {
		return "", bad
	}
	ends, err := strconv.ParseInt(salt[2], 10, 64)
	if err != nil {
		return "", bad
	}
	secret, ok := keyOf(salt[3])
	if !ok {
		return "", bad
	}
	if ok, err := altcha.VerifySolutionSafe(p, string(secret), false); err != nil || !ok {
		return "", bad
	}
	if !now.Before(time.Unix(ends, 0)) {
		return "", sale.E(sale.CodeBadProof, "The challenge is too old. Please fetch a new one.")
	}
	return salt[1], nil
}
