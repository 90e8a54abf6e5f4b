package boxoffice_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestAWholeSale(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		offers := h.reserve(t, 4, 4, 4, 0)
		h.stock(t, 2, 8, 0)

		order := h.buy(t, offers[0], 1, 2)
		h.stock(t, 3, 4, 3)
		want := sale.Order{
			Code: order.Code, Ref: order.Ref, Sale: "lakeside", Offer: offers[0], State: sale.OrderConfirmed,
			Payment: sale.PaymentNone, Currency: "CHF", Total: 8500 + 2*9500, At: noon,
			Tickets: []sale.Ticket{
				{Code: order.Code + "-1", Type: "fri", Title: sale.Text{"en": "Friday"}, Price: 8500},
				{Code: order.Code + "-2", Type: "sat", Title: sale.Text{"en": "Saturday"}, Price: 9500},
				{Code: order.Code + "-3", Type: "sat", Title: sale.Text{"en": "Saturday"}, Price: 9500},
			},
		}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Error(diff)
		}
		if found, s, err := h.Order(t.Context(), order.Ref); err != nil || !cmp.Equal(found, want) || s.Slug != "lakeside" {
			t.Errorf("by its ref: %v %v", found, err)
		}
		if found, _, err := h.OrderByCode(t.Context(), "lakeside", " "+order.Code); err != nil || !cmp.Equal(found, want) {
			t.Errorf("by its code: %v %v", found, err)
		}

		if err := h.Decline(t.Context(), "lakeside", offers[1], sale.End{At: noon.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		h.stock(t, 7, 0, 3)
		third := h.reserve(t, 4, 4)[0]
		closing := sale.Closing{Offer: third, Reason: sale.OfferExpired, Ends: noon.Add(time.Hour)}
		if got, err := h.Close(t.Context(), "lakeside", closing); err != nil || got != sale.AnswerNotYet {
			t.Errorf("close before the end: %q %v", got, err)
		}
		h.now = noon.Add(time.Hour)
		if got, err := h.Close(t.Context(), "lakeside", closing); err != nil || got != sale.AnswerClosed {
			t.Errorf("close at the end: %q %v", got, err)
		}
		cancelled, err := h.Cancel(t.Context(), "lakeside", order.Code, "fell ill")
		if err != nil || cancelled.State != sale.OrderCancelled {
			t.Errorf("cancel: %v %v", cancelled, err)
		}
		h.stock(t, 10, 0, 0)

		feed, err := h.Outcomes(t.Context(), "lakeside", 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]sale.Outcome{
			{Position: 1, Kind: sale.OutcomeBought, Offer: offers[0], Order: &want, At: noon},
			{Position: 2, Kind: sale.OutcomeDeclined, Offer: offers[1], At: noon},
			{Position: 3, Kind: sale.OutcomeClosed, Offer: third, Reason: sale.OfferExpired, At: h.now},
			{Position: 4, Kind: sale.OutcomeCancelled, Offer: offers[0], Order: &cancelled, At: h.now},
		}, feed); diff != "" {
			t.Error(diff)
		}
	})
}
