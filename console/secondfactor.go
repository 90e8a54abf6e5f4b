package console

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"rsc.io/qr"

	"github.com/inturn/inturn/internal/line"
)

// The second factor is a code of six digits that an app makes from a secret
// and the time (TOTP, RFC 6238): steps of 30 s, SHA-1, which every app knows.
const (
	step       = 30 * time.Second
	skew       = 1  // steps that a clock may be wrong by, either way
	secretSize = 20 // bytes: RFC 4226, §4, recommends as many as the hash has
	recoveries = 8  // recovery codes
)

// secretCoding is how apps take a secret.
var secretCoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret draws the secret of a second factor.
func newSecret() string {
	b := make([]byte, secretSize)
	rand.Read(b) // never fails
	return secretCoding.EncodeToString(b)
}

// goodSecret says whether a form brings back a secret of ours.
func goodSecret(secret string) bool {
	b, err := secretCoding.DecodeString(secret)
	return err == nil && len(b) == secretSize
}

// factorURL is what the QR code holds: the console's host tells this
// installation from another in the app.
func (s *Server) factorURL(address, secret string) (string, error) {
	raw, err := secretCoding.DecodeString(secret)
	if err != nil {
		return "", err
	}
	issuer := "inturn"
	if u, err := url.Parse(s.o.URL); err == nil && u.Host != "" {
		issuer += " " + u.Hostname()
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: address, Secret: raw})
	if err != nil {
		return "", fmt.Errorf("write the second factor's address: %w", err)
	}
	return key.URL(), nil
}

// qrPath draws a QR code as the path of an SVG of size by size units, with the
// four units of margin that the standard asks for.
func qrPath(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0, fmt.Errorf("draw the QR code: %w", err)
	}
	const margin = 4
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for code.Black(x, y) {
				x++
			}
			if n := x - from; n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+margin, y+margin, n, n)
			}
		}
	}
	return b.String(), code.Size + 2*margin, nil
}

// stepOf is the step whose code this is, if the clock is wrong by no more
// than the skew.
func (s *Server) stepOf(secret, code string) (int64, bool) {
	now := s.clock()
	for i := -skew; i <= skew; i++ {
		at := now.Add(time.Duration(i) * step)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: uint(step / time.Second), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at.Unix() / int64(step/time.Second), true
		}
	}
	return 0, false
}

// digits are a code as somebody types it: apps show "123 456".
func digits(typed string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, typed)
}

// showsFactor says whether somebody has shown the second factor: a code that
// was not taken before, or a recovery code, which is spent.
func (s *Server) showsFactor(ctx context.Context, o line.Organizer, typed string) (bool, error) {
	code := digits(typed)
	if _, err := strconv.Atoi(code); err == nil && len(code) == otp.DigitsSix.Length() {
		secret, err := s.unseal(o.ID, o.Factor)
		if err != nil {
			return false, err
		}
		at, ok := s.stepOf(secret, code)
		if !ok {
			return false, nil
		}
		return s.line.TakeStep(ctx, o.ID, at)
	}
	return s.line.TakeRecoveryCode(ctx, o.ID, recoveryHash(o.ID, code))
}

// newRecoveryCodes draws one-time codes, as they are shown once, and what is
// kept of them. Each has 80 random bits: no copy of the database gives them
// away.
func newRecoveryCodes(organizer int64) (shown []string, hashes [][]byte) {
	for range recoveries {
		b := make([]byte, 10)
		rand.Read(b) // never fails
		code := strings.ToLower(secretCoding.EncodeToString(b))
		shown = append(shown, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		hashes = append(hashes, recoveryHash(organizer, code))
	}
	return shown, hashes
}

func recoveryHash(organizer int64, code string) []byte {
	sum := sha256.Sum256([]byte(strconv.FormatInt(organizer, 10) + ":" + strings.ToLower(code)))
	return sum[:]
}

// sealPurpose is what the key that seals second factors is derived for.
const sealPurpose = "second factor"

// seal encrypts the secret of an organizer's second factor with a key that is
// not in the database: "kid.base64".
func (s *Server) seal(organizer int64, secret string) (string, error) {
	kid, key := s.o.Keys.Secret(sealPurpose)
	box, err := gcm(key)
	if err != nil {
		return "", err
	}
	sealed := box.Seal(nil, nil, []byte(secret), sealedFor(organizer))
	return kid + "." + base64.RawStdEncoding.EncodeToString(sealed), nil
}

// unseal gives the secret back.
func (s *Server) unseal(organizer int64, sealed string) (string, error) {
	kid, text, _ := strings.Cut(sealed, ".")
	key, ok := s.o.Keys.SecretOf(kid, sealPurpose)
	if !ok {
		return "", errors.New("the key that sealed this second factor is not here")
	}
	box, err := gcm(key)
	if err != nil {
		return "", err
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("read a second factor: %w", err)
	}
	secret, err := box.Open(nil, nil, raw, sealedFor(organizer))
	if err != nil {
		return "", fmt.Errorf("unseal a second factor: %w", err)
	}
	return string(secret), nil
}

// sealedFor binds a sealed secret to its organizer: moved to another's row it
// does not open.
func sealedFor(organizer int64) []byte {
	return []byte("organizer " + strconv.FormatInt(organizer, 10))
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
