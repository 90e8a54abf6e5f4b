package boxoffice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestReserveGivesLessOnlyWhenNothingCanComeBack(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		offers := h.reserve(t, 4, 4, 4, 0) // two are free, but eight may come back
		h.buy(t, offers[0], 4, 0)
		h.reserve(t, 4, 0) // four may
		h.buy(t, offers[1], 3, 0)
		h.reserve(t, 4, 3, 0) // the last ones
		h.stock(t, 0, 3, 7)
	})
}

func TestReserveAnswersTheSameAgain(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		asks := []sale.Ask{{Offer: "a", Most: 4}, {Offer: "b", Most: 3}, {Offer: "c", Most: 4}, {Offer: "a", Most: 4}}
		want := []sale.Grant{{Offer: "a", Granted: 4}, {Offer: "b", Granted: 3}, {Offer: "c"}, {Offer: "a", Granted: 4}}
		for range 2 {
			got, err := h.Reserve(t.Context(), "lakeside", asks)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
			h.stock(t, 1, 7, 0)
		}
		// Also when what was refused would fit now, and for a bought one.
		if err := h.Decline(t.Context(), "lakeside", "b", sale.End{At: noon.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		h.buy(t, "a", 1, 0)
		got, err := h.Reserve(t.Context(), "lakeside", asks[:3])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]sale.Grant{want[0], {Offer: "b", Closed: true}, want[2]}, got); diff != "" {
			t.Error(diff)
		}
		h.stock(t, 7, 0, 1)
	})
}

func TestReserveAfterCloseIsAnsweredClosed(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		closing := sale.Closing{Offer: "unknown", Reason: sale.OfferWithdrawn}
		for range 2 {
			if got, err := h.Close(t.Context(), "lakeside", closing); err != nil || got != sale.AnswerClosed {
				t.Fatalf("close an unknown offer: %q %v", got, err)
			}
		}
		got, err := h.Reserve(t.Context(), "lakeside", []sale.Ask{{Offer: "unknown", Most: 4}})
		if err != nil || !cmp.Equal(got, []sale.Grant{{Offer: "unknown", Closed: true}}) {
			t.Fatalf("got %v %v", got, err)
		}
		h.stock(t, 8, 0, 0)
	})
}

func TestReserveRefusesNonsenseWhole(t *testing.T) {
	h := fresh(t, sqldbtest.SQLite(t)(), 8)
	for _, bad := range []sale.Ask{
		{Offer: "", Most: 4},
		{Offer: "a b", Most: 4},
		{Offer: "x\x00", Most: 4},
		{Offer: strings.Repeat("x", 65), Most: 4},
		{Offer: "zero", Most: 0},
		{Offer: "minus", Most: -4},
	} {
		_, err := h.Reserve(t.Context(), "lakeside", []sale.Ask{{Offer: "good", Most: 4}, bad})
		refused(t, err, sale.CodeBadRequest)
	}
	h.stock(t, 8, 0, 0)
	_, err := h.Reserve(t.Context(), "nowhere", []sale.Ask{{Offer: "good", Most: 4}})
	refused(t, err, sale.CodeNotFound)
}

// pretix CVE-2026-5600: data of another event by id.
func TestPretixCVE20265600AnOfferBelongsToItsSale(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		other := lakeside(8)
		other.Slug = "hillside"
		if err := h.Put(t.Context(), other, nil); err != nil {
			t.Fatal(err)
		}
		offer := h.reserve(t, 4, 4)[0]
		_, err := h.Reserve(t.Context(), "hillside", []sale.Ask{{Offer: offer, Most: 4}})
		refused(t, err, sale.CodeNotFound)
		_, err = h.Close(t.Context(), "hillside", sale.Closing{Offer: offer, Reason: sale.OfferWithdrawn})
		refused(t, err, sale.CodeNotFound)
		refused(t, h.Decline(t.Context(), "hillside", offer, sale.End{At: noon.Add(time.Hour)}), sale.CodeNotFound)
		p := h.purchase(offer, 1, 0)
		p.Sale = "hillside"
		_, _, err = h.Buy(t.Context(), p)
		refused(t, err, sale.CodeNotFound)
		order := h.buy(t, offer, 1, 0)
		_, _, err = h.OrderByCode(t.Context(), "hillside", order.Code)
		refused(t, err, sale.CodeNotFound)
		_, err = h.Cancel(t.Context(), "hillside", order.Code, "")
		refused(t, err, sale.CodeNotFound)
		h.stock(t, 7, 0, 1)
	})
}

func TestListings(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 4000)
		var want []int
		for range 600 { // more than a page
			want = append(want, 2)
		}
		var codes []string
		for _, offer := range h.reserve(t, 2, want...) {
			codes = append(codes, h.buy(t, offer, 1, 0).Code)
		}
		if _, err := h.Cancel(t.Context(), "lakeside", codes[0], ""); err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := h.Orders(t.Context(), "lakeside", func(o sale.Order) error {
			got = append(got, o.Code)
			if (o.State == sale.OrderCancelled) != (o.Code == codes[0]) || len(o.Tickets) != 1 {
				t.Errorf("order %+v", o)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(codes, got); diff != "" {
			t.Error(diff)
		}
		n := 0
		if err := h.Offers(t.Context(), "lakeside", func(o boxoffice.OfferRow) error {
			n++
			if o.State != "bought" || o.Granted != 2 || o.Order == "" || !o.At.Equal(noon) {
				t.Errorf("offer %+v", o)
			}
			return nil
		}); err != nil || n != 600 {
			t.Errorf("%d offers (%v), want 600", n, err)
		}
		page, err := h.Outcomes(t.Context(), "lakeside", 598, 2)
		if err != nil || len(page) != 2 || page[0].Position != 599 || page[1].Order.Code != codes[599] {
			t.Errorf("feed after 598: %+v %v", page, err)
		}
		refused(t, h.Orders(t.Context(), "nowhere", nil), sale.CodeNotFound)
		_, err = h.Outcomes(t.Context(), "nowhere", 0, 0)
		refused(t, err, sale.CodeNotFound)
	})
}
