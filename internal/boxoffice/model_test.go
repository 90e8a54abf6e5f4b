package boxoffice_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// model is a box office as one would explain it: no database, no ledger, no
// concurrency. Everything is counted anew from the offers.
type model struct {
	sale   sale.Sale
	offers map[string]*modelOffer
	feed   int64
}

type modelOffer struct {
	granted   int
	state     string // open, closed, bought, cancelled
	reason    sale.OfferState
	bought    sale.Quantities
	key, code string
}

func (m *model) count(what func(*modelOffer) int) (n int) {
	for _, o := range m.offers {
		n += what(o)
	}
	return n
}

func (m *model) offered() int {
	return m.count(func(o *modelOffer) int {
		if o.state == "open" {
			return o.granted
		}
		return 0
	})
}

// sold counts the valid tickets of a type, or of all types for "capacity".
func (m *model) sold(pool string) int {
	return m.count(func(o *modelOffer) int {
		switch {
		case o.state != "bought":
			return 0
		case pool == sale.CapacityPool:
			return o.bought.Total()
		}
		return o.bought[pool]
	})
}

func (m *model) stock() sale.Stock {
	c := m.sale.Tickets.Capacity
	s := sale.Stock{Sale: m.sale.Slug, Pools: []sale.PoolStock{{
		Pool: sale.CapacityPool, Issued: c, Offered: m.offered(), Sold: m.sold(sale.CapacityPool),
		Available: c - m.offered() - m.sold(sale.CapacityPool),
	}}}
	for _, t := range m.sale.Tickets.Types {
		s.Pools = append(s.Pools, sale.PoolStock{
			Pool: t.ID, Issued: t.Stock, Sold: m.sold(t.ID), Available: t.Stock - m.sold(t.ID),
		})
	}
	return s
}

func (m *model) reserve(a sale.Ask) sale.Grant {
	o, known := m.offers[a.Offer]
	if !known {
		o = &modelOffer{state: "open"}
		free := m.stock().Capacity().Available
		switch {
		case free >= a.Most:
			o.granted = a.Most
		case free > 0 && m.offered() == 0:
			o.granted = free
		default:
			o.state, o.reason = "closed", sale.OfferDropped
		}
		m.offers[a.Offer] = o
	}
	if o.state == "closed" && o.reason != sale.OfferDropped {
		return sale.Grant{Offer: a.Offer, Closed: true}
	}
	return sale.Grant{Offer: a.Offer, Granted: o.granted}
}

func (m *model) close(c sale.Closing, now time.Time) sale.Answer {
	o, known := m.offers[c.Offer]
	switch {
	case known && (o.state == "bought" || o.state == "cancelled"):
		return sale.AnswerBought
	case known && o.state == "closed":
		return sale.AnswerClosed
	case c.Reason == sale.OfferExpired && now.Before(c.Ends):
		return sale.AnswerNotYet
	case !known:
		o = &modelOffer{}
		m.offers[c.Offer] = o
	}
	o.state, o.reason = "closed", c.Reason
	m.feed++
	return sale.AnswerClosed
}

func (m *model) decline(id string, ends, now time.Time) sale.Code {
	o, known := m.offers[id]
	switch {
	case !known:
		return sale.CodeNotFound
	case o.state == "bought" || o.state == "cancelled":
		return sale.CodeAlreadyBought
	case o.state == "closed" && o.reason == sale.OfferDeclined:
		return ""
	case o.state == "closed" || !now.Before(ends):
		return sale.CodeOfferOver
	}
	o.state, o.reason = "closed", sale.OfferDeclined
	m.feed++
	return ""
}

func (m *model) buy(p boxoffice.Purchase, now time.Time) (code sale.Code, repeated bool) {
	o, known := m.offers[p.Offer]
	want := maps.Clone(p.Quantities)
	maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
	switch {
	case len(want) == 0:
		return sale.CodeBadQuantity, false
	case !known:
		return sale.CodeNotFound, false
	case o.state == "bought" || o.state == "cancelled":
		switch {
		case maps.Equal(o.bought, want):
			return "", true
		case p.Idempotency != "" && p.Idempotency == o.key:
			return sale.CodeKeyReused, true
		}
		return sale.CodeAlreadyBought, true
	case o.state == "closed" || !now.Before(p.Ends):
		return sale.CodeOfferOver, false
	case want.Total() > o.granted:
		return sale.CodeTooManyTickets, false
	}
	for kind, n := range want {
		if t, _ := m.sale.Type(kind); n > t.Stock-m.sold(kind) {
			return sale.CodeTooManyTickets, false
		}
	}
	o.state, o.bought, o.key = "bought", want, p.Idempotency
	m.feed++
	return "", false
}

func (m *model) put(s sale.Sale) sale.Code {
	if s.Tickets.Capacity < m.offered()+m.sold(sale.CapacityPool) {
		return sale.CodeCutBelow
	}
	for _, t := range m.sale.Tickets.Types {
		if now, _ := s.Type(t.ID); now.Stock < m.sold(t.ID) {
			return sale.CodeCutBelow
		}
	}
	m.sale = s
	return ""
}

// run is one random history of one sale, on the box office and the model.
type run struct {
	*house
	t *testing.T
	m *model
}

func (r *run) anyOffer(rt *rapid.T) string {
	known := slices.Sorted(maps.Keys(r.m.offers))
	i := rapid.IntRange(0, len(known)).Draw(rt, "offer")
	if i == len(known) {
		return fmt.Sprintf("%s-%d", r.m.sale.Slug, len(known))
	}
	return known[i]
}

func (r *run) ends(rt *rapid.T) time.Time {
	return r.now.Add(time.Duration(rapid.IntRange(-2, 2).Draw(rt, "ends")) * time.Second)
}

func (r *run) reserveSome(rt *rapid.T) {
	var asks []sale.Ask
	var want []sale.Grant
	for range rapid.IntRange(1, 3).Draw(rt, "asks") {
		a := sale.Ask{Offer: r.anyOffer(rt), Most: rapid.IntRange(1, 4).Draw(rt, "most")}
		asks, want = append(asks, a), append(want, r.m.reserve(a))
	}
	got, err := r.Reserve(r.t.Context(), r.m.sale.Slug, asks)
	if err != nil || !cmp.Equal(got, want) {
		rt.Fatalf("reserve %v: got %v (%v), want %v", asks, got, err, want)
	}
}

func (r *run) buySome(rt *rapid.T) {
	p := boxoffice.Purchase{
		Offer: r.anyOffer(rt), Sale: r.m.sale.Slug, Ends: r.ends(rt),
		Quantities:  sale.Quantities{"fri": rapid.IntRange(0, 3).Draw(rt, "fri"), "sat": rapid.IntRange(0, 3).Draw(rt, "sat")},
		Idempotency: rapid.SampledFrom([]string{"", "key"}).Draw(rt, "key"),
	}
	want, wantRepeated := r.m.buy(p, r.now)
	order, repeated, err := r.Buy(r.t.Context(), p)
	if got := sale.CodeOf(err); got != want || err == nil && repeated != wantRepeated {
		rt.Fatalf("buy %+v: got %q (%v), repeated %v; want %q, %v", p, got, err, repeated, want, wantRepeated)
	}
	if err == nil {
		o := r.m.offers[p.Offer]
		if o.code == "" {
			o.code = order.Code
		}
		if order.Code != o.code || len(order.Tickets) != o.bought.Total() {
			rt.Fatalf("buy %+v: got order %+v, want code %s", p, order, o.code)
		}
	}
}

func (r *run) closeSome(rt *rapid.T) {
	c := sale.Closing{
		Offer: r.anyOffer(rt), Ends: r.ends(rt),
		Reason: rapid.SampledFrom([]sale.OfferState{sale.OfferExpired, sale.OfferWithdrawn, sale.OfferBounced}).Draw(rt, "reason"),
	}
	want := r.m.close(c, r.now)
	if got, err := r.Close(r.t.Context(), r.m.sale.Slug, c); err != nil || got != want {
		rt.Fatalf("close %+v: got %q (%v), want %q", c, got, err, want)
	}
}

func (r *run) declineSome(rt *rapid.T) {
	id, ends := r.anyOffer(rt), r.ends(rt)
	want := r.m.decline(id, ends, r.now)
	if err := r.Decline(r.t.Context(), r.m.sale.Slug, id, sale.End{At: ends}); sale.CodeOf(err) != want {
		rt.Fatalf("decline %s: got %v, want %q", id, err, want)
	}
}

func (r *run) cancelSome(rt *rapid.T) {
	o := r.m.offers[r.anyOffer(rt)]
	if o == nil || o.code == "" {
		return
	}
	if o.state == "bought" {
		o.state = "cancelled"
		r.m.feed++
	}
	got, err := r.Cancel(r.t.Context(), r.m.sale.Slug, o.code, "model")
	if err != nil || got.State != sale.OrderCancelled {
		rt.Fatalf("cancel %s: %v %v", o.code, got, err)
	}
}

func (r *run) putSome(rt *rapid.T) {
	s := lakeside(rapid.IntRange(4, 16).Draw(rt, "capacity"))
	s.Slug, s.Version = r.m.sale.Slug, r.m.sale.Version+1
	want := r.m.put(s)
	if err := r.Put(r.t.Context(), s, nil); sale.CodeOf(err) != want {
		rt.Fatalf("put capacity %d: got %v, want %q", s.Tickets.Capacity, err, want)
	}
}

// agree compares all that can be seen.
func (r *run) agree(rt *rapid.T) {
	got, err := r.Stock(r.t.Context(), r.m.sale.Slug)
	if err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(r.m.stock(), got); diff != "" {
		rt.Fatalf("stock: %s", diff)
	}
	after := max(r.m.feed-1, 0)
	feed, err := r.Outcomes(r.t.Context(), r.m.sale.Slug, after, 10)
	if err != nil || int64(len(feed)) != r.m.feed-after {
		rt.Fatalf("feed after %d: %v (%v), want up to %d", after, feed, err, r.m.feed)
	}
}

// Random histories: every answer is the model's, every count is the model's
// after every step, and every invariant holds at the end.
func TestLikeTheModel(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := open(t, dsn(), sqldb.Options{Unsafe: true})
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			s := lakeside(8)
			s.Slug = fmt.Sprintf("s%d", n)
			if err := h.Put(t.Context(), s, nil); err != nil {
				rt.Fatal(err)
			}
			r := &run{house: h, t: t, m: &model{sale: s, offers: map[string]*modelOffer{}}}
			rt.Repeat(map[string]func(*rapid.T){
				"reserve": r.reserveSome, "buy": r.buySome, "buy again": r.buySome, "close": r.closeSome,
				"decline": r.declineSome, "cancel": r.cancelSome, "put": r.putSome,
				"wait": func(*rapid.T) { h.now = h.now.Add(time.Second) },
				"":     r.agree,
			})
			if err := h.checkAll(t); err != nil {
				rt.Fatal(err)
			}
		})
	})
}
