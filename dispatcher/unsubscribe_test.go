package dispatcher_test

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// TestUnsubscribeHeaders: what a mail says to the mail program about leaving
// (RFC 2369, RFC 8058): receipt, offer and decline lead to the own place; those
// of an order, of its cancellation and of a withdrawal say nothing.
func TestUnsubscribeHeaders(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) {
		s.Mail.Receipt = true
		s.Dispatch.Ends = noon.Add(61 * time.Minute)
	}}, func(t *testing.T, h *house) {
		h.join(7)
		h.beat()
		h.send(10)
		_, err := h.buy(h.lastLink(1), 2)
		must(t, err)
		order, err := h.buy(h.lastLink(2), 2)
		must(t, err)
		_, err = h.box.Cancel(t.Context(), slug, order.Code, "returned")
		must(t, err)
		must(t, h.line.Withdraw(t.Context(), slug, 3))
		h.minute()
		h.clock.Advance(61 * time.Minute)
		h.beat()
		h.beat()
		h.send(20)
		h.beat()
		h.send(20)
		seen := map[string]bool{}
		for number := 1; number <= 7; number++ {
			place := registrationURL + "/" + slug + "/place/" + h.keys.Receipt(slug, number, h.place(number).At)
			for _, l := range h.letters(number) {
				kind, _, _ := strings.Cut(l.MessageID, ".")
				seen[kind] = true
				where, how := "<"+place+"/withdraw>", "List-Unsubscribe=One-Click"
				if kind == "order" || kind == "cancellation" || kind == "withdrawn" {
					where, how = "", ""
				}
				if got := l.Headers.Get("List-Unsubscribe"); got != where {
					t.Errorf("%s: List-Unsubscribe %q, want %q", kind, got, where)
				}
				if got := l.Headers.Get("List-Unsubscribe-Post"); got != how {
					t.Errorf("%s: List-Unsubscribe-Post %q, want %q", kind, got, how)
				}
			}
		}
		for _, kind := range sale.MailKinds() {
			if kind == sale.MailConfirm || kind == sale.MailTest || kind == sale.MailInvitation {
				continue // to somebody who is in no line: TestConfirmMail, TestTestMails, TestInvitationMail
			}
			if !seen[string(kind)] {
				t.Errorf("no %s mail was looked at: %v", kind, seen)
			}
		}
	})
}
