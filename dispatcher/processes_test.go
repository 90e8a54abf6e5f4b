package dispatcher_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// eachRunning is eachHouse for tests that run goroutines: none may be left.
func eachRunning(t *testing.T, p plan, run func(t *testing.T, h *house)) {
	t.Helper()
	st := newStage(t)
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		dsn() // what sqldbtest itself keeps running is there before
		before := goleak.IgnoreCurrent()
		t.Cleanup(func() { goleak.VerifyNone(t, before) })
		h := newHouse(t, st, dsn, p)
		run(t, h)
		h.holds()
	})
}

// sixAtOnce offers to everybody in one batch.
func sixAtOnce(s *sale.Sale) { s.Dispatch.Batch = 6 }

// process is one process of the line side that runs by itself, over a
// database handle of its own.
type process struct {
	*dispatcher.Dispatcher
	stop  context.CancelFunc
	ended chan error
}

// run starts a process. fault is its database's.
func (h *house) run(holder string, workers int, fault func(context.Context, sqldb.Point) error) *process {
	h.Helper()
	db := sqldbtest.Open(h, h.dsn, sqldb.Options{Unsafe: true, Fault: fault})
	l, err := line.New(h.Context(), line.Options{DB: db, Clock: h.clock.Now})
	must(h, err)
	p := &process{Dispatcher: h.process(holder), ended: make(chan error, 1)}
	p.Line, p.Workers, p.Beat = l, workers, 2*time.Millisecond
	var ctx context.Context
	ctx, p.stop = context.WithCancel(h.Context())
	h.Cleanup(p.stop)
	go func() { p.ended <- p.Run(ctx) }()
	return p
}

// end stops a process and waits for it.
func (h *house) end(p *process) {
	h.Helper()
	p.stop()
	must(h, <-p.ended)
}

// mails waits until the server has taken so many.
func (h *house) mails(n int) []smtptest.Mail {
	h.Helper()
	all, err := h.server.Wait(h.Context(), n)
	must(h, err)
	return all
}

// recorded waits until nothing is being sent any more: what the server took
// is in the database a moment later.
func (h *house) recorded(watch <-chan struct{}) {
	h.Helper()
	for h.count(`SELECT COUNT(*) FROM outbox WHERE state IN ('queued', 'sending')`) > 0 {
		<-watch
	}
}

// committed gives a fault hook that strikes nowhere and tells when a transaction
// of that name was committed.
func committed(call string) (hook func(context.Context, sqldb.Point) error, done chan struct{}) {
	done = make(chan struct{}, 1)
	return func(_ context.Context, p sqldb.Point) error {
		if p.Phase == sqldb.AfterCommit && p.Call == "line.(*Line)."+call {
			select {
			case done <- struct{}{}:
			default:
			}
		}
		return nil
	}, done
}

// A stop finishes the hand-over in flight, records it, begins no other, and
// gives the lease back.
func TestStopFinishesWhatIsInFlight(t *testing.T) {
	eachRunning(t, plan{sale: sixAtOnce}, func(t *testing.T, h *house) {
		h.join(6)
		ready := make(chan *process, 1)
		h.script.set(func(m smtptest.Moment) smtptest.Reply {
			if m.Stage == smtptest.Dot {
				p := <-ready
				p.stop()
				select {
				case <-p.ended:
					t.Error("ended with a hand-over in flight")
				default:
				}
			}
			return smtptest.Reply{}
		})
		p := h.run("runner", 1, nil)
		ready <- p
		must(t, <-p.ended)
		if got := h.outbox(1); !cmp.Equal(got, outbox{State: "accepted", Due: never, Tried: true, Delivered: true}) {
			t.Errorf("the mail in flight: %+v", got)
		}
		if n := h.count(`SELECT COUNT(*) FROM outbox WHERE tries > 0`); n != 1 || h.server.Count() != 1 {
			t.Errorf("%d hand-overs begun, %d mails taken", n, h.server.Count())
		}
		if _, ok, err := h.line.Acquire(t.Context(), slug, "next", time.Minute); err != nil || !ok {
			t.Errorf("the lease was not given back: %v", err)
		}
	})
}

// stopsAtSecond ends its process in the middle of the second beat, when the
// first sale asks for its outcomes again.
type stopsAtSecond struct {
	dispatcher.BoxOffice
	asked atomic.Int32
	stop  context.CancelFunc
}

func (b *stopsAtSecond) Outcomes(ctx context.Context, of string, after int64, limit int) ([]sale.Outcome, error) {
	if of == slug && b.asked.Add(1) == 2 {
		b.stop()
	}
	return b.BoxOffice.Outcomes(ctx, of, after, limit)
}

// A stop that comes before a held lease is extended gives that lease back,
// too.
func TestStopInTheMiddleOfABeat(t *testing.T) {
	eachRunning(t, plan{}, func(t *testing.T, h *house) {
		other := h.sale().Sale
		other.Slug = "meadow"
		_, err := h.line.Apply(t.Context(), other, "test")
		must(t, err)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		d := h.process("runner")
		d.Workers, d.Beat = 1, 2*time.Millisecond
		d.BoxOffice = &stopsAtSecond{BoxOffice: d.BoxOffice, stop: stop}
		must(t, d.Run(ctx))
		for _, of := range []string{slug, other.Slug} {
			if _, ok, err := h.line.Acquire(t.Context(), of, "next", time.Minute); err != nil || !ok {
				t.Errorf("the lease of %s was not given back: %v", of, err)
			}
		}
	})
}

// However many processes run, one assigns and sends; the others wait.
func TestOneOfTwoAssigns(t *testing.T) {
	eachRunning(t, plan{sale: sixAtOnce}, func(t *testing.T, h *house) {
		h.join(6)
		seen, tried := committed("Acquire")
		first := h.run("one", 3, nil)
		second := h.run("two", 3, seen)
		h.mails(6)
		<-tried // the second one has asked for the lease, too
		h.end(first)
		h.end(second)
		for n := 1; n <= 6; n++ {
			if links := h.linksOf(n); len(links) != 1 {
				t.Errorf("number %d has %d links", n, len(links))
			}
		}
		if n := h.count(`SELECT COUNT(DISTINCT fence) FROM mail_tries`); n != 1 {
			t.Errorf("%d holders of the lease have sent", n)
		}
	})
}

// A process that holds the lease dies, or sleeps, in the middle of a
// hand-over. Another takes over when the lease has run out, and sends the mail
// again, for the same offer. What the first one has to say when it wakes up
// changes nothing.
func TestTakeOver(t *testing.T) {
	for _, end := range []string{"dead", "asleep"} {
		t.Run(end, func(t *testing.T) {
			eachRunning(t, plan{}, func(t *testing.T, h *house) {
				h.join(1)
				gone, awake := atomic.Bool{}, make(chan struct{})
				stuck, answer := make(chan struct{}), make(chan struct{})
				h.script.set(func(m smtptest.Moment) smtptest.Reply {
					if m.Stage == smtptest.Dot && m.Nth == 1 {
						gone.Store(true)
						close(stuck)
						return smtptest.Reply{Text: "250 2.0.0 taken, late", Wait: answer}
					}
					return smtptest.Reply{}
				})
				first := h.run("first", 1, func(_ context.Context, p sqldb.Point) error {
					switch {
					case gone.Load() && end == "dead":
						return errors.New("dead")
					case gone.Load() && p.Phase == sqldb.BeforeRead:
						<-awake // it begins no beat
					}
					return nil
				})
				<-stuck
				seen, recorded := committed("Record")
				second := h.run("second", 1, seen)
				h.clock.Advance(10 * time.Second)
				h.mails(2)
				h.recorded(recorded)
				want := h.outbox(1)
				close(answer)
				close(awake)
				h.end(first)
				h.end(second)
				if got := h.outbox(1); !cmp.Equal(got, want) || got.State != "accepted" {
					t.Errorf("the mail: %+v, and after the first came back %+v", want, got)
				}
				h.twoLinksOneOrder(1)
				if n := h.count(`SELECT COUNT(*) FROM mail_tries WHERE result = 'unknown'`); n != 1 {
					t.Errorf("%d tries are unknown, want the first one's", n)
				}
			})
		})
	}
}

// A process that was replaced in the middle of a step writes nothing more of
// it: it looked at the stock, slept, and what it would plan now was planned by
// another.
func TestReplacedInTheMiddleOfAStep(t *testing.T) {
	for _, call := range []string{"Stock", "Reserve", "Outcomes"} {
		t.Run(call, func(t *testing.T) {
			eachHouse(t, plan{}, func(t *testing.T, h *house) {
				h.join(6)
				second := h.process("second")
				h.wire.strike = func(c, phase string) error {
					if c != call || phase == before {
						return nil
					}
					h.wire.heal()
					h.clock.Advance(10 * time.Second)
					must(t, second.BeatAll(t.Context()))
					h.minuteOf(second)
					return nil
				}
				if err := h.BeatAll(t.Context()); sale.CodeOf(err) != sale.CodeFenced {
					t.Errorf("the beat says %v", err)
				}
				h.wantStates("two moments of the second process", open, open, open, open, nothing)
				if _, err := h.Send(t.Context(), nil, 1); err != nil {
					t.Errorf("it still holds a lease: %v", err)
				}
			})
		})
	}
}

// minuteOf is a minute of another process: it sends, and beats at the next
// moment.
func (h *house) minuteOf(d *dispatcher.Dispatcher) {
	h.Helper()
	conn, err := h.dial(h.Context())
	must(h, err)
	defer conn.Close()
	_, err = d.Send(h.Context(), conn, 10)
	must(h, err)
	h.clock.Advance(time.Minute)
	must(h, d.BeatAll(h.Context()))
}

func (h *house) twoLinksOneOrder(number int) {
	h.Helper()
	links := h.linksOf(number)
	if len(links) != 2 || links[0].Offer != links[1].Offer || !links[1].Ends.After(links[0].Ends) {
		h.Fatalf("links: %v", links)
	}
	one, err := h.buy(links[0], 2)
	must(h, err)
	two, err := h.buy(links[1], 2)
	must(h, err)
	if one.Code != two.Code {
		h.Errorf("two orders: %s and %s", one.Code, two.Code)
	}
}

// Without a mail server nothing is leased: nobody's clock runs, no try is
// counted. When it is there again everything goes on by itself.
func TestNoConnectionBeginsNoHandOver(t *testing.T) {
	eachRunning(t, plan{}, func(t *testing.T, h *house) {
		h.join(2)
		h.beat()
		tries := 0
		p := h.process("runner")
		p.Workers = 1
		p.Connect = func(ctx context.Context) (dispatcher.Courier, error) {
			if tries++; tries == 1 {
				return nil, errors.New("refused")
			}
			if n := h.count(`SELECT COUNT(*) FROM outbox WHERE tries > 0`); n > 0 || p.MailHealth() == nil {
				t.Errorf("after a connection that failed: %d hand-overs begun, health %v", n, p.MailHealth())
			}
			return h.dial(ctx)
		}
		h.clock.Advance(10 * time.Second) // the lease of the beat above runs out
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		h.mails(2)
		stop()
		must(t, <-ended)
		if err := p.MailHealth(); err != nil {
			t.Errorf("healthy again, but: %v", err)
		}
	})
}
