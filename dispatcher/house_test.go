package dispatcher_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
	"github.com/inturn/inturn/internal/verify"
	"github.com/inturn/inturn/templates"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// noon is when the clocks of these tests begin.
var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

const (
	slug            = "lakeside"
	registrationURL = "https://line.example"
	checkoutURL     = "https://box.example"
)

// lakeside is a running sale: 12 tickets, at most 2 each, so 6 offers; two a
// minute, good for an hour; no receipts, so that only offers, orders and
// declines are mailed.
func lakeside() sale.Sale {
	return sale.Sale{
		Slug: slug, Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: noon.Add(-time.Hour), Closes: noon.Add(100 * time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 2, Capacity: 12, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 12, Price: 8500, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 4, Standby: 20},
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(100 * time.Hour), Every: "@every 1m", Batch: 2, LinkLife: time.Hour},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>"},
	}
}

// stage is what houses share: keys and templates are costly to make and hold
// no state of a sale.
type stage struct {
	keys  *link.Keys
	words *templates.Templates
}

func newStage(tb testing.TB) stage {
	tb.Helper()
	keys, err := link.OpenKeys(tb.TempDir(), link.KeyOptions{Clock: func() time.Time { return noon }})
	must(tb, err)
	words, err := templates.New()
	must(tb, err)
	return stage{keys, words}
}

// plan says how a house is built; the zero value is a healthy one.
type plan struct {
	sale   func(*sale.Sale) // changes lakeside
	smtp   smtptest.Options
	smtpTo string // a part of the mail server's URL before its host: "user:password@"
	mail   mail.Options
	fault  func(ctx context.Context, p sqldb.Point) error
}

// house is both sides of one sale on real parts: two databases, a mail server
// on loopback, and one dispatcher that is beaten and made to send by hand.
type house struct {
	testing.TB
	stage
	plan   plan
	clock  *saletest.Clock
	dsn    string // of the line database, for more processes
	lineDB *sqldb.DB
	boxDB  *sqldb.DB
	line   *line.Line
	box    *boxoffice.BoxOffice
	wire   *wire
	server *smtptest.Server
	script *script
	*dispatcher.Dispatcher
	courier dispatcher.Courier
}

// newHouse applies the sale; the first beat puts it to the box office.
func newHouse(tb testing.TB, st stage, dsn func() string, p plan) *house {
	tb.Helper()
	h := &house{TB: tb, stage: st, plan: p, clock: saletest.NewClock(noon), dsn: dsn()}
	o := sqldb.Options{Unsafe: true, Fault: p.fault}
	h.lineDB, h.boxDB = sqldbtest.Open(tb, h.dsn, o), sqldbtest.Open(tb, dsn(), o)
	var err error
	h.line, err = line.New(tb.Context(), line.Options{DB: h.lineDB, Clock: h.clock.Now, Rand: rand.NewChaCha8([32]byte{1})})
	must(tb, err)
	h.box, err = boxoffice.New(tb.Context(), boxoffice.Options{DB: h.boxDB, Clock: h.clock.Now, Rand: rand.NewChaCha8([32]byte{2})})
	must(tb, err)
	h.wire = &wire{box: h.box}
	h.script = &script{}
	p.smtp.Script = h.script.answer
	h.server = smtptest.Start(tb, p.smtp)
	h.Dispatcher = h.process("first")
	tb.Cleanup(h.hangUp)
	s := lakeside()
	if p.sale != nil {
		p.sale(&s)
	}
	_, err = h.line.Apply(tb.Context(), s, "test")
	must(tb, err)
	return h
}

// process is one more process of the line side.
func (h *house) process(holder string) *dispatcher.Dispatcher {
	h.Helper()
	d, err := dispatcher.New(dispatcher.Options{
		Line: h.line, BoxOffice: h.wire, Connect: h.dial, Keys: h.keys, Templates: h.words, Clock: h.clock.Now,
		RegistrationURL: registrationURL, CheckoutURL: checkoutURL, ConsoleURL: "https://console.example", Holder: holder, Lease: 10 * time.Second, Closers: 1,
		ReturnPath: returnPath(h),
	})
	must(h, err)
	return d
}

// dial connects to the house's mail server.
func (h *house) dial(ctx context.Context) (dispatcher.Courier, error) {
	config, err := mail.Parse(strings.Replace(h.server.URL(), "smtp://", "smtp://"+h.plan.smtpTo, 1))
	if err != nil {
		return nil, err
	}
	o := h.plan.mail
	o.RootCAs = h.server.RootCAs()
	conn, err := mail.New(config, o).Connect(ctx)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// script is what the mail server does besides being in order; tests change it
// between mails.
type script struct {
	mu sync.Mutex
	do smtptest.Script
}

func (s *script) answer(m smtptest.Moment) smtptest.Reply {
	s.mu.Lock()
	do := s.do
	s.mu.Unlock()
	if do == nil {
		return smtptest.Reply{}
	}
	return do(m)
}

func (s *script) set(do smtptest.Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.do = do
}

// once answers the next time that a stage is reached, and says whether that
// has happened.
func (s *script) once(stage smtptest.Stage, reply smtptest.Reply) (struck *atomic.Bool) {
	struck = new(atomic.Bool)
	s.set(func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == stage && struck.CompareAndSwap(false, true) {
			return reply
		}
		return smtptest.Reply{}
	})
	return struck
}

// always answers whenever a stage is reached, and says whether it was.
func (s *script) always(stage smtptest.Stage, reply smtptest.Reply) (struck *atomic.Bool) {
	struck = new(atomic.Bool)
	s.set(func(m smtptest.Moment) smtptest.Reply {
		if m.Stage != stage {
			return smtptest.Reply{}
		}
		struck.Store(true)
		return reply
	})
	return struck
}

func (h *house) hangUp() {
	if h.courier != nil {
		h.courier.Close()
		h.courier = nil
	}
}

// join signs n more fans up: fan1, fan2, … by number.
func (h *house) join(n int) {
	h.Helper()
	for range n {
		st, err := h.line.Sale(h.Context(), slug)
		must(h, err)
		address := fmt.Sprintf("fan%d@example.org", st.Last+1)
		_, err = h.line.SignUp(h.Context(), line.SignUp{
			Sale: slug, Lang: "en", Address: sale.Address{Typed: address, Canonical: address},
		})
		must(h, err)
	}
}

func (h *house) beat() {
	h.Helper()
	must(h, h.BeatAll(h.Context()))
}

// send hands over up to most mails, as a worker does: it connects when it has
// no connection, and drops it after a fault of our own.
func (h *house) send(most int) dispatcher.Sent {
	h.Helper()
	if h.courier == nil {
		c, err := h.dial(h.Context())
		must(h, err)
		h.courier = c
	}
	sent, err := h.Send(h.Context(), h.courier, most)
	must(h, err)
	if sent.Fault {
		h.hangUp()
	}
	return sent
}

// minute is a beat at the next scheduled moment, and all mail that is due.
func (h *house) minute() {
	h.Helper()
	h.clock.Advance(time.Minute)
	h.beat()
	h.send(100)
}

// place is one registration as its own page shows it.
func (h *house) place(number int) line.Place {
	h.Helper()
	p, err := h.line.Place(h.Context(), slug, number)
	must(h, err)
	return p
}

// state is that of a registration's latest offer; "" without one.
func (h *house) state(number int) sale.OfferState {
	h.Helper()
	if p := h.place(number); p.Offer != nil {
		return p.Offer.State
	}
	return ""
}

// states are those of the numbers 1…n.
func (h *house) states(n int) []sale.OfferState {
	h.Helper()
	all := make([]sale.OfferState, n)
	for i := range all {
		all[i] = h.state(i + 1)
	}
	return all
}

func (h *house) stock() sale.PoolStock {
	h.Helper()
	s, err := h.box.Stock(h.Context(), slug)
	must(h, err)
	return s.Capacity()
}

func (h *house) sale() line.State {
	h.Helper()
	st, err := h.line.Sale(h.Context(), slug)
	must(h, err)
	return st
}

// query visits the rows of the line database.
func (h *house) query(q string, each func(scan func(...any) error) error) {
	h.Helper()
	must(h, h.lineDB.Read(h.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, q)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := each(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	}))
}

func (h *house) count(q string) (n int) {
	h.Helper()
	h.query(q, func(scan func(...any) error) error { return scan(&n) })
	return n
}

// holds looks at every invariant, on both sides and between them.
func (h *house) holds() {
	h.Helper()
	problems, err := verify.Both(context.WithoutCancel(h.Context()), h.line, h.box, h.boxDB)
	must(h, err)
	for _, p := range problems {
		h.Errorf("%s", p)
	}
}

// eachHouse runs a test on both databases, and looks at the invariants after
// it.
func eachHouse(t *testing.T, p plan, run func(t *testing.T, h *house)) {
	t.Helper()
	st := newStage(t)
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := newHouse(t, st, dsn, p)
		run(t, h)
		h.holds()
	})
}

// openBoxBehind is the same box office in a process whose clock is behind.
func (h *house) openBoxBehind(by time.Duration) *boxoffice.BoxOffice {
	h.Helper()
	b, err := boxoffice.New(h.Context(), boxoffice.Options{DB: h.boxDB, Clock: func() time.Time { return h.clock.Now().Add(-by) }})
	must(h, err)
	return b
}
