package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/sale"
)

// Options say what kind of sale is played. Tickets, Fans and Clock are
// required; the zero value of everything else is right.
type Options struct {
	Tickets int
	Fans    int
	Seed    uint64
	Keep    bool // keep the databases
	Clock   sale.Clock

	Progress io.Writer // where it is told how the sale goes; nil: nowhere
	Terminal Terminal  // what Progress is
	Pace     Pace      // zero: about a minute for everything

	// Verify checks the stored data of both sides; nil: the parts' own
	// Verify.
	Verify func(context.Context, *app.Parts) (app.Report, error)
}

// Terminal says what can be drawn where progress is told.
type Terminal struct {
	Live   bool // it is a terminal: bars that move
	Colour bool
	Width  int // columns; 0: 80
	Height int // rows; 0: 24
}

// The bounds of a demo. Every fan is a goroutine with a mailbox, so more than
// this is a load test, for which there are better tools.
const (
	mostTickets = 20_000
	mostFans    = 20_000
)

func (o *Options) check() error {
	var wrong []sale.FieldError
	bound := func(field string, n, most int) {
		if n < 1 || n > most {
			wrong = append(wrong, sale.FieldError{Field: field, Message: fmt.Sprintf("%d is not a number from 1 to %d", n, most)})
		}
	}
	bound("--tickets", o.Tickets, mostTickets)
	bound("--fans", o.Fans, mostFans)
	if o.Clock == nil {
		return errors.New("demo: Options.Clock is missing")
	}
	if len(wrong) > 0 {
		return &sale.Error{Code: sale.CodeInvalid, Message: "this sale cannot be played", Fields: wrong}
	}
	if o.Pace == (Pace{}) {
		o.Pace = paceFor(o.Tickets, o.Fans)
	}
	if o.Verify == nil {
		o.Verify = func(ctx context.Context, p *app.Parts) (app.Report, error) { return p.Verify(ctx) }
	}
	return nil
}

// demo is one run.
type demo struct {
	o       Options
	sale    sale.Sale
	opens   time.Time
	browser *browser
	post    *postOffice
	venue   *venue
	tally   *tally
	show    show

	fans  []Fan
	curve []Sample
}

// Run plays a whole sale and reports on it. The error says that it could not
// be played or looked at; whether every promise was kept stands in the
// report. When ctx ends the sale is stopped gracefully and what there is by
// then is reported.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.check(); err != nil {
		return Report{}, err
	}
	d := &demo{o: o, browser: newBrowser()}
	var err error
	if d.post, err = openPostOffice(d.browser); err != nil {
		return Report{}, err
	}
	posting := make(chan error, 1)
	go func() { posting <- d.post.run() }()
	if d.venue, err = openVenue(ctx, o.Clock, d.post.url()); err != nil {
		d.post.close()
		return Report{}, errors.Join(err, <-posting)
	}
	d.show = newShow(o)
	err = d.play(ctx)
	d.show.end()
	d.browser.close() // a server that stops waits for connections that were never used
	err = errors.Join(err, d.venue.end())
	d.post.close()
	err = errors.Join(err, <-posting)
	report := Report{}
	if err == nil {
		report, err = d.report(context.WithoutCancel(ctx), ctx.Err() != nil)
	}
	err = errors.Join(err, d.venue.close())
	return d.tidy(report, err)
}

// play applies the sale, lets the crowd in and waits until everybody has seen
// the end.
func (d *demo) play(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-d.venue.over: // a role failed
			cancel(cmp.Or(d.venue.err, errors.New("the roles stopped")))
		case <-ctx.Done():
		}
	}()
	d.opens = d.o.Clock()
	d.sale = newSale(d.o.Tickets, d.o.Pace, d.opens)
	d.tally = newTally(d.sale.Caps.Guaranteed + 1)
	err := d.venue.apply(ctx, d.sale)
	if err == nil {
		err = d.awaitForm(ctx)
	}
	if err != nil {
		return stopped(ctx, err)
	}
	d.opens = d.o.Clock()
	d.announce(ctx)
	watching, enough := context.WithCancel(ctx)
	watched := make(chan []Sample, 1)
	go func() { watched <- d.watch(watching) }()
	crowd := &crowd{
		plans:   newPlans(d.o.Seed, d.o.Fans, d.sale.Tickets.MaxPerFan, len(d.sale.Tickets.Types)),
		landing: d.venue.landing(), browser: d.browser, post: d.post, pace: d.o.Pace, tally: d.tally,
	}
	d.fans = crowd.run(ctx)
	enough()
	d.curve = <-watched
	if last, err := d.sample(context.WithoutCancel(ctx)); err == nil {
		d.curve = append(d.curve, last)
		d.show.update(last, d.curve)
	}
	return stopped(ctx, nil)
}

// stopped makes an ordinary stop from outside no error, and the failure of a
// role the error.
func stopped(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case ctx.Err() == nil:
		return err
	case errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded):
		return nil
	default:
		return cause
	}
}

// formEvery is how often the landing page is asked for until its form is
// there.
const formEvery = 50 * time.Millisecond

// awaitForm waits until the landing page takes addresses.
func (d *demo) awaitForm(ctx context.Context) error {
	tick := time.NewTicker(formEvery)
	defer tick.Stop()
	for {
		if p, err := d.browser.get(ctx, d.venue.landing()); err == nil {
			if _, ok := p.form("email"); ok {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// announce says where the sale can be watched; a place page when there is
// one.
func (d *demo) announce(ctx context.Context) {
	d.show.say("%s, at most %d each: %s, %s on standby.", counted(d.o.Tickets, "ticket", "tickets"), d.sale.Tickets.MaxPerFan,
		counted(d.sale.Caps.Guaranteed, "guaranteed place", "guaranteed places"), thousands(d.sale.Caps.Standby))
	d.show.say("%s coming (seed %d). Watch it:", counted(d.o.Fans, "fan is", "fans are"), d.o.Seed)
	d.show.say("  landing page  %s", d.venue.landing())
	d.show.say("  metrics       %s/metrics", d.venue.app.URL(string(app.Console)))
	d.show.say("  mail          goes to the crowd's own mail server, so there is no /mailbox")
	go func() {
		select {
		case <-ctx.Done():
		case <-d.tally.known:
			number, address := d.tally.toWatch()
			d.show.say("  place page    of number %s, who has no guarantee but a chance:\n%s", thousands(number), address)
		}
	}()
}

// tidy removes what was not asked to be kept. When something went wrong
// everything stays, to be looked at.
func (d *demo) tidy(r Report, err error) (Report, error) {
	if err != nil {
		return r, fmt.Errorf("%w (everything is kept in %s)", err, d.venue.dir)
	}
	if d.o.Keep || len(r.Broken()) > 0 {
		r.Data = d.venue.path(dataDir)
		return r, nil
	}
	for _, name := range []string{dataDir, logFile, saleFile} {
		if err := os.RemoveAll(d.venue.path(name)); err != nil {
			return r, fmt.Errorf("tidy up: %w", err)
		}
	}
	return r, nil
}
