package peer

import (
	"net/http"
	"time"
)

// Sign signs a call for tests that write their own.
func Sign(s Secret, r *http.Request, body []byte, at time.Time, nonce string) (signature string) {
	return s.signCall(r, body, at, nonce)
}

// Signed says whether an answer is signed for a call.
func Signed(s Secret, call string, status int, header http.Header, body []byte) bool {
	return same(header.Get(headerSignature), s.signAnswer(call, status, body))
}

// PageBytes is the bound of a page of outcomes.
const PageBytes = pageBytes

// SignWithTime signs a call with whatever stands for its time.
func SignWithTime(s Secret, r *http.Request, body []byte, at string) (signature string) {
	r.Header.Set(headerTime, at)
	signature = s.sign(domainCall, r.Method, r.URL.RequestURI(), at, r.Header.Get(headerNonce), digest(body))
	r.Header.Set(headerSignature, signature)
	return signature
}

// SignAnswer signs an answer that a test makes up for a call.
func SignAnswer(s Secret, header http.Header, call *http.Request, status int, body string) {
	header.Set(headerSignature, s.signAnswer(call.Header.Get(headerSignature), status, []byte(body)))
}
