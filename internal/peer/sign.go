package peer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// The headers that sign. The signature header is on calls and answers, the
// others on calls only.
const (
	headerTime      = "Inturn-Peer-Time"
	headerNonce     = "Inturn-Peer-Nonce"
	headerDigest    = "Inturn-Peer-Digest"
	headerSignature = "Inturn-Peer-Signature"
)

// The first part of what is signed, so that no call is ever read as an answer.
const (
	domainCall   = "inturn peer v1 call"
	domainAnswer = "inturn peer v1 answer"
)

// sign gives the HMAC-SHA256 of the parts in hex. Each part is preceded by its
// length: no two lists of parts are the same bytes.
func (s Secret) sign(parts ...string) string {
	mac := hmac.New(sha256.New, s)
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		mac.Write(length[:])
		io.WriteString(mac, part)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// same compares without telling by its time where two strings differ.
func same(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

// signCall sets a call's headers and gives its signature, which the answer
// must be signed over.
func (s Secret) signCall(r *http.Request, body []byte, at time.Time, nonce string) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	sum := digest(body)
	signature := s.sign(domainCall, r.Method, r.URL.RequestURI(), seconds, nonce, sum)
	r.Header.Set(headerTime, seconds)
	r.Header.Set(headerNonce, nonce)
	r.Header.Set(headerDigest, sum)
	r.Header.Set(headerSignature, signature)
	return signature
}

func (s Secret) signAnswer(call string, status int, body []byte) string {
	return s.sign(domainAnswer, call, strconv.Itoa(status), digest(body))
}

// checkCall gives the signature of a call that the secret has signed, and ""
// for any other. It does not read the body: its digest is what was signed.
func (s Secret) checkCall(r *http.Request) string {
	want := s.sign(domainCall, r.Method, r.URL.RequestURI(),
		r.Header.Get(headerTime), r.Header.Get(headerNonce), r.Header.Get(headerDigest))
	if got := r.Header.Get(headerSignature); same(got, want) {
		return got
	}
	return ""
}

// checkTime refuses a call that was signed too long ago, or by a clock too far
// from ours. The caller has the secret, so it is told how far.
func checkTime(r *http.Request, now time.Time) error {
	seconds, err := strconv.ParseInt(r.Header.Get(headerTime), 10, 64)
	if err != nil {
		return sale.E(sale.CodeUnauthorized, "the call's time is not a number")
	}
	at := time.Unix(seconds, 0)
	if at.Before(now.Add(-maxSkew)) || at.After(now.Add(maxSkew)) {
		return sale.E(sale.CodeUnauthorized,
			"the call was signed at %s and it is %s here: the clocks of the two sides are more than %s apart, or the call was on its way for that long",
			at.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339), maxSkew)
	}
	return nil
}
