package peertest

import (
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

// Cancelling gives each unit back once, however often it is asked for, and
// does not revive the offer.
func (s *suite) cancel() {
	s.mustPut(Sale(slug, 1))
	s.reserves("o1 o2", "o1:4 o2:4")
	order := s.buys("o1", sale.Quantities{"fri": 1, "sat": 2})
	s.stocks("3+4+3")
	want := order
	want.State = sale.OrderCancelled
	for _, code := range []string{order.Code, order.Code, " " + strings.ToLower(order.Code) + " "} {
		got, err := s.Wire.Cancel(s.Context(), slug, code, "rain")
		if err != nil {
			s.Fatalf("Cancel %q: %v", code, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			s.Errorf("Cancel %q (-want +got):\n%s", code, diff)
		}
		s.stocks("6+4+0")
	}
	feed := s.feed(0, 10)
	if len(feed) != 2 || feed[1].Kind != sale.OutcomeCancelled || feed[1].Order == nil || feed[1].Order.State != sale.OrderCancelled {
		s.Errorf("the feed says %v", feed)
	}
	s.closes("o1", sale.OfferExpired, sale.AnswerBought)
	s.reserves("o1 o3", "o1:4 o3:4") // the old answer, and what came back
}

func (s *suite) cancelRefuses() {
	s.mustPut(Sale(slug, 1))
	s.mustPut(Sale("other", 1))
	s.reserves("o1", "o1:4")
	order := s.buys("o1", sale.Quantities{"fri": 1})
	for _, c := range []struct{ sale, code string }{
		{slug, ""}, {slug, "NOSUCH"}, {slug, "\x00"}, {slug, strings.Repeat("X", 65)}, {"other", order.Code}, {"nowhere", order.Code}, {"", order.Code},
	} {
		_, err := s.Wire.Cancel(s.Context(), c.sale, c.code, "rain")
		s.refuses(fmt.Sprintf("Cancel %q of %q", c.code, c.sale), err, sale.CodeNotFound)
	}
	s.stocks("9+0+1")
}
