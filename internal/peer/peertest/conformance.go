package peertest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
)

const slug = "lakeside"

// Conformance is what every peer.BoxOffice does, told once. open gives a
// fixture over an empty database for each scenario.
func Conformance(t *testing.T, open func(t *testing.T) Fixture) {
	scenarios := []struct {
		name string
		run  func(*suite)
	}{
		{"a sale that is not there", (*suite).noSale},
		{"put", (*suite).put},
		{"put refuses", (*suite).putRefuses},
		{"keys are added and never taken away", (*suite).keys},
		{"reserve gives each offer one answer", (*suite).reserve},
		{"the last units make a smaller offer", (*suite).lastUnits},
		{"reserve refuses nonsense", (*suite).reserveRefuses},
		{"close is final", (*suite).close},
		{"closing an unknown offer fences it", (*suite).closeUnknown},
		{"expired only at its end", (*suite).closeExpired},
		{"bought is final", (*suite).bought},
		{"a freeze moves ends", (*suite).freeze},
		{"what was told of a freeze stays", (*suite).freezeAgain},
		{"freeze refuses nonsense", (*suite).freezeRefuses},
		{"close refuses nonsense", (*suite).closeRefuses},
		{"outcomes", (*suite).outcomes},
		{"flows add up to the balances", (*suite).flows},
		{"the ledger is read by pages", (*suite).ledger},
		{"an order is cancelled once", (*suite).cancel},
		{"cancel refuses nonsense", (*suite).cancelRefuses},
		{"sales keep apart", (*suite).apart},
	}
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			f := open(t)
			s.run(&suite{T: t, Fixture: f})
			f.Check(t)
		})
	}
}

// suite is one scenario on its way.
type suite struct {
	*testing.T
	Fixture
}

func (s *suite) mustPut(v sale.Sale, keys ...sale.PublicKey) {
	s.Helper()
	if err := s.Wire.Put(s.Context(), v, keys); err != nil {
		s.Fatalf("Put version %d: %v", v.Version, err)
	}
}

// reserves asks for four tickets for each offer, and wants the grants written
// as "o1:4 o2:0 o3:closed".
func (s *suite) reserves(offers, want string) {
	s.Helper()
	var asks []sale.Ask
	for _, offer := range strings.Fields(offers) {
		asks = append(asks, sale.Ask{Offer: offer, Most: 4})
	}
	grants, err := s.Wire.Reserve(s.Context(), slug, asks)
	if err != nil {
		s.Fatalf("Reserve %s: %v", offers, err)
	}
	var got []string
	for _, g := range grants {
		if g.Closed {
			got = append(got, g.Offer+":closed")
		} else {
			got = append(got, fmt.Sprintf("%s:%d", g.Offer, g.Granted))
		}
	}
	if got := strings.Join(got, " "); got != want {
		s.Errorf("Reserve %s: %s, want %s", offers, got, want)
	}
}

func (s *suite) closes(offer string, reason sale.OfferState, want sale.Answer) {
	s.Helper()
	got, err := s.Wire.Close(s.Context(), slug, sale.Closing{Offer: offer, Reason: reason, Ends: Noon.Add(time.Hour)})
	if err != nil || got != want {
		s.Errorf("Close %s (%s): %q, %v; want %q", offer, reason, got, err, want)
	}
}

func (s *suite) buys(offer string, q sale.Quantities) sale.Order {
	s.Helper()
	order, _, err := s.Counter.Buy(s.Context(), boxoffice.Purchase{Offer: offer, Sale: slug, Quantities: q, Ends: Noon.Add(time.Hour)})
	if err != nil {
		s.Fatalf("Buy %s: %v", offer, err)
	}
	return order
}

// stocks wants the capacity written as "available+offered+sold".
func (s *suite) stocks(want string) {
	s.Helper()
	stock, err := s.Wire.Stock(s.Context(), slug)
	if err != nil {
		s.Fatalf("Stock: %v", err)
	}
	c := stock.Capacity()
	if got := fmt.Sprintf("%d+%d+%d", c.Available, c.Offered, c.Sold); got != want {
		s.Errorf("stock %s, want %s", got, want)
	}
}

// refuses wants an error with this code and words for whoever caused it.
func (s *suite) refuses(what string, err error, want sale.Code) *sale.Error {
	s.Helper()
	var e *sale.Error
	if !errors.As(err, &e) || e.Code != want || e.Message == "" {
		s.Errorf("%s: %v, want %s with a message", what, err, want)
		return &sale.Error{}
	}
	return e
}

func (s *suite) noSale() {
	for _, name := range []string{slug, "", " ", "..", "a/b", "a?b=c", "ümläut", "\x00", "\xff", strings.Repeat("x", 10_000)} {
		_, err := s.Wire.Reserve(s.Context(), name, []sale.Ask{{Offer: "o1", Most: 4}})
		s.refuses(fmt.Sprintf("Reserve %q", name), err, sale.CodeNotFound)
		_, err = s.Wire.Close(s.Context(), name, sale.Closing{Offer: "o1", Reason: sale.OfferWithdrawn})
		s.refuses(fmt.Sprintf("Close %q", name), err, sale.CodeNotFound)
		s.refuses(fmt.Sprintf("Freeze %q", name), s.Wire.Freeze(s.Context(), name, Frozen(10, -1)), sale.CodeNotFound)
		_, err = s.Wire.Outcomes(s.Context(), name, 0, 10)
		s.refuses(fmt.Sprintf("Outcomes %q", name), err, sale.CodeNotFound)
		_, err = s.Wire.Stock(s.Context(), name)
		s.refuses(fmt.Sprintf("Stock %q", name), err, sale.CodeNotFound)
	}
}

func (s *suite) put() {
	s.mustPut(Sale(slug, 1))
	want := sale.Stock{Sale: slug, Pools: []sale.PoolStock{
		{Pool: sale.CapacityPool, Issued: 10, Available: 10},
		{Pool: "fri", Issued: 6, Available: 6},
		{Pool: "sat", Issued: 5, Available: 5},
	}}
	got, err := s.Wire.Stock(s.Context(), slug)
	if err != nil {
		s.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("stock (-want +got):\n%s", diff)
	}
	s.mustPut(Sale(slug, 1))
	s.stocks("10+0+0")

	wider := Sale(slug, 2)
	wider.Tickets.Capacity = 11
	s.mustPut(wider)
	s.stocks("11+0+0")
	narrower := Sale(slug, 7)
	narrower.Tickets.Capacity = 9
	s.mustPut(narrower)
	s.stocks("9+0+0")

	stored, err := s.Counter.Sales(s.Context())
	if err != nil || len(stored) != 1 {
		s.Fatalf("%d sales, %v", len(stored), err)
	}
	if diff := cmp.Diff(narrower, stored[0]); diff != "" {
		s.Errorf("what is stored is not what was put (-put +stored):\n%s", diff)
	}
}

func (s *suite) putRefuses() {
	s.mustPut(Sale(slug, 3))
	s.reserves("o1 o2", "o1:4 o2:4")
	s.buys("o1", sale.Quantities{"fri": 3})

	s.refuses("an older version", s.Wire.Put(s.Context(), Sale(slug, 2), nil), sale.CodeStale)
	other := Sale(slug, 3)
	other.Payment = sale.PaymentNone
	s.refuses("another document under the same version", s.Wire.Put(s.Context(), other, nil), sale.CodeStale)

	cut := Sale(slug, 4)
	cut.Tickets.Capacity, cut.Tickets.Types[0].Stock = 6, 2
	cut.Caps.Guaranteed = 1
	e := s.refuses("a cut", s.Wire.Put(s.Context(), cut, nil), sale.CodeCutBelow)
	var fields []string
	for _, f := range e.Fields {
		fields = append(fields, f.Field)
	}
	if got := strings.Join(fields, " "); got != "tickets.capacity tickets.types[0].stock" {
		s.Errorf("a cut names the fields %q", got)
	}
	invalid := Sale(slug, 5)
	invalid.Tickets.MaxPerFan, invalid.Payment = 0, "barter"
	if e := s.refuses("an invalid sale", s.Wire.Put(s.Context(), invalid, nil), sale.CodeInvalid); len(e.Fields) < 2 {
		s.Errorf("an invalid sale: fields %v", e.Fields)
	}
	s.mustPut(Sale(slug, 3)) // nothing of all that was stored
	s.stocks("3+4+3")
}

// A call that arrives late, with fewer keys, takes none away: the links that
// they signed are out.
func (s *suite) keys() {
	s.mustPut(Sale(slug, 1), Key("k1"))
	s.mustPut(Sale(slug, 1), Key("k1"), Key("k2"))
	s.mustPut(Sale(slug, 1), Key("k1"))
	s.mustPut(Sale(slug, 1))
	got, err := s.Counter.Keys(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	if diff := cmp.Diff([]sale.PublicKey{Key("k1"), Key("k2")}, got); diff != "" {
		s.Errorf("keys (-want +got):\n%s", diff)
	}
	changed := Key("k1")
	changed.X[31] = 1
	s.refuses("another key of the same name", s.Wire.Put(s.Context(), Sale(slug, 1), []sale.PublicKey{changed}), sale.CodeInvalid)
}

func (s *suite) reserve() {
	s.mustPut(Sale(slug, 1))
	s.reserves("", "")
	s.reserves("o1 o2 o3", "o1:4 o2:4 o3:0") // two are left, but eight may come back
	s.stocks("2+8+0")
	s.reserves("o1 o2 o3", "o1:4 o2:4 o3:0")
	s.reserves("o3 o2", "o3:0 o2:4")
	s.closes("o1", sale.OfferWithdrawn, sale.AnswerClosed)
	s.reserves("o4 o2 o3 o1", "o4:4 o2:4 o3:0 o1:closed")
	s.stocks("2+8+0")
}

func (s *suite) lastUnits() {
	s.mustPut(Sale(slug, 1))
	s.reserves("o1 o2", "o1:4 o2:4")
	s.buys("o1", sale.Quantities{"fri": 4})
	s.reserves("o3", "o3:0") // o2 is out: what it leaves makes a whole offer
	s.buys("o2", sale.Quantities{"sat": 3})
	s.reserves("o4 o5", "o4:3 o5:0")
	s.reserves("o4 o5", "o4:3 o5:0")
	s.stocks("0+3+7")
}

func (s *suite) reserveRefuses() {
	s.mustPut(Sale(slug, 1))
	for _, ask := range []sale.Ask{
		{Offer: "", Most: 4},
		{Offer: "o 1", Most: 4},
		{Offer: "o\x00", Most: 4},
		{Offer: "ö", Most: 4},
		{Offer: strings.Repeat("o", 65), Most: 4},
		{Offer: "o1", Most: 0},
		{Offer: "o1", Most: -1},
	} {
		_, err := s.Wire.Reserve(s.Context(), slug, []sale.Ask{{Offer: "good", Most: 4}, ask})
		s.refuses(fmt.Sprintf("%+v", ask), err, sale.CodeBadRequest)
	}
	s.stocks("10+0+0")
}

func (s *suite) close() {
	s.mustPut(Sale(slug, 1))
	for _, reason := range []sale.OfferState{
		sale.OfferBounced, sale.OfferUndelivered, sale.OfferWithdrawn, sale.OfferErased, sale.OfferVoided,
	} {
		offer := "o-" + string(reason)
		s.reserves(offer, offer+":4")
		s.stocks("6+4+0")
		s.closes(offer, reason, sale.AnswerClosed)
		s.closes(offer, reason, sale.AnswerClosed)
		s.closes(offer, sale.OfferExpired, sale.AnswerClosed)
		s.reserves(offer, offer+":closed")
		s.stocks("10+0+0")
		_, _, err := s.Counter.Buy(s.Context(), boxoffice.Purchase{
			Offer: offer, Sale: slug, Quantities: sale.Quantities{"fri": 1}, Ends: Noon.Add(time.Hour),
		})
		s.refuses("buying a closed offer", err, sale.CodeOfferOver)
	}
}

func (s *suite) closeUnknown() {
	s.mustPut(Sale(slug, 1))
	s.closes("o1", sale.OfferWithdrawn, sale.AnswerClosed)
	s.reserves("o1 o2", "o1:closed o2:4")
	s.closes("o1", sale.OfferWithdrawn, sale.AnswerClosed)
	s.closes("o9", sale.OfferExpired, sale.AnswerNotYet) // and nothing stored
	s.reserves("o9", "o9:4")
	s.stocks("2+8+0")
}

func (s *suite) closeExpired() {
	s.mustPut(Sale(slug, 1))
	s.reserves("o1", "o1:4")
	s.closes("o1", sale.OfferExpired, sale.AnswerNotYet)
	s.Clock.Advance(time.Hour - time.Millisecond)
	s.closes("o1", sale.OfferExpired, sale.AnswerNotYet)
	s.stocks("6+4+0")
	s.Clock.Advance(time.Millisecond)
	s.closes("o1", sale.OfferExpired, sale.AnswerClosed)
	s.stocks("10+0+0")
	s.Clock.Advance(-time.Hour) // a clock that steps back opens nothing again
	s.closes("o1", sale.OfferExpired, sale.AnswerClosed)
	s.reserves("o1", "o1:closed")
}

func (s *suite) bought() {
	s.mustPut(Sale(slug, 1))
	s.reserves("o1", "o1:4")
	order := s.buys("o1", sale.Quantities{"fri": 1, "sat": 1})
	s.stocks("8+0+2")
	s.closes("o1", sale.OfferWithdrawn, sale.AnswerBought)
	s.Clock.Advance(2 * time.Hour)
	s.closes("o1", sale.OfferExpired, sale.AnswerBought)
	s.reserves("o1", "o1:4")
	if _, err := s.Counter.Cancel(s.Context(), slug, order.Code, "rain"); err != nil {
		s.Fatal(err)
	}
	s.closes("o1", sale.OfferExpired, sale.AnswerBought)
	s.stocks("10+0+0")
}

func (s *suite) closeRefuses() {
	s.mustPut(Sale(slug, 1))
	for _, c := range []sale.Closing{
		{Offer: "", Reason: sale.OfferExpired},
		{Offer: "o\x00", Reason: sale.OfferExpired},
		{Offer: strings.Repeat("o", 65), Reason: sale.OfferExpired},
		{Offer: "o1"},
		{Offer: "o1", Reason: sale.OfferBought},
		{Offer: "o1", Reason: sale.OfferOpen},
		{Offer: "o1", Reason: "whim"},
	} {
		_, err := s.Wire.Close(s.Context(), slug, c)
		s.refuses(fmt.Sprintf("%+v", c), err, sale.CodeBadRequest)
	}
}

func (s *suite) outcomes() {
	s.mustPut(Sale(slug, 1))
	if feed := s.feed(0, 10); len(feed) != 0 {
		s.Errorf("a feed before anything happened: %v", feed)
	}
	s.reserves("o1 o2", "o1:4 o2:4")
	order := s.buys("o1", sale.Quantities{"fri": 1, "sat": 2})
	s.Clock.Advance(time.Minute)
	if err := s.Counter.Decline(s.Context(), slug, "o2", sale.End{At: Noon.Add(time.Hour)}); err != nil {
		s.Fatal(err)
	}
	s.closes("o2", sale.OfferExpired, sale.AnswerClosed) // says nothing new
	s.closes("o3", sale.OfferBounced, sale.AnswerClosed)
	s.Clock.Advance(time.Minute)
	cancelled, err := s.Counter.Cancel(s.Context(), slug, order.Code, "rain")
	if err != nil {
		s.Fatal(err)
	}
	want := []sale.Outcome{
		{Position: 1, Kind: sale.OutcomeBought, Offer: "o1", Order: &order, At: Noon},
		{Position: 2, Kind: sale.OutcomeDeclined, Offer: "o2", At: Noon.Add(time.Minute)},
		{Position: 3, Kind: sale.OutcomeClosed, Offer: "o3", Reason: sale.OfferBounced, At: Noon.Add(time.Minute)},
		{Position: 4, Kind: sale.OutcomeCancelled, Offer: "o1", Order: &cancelled, At: Noon.Add(2 * time.Minute)},
	}
	for _, part := range []struct{ after, limit, from, to int }{
		{0, 10, 0, 4}, {0, 4, 0, 4}, {0, 1, 0, 1}, {1, 2, 1, 3}, {3, 10, 3, 4}, {4, 10, 4, 4}, {99, 10, 4, 4}, {-1, 2, 0, 2}, {0, 0, 0, 4},
	} {
		if diff := cmp.Diff(want[part.from:part.to], s.feed(int64(part.after), part.limit)); diff != "" {
			s.Errorf("after %d, at most %d (-want +got):\n%s", part.after, part.limit, diff)
		}
	}
}

func (s *suite) feed(after int64, limit int) []sale.Outcome {
	s.Helper()
	feed, err := s.Wire.Outcomes(s.Context(), slug, after, limit)
	if err != nil {
		s.Fatalf("Outcomes: %v", err)
	}
	if len(feed) == 0 {
		return []sale.Outcome{}
	}
	return feed
}

// pretix CVE-2026-5600: data of another event by its id.
func (s *suite) apart() {
	s.mustPut(Sale(slug, 1))
	s.mustPut(Sale("other", 1))
	s.reserves("o1", "o1:4")
	_, err := s.Wire.Reserve(s.Context(), "other", []sale.Ask{{Offer: "o1", Most: 4}})
	s.refuses("reserving another sale's offer", err, sale.CodeNotFound)
	_, err = s.Wire.Close(s.Context(), "other", sale.Closing{Offer: "o1", Reason: sale.OfferWithdrawn})
	s.refuses("closing another sale's offer", err, sale.CodeNotFound)
	s.closes("o1", sale.OfferWithdrawn, sale.AnswerClosed)
	feed, err := s.Wire.Outcomes(s.Context(), "other", 0, 10)
	if err != nil || len(feed) != 0 {
		s.Errorf("another sale's feed: %v, %v", feed, err)
	}
}
