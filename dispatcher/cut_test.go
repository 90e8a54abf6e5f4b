package dispatcher_test

import (
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// cuts are where the next connections of a server end; -1 is never.
type cuts struct{ in, out atomic.Int64 }

func (c *cuts) set(in, out int) {
	c.in.Store(int64(in))
	c.out.Store(int64(out))
}

func (c *cuts) cut(int) (in, out int) { return int(c.in.Load()), int(c.out.Load()) }

// dialogue is how long an offer mail's dialogue is, in bytes.
type dialogue struct {
	commands int // from us up to the content
	content  int
	answers  int // the server's
}

// at says where to cut: near every border each byte, in between every so
// many, and with INTURN_CUTS=all each byte everywhere.
func (d dialogue) at(stride int) (in, out []int) {
	if os.Getenv("INTURN_CUTS") == "all" {
		stride = 1
	}
	dot := d.commands + d.content
	for n := 0; n <= dot+len(".\r\nQUIT\r\n"); n++ {
		nearDot := n > dot-12 && n <= dot+12 // numbers and addresses grow
		inContent := n > d.commands && n < dot
		if nearDot || stride == 1 || inContent && n%(97*stride) == 0 || !inContent && n%stride == 0 {
			in = append(in, n)
		}
	}
	for n := 0; n <= d.answers; n++ {
		if n%stride == 0 {
			out = append(out, n)
		}
	}
	return in, out
}

// TestDialogueCutAtEveryByte: wherever the dialogue of an offer's mail is cut,
// in either direction, nobody loses his place and nobody gets two. After each
// cut the connection works again, and the fan has one offer, at least one
// link, a whole hour and one order.
func TestDialogueCutAtEveryByte(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		stride := map[string]int{"sqlite": 3, "postgres": 29}[t.Name()[len("TestDialogueCutAtEveryByte/"):]]
		if testing.Short() {
			stride = 61
		}
		in, out := measure(t, st, dsn).at(stride)
		t.Logf("%d cuts from us, %d to us", len(in), len(out))
		t.Run("from us", func(t *testing.T) {
			each(in, func(some []int) {
				r := newCutter(t, st, dsn)
				for _, n := range some {
					r.cut(n, -1)
				}
			})
		})
		t.Run("to us", func(t *testing.T) {
			each(out, func(some []int) {
				r := newCutter(t, st, dsn)
				for _, n := range some {
					r.cut(-1, n)
				}
			})
		})
	})
}

// each gives the cuts in portions, one house for each, since looking at every
// invariant costs as much as there is to look at.
func each(all []int, do func([]int)) {
	for len(all) > 0 {
		n := min(100, len(all))
		do(all[:n])
		all = all[n:]
	}
}

// cutter is a sale with one ticket for each of many fans, and a mail server
// whose connections are cut.
type cutter struct {
	*house
	cuts *cuts
}

func newCutter(t *testing.T, st stage, dsn func() string) *cutter {
	t.Helper()
	c := &cuts{}
	c.set(-1, -1)
	h := newHouse(t, st, dsn, plan{
		smtp: smtptest.Options{Cut: c.cut},
		sale: func(s *sale.Sale) {
			s.Tickets.MaxPerFan, s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Dispatch.Batch = 1, 1000, 1000, 1
			s.Caps.Guaranteed = 1000
		},
	})
	return &cutter{h, c}
}

// measure holds one dialogue and counts.
func measure(t *testing.T, st stage, dsn func() string) (d dialogue) {
	t.Helper()
	r := newCutter(t, st, dsn)
	r.join(1)
	r.beat()
	r.script.set(func(m smtptest.Moment) smtptest.Reply {
		switch m.Stage {
		case smtptest.EHLO, smtptest.MAIL, smtptest.RCPT, smtptest.DATA:
			d.commands += len(m.Line) + len("\r\n")
		case smtptest.Dot:
			d.content = len(m.Mail.Raw)
		}
		return smtptest.Reply{}
	})
	r.send(1)
	r.hangUp()
	if d.content == 0 {
		t.Fatal("no mail was sent")
	}
	d.answers = 260 // a few more than there are: the last cuts cut nothing
	return d
}

// cut lets one fan's mail meet a connection that ends after so many bytes.
func (r *cutter) cut(in, out int) {
	r.Helper()
	r.clock.Advance(time.Minute)
	r.join(1)
	r.beat()
	number := r.sale().Last
	r.cuts.set(in, out)
	if conn, err := r.dial(r.Context()); err == nil {
		_, err := r.Send(r.Context(), conn, 1)
		must(r, err)
		conn.Close()
	}
	r.cuts.set(-1, -1)
	r.truthful(number)
	for try := 0; r.outbox(number).State != "accepted"; try++ {
		if try == 2 {
			r.Fatalf("cut after %d from us, %d to us: never accepted: %+v", in, out, r.outbox(number))
		}
		r.clock.Advance(time.Minute)
		r.beat()
		r.send(1)
	}
	r.hangUp()
	r.oneEntitlement(number)
	r.holds()
	if r.Failed() {
		r.Fatalf("cut after %d bytes from us, %d to us", in, out)
	}
}

// truthful: what the outbox says was not delivered, the server does not have,
// and what it says was accepted, it has.
func (r *cutter) truthful(number int) {
	r.Helper()
	mail, links := r.outbox(number), len(r.linksOf(number))
	if links > 0 && !mail.Delivered || links == 0 && mail.State == "accepted" || links > 1 {
		r.Fatalf("number %d: the mail is %+v, and the server has %d", number, mail, links)
	}
}

// oneEntitlement: one offer, whose hour began with the last hand-over; all
// links open it, and they buy one ticket.
func (r *cutter) oneEntitlement(number int) {
	r.Helper()
	p := r.place(number)
	if offers := r.offers(number); len(offers) != 1 || offers[0] != sale.OfferOpen {
		r.Errorf("number %d has offers %q", number, offers)
	}
	links := r.linksOf(number)
	if len(links) == 0 || len(links) > 2 {
		r.Fatalf("number %d has %d links", number, len(links))
	}
	if last := links[len(links)-1]; !last.Ends.Equal(r.clock.Now().Add(time.Hour)) || !p.Offer.Ends.Equal(last.Ends) {
		r.Errorf("number %d: the last link ends %v, the offer %v, at %v", number, last.Ends, p.Offer.Ends, r.clock.Now())
	}
	codes := map[string]bool{}
	for _, l := range links {
		if l.Offer != p.Offer.ID {
			r.Errorf("number %d has a link to offer %s, and the offer %s", number, l.Offer, p.Offer.ID)
		}
		order, err := r.buy(l, 1)
		must(r, err)
		codes[order.Code] = true
	}
	if sold := r.stock().Sold; len(codes) != 1 || sold != number {
		r.Errorf("number %d has %d orders; %d tickets are sold to %d fans", number, len(codes), sold, number)
	}
	r.beat()
}
