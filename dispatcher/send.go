package dispatcher

import (
	"context"
	"errors"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail"
)

// Sent is what one round of sending did.
type Sent struct {
	Mails int           // hand-overs that were tried
	Wait  time.Duration // when positive: the mail limits allow the next one only then
	Fault bool          // our own fault: stop sending for a while
}

// Send leases up to most due mails of the sales this process holds, hands
// them over one after the other and records how each ended. The courier must
// be connected: an offer's clock starts with the lease.
func (d *Dispatcher) Send(ctx context.Context, courier Courier, most int) (Sent, error) {
	held := d.held.inTurn()
	if len(held) == 0 {
		return Sent{}, nil
	}
	if err := d.recordLeft(ctx); err != nil {
		return Sent{}, err
	}
	mails, wait, err := d.take(ctx, line.Hand{Leases: held, Most: most, Limits: d.Limits})
	if err != nil {
		return Sent{}, err
	}
	sent := Sent{Wait: wait}
	var errs []error
	for _, m := range mails {
		result, alone := d.blame.judge(m, d.handOver(ctx, courier, m))
		d.Metrics.Mail(m.Kind, string(result.Outcome))
		d.health.mail(result)
		sent.Mails++
		sent.Fault = sent.Fault || (result.Outcome == mail.Fault && result.Stage != mail.StageMessage)
		// What was leased is handed over even when a result cannot be stored:
		// it is in nobody else's hands.
		errs = append(errs, d.record(ctx, tried(m, result, alone, d.Clock())))
	}
	return sent, errors.Join(errs...)
}

// handOver makes the text and the token, and hands the mail to the server.
// What cannot be made is our own fault and costs the fan nothing.
func (d *Dispatcher) handOver(ctx context.Context, courier Courier, m line.Mail) mail.Result {
	msg, err := d.message(ctx, m)
	if err != nil {
		d.Logger.ErrorContext(ctx, "a mail cannot be made", "kind", string(m.Kind), "sale", m.Sale.Slug, "number", m.Number, "error", err)
		return mail.Result{Outcome: mail.Fault, Stage: mail.StageMessage, Text: err.Error()}
	}
	result := courier.Send(ctx, msg)
	level := d.Logger.DebugContext
	if result.Outcome != mail.Accepted {
		level = d.Logger.WarnContext
	}
	level(ctx, "mail handed over", "kind", string(m.Kind), "sale", m.Sale.Slug, "number", m.Number, "try", m.Try,
		"outcome", string(result.Outcome), "stage", result.Stage, "code", result.Code, "text", result.Text)
	return result
}
