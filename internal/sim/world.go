package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/templates"
)

const (
	registrationURL = "https://line.sim.example"
	checkoutURL     = "https://box.sim.example"
)

// Stage is what runs share: keys and templates are costly to make and hold
// no state of a sale.
type Stage struct {
	Keys      *link.Keys
	Templates *templates.Templates
}

// World is one run.
type World struct {
	Scenario
	Counts map[string]int // what happened, by name
	stage  Stage
	ctx    context.Context
	rand   *rand.Rand
	ids    io.Reader

	now  time.Time     // the line's clock
	skew time.Duration // what the box office's clock is ahead

	lineDB, boxDB *sqldb.DB
	box           *boxoffice.BoxOffice
	returnPath    mail.ReturnPath
	offices       [2]*office // two line processes; the second mostly waits

	fans      []*fan
	byAddress map[string]*fan
	answered  map[int]string       // number → address, as answered
	orders    map[string]string    // offer → order code, as answered
	formerly  map[string]time.Time // addresses that were corrected, and when
	arrived   map[string]bool      // offers of which a mail is in somebody's inbox
	reports   []report             // what the mail server has still to say
	bought    []string             // order codes in the order in which they were answered
	frozen    []stretch            // freezes, as the simulator saw them
	given     map[string]given     // links, by their text
	leased    int                  // freezes that were over when the mails now being handed over were taken
	serial    int                  // of processes
	depth     int                  // interludes within interludes
	healed    bool
	checking  bool
	problems  []string
}

// office is one process of the line side.
type office struct {
	line       *line.Line
	dispatcher *dispatcher.Dispatcher
}

// Result is what a run came to.
type Result struct {
	Scenario Scenario
	Seed     uint64
	Problems []string // empty when every promise was kept
	Counts   map[string]int
	Sold     int
	ForSale  int // as the last version has it
}

// Run plays one scenario with one seed. The error is about the simulator
// itself; broken promises are Problems.
func Run(ctx context.Context, stage Stage, s Scenario, seed uint64) (Result, error) {
	w := newWorld(ctx, stage, s, seed)
	if err := w.build(); err != nil {
		return Result{}, fmt.Errorf("build the world: %w", err)
	}
	defer w.tearDown()
	w.play()
	w.heal()
	w.last()
	capacity := w.capacity()
	return Result{Scenario: s, Seed: seed, Problems: w.problems, Counts: w.Counts, Sold: capacity.Sold, ForSale: capacity.Issued}, nil
}

func newWorld(ctx context.Context, stage Stage, s Scenario, seed uint64) *World {
	return &World{
		Scenario: s, Counts: map[string]int{}, stage: stage, ctx: ctx,
		rand: rand.New(rand.NewPCG(seed, 2)), ids: rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24), 7}),
		now: epoch, byAddress: map[string]*fan{}, answered: map[int]string{}, orders: map[string]string{},
		arrived: map[string]bool{}, given: map[string]given{}, formerly: map[string]time.Time{},
	}
}

func (w *World) build() error {
	var err error
	if w.returnPath, err = mail.ParseReturnPath("bounces@sim.example", link.TagLength); err != nil {
		return err
	}
	o := sqldb.Options{Unsafe: true, Fault: w.storeFault}
	w.checking = true // no faults while the stage is set
	defer func() { w.checking = false }()
	if w.lineDB, err = sqldb.Open(w.ctx, "sqlite::memory:", o); err != nil {
		return err
	}
	if w.boxDB, err = sqldb.Open(w.ctx, "sqlite::memory:", o); err != nil {
		return err
	}
	if err := w.startBox(); err != nil {
		return err
	}
	for i := range w.offices {
		if err := w.startOffice(i); err != nil {
			return err
		}
	}
	_, err = w.line().Apply(w.ctx, w.sale(), "simulator")
	return err
}

func (w *World) tearDown() {
	for _, db := range []*sqldb.DB{w.lineDB, w.boxDB} {
		if db != nil {
			_ = db.Close()
		}
	}
}

func (w *World) line() *line.Line { return w.offices[0].line }

func (w *World) boxNow() time.Time { return w.now.Add(w.skew) }

// startBox is a box office process: everything it knew in memory is gone.
func (w *World) startBox() error {
	var err error
	w.box, err = boxoffice.New(w.ctx, boxoffice.Options{DB: w.boxDB, Clock: w.boxNow, Rand: w.ids})
	return err
}

// startOffice is a process of the line side, with a name of its own.
func (w *World) startOffice(i int) error {
	w.serial++
	clock := func() time.Time { return w.now }
	l, err := line.New(w.ctx, line.Options{DB: w.lineDB, Clock: clock, Rand: w.ids})
	if err != nil {
		return err
	}
	d, err := dispatcher.New(dispatcher.Options{
		Line: l, BoxOffice: wire{w}, Keys: w.stage.Keys, Templates: w.stage.Templates, Clock: clock,
		Connect:         func(context.Context) (dispatcher.Courier, error) { return courier{w}, nil },
		RegistrationURL: registrationURL, CheckoutURL: checkoutURL, ReturnPath: w.returnPath,
		Holder: fmt.Sprintf("process %d", w.serial), Lease: cmp.Or(w.Lease, 5*time.Second), Closers: 1, Limits: w.Limits,
	})
	if err != nil {
		return err
	}
	w.offices[i] = &office{line: l, dispatcher: d}
	return nil
}

// fail notes a broken promise.
func (w *World) fail(format string, args ...any) {
	if len(w.problems) < 20 {
		w.problems = append(w.problems, fmt.Sprintf("%s: ", w.now.Sub(epoch))+fmt.Sprintf(format, args...))
	}
}

// tolerate accepts an error that was injected, or that says that a part we
// need does not answer; any other is a problem.
func (w *World) tolerate(what string, err error) {
	switch {
	case err == nil:
	case errors.Is(err, errFault):
	case w.expected(sale.CodeOf(err)):
	default:
		w.fail("%s: %v", what, err)
	}
}

// expected are refusals that belong to the game.
func (w *World) expected(code sale.Code) bool {
	switch code {
	case sale.CodeFenced, sale.CodeTooLate, sale.CodeOfferOver, sale.CodeAlreadyBought, sale.CodeCutBelow, sale.CodeNotFound, sale.CodeTooMany:
		return true
	}
	return false
}

// advance moves time.
func (w *World) advance(d time.Duration) { w.now = w.now.Add(d) }

// interlude lets something happen while a call or a hand-over is under way.
func (w *World) interlude() {
	if w.depth > 1 || !w.chance(w.Interludes) {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	w.Counts["interlude"]++
	w.advance(time.Duration(w.rand.IntN(3000)) * time.Millisecond)
	if w.Freezing > 0 && w.chance(w.Freezing) {
		w.freezeOrRelease()
	}
	switch w.rand.IntN(6) {
	case 5:
		w.report()
	case 0:
		w.meddle()
	case 1:
		w.beat(1)
	case 2:
		w.send(1, 2)
	default:
		w.someFanActs()
	}
}
