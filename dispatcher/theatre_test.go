package dispatcher_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/internal/sqldb"
)

// mode is what comes of a fault.
type mode string

const (
	fails mode = "fails"      // this once
	dies  mode = "dies"       // and with it its process: nothing more happens until that is started again
	hangs mode = "never ends" // until its caller gives up, when its lease has run out and another process has it
)

var modes = []mode{fails, dies, hangs}

var errStruck = errors.New("struck")

// strike is one fault: at the nth time that a site is come to.
type strike struct {
	site string // "" for none
	nth  int
	mode mode
}

// given are faults of every sale, without which some sites would not be come
// to: what is done about them is a site too.
var given = map[string]int{
	sqldb.Point{Phase: sqldb.AfterCommit, Call: "line.(*Line).LeaseMails"}.String(): 1, // Orphan
	wireSite("Put", before): 1, // MarkPending
}

// director lets one fault strike.
type director struct {
	strike
	watch *saletest.Clock

	mu     sync.Mutex
	away   bool // while the stage is set and looked at
	seen   map[string]int
	struck bool
	dead   bool
	hung   bool
}

func (d *director) at(site string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return nil
	}
	if d.dead {
		return errStruck
	}
	d.seen[site]++
	if d.seen[site] == given[site] {
		return errStruck
	}
	if site != d.site || d.seen[site] != d.nth {
		return nil
	}
	d.struck = true
	switch d.mode {
	case dies:
		d.dead = true
	case hangs:
		d.hung = true
		d.watch.Advance(15 * time.Second)
	}
	return errStruck
}

// theatre is a house in which a whole small sale is played, each scene again
// until it succeeds, as people and loops do.
type theatre struct {
	*house
	*director
	second   *dispatcher.Dispatcher // a process that waits for its chance
	counter  *boxoffice.BoxOffice   // another process of the box office: where fans buy
	starts   int
	answered map[int]string    // number → address
	orders   map[string]string // offer → code
}

func newTheatre(t *testing.T, st stage, dsn func() string, s strike) *theatre {
	t.Helper()
	d := &director{strike: s, seen: map[string]int{}, away: true}
	h := newHouse(t, st, dsn, plan{
		sale:  firstEdition,
		fault: func(_ context.Context, p sqldb.Point) error { return d.at(p.String()) },
	})
	d.watch = h.clock
	h.wire.strike = func(call, phase string) error {
		if err := d.at(wireSite(call, phase)); err != nil {
			return sale.Wrap(sale.CodeUnavailable, err, "The box office cannot be reached.")
		}
		return nil
	}
	h.script.set(refuse(3, "550 5.1.1 no such user"))
	w := &theatre{house: h, director: d, answered: map[int]string{}, orders: map[string]string{}}
	w.second = h.process("second")
	w.counter = w.openBox()
	d.away = false
	return w
}

func (w *theatre) openBox() *boxoffice.BoxOffice {
	w.Helper()
	b, err := boxoffice.New(w.Context(), boxoffice.Options{DB: w.boxDB, Clock: w.clock.Now})
	must(w, err)
	return b
}

// look does something at which no fault strikes.
func (w *theatre) look(do func()) {
	w.mu.Lock()
	was := w.away
	w.away = true
	w.mu.Unlock()
	do()
	w.mu.Lock()
	w.away = was
	w.mu.Unlock()
}

// scene plays one scene until it succeeds.
func (w *theatre) scene(what string, do func() error) {
	w.Helper()
	for range 10 {
		err := do()
		w.pickUp()
		if err == nil {
			return
		}
		if !w.excused(err) {
			w.Fatalf("%s: %v", what, err)
		}
		w.clock.Advance(time.Second)
	}
	w.Fatalf("%s never succeeds", what)
}

// excused are the faults, and what being replaced by another process and
// having an edition refused look like.
func (w *theatre) excused(err error) bool {
	code := sale.CodeOf(err)
	return err == nil || errors.Is(err, errStruck) || code == sale.CodeFenced || code == sale.CodeCutBelow
}

// pickUp is what happens when a process died or hung: it is started again, or
// another one has taken its place.
func (w *theatre) pickUp() {
	if w.dead {
		w.look(func() {
			var err error
			w.line, err = line.New(w.Context(), line.Options{DB: w.lineDB, Clock: w.clock.Now})
			must(w, err)
			w.box, w.counter = w.openBox(), w.openBox()
			w.wire.box = w.box
			w.starts++
			w.Dispatcher = w.process(fmt.Sprintf("start %d", w.starts))
			w.house.hangUp()
		})
		w.dead = false
		w.clock.Advance(15 * time.Second) // the lease of the dead one runs out
	}
	if w.hung {
		w.hung = false
		err := w.second.BeatAll(w.Context())
		if err == nil {
			_, err = w.second.Send(w.Context(), courier{w}, 2)
		}
		if !w.excused(err) {
			w.Fatalf("the second process: %v", err)
		}
	}
}

// beat is a beat and all mail that is due.
func (w *theatre) beat() {
	w.Helper()
	w.scene("beat", func() error {
		if err := w.BeatAll(w.Context()); err != nil {
			return err
		}
		if err := w.at(siteDial); err != nil {
			return err
		}
		for {
			sent, err := w.Send(w.Context(), courier{w}, 3)
			if err != nil || sent.Mails == 0 {
				return err
			}
		}
	})
}

// minute is a beat at the next scheduled moment. A lease that somebody else
// has runs out in it.
func (w *theatre) minute() {
	w.Helper()
	w.clock.Advance(time.Minute)
	w.beat()
}

// courier hands mails to the house's server, on a connection of its own each.
type courier struct{ w *theatre }

func (courier) Close() {}

func (c courier) Send(ctx context.Context, m mail.Message) mail.Result {
	if err := c.w.at(siteHandOver(before)); err != nil {
		return mail.Result{Outcome: mail.Temporary, Stage: mail.StageRcpt, Broken: true}
	}
	conn, err := c.w.dial(ctx)
	must(c.w, err)
	defer conn.Close()
	result := conn.Send(ctx, m)
	if err := c.w.at(siteHandOver(after)); err != nil && result.Outcome == mail.Accepted {
		return mail.Result{Outcome: mail.Unknown, Stage: mail.StageDot, Broken: true}
	}
	return result
}

// enter signs the next fan up.
func (w *theatre) enter(number int) {
	w.Helper()
	address := fmt.Sprintf("fan%d@example.org", number)
	w.scene("sign up", func() error {
		r, err := w.line.SignUp(w.Context(), line.SignUp{
			Sale: slug, Lang: "en", Address: sale.Address{Typed: address, Canonical: address}, Idempotency: address,
		})
		if err == nil {
			w.answered[r.Number] = address
		}
		if err == nil && r.Number != number {
			w.Fatalf("%s has number %d", address, r.Number)
		}
		return err
	})
}

// links are the links that a fan was sent, oldest first.
func (w *theatre) links(number int) (all []link.Claims) {
	w.Helper()
	var keys []sale.PublicKey
	w.scene("read keys", func() (err error) {
		keys, err = w.box.Keys(w.Context())
		return err
	})
	address := fmt.Sprintf("fan%d@example.org", number)
	for _, m := range w.server.Mails() {
		if !slices.Contains(m.To, address) {
			continue
		}
		if l := w.letter(m); l.Headers.Get("X-Inturn-Offer") != "" {
			claims, _, err := link.NewVerifier(keys).Verify(tokenIn(l.Text), w.clock.Now())
			must(w, err)
			all = append(all, claims)
		}
	}
	return all
}

// await plays minutes until a fan has a link that is not over.
func (w *theatre) await(number int) link.Claims {
	w.Helper()
	for range 150 {
		if all := w.links(number); len(all) > 0 && w.clock.Now().Before(all[len(all)-1].Ends) {
			return all[len(all)-1]
		}
		w.minute()
	}
	w.Fatalf("number %d gets no link", number)
	return link.Claims{}
}

// purchase buys with a link.
func (w *theatre) purchase(c link.Claims, n int) {
	w.Helper()
	w.scene("buy", func() error {
		view, err := w.box.Offer(w.Context(), c.Offer)
		if err != nil {
			return err
		}
		order, _, err := w.counter.Buy(w.Context(), boxoffice.Purchase{
			Offer: c.Offer, Sale: c.Sale, Ends: c.Ends, Version: view.Sale.Version,
			Quantities: sale.Quantities{"ticket": min(n, view.Granted)},
		})
		if err == nil {
			w.orders[c.Offer] = order.Code
		}
		return err
	})
}
