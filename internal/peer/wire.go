package peer

import (
	"context"
	"net/http"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// Prefix is where [Handler] wants to be mounted.
const Prefix = "/peer/v1/"

// The bounds of a call and of an answer, in bytes. A call of MaxCall reserves
// for some 60,000 offers.
const (
	MaxCall   = 4 << 20
	MaxAnswer = 8 << 20
)

// pageBytes bounds one page of the feed, whatever was asked.
const pageBytes = 4 << 20

// maxSkew is how far the clocks of the two sides may be apart.
const maxSkew = 5 * time.Minute

// BoxOffice is what the wire carries. See [boxoffice.BoxOffice] for what each
// call means; all of them are idempotent.
//
// [boxoffice.BoxOffice]: https://pkg.go.dev/github.com/inturn/inturn/internal/boxoffice
type BoxOffice interface {
	Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error
	Reserve(ctx context.Context, slug string, asks []sale.Ask) ([]sale.Grant, error)
	Freeze(ctx context.Context, slug string, all []sale.Freeze) error
	Close(ctx context.Context, slug string, c sale.Closing) (sale.Answer, error)
	Outcomes(ctx context.Context, slug string, after int64, limit int) ([]sale.Outcome, error)
	Stock(ctx context.Context, slug string) (sale.Stock, error)
	Flows(ctx context.Context, slug string, after int64) (sale.Flows, error)
	Cancel(ctx context.Context, slug, code, reason string) (sale.Order, error)
	Ledger(ctx context.Context, slug string, after int64, limit int) ([]sale.Transfer, error)
}

// The calls, by the last word of their path, and their bodies.
const (
	callPut      = "put"
	callReserve  = "reserve"
	callFreeze   = "freeze"
	callClose    = "close"
	callOutcomes = "outcomes"
	callStock    = "stock"
	callFlows    = "flows"
	callCancel   = "cancel"
	callLedger   = "ledger"
	callPing     = "ping"
)

type (
	putCall struct {
		Sale sale.Sale        `json:"sale"`
		Keys []sale.PublicKey `json:"keys"`
	}
	reserveCall struct {
		Sale string     `json:"sale"`
		Asks []sale.Ask `json:"asks"`
	}
	reserveAnswer struct {
		Grants []sale.Grant `json:"grants"`
	}
	freezeCall struct {
		Sale    string        `json:"sale"`
		Freezes []sale.Freeze `json:"freezes"`
	}
	closeCall struct {
		Sale    string       `json:"sale"`
		Closing sale.Closing `json:"closing"`
	}
	closeAnswer struct {
		Answer sale.Answer `json:"answer"`
	}
	outcomesCall struct {
		Sale  string `json:"sale"`
		After int64  `json:"after"`
		Limit int    `json:"limit"`
	}
	outcomesAnswer struct {
		Outcomes []sale.Outcome `json:"outcomes"`
	}
	stockCall struct {
		Sale string `json:"sale"`
	}
	stockAnswer struct {
		Stock sale.Stock `json:"stock"`
	}
	flowsCall struct {
		Sale  string `json:"sale"`
		After int64  `json:"after"`
	}
	flowsAnswer struct {
		Flows sale.Flows `json:"flows"`
	}
	ledgerCall struct {
		Sale  string `json:"sale"`
		After int64  `json:"after"`
		Limit int    `json:"limit"`
	}
	ledgerAnswer struct {
		Transfers []sale.Transfer `json:"transfers"`
	}
	cancelCall struct {
		Sale   string `json:"sale"`
		Code   string `json:"code"`
		Reason string `json:"reason"`
	}
	cancelAnswer struct {
		Order sale.Order `json:"order"`
	}
	nothing struct{}
)

// wireError is a [sale.Error] on the wire. The cause stays where it happened.
type wireError struct {
	Code         sale.Code         `json:"code"`
	Message      string            `json:"message,omitempty"`
	Fields       []sale.FieldError `json:"fields,omitempty"`
	RetryAfterMS int64             `json:"retry_after_ms,omitempty"`
}

func toWire(e *sale.Error) wireError {
	return wireError{
		Code: e.Code, Message: e.Message, Fields: e.Fields,
		RetryAfterMS: int64((e.RetryAfter + time.Millisecond - 1) / time.Millisecond),
	}
}

func (w wireError) sale() *sale.Error {
	return &sale.Error{
		Code: w.Code, Message: w.Message, Fields: w.Fields,
		RetryAfter: time.Duration(w.RetryAfterMS) * time.Millisecond,
	}
}

// statusOf is the status of an answer that says no. The client reads the
// code; the status is for people who read the logs of what is in between.
func statusOf(code sale.Code) int {
	switch code {
	case sale.CodeBadRequest:
		return http.StatusBadRequest
	case sale.CodeUnauthorized:
		return http.StatusUnauthorized
	case sale.CodeNotFound:
		return http.StatusNotFound
	case sale.CodeOfferOver:
		return http.StatusGone
	case sale.CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case sale.CodeInvalid, sale.CodeBadQuantity:
		return http.StatusUnprocessableEntity
	case sale.CodeInternal:
		return http.StatusInternalServerError
	case sale.CodeOverloaded, sale.CodeUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusConflict
	}
}
