package sale

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code names a kind of failure. It survives the wire and is turned into a
// status, a page or an SMTP decision in one place each.
type Code string

// The codes a fan, an organizer or the other side can meet. Their HTTP
// status is fixed in internal/web and, for the wire, in internal/peer.
const (
	CodeInternal       Code = "internal"            // 500: ours; logged, never shown
	CodeNotFound       Code = "not_found"           // 404
	CodeBadRequest     Code = "bad_request"         // 400: not even well-formed
	CodeTooLarge       Code = "too_large"           // 413: body over the cap
	CodeForbidden      Code = "forbidden"           // 403: cross-site post and the like
	CodeInvalid        Code = "invalid"             // 422: field errors say which
	CodeBadAddress     Code = "bad_address"         // 422
	CodeAlreadyInLine  Code = "already_in_line"     // 409
	CodeNotOpenYet     Code = "not_open_yet"        // 403
	CodeClosed         Code = "closed"              // 410: the form's time is over
	CodeFull           Code = "full"                // 410: both classes are full
	CodeTooMany        Code = "too_many"            // 429: this network, for a moment
	CodeOverloaded     Code = "overloaded"          // 503 with Retry-After
	CodeUnavailable    Code = "unavailable"         // 503: a part we need does not answer
	CodeKeyReused      Code = "idempotency_reused"  // 409: same Idempotency-Key, other body
	CodeBadLink        Code = "bad_link"            // 401: not signed by us
	CodeOfferOver      Code = "offer_over"          // 410: genuine, but over
	CodeBadQuantity    Code = "bad_quantity"        // 422: zero, negative, nonsense
	CodeTooManyTickets Code = "too_many_tickets"    // 409: more than the offer or a type has
	CodeAlreadyBought  Code = "already_bought"      // 409: the offer has its order
	CodePriceChanged   Code = "price_changed"       // 409: look again before you buy
	CodeCutBelow       Code = "cut_below_committed" // 409: the ledger cannot keep it
	CodeStale          Code = "stale_version"       // 409: an older version than the one stored
	CodeSaleChanged    Code = "sale_changed"        // 409: somebody changed the sale since the version that this edit was made from
	CodeFenced         Code = "fenced"              // 409: another assigner has taken over
	CodeTooLate        Code = "too_late"            // 409: cannot be taken back any more
	CodeBadProof       Code = "bad_proof"           // 422: the proof of work is not ours, too old, or used
	CodeConfirmOver    Code = "confirmation_over"   // 410: the link that confirms an address is over
	CodePassphrase     Code = "passphrase_needed"   // 403: an organizer has to give the passphrase again first
	CodeUnauthorized   Code = "unauthorized"        // 401: a peer call not signed with our secret, an organizer who has not signed in
)

// Reason tells apart what has the same code. Every reason has a text in every
// language.
type Reason string

// Error is the one error type that crosses packages.
//
// Message is safe to show to whoever caused the error and is written in their
// words; Err is the cause, for logs only. Fields name what was wrong with
// which input. RetryAfter, when positive, says when trying again makes sense.
// Reason, where there is one, says what Message says, for those who have to
// say it in another language.
type Error struct {
	Code       Code
	Reason     Reason
	Message    string
	Fields     []FieldError
	RetryAfter time.Duration
	Err        error
}

// FieldError is what was wrong with one input field. Line is 1-based, and 0
// where the input has no lines.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Line    int    `json:"line,omitempty"`
}

// String is the error as one line: `line 14: caps.guaranteed: …`.
func (f FieldError) String() string {
	if f.Line > 0 {
		return fmt.Sprintf("line %d: %s: %s", f.Line, f.Field, f.Message)
	}
	return f.Field + ": " + f.Message
}

// E makes an Error with a user-safe message.
func E(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error with a code and a cause; its message is shown, its
// cause is not.
func Wrap(code Code, err error, message string) *Error {
	return &Error{Code: code, Message: message, Err: err}
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if e.Message != "" {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	for _, f := range e.Fields {
		b.WriteString("; ")
		b.WriteString(f.String())
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Code: c}) match on the code alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// CodeOf is the code an error carries, CodeInternal when it carries none and
// "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
