package sim

import (
	"context"
	"errors"
	"strings"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// errFault is what every injected fault looks like from inside.
var errFault = errors.New("injected fault")

// chance draws: true in rate of a thousand cases, never once healed.
func (w *World) chance(rate int) bool {
	return !w.healed && w.rand.IntN(1000) < rate
}

// storeFault is the databases' fault hook: before a commit nothing has
// happened, after it everything has and the caller does not know.
func (w *World) storeFault(_ context.Context, _ sqldb.Point) error {
	if w.checking || !w.chance(w.StoreFaults/4) {
		return nil
	}
	w.Counts["store fault"]++
	return errFault
}

// wire is the way from the dispatcher to the box office.
type wire struct{ w *World }

// call runs one call through the faults of the wire.
func call[T any](t wire, do func() (T, error)) (T, error) {
	w := t.w
	var none T
	w.interlude()
	if w.chance(w.WireFaults) {
		w.Counts["call lost"]++
		return none, sale.Wrap(sale.CodeUnavailable, errFault, "The box office cannot be reached.")
	}
	if w.chance(w.WireFaults) {
		w.Counts["call doubled"]++
		if _, err := do(); err != nil {
			return none, err
		}
		w.interlude()
	}
	out, err := do()
	if w.chance(w.WireFaults) {
		w.Counts["answer lost"]++
		return none, sale.Wrap(sale.CodeUnavailable, errFault, "The box office cannot be reached.")
	}
	return out, err
}

func (t wire) box() *boxoffice.BoxOffice { return t.w.box }

// Put, and all that follow, are the dispatcher's BoxOffice.
func (t wire) Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error {
	_, err := call(t, func() (struct{}, error) { return struct{}{}, t.box().Put(ctx, s, keys) })
	return err
}

func (t wire) Reserve(ctx context.Context, slug string, asks []sale.Ask) ([]sale.Grant, error) {
	return call(t, func() ([]sale.Grant, error) { return t.box().Reserve(ctx, slug, asks) })
}

func (t wire) Freeze(ctx context.Context, slug string, all []sale.Freeze) error {
	_, err := call(t, func() (struct{}, error) { return struct{}{}, t.box().Freeze(ctx, slug, all) })
	return err
}

func (t wire) Close(ctx context.Context, slug string, c sale.Closing) (sale.Answer, error) {
	return call(t, func() (sale.Answer, error) { return t.box().Close(ctx, slug, c) })
}

func (t wire) Outcomes(ctx context.Context, slug string, after int64, limit int) ([]sale.Outcome, error) {
	return call(t, func() ([]sale.Outcome, error) { return t.box().Outcomes(ctx, slug, after, limit) })
}

func (t wire) Stock(ctx context.Context, slug string) (sale.Stock, error) {
	return call(t, func() (sale.Stock, error) { return t.box().Stock(ctx, slug) })
}

func (t wire) Cancel(ctx context.Context, slug, code, reason string) (sale.Order, error) {
	return call(t, func() (sale.Order, error) { return t.box().Cancel(ctx, slug, code, reason) })
}

// courier is the mail server, as one connection to it.
type courier struct{ w *World }

func (c courier) Close() {}

// Send delivers to the fan's inbox, or does what mail servers do instead.
func (c courier) Send(_ context.Context, m mail.Message) mail.Result {
	w := c.w
	w.notAtNight(m)
	w.notFrozen(m)
	w.interlude()
	f := w.byAddress[m.To]
	switch {
	case f == nil && w.elsewhere(m.To, m.Date):
		return mail.Result{Outcome: []mail.Outcome{mail.Accepted, mail.Refused}[w.rand.IntN(2)], Code: 250, Stage: mail.StageRcpt}
	case f == nil:
		w.fail("a mail to %q, who never joined", m.To)
	case f.bounces:
		w.Counts["mail refused"]++
		return mail.Result{Outcome: mail.Refused, Code: 550, Stage: mail.StageRcpt}
	case !w.chance(w.MailFaults):
		f.take(w, m)
		return mail.Result{Outcome: mail.Accepted, Code: 250, Stage: mail.StageDot}
	}
	switch w.rand.IntN(6) {
	case 5:
		w.willReturn(m)
		if w.rand.IntN(4) == 0 { // before we have heard that the mail was taken
			w.report()
		}
		return mail.Result{Outcome: mail.Accepted, Code: 250, Stage: mail.StageDot}
	case 0:
		w.Counts["mail unknown, lost"]++
		return mail.Result{Outcome: mail.Unknown, Stage: mail.StageDot}
	case 1:
		w.Counts["mail unknown, arrived"]++
		f.take(w, m)
		return mail.Result{Outcome: mail.Unknown, Stage: mail.StageDot}
	case 2:
		w.Counts["mail fault"]++
		return mail.Result{Outcome: mail.Fault, Code: 535, Stage: mail.StageConnect}
	case 3:
		w.Counts["mail slow"]++
		w.advance(w.LinkLife * 3 / 4)
		w.interlude()
		f.take(w, m)
		return mail.Result{Outcome: mail.Accepted, Code: 250, Stage: mail.StageDot}
	default:
		w.Counts["mail temporary"]++
		return mail.Result{Outcome: mail.Temporary, Code: 451, Stage: mail.StageRcpt}
	}
}

// linkOf finds the personal link: a line of its own in the text part.
func linkOf(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if token, ok := strings.CutPrefix(line, checkoutURL+"/c/"); ok {
			return token
		}
	}
	return ""
}
