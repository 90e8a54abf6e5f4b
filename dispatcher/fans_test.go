package dispatcher_test

import (
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail/letter"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

// letters are the mails that the server took for one fan, oldest first.
func (h *house) letters(number int) []letter.Letter {
	h.Helper()
	address := h.place(number).Address
	var all []letter.Letter
	for _, m := range h.server.Mails() {
		if slices.Contains(m.To, address) {
			all = append(all, h.letter(m))
		}
	}
	return all
}

// letter reads a mail, which has one recipient, and that is the one in it.
func (h *house) letter(m smtptest.Mail) letter.Letter {
	h.Helper()
	l := m.Letter(h)
	if len(m.To) != 1 || l.To != m.To[0] {
		h.Fatalf("a mail to %q went to %q", l.To, m.To)
	}
	return l
}

// linksOf are the personal links among letters, verified: what each says.
func (h *house) linksOf(number int) []link.Claims {
	h.Helper()
	keys, err := h.box.Keys(h.Context())
	must(h, err)
	verifier := link.NewVerifier(keys)
	var all []link.Claims
	for _, l := range h.letters(number) {
		offer := l.Headers.Get("X-Inturn-Offer")
		if offer == "" {
			continue
		}
		claims, _, err := verifier.Verify(tokenIn(l.Text), h.clock.Now())
		if err != nil || claims.Offer != offer {
			h.Fatalf("number %d was sent a link for offer %q in a mail about %q: %v", number, claims.Offer, offer, err)
		}
		all = append(all, claims)
	}
	return all
}

// tokenIn finds the personal link: on a line of its own in the text part.
func tokenIn(text string) string {
	for row := range strings.Lines(text) {
		if token, ok := strings.CutPrefix(strings.TrimSpace(row), checkoutURL+"/c/"); ok {
			return token
		}
	}
	return ""
}

// buy uses a link for n tickets, as the checkout does.
func (h *house) buy(c link.Claims, n int) (sale.Order, error) {
	order, _, err := h.box.Buy(h.Context(), boxoffice.Purchase{
		Offer: c.Offer, Sale: c.Sale, Ends: c.Ends, Freezes: c.Freezes, Quantities: sale.Quantities{"ticket": n},
	})
	return order, err
}

// lastLink is the newest link that a fan has.
func (h *house) lastLink(number int) link.Claims {
	h.Helper()
	all := h.linksOf(number)
	if len(all) == 0 {
		h.Fatalf("number %d has no link", number)
	}
	return all[len(all)-1]
}
