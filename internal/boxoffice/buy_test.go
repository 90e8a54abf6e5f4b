package boxoffice_test

import (
	"bytes"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestBuyRefusals(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 20) // 11 saturdays
		four := h.reserve(t, 4, 4, 4, 4)
		h.buy(t, four[1], 0, 4)
		h.buy(t, four[2], 0, 4) // 3 are left
		for name, c := range map[string]struct {
			change func(*boxoffice.Purchase)
			want   sale.Code
		}{
			"nothing":            {func(p *boxoffice.Purchase) { p.Quantities = nil }, sale.CodeBadQuantity},
			"zero":               {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{"fri": 0} }, sale.CodeBadQuantity},
			"negative":           {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{"fri": -1} }, sale.CodeBadQuantity},
			"negative and more":  {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{"fri": 5, "sat": -1} }, sale.CodeBadQuantity},
			"no such type":       {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{"sun": 1} }, sale.CodeBadQuantity},
			"the capacity":       {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{sale.CapacityPool: 1} }, sale.CodeBadQuantity},
			"more than offered":  {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{"fri": 5} }, sale.CodeTooManyTickets},
			"overflow":           {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{"fri": math.MaxInt, "sat": 3} }, sale.CodeTooManyTickets},
			"more than are left": {func(p *boxoffice.Purchase) { p.Quantities = sale.Quantities{"sat": 4} }, sale.CodeTooManyTickets},
			"at the end":         {func(p *boxoffice.Purchase) { p.Ends = noon }, sale.CodeOfferOver},
			"no end":             {func(p *boxoffice.Purchase) { p.Ends = time.Time{} }, sale.CodeOfferOver},
			"unknown offer":      {func(p *boxoffice.Purchase) { p.Offer = "unknown" }, sale.CodeNotFound},
			"broken offer":       {func(p *boxoffice.Purchase) { p.Offer = "\xff\x00" }, sale.CodeNotFound},
			"unknown sale":       {func(p *boxoffice.Purchase) { p.Sale = "nowhere" }, sale.CodeNotFound},
			"broken sale":        {func(p *boxoffice.Purchase) { p.Sale = "\x00" }, sale.CodeNotFound},
			"long key":           {func(p *boxoffice.Purchase) { p.Idempotency = strings.Repeat("k", 256) }, sale.CodeBadRequest},
			"broken key":         {func(p *boxoffice.Purchase) { p.Idempotency = "\xff" }, sale.CodeBadRequest},
			"unknown version":    {func(p *boxoffice.Purchase) { p.Version = 7 }, sale.CodePriceChanged},
		} {
			p := h.purchase(four[0], 1, 0)
			c.change(&p)
			_, _, err := h.Buy(t.Context(), p)
			if got := sale.CodeOf(err); got != c.want {
				t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
			}
		}
		h.stock(t, 8, 4, 8)
		// One millisecond before its end it is good, with all it was granted.
		p := h.purchase(four[0], 1, 3)
		h.now = p.Ends.Add(-time.Millisecond)
		if _, _, err := h.Buy(t.Context(), p); err != nil {
			t.Error(err)
		}
	})
}

func TestBuyAgain(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		offer := h.reserve(t, 4, 4)[0]
		p := h.purchase(offer, 2, 1)
		p.Idempotency = "key"
		first, repeated, err := h.Buy(t.Context(), p)
		if err != nil || repeated {
			t.Fatalf("%v (repeated: %v)", err, repeated)
		}
		again := func(name string, p boxoffice.Purchase) {
			t.Helper()
			got, repeated, err := h.Buy(t.Context(), p)
			if err != nil || !repeated || !cmp.Equal(got, first) {
				t.Errorf("%s: %+v, repeated %v, %v", name, got, repeated, err)
			}
		}
		again("same", p)
		zero := p
		zero.Quantities = sale.Quantities{"fri": 2, "sat": 1, "sun": 0}
		again("with a zero", zero)
		keyless := p
		keyless.Idempotency = ""
		again("without the key", keyless)
		h.now = noon.Add(2 * time.Hour)
		again("after its hour", p)
		if err := h.Put(t.Context(), next(2, 10, 10), nil); err != nil {
			t.Fatal(err)
		}
		again("under another version", p)

		other := p
		other.Quantities = sale.Quantities{"fri": 1}
		_, _, err = h.Buy(t.Context(), other)
		refused(t, err, sale.CodeKeyReused)
		other.Idempotency = ""
		_, _, err = h.Buy(t.Context(), other)
		refused(t, err, sale.CodeAlreadyBought)
		h.stock(t, 7, 0, 3)
	})
}

func TestBuyShowsAChangedPriceFirst(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		offers := h.reserve(t, 4, 4, 4)
		dearer := lakeside(8)
		dearer.Version = 2
		dearer.Tickets.Types[1].Price += 500
		if err := h.Put(t.Context(), dearer, nil); err != nil {
			t.Fatal(err)
		}
		p := h.purchase(offers[0], 1, 1)
		p.Version = 1
		_, _, err := h.Buy(t.Context(), p)
		refused(t, err, sale.CodePriceChanged)
		p.Version = 2
		order, _, err := h.Buy(t.Context(), p)
		if err != nil || order.Total != 8500+10000 {
			t.Errorf("having looked again: %+v %v", order, err)
		}
		// Fridays cost what they did.
		p = h.purchase(offers[1], 1, 0)
		p.Version = 1
		if _, _, err := h.Buy(t.Context(), p); err != nil {
			t.Errorf("a price that did not change: %v", err)
		}
		// The order keeps the price it was bought at.
		cheaper := lakeside(8)
		cheaper.Version = 3
		if err := h.Put(t.Context(), cheaper, nil); err != nil {
			t.Fatal(err)
		}
		if found, _, err := h.Order(t.Context(), order.Ref); err != nil || !cmp.Equal(found, order) {
			t.Errorf("later: %+v %v", found, err)
		}
	})
}

func TestOfferView(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8) // 5 saturdays
		offers := h.reserve(t, 4, 4, 4)
		order := h.buy(t, offers[0], 0, 4)
		want := boxoffice.OfferView{
			Sale: lakeside(8), Offer: offers[1], Granted: 4, State: "open", Left: map[string]int{"fri": 8, "sat": 1},
		}
		got, err := h.Offer(t.Context(), offers[1])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		want.Offer, want.State, want.Order = offers[0], "bought", &order
		if got, err = h.Offer(t.Context(), offers[0]); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%v\n%s", err, cmp.Diff(want, got))
		}
		if err := h.Decline(t.Context(), "lakeside", offers[1], sale.End{At: noon.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if got, err := h.Offer(t.Context(), offers[1]); err != nil || got.State != "closed" || got.Reason != sale.OfferDeclined {
			t.Errorf("declined: %+v %v", got, err)
		}
		for _, bad := range []string{"unknown", "", "\x00"} {
			_, err := h.Offer(t.Context(), bad)
			refused(t, err, sale.CodeNotFound)
			_, _, err = h.Order(t.Context(), bad)
			refused(t, err, sale.CodeNotFound)
			_, _, err = h.OrderByCode(t.Context(), "lakeside", bad)
			refused(t, err, sale.CodeNotFound)
			_, err = h.Stock(t.Context(), bad)
			refused(t, err, sale.CodeNotFound)
			_, err = h.Outcomes(t.Context(), bad, 0, 0)
			refused(t, err, sale.CodeNotFound)
		}
	})
}

// Codes are drawn at random. When one is taken, another one is drawn, and
// the fan hears nothing of it.
func TestATakenCodeIsDrawnAgain(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		db := sqldbtest.Open(t, dsn(), sqldb.Options{})
		same, other := bytes.Repeat([]byte{1}, 21), bytes.Repeat([]byte{2}, 21)
		box, err := boxoffice.New(t.Context(), boxoffice.Options{
			DB: db, Clock: func() time.Time { return noon },
			Rand: io.MultiReader(bytes.NewReader(same), bytes.NewReader(same), bytes.NewReader(other)),
		})
		if err != nil {
			t.Fatal(err)
		}
		h := &house{BoxOffice: box, db: db, now: noon}
		if err := h.Put(t.Context(), lakeside(8), nil); err != nil {
			t.Fatal(err)
		}
		offers := h.reserve(t, 4, 4, 4)
		if a, b := h.buy(t, offers[0], 1, 0), h.buy(t, offers[1], 1, 0); a.Code == b.Code || a.Ref == b.Ref {
			t.Errorf("two orders named %s", a.Code)
		}
		h.check(t)
	})
}

func TestOrderNames(t *testing.T) {
	h := fresh(t, sqldbtest.SQLite(t)(), 8)
	order := h.buy(t, h.reserve(t, 4, 4)[0], 1, 0)
	if len(order.Ref) != 26 || strings.Trim(order.Ref, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		t.Errorf("ref %q is not 128 bits in lower-case base32", order.Ref)
	}
	if len(order.Code) != 9 || order.Code[4] != '-' || strings.ContainsAny(order.Code, "ILOU") {
		t.Errorf("code %q is not readable", order.Code)
	}
	if found, _, err := h.OrderByCode(t.Context(), "lakeside", strings.ToLower(order.Code)+" "); err != nil || found.Ref != order.Ref {
		t.Errorf("read out: %+v %v", found, err)
	}
}
