package dispatcher_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// refuse answers so at RCPT to one fan, every time.
func refuse(number int, text string) smtptest.Script {
	return func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.RCPT && m.To == fmt.Sprintf("fan%d@example.org", number) {
			return smtptest.Say(text)
		}
		return smtptest.Reply{}
	}
}

// minutes plays so many minutes, each with a beat, all due mail, and a beat.
func (h *house) minutes(n int) {
	h.Helper()
	for range n {
		h.minute()
		h.beat()
	}
}

// tries are when the offer mails of a fan were tried, in minutes since noon.
func (h *house) tries(number int) (at []float64) {
	h.Helper()
	h.query(fmt.Sprintf(`SELECT t.started_at FROM mail_tries t JOIN outbox m ON m.id = t.mail_id
		WHERE m.kind = 'offer' AND m.number = %d ORDER BY t.id`, number), func(scan func(...any) error) error {
		var started int64
		err := scan(&started)
		at = append(at, sqldb.Time(started).Sub(noon).Minutes())
		return err
	})
	return at
}

// offers are the states of all offers a fan ever had, oldest first.
func (h *house) offers(number int) (all []sale.OfferState) {
	h.Helper()
	h.query(fmt.Sprintf(`SELECT state FROM offers WHERE number = %d ORDER BY batch`, number), func(scan func(...any) error) error {
		var s sale.OfferState
		err := scan(&s)
		all = append(all, s)
		return err
	})
	return all
}

// A temporary refusal is tried again after 1/60, 1/20, 1/12, 1/6 and 1/4 of
// the life, for one life; three such rounds are a bounce. Those behind are
// served all the while.
func TestTemporaryRefusalsGoOnForOneLifeAndThreeRounds(t *testing.T) {
	t.Parallel()
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.script.set(refuse(1, "450 4.2.1 mailbox busy"))
		h.join(7)
		h.beat()
		h.send(100)
		h.minutes(59)
		if got := h.states(7); !cmp.Equal(got, []sale.OfferState{"open", "open", "open", "open", "open", "open", ""}) {
			t.Errorf("within the life: %q", got)
		}
		h.minutes(2) // the whole life is over, and the next round begins
		want := []float64{0, 1, 4, 9, 19, 34, 49}
		if diff := cmp.Diff(append(want, 60, 61), h.tries(1)); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		h.minutes(121)
		if diff := cmp.Diff([]sale.OfferState{"undelivered", "undelivered", "undelivered"}, h.offers(1)); diff != "" {
			t.Errorf("offers (-want +got):\n%s", diff)
		}
		if p := h.place(1); !p.Bounced || p.Waiting {
			t.Errorf("after three rounds: %+v", p)
		}
		h.minutes(5)
		if got := h.offers(7); len(got) != 1 || len(h.linksOf(7)) != 1 {
			t.Errorf("the next in line had %q", got)
		}
		if len(h.linksOf(1)) != 0 {
			t.Error("the server has a mail that it refused")
		}
	})
}

// A mailbox that refuses for good closes the offer at once; one that may have
// the link already keeps its hour.
func TestRefusedForGoodAfterATryThatMayHaveArrived(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(1)
		h.script.once(smtptest.Dot, smtptest.Reply{Take: true, Hangup: true})
		h.beat()
		h.send(1)
		h.script.set(refuse(1, "550 5.1.1 no such user"))
		h.minutes(60)
		if diff := cmp.Diff([]float64{0, 1}, h.tries(1)); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		if got := h.state(1); got != sale.OfferOpen {
			t.Errorf("the offer is %s although its link may have arrived", got)
		}
		h.minutes(1)
		if got := h.state(1); got != sale.OfferExpired {
			t.Errorf("after its hour, which the second try began anew: %s", got)
		}
		if h.place(1).Bounced {
			t.Error("bounced, although the mail was taken")
		}
	})
}

// Unknown is sent again for the same offer, however often, for one life; each
// link opens it, and the last end counts.
func TestUnknownForALife(t *testing.T) {
	t.Parallel()
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(1)
		h.script.set(smtptest.At(smtptest.Dot, smtptest.Reply{Take: true, Hangup: true}))
		h.beat()
		h.send(1)
		h.minutes(108)
		if diff := cmp.Diff([]float64{0, 1, 4, 9, 19, 34, 49}, h.tries(1)); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		links := h.linksOf(1)
		for i, l := range links {
			if l.Offer != links[0].Offer || i > 0 && !l.Ends.After(links[i-1].Ends) {
				t.Errorf("link %d: %+v", i, l)
			}
			if i == len(links)-1 {
				continue
			}
			if _, err := h.buy(l, 2); sale.CodeOf(err) != sale.CodeOfferOver {
				t.Errorf("link %d, of %v, bought: %v", i, l.Ends, err)
			}
		}
		if _, err := h.buy(links[len(links)-1], 2); err != nil {
			t.Errorf("the last link does not buy: %v", err)
		}
	})
}

// Our own fault, at any length, costs nobody anything: nobody's life runs,
// nobody bounces, nobody is passed over.
func TestOurOwnFaultForADay(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct {
		stage smtptest.Stage
		text  string
		open  int // up to which number offers are made: where a recipient was named, one batch shows whether it is he
	}{
		{smtptest.AUTH, "535 5.7.8 wrong name or password", 2},
		{smtptest.MAIL, "550 5.7.1 we do not like you", 2},
		{smtptest.RCPT, "550 5.7.1 your reputation", 4},
		{smtptest.Dot, "554 5.7.1 looks like spam", 4},
	} {
		t.Run(string(fault.stage), func(t *testing.T) {
			p := plan{smtp: smtptest.Options{StartTLS: true, Users: map[string]string{"user": "secret"}}, smtpTo: "user:secret@"}
			eachHouse(t, p, func(t *testing.T, h *house) {
				h.join(6)
				h.beat()
				// One goes well, and then the server hangs up: the courier dials anew
				// inside its next hand-over.
				h.script.once(smtptest.Dot, smtptest.Reply{Text: "250 2.0.0 taken", Hangup: true})
				h.send(1)
				h.script.set(smtptest.At(fault.stage, smtptest.Say(fault.text)))
				for range 48 {
					h.clock.Advance(30 * time.Minute)
					h.beat()
					if h.courier != nil || fault.stage != smtptest.AUTH { // or there is no connecting
						h.send(1)
					}
				}
				want := []sale.OfferState{"expired", "open", "open", "open", "", ""}
				for n := fault.open; n < len(want); n++ {
					want[n] = ""
				}
				if diff := cmp.Diff(want, h.states(6)); diff != "" {
					t.Errorf("after a day (-want +got):\n%s", diff)
				}
				h.script.set(nil)
				h.minutes(5)
				if got := h.states(6); !cmp.Equal(got, []sale.OfferState{"expired", "open", "open", "open", "open", "open"}) {
					t.Errorf("healed: %q", got)
				}
				for n := 2; n <= 6; n++ {
					if links := h.linksOf(n); len(links) != 1 || links[0].Ends.Sub(links[0].Issued) < time.Hour {
						t.Errorf("number %d has links %v", n, links)
					}
				}
			})
		})
	}
}

// A recipient who was asked to come back later has a life of tries. While it
// is our own fault that none is made, or nobody is there to make one, it does
// not run out.
func TestNoLifeRunsOutUntried(t *testing.T) {
	t.Parallel()
	for name, pass := range map[string]func(h *house){
		"our own fault": func(h *house) {
			h.script.set(smtptest.At(smtptest.MAIL, smtptest.Say("550 5.7.1 we do not like you")))
			for range 40 {
				h.clock.Advance(5 * time.Minute)
				h.beat()
				h.send(10)
			}
		},
		"no connection": func(h *house) {
			for range 40 {
				h.clock.Advance(5 * time.Minute)
				h.beat()
			}
		},
		"nobody there": func(h *house) { h.clock.Advance(3 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			eachHouse(t, plan{}, func(t *testing.T, h *house) {
				h.join(1)
				h.script.set(refuse(1, "450 4.2.1 mailbox busy"))
				h.beat()
				h.send(1)
				h.script.set(nil)
				pass(h)
				h.script.set(nil)
				h.minutes(2)
				if diff := cmp.Diff([]sale.OfferState{"open"}, h.offers(1)); diff != "" {
					t.Errorf("offers (-want +got):\n%s", diff)
				}
				if got := h.lastLink(1).Ends; got.Before(h.clock.Now().Add(58 * time.Minute)) {
					t.Errorf("the link ends %v, at %v", got, h.clock.Now())
				}
			})
		})
	}
}

// A server that refuses one recipient for policy, and takes all others, must
// not hold up the line behind him: he is tried like somebody whose mailbox is
// busy. So too when he is the last of his batch and nobody else's mail is due.
func TestPolicyAgainstOneRecipientHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	for _, number := range []int{1, 2} {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			p := plan{sale: func(s *sale.Sale) { s.Dispatch.LinkLife = 20 * time.Minute }}
			eachHouse(t, p, func(t *testing.T, h *house) {
				h.script.set(refuse(number, "550 5.7.1 we do not like you"))
				h.join(6)
				h.beat()
				h.minutes(10)
				if got := h.states(6); !cmp.Equal(got, []sale.OfferState{"open", "open", "open", "open", "open", "open"}) {
					t.Errorf("%q", got)
				}
				h.minutes(75)
				if p := h.place(number); !p.Bounced {
					t.Errorf("never given up: %+v, offers %q", p, h.offers(number))
				}
			})
		})
	}
}

// A server that keeps the mail so long that less than 11/12 of the life is
// left, and at least ten seconds are gone, owes the fan a new link for the
// same offer.
func TestSlowAnswerMintsAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		life, took time.Duration
		again      bool
	}{
		{time.Hour, 5 * time.Minute, false},
		{time.Hour, 5*time.Minute + time.Second, true},
		{time.Hour, 2 * time.Hour, false}, // longer than the life: once more would be for ever
		{time.Minute, 9 * time.Second, false},
		{time.Minute, 10 * time.Second, true},
		{4 * time.Minute, 19 * time.Second, false},
	} {
		t.Run(fmt.Sprintf("%v of %v", tt.took, tt.life), func(t *testing.T) {
			p := plan{sale: func(s *sale.Sale) { s.Dispatch.LinkLife = tt.life }}
			eachHouse(t, p, func(t *testing.T, h *house) {
				h.join(1)
				h.beat()
				h.script.set(func(m smtptest.Moment) smtptest.Reply {
					if m.Stage == smtptest.Dot {
						h.clock.Advance(tt.took)
					}
					return smtptest.Reply{}
				})
				h.send(1)
				h.script.set(nil)
				h.send(1)
				links := h.linksOf(1)
				if again := len(links) == 2; again != tt.again {
					t.Fatalf("%d links", len(links))
				}
				if !tt.again {
					return
				}
				if links[0].Offer != links[1].Offer || !links[1].Ends.Equal(h.clock.Now().Add(tt.life)) {
					t.Errorf("links %v, at %v", links, h.clock.Now())
				}
				if h.send(1).Mails != 0 {
					t.Error("sent a third time")
				}
			})
		})
	}
}

// Both mails of an offer are one mail to whoever reads them: the same
// Message-ID, and one recipient.
func TestSentAgainUnderTheSameName(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.join(1)
		h.script.once(smtptest.Dot, smtptest.Reply{Take: true, Hangup: true})
		h.beat()
		h.send(1)
		h.minutes(1)
		all := h.letters(1)
		if len(all) != 2 || all[0].MessageID == "" || all[0].MessageID != all[1].MessageID {
			t.Fatalf("%d mails: %q", len(all), all)
		}
		if id := all[0].Headers.Get("X-Inturn-Offer"); !strings.Contains(all[0].MessageID, id) || id == "" {
			t.Errorf("Message-ID %q is not named after offer %q", all[0].MessageID, id)
		}
	})
}
