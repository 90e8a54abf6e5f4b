package link

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

var hour = Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)}

func mint(t testing.TB, k *Keys, c Claims) string {
	t.Helper()
	token, err := k.Mint(k.Public()[0].KID, c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestMintedLinkOpensItsOffer(t *testing.T) {
	k := tempKeys(t)
	got, over, err := NewVerifier(k.Public()).Verify(mint(t, k, hour), noon)
	if err != nil || over {
		t.Fatalf("over %v, %v", over, err)
	}
	if diff := cmp.Diff(hour, got); diff != "" {
		t.Errorf("claims (-minted +verified):\n%s", diff)
	}
}

// A link says how many freezes its end counts; one that does not say counts
// none.
func TestALinkCountsFreezes(t *testing.T) {
	k := tempKeys(t)
	v := NewVerifier(k.Public())
	for _, n := range []int{0, 1, 12} {
		c := hour
		c.Freezes = n
		got, _, err := v.Verify(mint(t, k, c), noon)
		if diff := cmp.Diff(c, got); err != nil || diff != "" {
			t.Errorf("%d freezes: %v %s", n, err, diff)
		}
	}
	got, _, err := v.Verify(forge(t, k, func(_, c map[string]any) { delete(c, "freezes") }), noon)
	if err != nil || got.Freezes != 0 {
		t.Errorf("without the claim: %+v, %v", got, err)
	}
	if e := got.End(); !e.At.Equal(got.Ends) || e.Freezes != got.Freezes {
		t.Errorf("%+v", e)
	}
}

// The end is half-open and to the nanosecond; a box office whose clock lags
// by up to a minute still takes fresh links (golang-jwt #98).
func TestLinkLivesFromAMinuteBeforeItsIssueUntilJustBeforeItsEnd(t *testing.T) {
	k := tempKeys(t)
	v, token := NewVerifier(k.Public()), mint(t, k, hour)
	for _, test := range []struct {
		now  time.Time
		over bool
		code sale.Code
	}{
		{noon.Add(-60*time.Second - 1), false, sale.CodeBadLink},
		{noon.Add(-60 * time.Second), false, ""},
		{hour.Ends.Add(-1), false, ""},
		{hour.Ends, true, ""},
		{hour.Ends.Add(1), true, ""},
		{hour.Ends.AddDate(10, 0, 0), true, ""},
	} {
		_, over, err := v.Verify(token, test.now)
		if over != test.over || sale.CodeOf(err) != test.code {
			t.Errorf("at %v: over %v, %v; want over %v, code %q", test.now, over, err, test.over, test.code)
		}
	}
}

func TestMintRefuses(t *testing.T) {
	k := tempKeys(t)
	kid := k.Public()[0].KID
	for name, test := range map[string]struct {
		kid    string
		change func(c *Claims)
		code   sale.Code
	}{
		"an unknown key":      {"aaaaaaaa", func(c *Claims) {}, sale.CodeInternal},
		"no offer":            {kid, func(c *Claims) { c.Offer = "" }, sale.CodeInternal},
		"no sale":             {kid, func(c *Claims) { c.Sale = "" }, sale.CodeInternal},
		"a broken second":     {kid, func(c *Claims) { c.Ends = c.Ends.Add(time.Millisecond) }, sale.CodeInternal},
		"fewer than none":     {kid, func(c *Claims) { c.Freezes = -1 }, sale.CodeInternal},
		"an offer that ended": {kid, func(c *Claims) { c.Issued = c.Ends }, sale.CodeOfferOver},
	} {
		c := hour
		test.change(&c)
		if token, err := k.Mint(test.kid, c); token != "" || sale.CodeOf(err) != test.code {
			t.Errorf("%s: %q, %v; want code %s", name, token, err, test.code)
		}
	}
}

// forge signs, with the real key, a token that differs from a good one by
// what change does to its header and claims.
func forge(t testing.TB, k *Keys, change func(header, claims map[string]any)) string {
	t.Helper()
	kid := k.Public()[0].KID
	claims := jwt.MapClaims{
		"iss": issuer, "aud": audience, "sub": "o1", "sale": "fest",
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["typ"], token.Header["kid"] = typ, kid
	change(token.Header, claims)
	signed, err := token.SignedString(k.ring.Load().links[kid])
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// TestVerifyRefuses has, for every option and check, a token that passes all
// the others. None of them may be called over either, not even after its end.
func TestVerifyRefuses(t *testing.T) {
	k := tempKeys(t)
	stranger := tempKeys(t)
	v := NewVerifier(k.Public())
	at := noon.Add(time.Minute)
	set := func(key string, value any) func(h, c map[string]any) {
		return func(_, c map[string]any) { c[key] = value }
	}
	without := func(key string) func(h, c map[string]any) {
		return func(_, c map[string]any) { delete(c, key) }
	}
	header := func(key string, value any) func(h, c map[string]any) {
		return func(h, _ map[string]any) { h[key] = value }
	}
	if _, over, err := v.Verify(forge(t, k, func(h, c map[string]any) {}), at); over || err != nil {
		t.Fatalf("the token all others differ from: over %v, %v", over, err)
	}
	for name, test := range map[string]struct {
		change func(h, c map[string]any)
		cause  error
	}{
		"no exp":            {without("exp"), jwt.ErrTokenRequiredClaimMissing},
		"no aud":            {without("aud"), jwt.ErrTokenRequiredClaimMissing},
		"another aud":       {set("aud", "inturn/line"), jwt.ErrTokenInvalidAudience},
		"no iss":            {without("iss"), jwt.ErrTokenRequiredClaimMissing},
		"another iss":       {set("iss", "inturn/checkout"), jwt.ErrTokenInvalidIssuer},
		"iat in the future": {set("iat", at.AddDate(1, 0, 0).Unix()), jwt.ErrTokenUsedBeforeIssued},
		"nbf in the future": {set("nbf", at.AddDate(1, 0, 0).Unix()), jwt.ErrTokenNotValidYet},
		"no typ":            {func(h, _ map[string]any) { delete(h, "typ") }, errWrongType},
		"another typ":       {header("typ", "JWT"), errWrongType},
		"typ is a number":   {header("typ", 1), errWrongType},
		"no kid":            {func(h, _ map[string]any) { delete(h, "kid") }, ErrUnknownKey},
		"kid unknown":       {header("kid", stranger.Public()[0].KID), ErrUnknownKey},
		"kid is a list":     {header("kid", []string{"a"}), ErrUnknownKey},
		"no offer":          {without("sub"), jwt.ErrTokenInvalidClaims},
		"no sale":           {without("sale"), jwt.ErrTokenInvalidClaims},
		"sale is a number":  {set("sale", 1), jwt.ErrTokenMalformed},
		"exp is text":       {set("exp", "never"), jwt.ErrTokenMalformed},
		"freezes below 0":   {set("freezes", -1), jwt.ErrTokenInvalidClaims},
		"freezes is text":   {set("freezes", "1"), jwt.ErrTokenMalformed},
		"half a freeze":     {set("freezes", 0.5), jwt.ErrTokenMalformed},
		"freezes is a list": {set("freezes", []int{1}), jwt.ErrTokenMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			token := forge(t, k, test.change)
			wantRefused(t, v, token, at, test.cause)
			if name != "iat in the future" && name != "nbf in the future" { // these two become true in time
				wantRefused(t, v, token, at.AddDate(2, 0, 0), test.cause)
			}
		})
	}
	t.Run("signed by a stranger", func(t *testing.T) {
		token := forge(t, stranger, header("kid", k.Public()[0].KID))
		wantRefused(t, v, token, at, jwt.ErrTokenSignatureInvalid)
		wantRefused(t, v, token, at.AddDate(2, 0, 0), jwt.ErrTokenSignatureInvalid)
	})
	t.Run("sales swapped between two links", func(t *testing.T) {
		a := strings.Split(forge(t, k, set("sale", "a")), ".")
		b := strings.Split(forge(t, k, set("sale", "b")), ".")
		wantRefused(t, v, a[0]+"."+b[1]+"."+a[2], at, jwt.ErrTokenSignatureInvalid)
	})
	t.Run("never alive", func(t *testing.T) { // an end before its issue is not "over"
		token := forge(t, k, set("exp", noon.Add(-time.Second).Unix()))
		wantRefused(t, v, token, at, nil)
	})
}

func wantRefused(t *testing.T, v *Verifier, token string, now time.Time, cause error) {
	t.Helper()
	c, over, err := v.Verify(token, now)
	if sale.CodeOf(err) != sale.CodeBadLink || over || c != (Claims{}) {
		t.Errorf("Verify at %v: %+v, over %v, %v; want nothing but CodeBadLink", now, c, over, err)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("cause of %v: want %v", err, cause)
	}
}

// The public key is no secret, so it must not serve as an HMAC key; and a
// token may not sign itself off. The parser refuses both by their alg, before
// any key is asked: shown here with a key function that would go along.
func TestOnlyEdDSA(t *testing.T) {
	k := tempKeys(t)
	public := k.Public()[0]
	claims := jwt.MapClaims{
		"iss": issuer, "aud": audience, "sub": "o1", "sale": "fest",
		"iat": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
	}
	for _, test := range []struct {
		method jwt.SigningMethod
		key    any
	}{
		{jwt.SigningMethodHS256, public.X},
		{jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType},
	} {
		token := jwt.NewWithClaims(test.method, claims)
		token.Header["typ"], token.Header["kid"] = typ, public.KID
		signed, err := token.SignedString(test.key)
		if err != nil {
			t.Fatal(err)
		}
		wantRefused(t, NewVerifier(k.Public()), signed, noon, jwt.ErrTokenSignatureInvalid)
		gullible := func(*jwt.Token) (any, error) { return test.key, nil }
		if _, err := jwt.NewParser(parserOptions(noon)...).Parse(signed, gullible); err == nil {
			t.Errorf("the parser itself accepts alg %s", test.method.Alg())
		}
	}
}

// A signature's last character has four bits to spare: 16 spellings of one
// token, unless decoding is strict. Line breaks and padding are more of them.
func TestOneTokenHasOneSpelling(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	k := tempKeys(t)
	v, token := NewVerifier(k.Public()), mint(t, k, hour)
	signature := token[strings.LastIndexByte(token, '.')+1:]
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	spellings := []string{
		token + "=", token + "==", token + "\n", "\r\n" + token, token + " ", token + ".", "Bearer " + token,
		strings.Replace(token, ".", ".\n", 1), token[:len(token)-5] + "\n" + token[len(token)-5:],
		strings.ToUpper(token), token[1:], token[:len(token)-1],
	}
	same := 0
	for _, c := range alphabet {
		other := token[:len(token)-1] + string(c)
		if other == token {
			continue
		}
		spellings = append(spellings, other)
		lax, err := base64.RawURLEncoding.DecodeString(other[strings.LastIndexByte(other, '.')+1:])
		if err == nil && string(lax) == string(raw) {
			same++
		}
	}
	if same != 15 {
		t.Errorf("%d other spellings of one signature tried, want 15", same)
	}
	for _, s := range spellings {
		wantRefused(t, v, s, noon, nil)
	}
}

func TestVerifySurvivesNonsense(t *testing.T) {
	k := tempKeys(t)
	v := NewVerifier(append(k.Public(), sale.PublicKey{KID: "short", X: []byte{1}}))
	for _, token := range []string{"", ".", "..", "...", "a.b.c", "\x00", strings.Repeat("a", maxToken+1), strings.Repeat(".", maxToken)} {
		wantRefused(t, v, token, noon, nil)
	}
	wantRefused(t, v, forge(t, k, func(h, _ map[string]any) { h["kid"] = "short" }), noon, ErrUnknownKey)
	wantRefused(t, NewVerifier(nil), mint(t, k, hour), noon, ErrUnknownKey)
	long := Claims{Offer: "o", Sale: strings.Repeat("s", maxToken), Issued: noon, Ends: hour.Ends}
	wantRefused(t, v, mint(t, k, long), noon, jwt.ErrTokenMalformed)
}

func TestErrorsQuoteNoToken(t *testing.T) {
	k := tempKeys(t)
	token := forge(t, k, func(_, c map[string]any) { c["sale"] = 4711 })
	_, _, err := NewVerifier(k.Public()).Verify(token, noon)
	for _, part := range append(strings.Split(token, "."), "4711") {
		if strings.Contains(err.Error(), part) {
			t.Errorf("%v quotes %s", err, part)
		}
	}
}

// Nothing but the tokens we minted may pass, to the letter.
func FuzzVerify(f *testing.F) {
	k := tempKeys(f)
	v, good := NewVerifier(k.Public()), mint(f, k, hour)
	f.Add(good)
	f.Add(forge(f, k, func(h, _ map[string]any) { h["typ"] = "JWT" }))
	f.Add(forge(f, k, func(_, c map[string]any) { delete(c, "exp") }))
	f.Add(good[:len(good)-1])
	f.Add(good + "\n")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		for _, now := range []time.Time{noon, hour.Ends} {
			c, over, err := v.Verify(token, now)
			if token == good {
				if err != nil || over != !now.Before(hour.Ends) || c != hour {
					t.Fatalf("our own token: %+v, over %v, %v", c, over, err)
				}
			} else if sale.CodeOf(err) != sale.CodeBadLink || over {
				t.Fatalf("accepted %q: %+v, over %v, %v", token, c, over, err)
			}
		}
	})
}

func BenchmarkMint(b *testing.B) {
	k := tempKeys(b)
	for b.Loop() {
		mint(b, k, hour)
	}
}

func BenchmarkVerify(b *testing.B) {
	k := tempKeys(b)
	v, token := NewVerifier(k.Public()), mint(b, k, hour)
	for b.Loop() {
		if _, _, err := v.Verify(token, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPrivateKeyIsNotPublic(t *testing.T) {
	k := tempKeys(t)
	for _, public := range k.Public() {
		if len(public.X) != ed25519.PublicKeySize || public.KID == "" || !public.Created.Equal(noon) {
			t.Errorf("public key: %+v", public)
		}
		for _, s := range k.ring.Load().secrets {
			if string(s.Seed) == string(public.X) {
				t.Error("a public key is a seed")
			}
		}
	}
}

// A key of another process, which this one does not have, is passed over; with
// none there is no link.
func TestMintFirstPassesOverKeysThatAreNotHere(t *testing.T) {
	k := tempKeys(t)
	here := k.Public()[0].KID
	c := Claims{Offer: "o", Sale: "fest", Issued: noon, Ends: noon.Add(time.Minute)}
	token, err := k.MintFirst([]string{"aaaaaaaa", here}, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, over, err := NewVerifier(k.Public()).Verify(token, noon); over || err != nil {
		t.Errorf("the link: over %v, %v", over, err)
	}
	if _, err := k.MintFirst([]string{"aaaaaaaa"}, c); err == nil {
		t.Error("signed with a key that is not here")
	}
	if _, err := k.MintFirst(nil, c); sale.CodeOf(err) != sale.CodeUnavailable {
		t.Errorf("without a key: %v", err)
	}
}
