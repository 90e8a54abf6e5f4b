package bounce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
)

// Line is where what comes back is recorded.
type Line interface {
	Bounce(ctx context.Context, b line.Bounce) (line.Bounced, error)
}

// Keys read the signed addresses.
type Keys interface {
	ReadBounceTag(tag string) (link.Handover, error)
}

// Verdict is one word about one mail that came in: a [line.BounceResult], or
// one of these.
type Verdict string

// The verdicts besides the line's.
const (
	Refused Verdict = "refused" // not to a signed address of ours
	Ignored Verdict = "ignored" // to one, but no report of a final failure
	Failed  Verdict = "failed"  // could not be recorded; the sender tries again
)

// Options say what a Desk works with. Line, Keys and ReturnPath are required;
// Logger is silent when nil, and Observe hears every verdict when somebody
// listens.
type Options struct {
	Line       Line
	Keys       Keys
	ReturnPath mail.ReturnPath
	Logger     *slog.Logger
	Observe    func(Verdict)
}

// Desk takes mails that came back, from a listener or from files. It is safe
// for concurrent use.
type Desk struct {
	o Options

	mu   sync.Mutex
	last error // of the last attempt to record
}

// New checks the options.
func New(o Options) (*Desk, error) {
	switch {
	case o.Line == nil:
		return nil, errors.New("bounce: Options.Line is missing")
	case o.Keys == nil:
		return nil, errors.New("bounce: Options.Keys is missing")
	case o.ReturnPath.IsZero():
		return nil, errors.New("bounce: Options.ReturnPath is missing")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(Verdict) {}
	}
	return &Desk{o: o}, nil
}

// Addressed gives the hand-over that an address is about; ok is false for
// every address that we did not sign.
func (d *Desk) Addressed(to string) (h link.Handover, ok bool) {
	tag, ok := d.o.ReturnPath.Tag(to)
	if !ok {
		return link.Handover{}, false
	}
	h, err := d.o.Keys.ReadBounceTag(tag)
	return h, err == nil
}

// Take reads a message that came to a signed address and records what it
// reports. With an error nothing was recorded, and the same message should
// come again.
func (d *Desk) Take(ctx context.Context, h link.Handover, message io.Reader) (Verdict, error) {
	report := ReadReport(message)
	if !report.Failed {
		d.o.Observe(Ignored)
		return Ignored, nil
	}
	got, err := d.o.Line.Bounce(ctx, line.Bounce{Try: h.Try, Started: h.Started, Dead: report.Dead, Status: report.Status})
	d.mu.Lock()
	d.last = err
	d.mu.Unlock()
	if err != nil {
		d.o.Observe(Failed)
		d.o.Logger.ErrorContext(ctx, "a bounce cannot be recorded", "error", err)
		return Failed, fmt.Errorf("take a mail that came back: %w", err)
	}
	verdict := Verdict(got.Result)
	d.o.Observe(verdict)
	d.o.Logger.InfoContext(ctx, "mail came back", "verdict", string(verdict), "status", report.Status,
		"sale", got.Sale, "number", got.Number, "kind", string(got.Kind))
	return verdict, nil
}

// Health is why the last report could not be recorded, or nil.
func (d *Desk) Health() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last
}
