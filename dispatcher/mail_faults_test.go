package dispatcher_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// meaning is what an answer of the mail server means for the offer whose mail
// it was given to.
type meaning string

const (
	accepted  meaning = "accepted"  // the fan has it, and his hour runs
	temporary meaning = "temporary" // later again, same offer; others go on meanwhile
	unknown   meaning = "unknown"   // perhaps he has it: again, same offer; others go on
	bounced   meaning = "bounced"   // no such mailbox: the next in line
	ours      meaning = "ours"      // our own fault: everything waits, nobody loses anything
)

// answers are the classes of answers, by what they are called in cells.
var answers = map[string]smtptest.Reply{
	"2xx odd":         smtptest.Say("299 something good"),
	"3xx odd":         smtptest.Say("399 go on"),
	"421":             smtptest.Say("421 4.3.2 closing down"),
	"4xx":             smtptest.Say("451 4.3.0 later"),
	"5xx":             smtptest.Say("550 no"),
	"5xx mailbox":     smtptest.Say("550 5.1.1 no such user"),
	"5xx policy":      smtptest.Say("550 5.7.1 your reputation"),
	"garbage":         smtptest.Say("<html>hello</html>"),
	"binary":          {Text: "\x00\xff\xfe\r\n", Raw: true},
	"cut":             {Hangup: true},
	"half":            {Text: "250 o", Raw: true, Hangup: true},
	"taken, cut":      {Take: true, Hangup: true},
	"taken, garbage":  {Take: true, Text: "¿que?"},
	"taken, denied":   {Take: true, Text: "451 4.3.0 later"},
	"taken, hung up":  {Text: "250 2.0.0 taken", Hangup: true},
	"silence":         {Wait: make(chan struct{})},
	"taken, silence":  {Take: true, Wait: make(chan struct{})},
	"5xx wrong login": smtptest.Say("535 5.7.8 wrong name or password"),
	"4xx later login": smtptest.Say("454 4.7.0 not now"),
}

// cells say what every class of answers means at every stage.
var cells = map[smtptest.Stage]map[string]meaning{
	// Before MAIL nobody was named: whatever happens is between us and the
	// server.
	smtptest.Greeting: {"421": ours, "4xx": ours, "5xx": ours, "5xx policy": ours, "garbage": ours, "binary": ours, "cut": ours},
	smtptest.EHLO:     {"421": ours, "4xx": ours, "5xx policy": ours, "garbage": ours, "cut": ours, "half": ours},
	smtptest.STARTTLS: {"421": ours, "4xx": ours, "5xx": ours, "garbage": ours, "cut": ours},
	smtptest.AUTH: {
		"421": ours, "4xx later login": ours, "5xx wrong login": ours, "5xx policy": ours, "garbage": ours, "cut": ours,
	},
	smtptest.MAIL: {
		"2xx odd": temporary, "3xx odd": temporary, "421": temporary, "4xx": temporary, "5xx": ours, "5xx mailbox": ours, "5xx policy": ours,
		"garbage": temporary, "binary": temporary, "cut": temporary, "half": temporary, "silence": temporary,
	},
	smtptest.RCPT: {
		"2xx odd": temporary, "3xx odd": temporary, "421": temporary, "4xx": temporary, "5xx": bounced, "5xx mailbox": bounced, "5xx policy": ours,
		"garbage": temporary, "binary": temporary, "cut": temporary, "half": temporary, "silence": temporary,
	},
	smtptest.DATA: {
		"2xx odd": temporary, "3xx odd": temporary, "421": temporary, "4xx": temporary, "5xx": ours, "5xx mailbox": bounced, "5xx policy": ours,
		"garbage": temporary, "binary": temporary, "cut": temporary, "half": temporary, "silence": temporary,
	},
	smtptest.Dot: {
		"2xx odd": accepted, "3xx odd": unknown, "421": temporary, "4xx": temporary, "5xx": ours, "5xx mailbox": bounced, "5xx policy": ours,
		"garbage": unknown, "binary": unknown, "cut": unknown, "silence": unknown,
		"taken, cut": unknown, "taken, garbage": unknown, "taken, silence": unknown, "taken, hung up": accepted, "half": accepted,
		// A server that takes what it says it does not take gets it again.
		"taken, denied": temporary,
	},
}

// TestEveryAnswerAtEveryStage: what each means for the offer, the
// registration, the clock and the batch; and whatever it was, the fan ends
// with exactly one entitlement or, bounced, with none.
func TestEveryAnswerAtEveryStage(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		for stage, row := range cells {
			t.Run(string(stage), func(t *testing.T) {
				h := newHouse(t, st, dsn, plan{
					smtp:   smtptest.Options{StartTLS: true, Users: map[string]string{"user": "secret"}},
					smtpTo: "user:secret@",
					sale: func(s *sale.Sale) {
						s.Tickets.Types[0].Stock, s.Tickets.Capacity, s.Caps.Standby, s.Dispatch.Batch = 1000, 1000, 490, 1
					},
				})
				for class, want := range row {
					t.Run(class, func(t *testing.T) {
						h.TB = t
						c := cell{house: h, stage: stage, class: class}
						c.play(want)
						h.holds()
					})
				}
			})
		}
	})
}

// cell is one answer at one stage: given to the victim's mail, after one that
// went well and with one more fan behind.
type cell struct {
	*house
	stage  smtptest.Stage
	class  string
	victim int
	next   int
	taken  int // mails that the server had taken before
}

func (c *cell) play(want meaning) {
	c.join(3)
	c.victim, c.next = c.sale().Last-1, c.sale().Last
	c.warmUp()
	c.minute0()
	c.strike()
	map[meaning]func(){
		accepted: c.accepted, temporary: c.temporary, unknown: c.unknown, bounced: c.bounced, ours: c.ours,
	}[want]()
}

// warmUp hands a mail over that goes well, on a connection that the stage
// needs: one that stays, or one that has to be dialled anew.
func (c *cell) warmUp() {
	c.minute0()
	if c.connecting() {
		c.script.once(smtptest.Dot, smtptest.Reply{Text: "250 2.0.0 taken", Hangup: true})
	}
	c.send(1)
	c.script.set(nil)
	if got := c.state(c.victim - 1); got != sale.OfferOpen {
		c.Fatalf("before %s at %s: the offer of number %d is %q", c.class, c.stage, c.victim-1, got)
	}
}

func (c *cell) connecting() bool {
	return cells[c.stage]["cut"] == ours
}

// minute0 is a moment at which the next one in line gets his offer, without
// any mail.
func (c *cell) minute0() {
	c.clock.Advance(time.Minute)
	c.beat()
}

// strike hands the victim's mail over.
func (c *cell) strike() {
	if got := c.states(c.next)[c.victim-1:]; !cmp.Equal(got, []sale.OfferState{sale.OfferOpen, ""}) {
		c.Fatalf("before %s at %s: offers %q", c.class, c.stage, got)
	}
	if ends := c.place(c.victim).Offer.Ends; !ends.IsZero() {
		c.Fatalf("the clock ran before the hand-over, until %v", ends)
	}
	c.taken = c.server.Count()
	if answers[c.class].Wait != nil {
		c.impatient()
	}
	struck := c.script.once(c.stage, answers[c.class])
	if c.stage == smtptest.MAIL {
		// A server that hung up at MAIL hung up while the connection was idle,
		// for all the courier knows: it dials once more, and hears it again.
		struck = c.script.always(c.stage, answers[c.class])
	}
	c.send(1)
	if !struck.Load() {
		c.Fatalf("%s was not reached", c.stage)
	}
	c.script.set(nil)
	if answers[c.class].Wait != nil {
		c.plan.mail = mail.Options{}
		c.hangUp()
	}
}

// impatient makes the courier give up on a silent server soon. However slow
// this machine is, giving up earlier than meant comes to the same.
func (c *cell) impatient() {
	if c.stage == smtptest.Dot {
		c.plan.mail.DataTimeout = time.Millisecond
	} else {
		c.plan.mail.Timeout = 300 * time.Millisecond
	}
	c.hangUp()
	for c.courier == nil {
		if conn, err := c.dial(c.Context()); err == nil {
			c.courier = conn
		}
	}
}

// outbox is the row of a fan's newest offer mail.
type outbox struct {
	State     string
	Due       time.Duration // from now; never when nothing is due
	Tried     bool
	Delivered bool
}

const never = time.Duration(-1 << 62)

func (h *house) outbox(number int) outbox {
	h.Helper()
	var o outbox
	var due, tried, delivered int64
	h.query(fmt.Sprintf(`SELECT state, COALESCE(due_at, 0), tried, delivered FROM outbox
		WHERE kind = 'offer' AND number = %d ORDER BY id DESC LIMIT 1`, number), func(scan func(...any) error) error {
		return scan(&o.State, &due, &tried, &delivered)
	})
	o.Due, o.Tried, o.Delivered = never, tried == 1, delivered == 1
	if due != 0 {
		o.Due = sqldb.Time(due).Sub(h.clock.Now())
	}
	return o
}

func (c *cell) wantOutbox(want outbox) {
	c.Helper()
	if diff := cmp.Diff(want, c.outbox(c.victim)); diff != "" {
		c.Errorf("the mail (-want +got):\n%s", diff)
	}
}

// wantClock says until when the victim's offer is good: an hour from now.
func (c *cell) wantClock() {
	c.Helper()
	if got, want := c.place(c.victim).Offer.Ends, c.clock.Now().Add(time.Hour); !got.Equal(want) {
		c.Errorf("the offer ends %v, want %v", got, want)
	}
}

// wantNext says whether the next in line gets his offer one minute later.
func (c *cell) wantNext(want sale.OfferState) {
	c.Helper()
	c.minute0()
	if got := c.state(c.next); got != want {
		c.Errorf("the next in line: %q, want %q", got, want)
	}
}

// wantOneOrder: however many links the victim has, they buy once.
func (c *cell) wantOneOrder(links int) {
	c.Helper()
	all := c.linksOf(c.victim)
	if len(all) != links {
		c.Fatalf("%d links were taken, want %d", len(all), links)
	}
	var code string
	for _, l := range all {
		if l.Offer != all[0].Offer {
			c.Errorf("links to offers %s and %s", all[0].Offer, l.Offer)
		}
		order, err := c.buy(l, 2)
		must(c, err)
		if code == "" {
			code = order.Code
		}
		if order.Code != code {
			c.Errorf("orders %s and %s", code, order.Code)
		}
	}
	c.beat()
	if got := c.state(c.victim); got != sale.OfferBought {
		c.Errorf("after the purchase the offer is %s", got)
	}
	c.send(100)
}

func (c *cell) accepted() {
	c.wantOutbox(outbox{State: "accepted", Due: never, Tried: true, Delivered: true})
	c.wantClock()
	c.wantNext(sale.OfferOpen)
	c.wantOneOrder(1)
}

func (c *cell) temporary() {
	links := c.server.Count() - c.taken
	if c.class != "taken, denied" && links != 0 {
		c.Fatal("the server has it")
	}
	c.wantOutbox(outbox{State: "queued", Due: time.Minute, Tried: true})
	c.again(links + 1)
}

func (c *cell) unknown() {
	c.wantOutbox(outbox{State: "unknown", Due: time.Minute, Tried: true, Delivered: true})
	c.wantClock()
	c.again(c.server.Count() - c.taken + 1)
}

// again: the same offer is sent once more after a sixtieth of its life, no
// sooner, with a later end, and others go on meanwhile.
func (c *cell) again(links int) {
	c.Helper()
	offer := c.place(c.victim).Offer.ID
	c.clock.Advance(time.Minute - time.Millisecond)
	if sent := c.send(1); sent.Mails != 0 {
		c.Error("sent again too soon")
	}
	c.clock.Advance(time.Millisecond - time.Minute)
	c.wantNext(sale.OfferOpen)
	c.send(1)
	c.wantOutbox(outbox{State: "accepted", Due: never, Tried: true, Delivered: true})
	c.wantClock()
	if got := c.place(c.victim).Offer.ID; got != offer {
		c.Errorf("another offer: %s after %s", got, offer)
	}
	c.wantOneOrder(links)
}

func (c *cell) bounced() {
	c.wantOutbox(outbox{State: "refused", Due: never, Tried: true})
	c.wantNext(sale.OfferOpen)
	p := c.place(c.victim)
	if p.Offer.State != sale.OfferBounced || !p.Bounced || p.Waiting {
		c.Errorf("the victim's place: %+v, offer %+v", p, p.Offer)
	}
	if links := c.linksOf(c.victim); len(links) != 0 {
		c.Errorf("links: %v", links)
	}
	c.send(100)
}

func (c *cell) ours() {
	c.wantOutbox(outbox{State: "queued", Due: 2 * time.Second})
	if c.MailHealth() == nil {
		c.Error("nobody is told")
	}
	if c.courier != nil {
		c.Error("the connection is kept")
	}
	c.wantNext("") // the mail was not tried
	c.clock.Advance(2 * time.Hour)
	c.beat()
	if got := c.state(c.victim); got != sale.OfferOpen {
		c.Errorf("our own fault cost the victim his turn: %s", got)
	}
	c.send(1)
	c.wantOutbox(outbox{State: "accepted", Due: never, Tried: true, Delivered: true})
	c.wantClock()
	if err := c.MailHealth(); err != nil {
		c.Errorf("still ill: %v", err)
	}
	c.wantNext(sale.OfferOpen)
	c.wantOneOrder(1)
}
