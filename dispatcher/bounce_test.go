package dispatcher_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/bounce"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

func returnPath(h *house) mail.ReturnPath {
	h.Helper()
	p, err := mail.ParseReturnPath("bounces@tickets.lakeside.example", link.TagLength)
	must(h, err)
	return p
}

// offerMails are the offer mails that the server took for one fan.
func (h *house) offerMails(number int) (all []smtptest.Mail) {
	h.Helper()
	for _, m := range h.server.Mails() {
		if l := h.letter(m); l.Headers.Get("X-Inturn-Offer") != "" && strings.HasPrefix(l.To, fmt.Sprintf("fan%d@", number)) {
			all = append(all, m)
		}
	}
	return all
}

// came is what a mail that came back came to.
type came struct {
	verdict bounce.Verdict
	err     error
}

// comesBack is the server's report, to the envelope's sender of a mail, that
// it cannot be delivered.
func (h *house) comesBack(m smtptest.Mail, status string) came {
	h.Helper()
	desk, err := bounce.New(bounce.Options{Line: h.line, Keys: h.keys, ReturnPath: returnPath(h)})
	must(h, err)
	over, ok := desk.Addressed(m.From)
	if !ok {
		h.Fatalf("a mail was sent from %s, which nothing comes back to", m.From)
	}
	verdict, err := desk.Take(h.Context(), over, strings.NewReader("Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"+
		"--x\r\n\r\nSorry.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"+
		"Final-Recipient: rfc822; somebody@example.org\r\nAction: failed\r\nStatus: "+status+"\r\n\r\n--x--\r\n"))
	return came{verdict, err}
}

func (h *house) wantVerdict(m smtptest.Mail, status string, want bounce.Verdict) {
	h.Helper()
	if got := h.comesBack(m, status); got.err != nil || got.verdict != want {
		h.Errorf("status %s came to %q, %v; want %q", status, got.verdict, got.err, want)
	}
}

const (
	closing     = sale.OfferClosing
	bouncedBack = sale.OfferBounced
	undelivered = sale.OfferUndelivered
)

// Six offers are out and a seventh fan waits. The server took all mails and
// reports one of them undeliverable: those tickets go to the seventh, and
// nobody else notices.
func TestAMailThatComesBackFreesItsTickets(t *testing.T) {
	eachHouse(t, plan{}, func(_ *testing.T, h *house) {
		h.join(7)
		h.beat()
		for range 3 {
			h.minute()
		}
		h.wantStates("with all tickets offered", open, open, open, open, open, open, nothing)
		mails := h.offerMails(2)
		if len(mails) != 1 {
			h.Fatalf("%d mails", len(mails))
		}
		h.wantVerdict(mails[0], "5.1.1", "closing")
		h.wantStates("once the report came", open, closing, open, open, open, open, nothing)
		h.minute()
		h.minute()
		h.wantStates("at the next moment", open, bouncedBack, open, open, open, open, open)
		h.wantVerdict(mails[0], "5.1.1", "again")
		if p := h.place(2); !p.Bounced || p.Waiting {
			h.Errorf("the second fan's place: %+v", p)
		}
		if _, err := h.buy(h.lastLink(7), 2); err != nil {
			h.Errorf("the seventh fan buys: %v", err)
		}
		if _, err := h.buy(h.lastLink(2), 2); sale.CodeOf(err) != sale.CodeOfferOver {
			h.Errorf("a link whose mail came back: %v", err)
		}
	})
}

// Each hand-over has an address of its own, the letter itself none of it.
func TestEveryHandOverHasItsEnvelope(t *testing.T) {
	eachHouse(t, plan{}, func(_ *testing.T, h *house) {
		h.join(2)
		h.beat()
		h.minute()
		var froms []string
		for _, m := range h.server.Mails() {
			if l := h.letter(m); l.From != "tickets@lakeside.example" || strings.Contains(string(m.Raw), m.From) {
				h.Errorf("a mail from %s shows the envelope's sender or %s", m.From, l.From)
			}
			if local, _, _ := strings.Cut(m.From, "@"); len(local) > 64 || strings.ToLower(m.From) != m.From {
				h.Errorf("envelope's sender %s", m.From)
			}
			froms = append(froms, m.From)
		}
		slices.Sort(froms)
		if len(froms) != 2 || len(slices.Compact(froms)) != 2 {
			h.Errorf("envelopes' senders: %q", froms)
		}
	})
}

// The box office decides: a purchase that was quicker than the report stands,
// whether the line knew of it or not.
func TestAPurchaseStandsWhenItsMailComesBack(t *testing.T) {
	eachHouse(t, plan{}, func(_ *testing.T, h *house) {
		h.join(2)
		h.beat()
		h.minute()
		for _, number := range []int{1, 2} {
			if _, err := h.buy(h.lastLink(number), 2); err != nil {
				h.Fatal(err)
			}
			if number == 2 {
				h.beat() // the line has collected it
			}
			h.wantVerdict(h.offerMails(number)[0], "5.1.1", map[int]bounce.Verdict{1: "closing", 2: "late"}[number])
			h.beat()
		}
		h.wantStates("with both bought", bought, bought)
		if h.place(1).Bounced || h.place(2).Bounced {
			h.Error("a buyer counts as bounced")
		}
		if c := h.stock(); c.Sold != 4 || c.Offered != 0 {
			h.Errorf("stock: %+v", c)
		}
	})
}

// A server that gives up leaves the turn; what it says of the first offer
// does not touch the second.
func TestAServerThatGivesUpLeavesTheTurn(t *testing.T) {
	eachHouse(t, plan{}, func(_ *testing.T, h *house) {
		h.join(1)
		h.beat()
		for round := 1; round <= 3; round++ {
			h.minute()
			mails := h.offerMails(1)
			if len(mails) != round {
				h.Fatalf("round %d: %d mails", round, len(mails))
			}
			for _, old := range mails[:round-1] {
				h.wantVerdict(old, "5.1.1", "again")
			}
			h.wantStates("with an offer that is out", open)
			h.wantVerdict(mails[round-1], "4.4.7", "closing")
			h.beat()
		}
		h.minute()
		h.wantStates("after three rounds", undelivered)
		if p := h.place(1); !p.Bounced || len(h.offerMails(1)) != 3 {
			h.Errorf("after three rounds: %+v", p)
		}
	})
}

// The report is recorded, and everything stops: whoever dispatches next closes
// the offer, as soon as the box office can be asked.
func TestABounceSurvivesItsProcess(t *testing.T) {
	eachHouse(t, plan{}, func(_ *testing.T, h *house) {
		h.join(3)
		h.beat()
		h.minute()
		h.wantVerdict(h.offerMails(1)[0], "5.1.1", "closing")
		h.wire.strike = func(string, string) error { return unreachable() }
		h.clock.Advance(20 * time.Second) // the lease has run out
		next := h.process("second")
		if err := next.BeatAll(h.Context()); err == nil {
			h.Error("a beat without the box office succeeds")
		}
		h.wantStates("while nothing can be asked", closing, open)
		if c := h.stock(); c.Offered != 4 {
			h.Errorf("freed without the box office's word: %+v", c)
		}
		h.wire.strike = nil
		must(h, next.BeatAll(h.Context()))
		h.wantStates("once the box office is asked", bouncedBack, open)
		if c := h.stock(); c.Offered > 4 || c.Available+c.Offered != 12 {
			h.Errorf("stock: %+v", c)
		}
	})
}

// A slow server got the mail twice; that the first came back says nothing of
// the second.
func TestAnotherMailKeepsTheOffer(t *testing.T) {
	eachHouse(t, plan{}, func(_ *testing.T, h *house) {
		h.join(1)
		h.beat()
		h.script.set(func(m smtptest.Moment) smtptest.Reply {
			if m.Stage == smtptest.Dot {
				h.clock.Advance(10 * time.Minute)
				h.script.set(nil)
			}
			return smtptest.Reply{}
		})
		h.minute()
		h.send(10)
		mails := h.offerMails(1)
		if len(mails) != 2 || mails[0].From == mails[1].From {
			h.Fatalf("%d mails", len(mails))
		}
		h.wantVerdict(mails[0], "5.1.1", "kept")
		h.beat()
		h.wantStates("with one mail left", open)
		h.wantVerdict(mails[1], "5.1.1", "closing")
		h.beat()
		h.wantStates("with none left", bouncedBack)
	})
}
