package app

import (
	"cmp"
	"context"
	"fmt"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// Applied is what became of a sale file. Version counts from 1; Pending says
// that the box office does not have it yet, and Why what it answered.
type Applied struct {
	Sale    string        `json:"sale"`
	Version int64         `json:"version"`
	New     bool          `json:"new"`
	Changes []sale.Change `json:"changes"`
	Pending bool          `json:"pending"`
	Why     string        `json:"why,omitempty"`
	DryRun  bool          `json:"dry_run,omitempty"`
}

// Apply writes a sale to the line and puts it, with the keys, to its box
// office. When the box office cannot be reached the version stays pending: a
// running dispatcher goes on trying. When it refuses, the version before
// stays in force and the refusal is the error.
func (p *Parts) Apply(ctx context.Context, s sale.Sale, e line.Edit) (Applied, error) {
	return p.ApplyTo(ctx, ownWire{p}, s, e)
}

// ownWire is the box office of the settings, looked for when something is put.
type ownWire struct{ p *Parts }

// Put implements [dispatcher.Putter].
func (w ownWire) Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error {
	wire, err := w.p.Wire(ctx)
	if err != nil {
		return sale.Wrap(sale.CodeUnavailable, err, "the box office cannot be reached")
	}
	return wire.Put(ctx, s, keys)
}

// ApplyTo is [Parts.Apply] with another way to the box office, such as one that
// waits less long for its answer.
func (p *Parts) ApplyTo(ctx context.Context, box dispatcher.Putter, s sale.Sale, e line.Edit) (Applied, error) {
	l, err := p.Line(ctx)
	if err != nil {
		return Applied{}, err
	}
	written, err := l.Write(ctx, s, e)
	if err != nil {
		return Applied{}, err
	}
	a := Applied{Sale: s.Slug, Version: written.Version, New: written.New, Changes: written.Changes}
	if written.New && written.Version == 1 {
		a.Changes = sale.Diff(sale.Sale{}, s)
	}
	if a.Why, err = p.put(ctx, l, box, s.Slug, written.Version); err != nil {
		return a, err
	}
	a.Pending = a.Why != ""
	return a, nil
}

// put brings a sale's box office up to date with a version that was just
// written. It answers why it could not, in words for the organizer, when
// trying again later makes sense. A refusal is the error, also when a running
// dispatcher was the one who heard it.
func (p *Parts) put(ctx context.Context, l *line.Line, box dispatcher.Putter, slug string, version int64) (why string, err error) {
	keys, err := p.Keys()
	if err != nil {
		return "", err
	}
	if err = dispatcher.PutSale(ctx, l, box, slug, keys.Public()); err == nil {
		why, refused, err := l.Refusal(ctx, slug, version)
		if err == nil && refused {
			err = sale.E(sale.CodeCutBelow, "%s", why)
		}
		return "", err
	}
	if sale.CodeOf(err) == sale.CodeCutBelow {
		return "", fmt.Errorf("put %s to the box office: %w", slug, err)
	}
	p.o.Logger.Warn("the box office does not have the newest version", "sale", slug, "error", err)
	state, readErr := l.Sale(ctx, slug)
	if readErr != nil {
		return "", readErr
	}
	return cmp.Or(state.PendingWhy, "the box office cannot be reached"), nil
}

// Preview says what Apply would change and refuses what it would refuse on
// the line's side. It writes nothing.
func (p *Parts) Preview(ctx context.Context, s sale.Sale, e line.Edit) (Applied, error) {
	if !p.HasLine() {
		return Applied{Sale: s.Slug, Version: 1, New: true, DryRun: true, Changes: sale.Diff(sale.Sale{}, s)}, nil
	}
	l, err := p.Line(ctx)
	if err != nil {
		return Applied{}, err
	}
	tried, err := l.Try(ctx, s, e)
	if err != nil {
		return Applied{}, err
	}
	return Applied{Sale: s.Slug, Version: tried.Version, New: tried.New, Changes: tried.Changes, DryRun: true}, nil
}
