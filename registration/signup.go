package registration

import (
	"errors"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/sale"
)

// maxKey bounds an Idempotency-Key.
const maxKey = 255

// signUpForm is what a sign-up may contain. Website is a trap for robots: it
// is hidden from people.
type signUpForm struct {
	Email   string `json:"email"`
	Lang    string `json:"lang"`
	Website string `json:"website"`
	Altcha  string `json:"altcha"` // the solution of a challenge, where the sale demands one
	Key     string `json:"-"`      // the Idempotency-Key header
}

// address checks the form and gives its address.
func (f signUpForm) address() (sale.Address, error) {
	switch {
	case strings.TrimSpace(f.Website) != "":
		return sale.Address{}, &sale.Error{
			Code: sale.CodeInvalid, Message: "A field that is hidden from people was filled in.",
			Fields: []sale.FieldError{{Field: "website", Message: "leave this empty"}},
		}
	case len(f.Key) > maxKey:
		return sale.Address{}, sale.E(sale.CodeBadRequest, "The Idempotency-Key is longer than %d bytes.", maxKey)
	}
	return sale.ParseAddress(f.Email, idna.Lookup.ToASCII)
}

// unavailable gives an error without a code of its own the meaning that it
// has here: the line's database did not answer. Nothing is lost by asking
// again; the same address gets the same place.
func unavailable(err error) error {
	var e *sale.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &sale.Error{
		Code: sale.CodeUnavailable, RetryAfter: 5 * time.Second, Err: err,
		Message: "We cannot reach our records right now. Please try again in a moment.",
	}
}
