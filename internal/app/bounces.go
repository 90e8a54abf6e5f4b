package app

import (
	"context"

	"github.com/inturn/inturn/internal/bounce"
	"github.com/inturn/inturn/internal/sale"
)

// buildBounces opens the listener for mail that comes back, where one is set.
func (a *App) buildBounces(ctx context.Context) error {
	if _, ok := a.listeners[bouncesListener]; !ok {
		return nil
	}
	desk, err := a.parts.Bounces(ctx, func(v bounce.Verdict) { a.metrics.Bounce(string(v)) })
	if err != nil {
		return err
	}
	a.addProbe(probe{name: "bounces", check: func(context.Context) error {
		return unavailable(desk.Health(), "Mail that came back cannot be recorded; its senders try again.")
	}})
	a.serve(bouncesListener, desk.Serve)
	return nil
}

// Bounces is the desk for mail that comes back, in a running serve or beside
// it. observe may be nil.
func (p *Parts) Bounces(ctx context.Context, observe func(bounce.Verdict)) (*bounce.Desk, error) {
	if p.o.Settings.ReturnPath.IsZero() {
		return nil, &sale.Error{
			Code: sale.CodeInvalid, Message: "mail has nowhere to come back to",
			Fields: []sale.FieldError{{Field: "INTURN_BOUNCE_ADDRESS", Message: "is not set"}},
		}
	}
	l, err := p.Line(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := p.Keys()
	if err != nil {
		return nil, err
	}
	return bounce.New(bounce.Options{
		Line: l, Keys: keys, ReturnPath: p.o.Settings.ReturnPath, Logger: p.o.Logger.With("part", "bounces"), Observe: observe,
	})
}
