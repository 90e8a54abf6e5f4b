package dispatcher_test

import (
	"context"
	"errors"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
)

// wire is the way to the box office. strike is asked before a call arrives
// and after it took effect; what it returns is what the dispatcher sees.
type wire struct {
	box    *boxoffice.BoxOffice
	strike func(call, phase string) error
}

// The phases of a call.
const (
	before = "before"
	after  = "after"
)

func through[T any](w *wire, call string, do func() (T, error)) (out T, err error) {
	strike := w.strike
	if strike == nil {
		return do()
	}
	if err := strike(call, before); err != nil {
		return out, err
	}
	if out, err = do(); err != nil {
		return out, err
	}
	return out, strike(call, after)
}

func (w *wire) Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error {
	_, err := through(w, "Put", func() (any, error) { return nil, w.box.Put(ctx, s, keys) })
	return err
}

func (w *wire) Reserve(ctx context.Context, slug string, asks []sale.Ask) ([]sale.Grant, error) {
	return through(w, "Reserve", func() ([]sale.Grant, error) { return w.box.Reserve(ctx, slug, asks) })
}

func (w *wire) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	_, err := through(w, "Freeze", func() (any, error) { return nil, w.box.Freeze(ctx, slug, all) })
	return err
}

func (w *wire) Close(ctx context.Context, slug string, c sale.Closing) (sale.Answer, error) {
	return through(w, "Close", func() (sale.Answer, error) { return w.box.Close(ctx, slug, c) })
}

func (w *wire) Outcomes(ctx context.Context, slug string, after int64, limit int) ([]sale.Outcome, error) {
	return through(w, "Outcomes", func() ([]sale.Outcome, error) { return w.box.Outcomes(ctx, slug, after, limit) })
}

func (w *wire) Stock(ctx context.Context, slug string) (sale.Stock, error) {
	return through(w, "Stock", func() (sale.Stock, error) { return w.box.Stock(ctx, slug) })
}

func (w *wire) Cancel(ctx context.Context, slug, code, reason string) (sale.Order, error) {
	return through(w, "Cancel", func() (sale.Order, error) { return w.box.Cancel(ctx, slug, code, reason) })
}

// unreachable is what a client of the wire says when nobody answers.
func unreachable() error {
	return sale.Wrap(sale.CodeUnavailable, errors.New("struck"), "The box office cannot be reached.")
}

// cut makes every call fail before it arrives.
func (w *wire) cut() { w.strike = func(string, string) error { return unreachable() } }

func (w *wire) heal() { w.strike = nil }
