package dispatcher

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/metrics"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// BoxOffice is the side that owns the stock, in process or over the wire.
// Every call is idempotent, and an error that carries no domain code means
// that nobody can tell whether the call took effect.
type BoxOffice interface {
	Put(ctx context.Context, s sale.Sale, keys []sale.PublicKey) error
	Reserve(ctx context.Context, slug string, asks []sale.Ask) ([]sale.Grant, error)
	Freeze(ctx context.Context, slug string, all []sale.Freeze) error
	Close(ctx context.Context, slug string, c sale.Closing) (sale.Answer, error)
	Outcomes(ctx context.Context, slug string, after int64, limit int) ([]sale.Outcome, error)
	Stock(ctx context.Context, slug string) (sale.Stock, error)
	Cancel(ctx context.Context, slug, code, reason string) (sale.Order, error)
}

// Courier hands mails to a mail server, one at a time. It belongs to one
// worker.
type Courier interface {
	Send(ctx context.Context, m mail.Message) mail.Result
	Close()
}

// Connect gives a worker its courier.
type Connect func(ctx context.Context) (Courier, error)

// Options say what a Dispatcher works with. Line, BoxOffice, Connect, Keys,
// Templates, Clock and the two URLs are required.
type Options struct {
	Line      *line.Line
	BoxOffice BoxOffice
	Connect   Connect
	Keys      *link.Keys
	Templates *templates.Templates
	Clock     sale.Clock

	RegistrationURL string // without a slash at the end
	CheckoutURL     string
	ConsoleURL      string // where invitations lead; required where there are any

	ReturnPath mail.ReturnPath // where mails come back to; to their From when zero

	Holder  string          // names this process in leases; required to be unique
	Beat    time.Duration   // 1 s when zero
	Lease   time.Duration   // how long a lease lasts unless extended; five beats, at least 3 s, when zero
	Workers int             // mail connections, 4 when zero
	Closers int             // closings asked side by side, 8 when zero
	Limits  line.MailLimits // no limits when zero
	Logger  *slog.Logger    // silent when nil
	Metrics *metrics.Metrics
}

func (o *Options) defaults() error {
	missing := map[string]bool{
		"Line": o.Line == nil, "BoxOffice": o.BoxOffice == nil, "Connect": o.Connect == nil, "Keys": o.Keys == nil,
		"Templates": o.Templates == nil, "Clock": o.Clock == nil, "RegistrationURL": o.RegistrationURL == "",
		"CheckoutURL": o.CheckoutURL == "", "Holder": o.Holder == "",
	}
	for _, name := range []string{"Line", "BoxOffice", "Connect", "Keys", "Templates", "Clock", "RegistrationURL", "CheckoutURL", "Holder"} {
		if missing[name] {
			return errors.New("dispatcher: Options." + name + " is missing")
		}
	}
	if o.Beat == 0 {
		o.Beat = time.Second
	}
	if o.Lease == 0 {
		o.Lease = max(5*o.Beat, 3*time.Second)
	}
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Closers == 0 {
		o.Closers = 8
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Dispatcher is one process's part in dispatching. Several may work on the
// same line; each sale has one that assigns.
type Dispatcher struct {
	Options
	held   leases
	hands  hands
	blame  blame
	health health
	wake   chan struct{} // a mail may have become due
}

// New checks the options.
func New(o Options) (*Dispatcher, error) {
	if err := o.defaults(); err != nil {
		return nil, err
	}
	return &Dispatcher{
		Options: o,
		hands:   hands{held: map[int64]bool{}, doubt: map[string]bool{}},
		blame:   blame{refused: map[fan]int{}},
		wake:    make(chan struct{}, 1),
	}, nil
}
