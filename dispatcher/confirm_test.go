package dispatcher_test

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

// ask lets somebody who is in no line ask for a link.
func (h *house) ask(address string) time.Time {
	h.Helper()
	asked, err := h.line.AskConfirm(h.Context(), line.Ask{
		Sale: slug, Lang: "en", Address: sale.Address{Typed: address, Canonical: address},
	})
	must(h, err)
	return asked.Until
}

// TestConfirmMail: to the one who asked, after everybody else's, with a link
// that this process's keys read, and with nothing to unsubscribe from.
func TestConfirmMail(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) { s.Mail.Receipt = true }}, func(t *testing.T, h *house) {
		until := h.ask("stranger@example.org")
		h.clock.Advance(time.Second)
		h.join(1)
		h.beat()
		h.send(10)
		mails := h.server.Mails()
		if len(mails) != 3 {
			t.Fatalf("%d mails, want receipt, offer and the link", len(mails))
		}
		l := h.letter(mails[2])
		if l.To != "stranger@example.org" || !strings.HasPrefix(l.MessageID, "confirm."+slug+".") {
			t.Fatalf("the last mail is %s to %s", l.MessageID, l.To)
		}
		for _, header := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "X-Inturn-Offer"} {
			if got := l.Headers.Get(header); got != "" {
				t.Errorf("%s: %s", header, got)
			}
		}
		_, token, _ := strings.Cut(l.Text, "\n"+registrationURL+"/"+slug+"/confirm/")
		token, _, _ = strings.Cut(token, "\n")
		ref, err := h.keys.ReadConfirmation(slug, token, h.clock.Now())
		must(t, err)
		c, err := h.line.Confirmation(t.Context(), slug, ref)
		must(t, err)
		if c.Address != "stranger@example.org" || !c.Ends.Equal(until) {
			t.Errorf("%+v", c)
		}
		h.clock.Advance(25 * time.Hour)
		h.beat()
		if n := h.count(`SELECT COUNT(*) FROM confirmations`); n != 0 {
			t.Errorf("a beat a day later remembers %d addresses", n)
		}
	})
}

// TestAStrangersAddressStopsNobody: anybody can type an address that a server
// refuses us for, again and again; offers leave all the same.
func TestAStrangersAddressStopsNobody(t *testing.T) {
	eachHouse(t, plan{}, func(t *testing.T, h *house) {
		h.beat()
		for _, address := range []string{"one@bad.example", "two@bad.example", "three@bad.example"} {
			h.ask(address)
		}
		struck := h.script.always(smtptest.RCPT, smtptest.Reply{Text: "550 5.7.1 not for you"})
		if sent := h.send(10); sent.Mails != 3 || sent.Fault || !struck.Load() {
			t.Errorf("%+v, want three tries that are no fault of ours", sent)
		}
		h.script.set(nil)
		h.join(1)
		h.minute()
		if n := len(h.letters(1)); n != 1 {
			t.Errorf("%d offers left, want 1", n)
		}
	})
}
