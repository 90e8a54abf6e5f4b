package robots

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/altcha-org/altcha-lib-go"

	"github.com/inturn/inturn/internal/sale"
)

var (
	testKey = Key{ID: "abcdefgh", Secret: []byte("0123456789abcdef0123456789abcdef")}
	testNow = time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC)
)

func keyOf(id string) ([]byte, bool) { return testKey.Secret, id == testKey.ID }

// solve finds the number as a script does, without the library.
func solve(t testing.TB, c Challenge) altcha.Payload {
	t.Helper()
	for n := range c.MaxNumber + 1 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", c.Salt, n))
		if hex.EncodeToString(sum[:]) == c.Challenge {
			return altcha.Payload{Algorithm: c.Algorithm, Challenge: c.Challenge, Number: n, Salt: c.Salt, Signature: c.Signature}
		}
	}
	t.Fatal("the challenge has no solution")
	return altcha.Payload{}
}

func encode(t testing.TB, p altcha.Payload) string {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// blownUp is a solution with a thousand blanks in its JSON.
func blownUp(t testing.TB, p altcha.Payload) string {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(append([]byte(strings.Repeat(" ", 1000)), b...))
}

func challenge(t testing.TB, slug string) Challenge {
	t.Helper()
	c, err := NewChallenge(slug, 1000, testKey, testNow)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestProof(t *testing.T) {
	c := challenge(t, "lakeside-2027")
	if c.MaxNumber != 1000 || c.Algorithm != "SHA-256" || !saltForm.MatchString(c.Salt) {
		t.Fatalf("%+v", c)
	}
	payload := encode(t, solve(t, c))
	nonce, err := ReadProof(payload, "lakeside-2027", keyOf, testNow.Add(ProofLife-time.Second))
	if err != nil || nonce != c.Salt[:24] {
		t.Fatalf("%q, %v", nonce, err)
	}
	if again, err := ReadProof(payload, "lakeside-2027", keyOf, testNow); again != nonce || err != nil {
		t.Errorf("the same solution gave another nonce: %q, %v", again, err)
	}
	if other := challenge(t, "lakeside-2027"); other.Salt == c.Salt || other.Challenge == c.Challenge {
		t.Error("two challenges are one")
	}
}

// TestBadProofs: whatever is not the solution of a challenge of ours, for
// this form and now, is one error.
func TestBadProofs(t *testing.T) {
	c := challenge(t, "lakeside-2027")
	good := solve(t, c)
	change := func(f func(*altcha.Payload)) string {
		p := good
		f(&p)
		return encode(t, p)
	}
	foreign, err := NewChallenge("lakeside-2027", 1000, Key{ID: testKey.ID, Secret: []byte("another")}, testNow)
	if err != nil {
		t.Fatal(err)
	}
	for name, payload := range map[string]string{
		"empty":               "",
		"not base64":          "%%%",
		"not JSON":            base64.StdEncoding.EncodeToString([]byte("{")),
		"null":                base64.StdEncoding.EncodeToString([]byte("null")),
		"too long":            strings.Repeat("A", maxProof+1),
		"blown up":            blownUp(t, good),
		"another number":      change(func(p *altcha.Payload) { p.Number++ }),
		"a negative number":   change(func(p *altcha.Payload) { p.Number = -1 }),
		"another challenge":   change(func(p *altcha.Payload) { p.Challenge = challenge(t, "lakeside-2027").Challenge }),
		"no signature":        change(func(p *altcha.Payload) { p.Signature = "" }),
		"a weak algorithm":    change(func(p *altcha.Payload) { p.Algorithm = "SHA-1" }),
		"no algorithm":        change(func(p *altcha.Payload) { p.Algorithm = "" }),
		"another end":         change(func(p *altcha.Payload) { p.Salt = strings.Replace(p.Salt, "expires=1", "expires=2", 1) }),
		"a key that is not":   change(func(p *altcha.Payload) { p.Salt = strings.Replace(p.Salt, "abcdefgh", "hgfedcba", 1) }),
		"a salt without end":  change(func(p *altcha.Payload) { p.Salt = strings.TrimSuffix(p.Salt, "&") }),
		"a salt with more":    change(func(p *altcha.Payload) { p.Salt += "x=1&" }),
		"signed by a robot":   encode(t, solve(t, foreign)),
		"of another form":     encode(t, solve(t, challenge(t, "lakeside-2028"))),
		"digits moved (2025)": change(func(p *altcha.Payload) { p.Salt, p.Number = p.Salt+"1", p.Number/10 }),
	} {
		if nonce, err := ReadProof(payload, "lakeside-2027", keyOf, testNow); sale.CodeOf(err) != sale.CodeBadProof || nonce != "" {
			t.Errorf("%s: %q, %v", name, nonce, err)
		}
	}
	if _, err := ReadProof(encode(t, good), "lakeside-2027", keyOf, testNow.Add(ProofLife)); sale.CodeOf(err) != sale.CodeBadProof {
		t.Errorf("at its end: %v", err)
	}
}

// FuzzReadProof: no payload panics, and only a solution of ours gives a
// nonce.
func FuzzReadProof(f *testing.F) {
	good := encode(f, fixed(f))
	for _, seed := range []string{good, "", "e30=", "bnVsbA==", good[1:], strings.ToLower(good), good + "=", "eyJudW1iZXIiOjFlOTl9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		nonce, err := ReadProof(payload, "lakeside-2027", keyOf, testNow)
		if err == nil && (payload != good && !sameSolution(payload, good)) {
			t.Errorf("%q is taken", payload)
		}
		if (nonce == "") != (err != nil) || err != nil && sale.CodeOf(err) != sale.CodeBadProof {
			t.Errorf("%q, %v", nonce, err)
		}
	})
}

// fixed is a solution that is the same in every process: the fuzzer's workers
// are processes of their own.
func fixed(t testing.TB) altcha.Payload {
	t.Helper()
	number := int64(7)
	c, err := altcha.CreateChallenge(altcha.ChallengeOptions{
		Algorithm: altcha.SHA256, HMACKey: string(testKey.Secret), Number: &number,
		Salt: fmt.Sprintf("000102030405060708090a0b?expires=%d&kid=%s&sale=lakeside-2027&", testNow.Add(ProofLife).Unix(), testKey.ID),
	})
	if err != nil {
		t.Fatal(err)
	}
	p := altcha.Payload{Algorithm: c.Algorithm, Challenge: c.Challenge, Number: number, Salt: c.Salt, Signature: c.Signature}
	if _, err := ReadProof(encode(t, p), "lakeside-2027", keyOf, testNow); err != nil {
		t.Fatal(err)
	}
	return p
}

// sameSolution allows for JSON with other blanks or an additional field.
func sameSolution(a, b string) bool {
	var p, q altcha.Payload
	read := func(s string, into *altcha.Payload) bool {
		raw, err := base64.StdEncoding.DecodeString(s)
		return err == nil && json.Unmarshal(raw, into) == nil
	}
	return read(a, &p) && read(b, &q) && p == q
}

func TestNetwork(t *testing.T) {
	n := netip.MustParsePrefix("203.0.113.7/32")
	one := Network([]byte("key"), "lakeside-2027", n)
	if one == 0 || one != Network([]byte("key"), "lakeside-2027", n) {
		t.Error("one network is two")
	}
	for name, other := range map[string]int64{
		"another network": Network([]byte("key"), "lakeside-2027", netip.MustParsePrefix("203.0.113.8/32")),
		"another sale":    Network([]byte("key"), "lakeside-2028", n),
		"another key":     Network([]byte("yek"), "lakeside-2027", n),
		"no network":      Network([]byte("key"), "lakeside-2027", netip.Prefix{}),
	} {
		if other == one {
			t.Errorf("%s is the same", name)
		}
	}
}
