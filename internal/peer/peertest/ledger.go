package peertest

import (
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

// The ledger is the same whichever pages it is read by, and adds up to the
// balances.
func (s *suite) ledger() {
	_, err := s.Wire.Ledger(s.Context(), slug, 0, 10)
	s.refuses("the ledger of a sale that is not there", err, sale.CodeNotFound)
	s.mustPut(Sale(slug, 1))
	s.mustPut(Sale("other", 1))
	s.reserves("o1 o2", "o1:4 o2:4")
	order := s.buys("o1", sale.Quantities{"fri": 1, "sat": 2})
	s.closes("o2", sale.OfferVoided, sale.AnswerClosed)
	if _, err := s.Wire.Cancel(s.Context(), slug, order.Code, "rain"); err != nil {
		s.Fatal(err)
	}
	whole := s.transfers(0)
	for _, limit := range []int{1, 3, 1000} {
		if diff := cmp.Diff(whole, s.transfers(limit)); diff != "" {
			s.Errorf("by pages of %d (-want +got):\n%s", limit, diff)
		}
	}
	sums := map[string]int{}
	for _, t := range whole {
		sums[t.Pool+" "+t.Source] -= t.Units
		sums[t.Pool+" "+t.Target] += t.Units
		if t.At != Noon || t.Units < 1 || t.Reason == "" || (t.Offer == "") != (t.Reason == "issue") {
			s.Errorf("a transfer %+v", t)
		}
	}
	if got := fmt.Sprint(sums["capacity available"], sums["capacity offered"], sums["capacity sold"], sums["capacity issued"]); got != "10 0 0 -10" {
		s.Errorf("the transfers add up to %s", got)
	}
}

func (s *suite) transfers(limit int) (all []sale.Transfer) {
	s.Helper()
	after := int64(-1)
	for {
		page, err := s.Wire.Ledger(s.Context(), slug, after, limit)
		if err != nil {
			s.Fatalf("Ledger: %v", err)
		}
		if limit > 0 && len(page) > limit {
			s.Fatalf("Ledger: %d transfers, at most %d were asked for", len(page), limit)
		}
		if len(page) == 0 {
			return all
		}
		all, after = append(all, page...), page[len(page)-1].ID
	}
}
