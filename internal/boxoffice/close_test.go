package boxoffice_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestCloseAndBuyExcludeEachOther(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		offers := h.reserve(t, 4, 4, 4)
		h.buy(t, offers[0], 1, 0)
		closed := sale.Closing{Offer: offers[1], Reason: sale.OfferWithdrawn}
		bought := sale.Closing{Offer: offers[0], Reason: sale.OfferWithdrawn}
		for range 2 {
			if got, err := h.Close(t.Context(), "lakeside", bought); err != nil || got != sale.AnswerBought {
				t.Errorf("close what was bought: %q %v", got, err)
			}
			if got, err := h.Close(t.Context(), "lakeside", closed); err != nil || got != sale.AnswerClosed {
				t.Errorf("close: %q %v", got, err)
			}
			// Whatever any clock says.
			h.now = noon.Add(-time.Hour)
			_, _, err := h.Buy(t.Context(), h.purchase(offers[1], 1, 0))
			refused(t, err, sale.CodeOfferOver)
		}
		h.stock(t, 7, 0, 1)
		refused(t, h.Decline(t.Context(), "lakeside", offers[0], sale.End{At: noon.Add(time.Hour)}), sale.CodeAlreadyBought)
		refused(t, h.Decline(t.Context(), "lakeside", offers[1], sale.End{At: noon.Add(time.Hour)}), sale.CodeOfferOver)
	})
}

func TestExpiredIsDecidedByTheBoxOfficesOwnClock(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		offers := h.reserve(t, 4, 4, 4)
		ends := noon.Add(time.Hour)
		h.now = ends.Add(-time.Millisecond)
		expired := sale.Closing{Offer: offers[0], Reason: sale.OfferExpired, Ends: ends}
		if got, err := h.Close(t.Context(), "lakeside", expired); err != nil || got != sale.AnswerNotYet {
			t.Errorf("a millisecond early: %q %v", got, err)
		}
		// Other reasons do not ask the clock.
		withdrawn := sale.Closing{Offer: offers[1], Reason: sale.OfferWithdrawn, Ends: ends}
		if got, err := h.Close(t.Context(), "lakeside", withdrawn); err != nil || got != sale.AnswerClosed {
			t.Errorf("withdrawn: %q %v", got, err)
		}
		h.now = ends
		if got, err := h.Close(t.Context(), "lakeside", expired); err != nil || got != sale.AnswerClosed {
			t.Errorf("at the end: %q %v", got, err)
		}
		h.stock(t, 8, 0, 0)
	})
}

func TestDeclineTwiceFreesOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		offer := h.reserve(t, 4, 4)[0]
		for range 2 {
			if err := h.Decline(t.Context(), "lakeside", offer, sale.End{At: noon.Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
			h.stock(t, 8, 0, 0)
		}
		if got, err := h.Close(t.Context(), "lakeside", sale.Closing{Offer: offer, Reason: sale.OfferExpired}); err != nil || got != sale.AnswerClosed {
			t.Errorf("close a declined offer: %q %v", got, err)
		}
		_, _, err := h.Buy(t.Context(), h.purchase(offer, 1, 0))
		refused(t, err, sale.CodeOfferOver)
		refused(t, h.Decline(t.Context(), "lakeside", "unknown", sale.End{At: noon.Add(time.Hour)}), sale.CodeNotFound)
		refused(t, h.Decline(t.Context(), "lakeside", "\xff", sale.End{At: noon.Add(time.Hour)}), sale.CodeNotFound)
		late := h.reserve(t, 4, 4)[0]
		refused(t, h.Decline(t.Context(), "lakeside", late, sale.End{At: noon}), sale.CodeOfferOver)
	})
}

func TestCloseRefusesNonsense(t *testing.T) {
	h := fresh(t, sqldbtest.SQLite(t)(), 8)
	offer := h.reserve(t, 4, 4)[0]
	for _, reason := range []sale.OfferState{"", "sold", sale.OfferBought, sale.OfferDropped, sale.OfferDeclined, sale.OfferOpen} {
		_, err := h.Close(t.Context(), "lakeside", sale.Closing{Offer: offer, Reason: reason})
		refused(t, err, sale.CodeBadRequest)
	}
	_, err := h.Close(t.Context(), "lakeside", sale.Closing{Offer: "", Reason: sale.OfferExpired})
	refused(t, err, sale.CodeBadRequest)
	_, err = h.Close(t.Context(), "nowhere", sale.Closing{Offer: offer, Reason: sale.OfferWithdrawn})
	refused(t, err, sale.CodeNotFound)
	h.stock(t, 4, 4, 0)
}
