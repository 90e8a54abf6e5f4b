package peer_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/peer/peertest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// line does what the line does, over a network that fails: it asks until it is
// answered, and remembers what it was told.
type line struct {
	*rapid.T
	f       peertest.Fixture
	network *peertest.Network
	client  *peer.Client
	slug    string

	granted map[string]int         // by offer, as first answered
	asked   map[string]bool        // to be closed; a copy of that may still be under way
	ended   map[string]sale.Answer // by offer, as first answered; closed or bought
	bought  map[string]bool        // what fans were told at the counter
	feed    []sale.Outcome
}

// ask repeats a call until there is an answer to it. Codes other than the two
// that mean "not done" would be answers too; none is due here.
func (l *line) ask(what string, call func() error) {
	for try := 0; ; try++ {
		if try == 5 {
			l.network.Choose = nil
			defer l.fail()
		}
		err := call()
		switch sale.CodeOf(err) {
		case "":
			return
		case sale.CodeUnavailable, sale.CodeUnauthorized:
			if try < 5 {
				continue
			}
		}
		l.Fatalf("%s: %v", what, err)
	}
}

// fail lets the network fail from now on.
func (l *line) fail() {
	l.network.Choose = func(*http.Request) peertest.Fault {
		faults := append([]peertest.Fault{peertest.None, peertest.None, peertest.None}, peertest.All[:]...)
		return rapid.SampledFrom(faults).Draw(l.T, "fault")
	}
}

func (l *line) offer() string {
	return fmt.Sprintf("%s-o%d", l.slug, rapid.IntRange(1, 9).Draw(l.T, "offer"))
}

func (l *line) reserve() {
	asks := make([]sale.Ask, rapid.IntRange(1, 3).Draw(l.T, "asks"))
	for i := range asks {
		asks[i] = sale.Ask{Offer: l.offer(), Most: 4}
	}
	var grants []sale.Grant
	l.ask("reserve", func() (err error) {
		grants, err = l.client.Reserve(l.Context(), l.slug, asks)
		return err
	})
	for _, g := range grants {
		before, known := l.granted[g.Offer]
		dropped := known && before == 0 // got nothing, and is over for that
		switch {
		case g.Closed && !l.asked[g.Offer]:
			l.Fatalf("%s: closed, and nobody asked for it", g.Offer)
		case !g.Closed && !dropped && l.ended[g.Offer] == sale.AnswerClosed:
			l.Fatalf("%s: granted %d, but it was answered %q", g.Offer, g.Granted, l.ended[g.Offer])
		case !g.Closed && known && g.Granted != before:
			l.Fatalf("%s: %d, but %d the first time", g.Offer, g.Granted, before)
		case !g.Closed:
			l.granted[g.Offer] = g.Granted
		}
	}
}

func (l *line) close() {
	c := sale.Closing{
		Offer: l.offer(), Ends: peertest.Noon.Add(3 * time.Minute),
		Reason: rapid.SampledFrom([]sale.OfferState{sale.OfferExpired, sale.OfferExpired, sale.OfferWithdrawn}).Draw(l.T, "reason"),
	}
	l.asked[c.Offer] = true
	var answer sale.Answer
	l.ask("close", func() (err error) {
		answer, err = l.client.Close(l.Context(), l.slug, c)
		return err
	})
	before, known := l.ended[c.Offer]
	switch {
	case known && answer != before:
		l.Fatalf("%s: %s, but %s the first time", c.Offer, answer, before)
	case (answer == sale.AnswerBought) != l.bought[c.Offer]:
		l.Fatalf("%s: %s, but a fan was told: bought %v", c.Offer, answer, l.bought[c.Offer])
	case answer == sale.AnswerNotYet && (c.Reason != sale.OfferExpired || !l.f.Clock.Now().Before(c.Ends)):
		l.Fatalf("%s: not yet", c.Offer)
	case answer != sale.AnswerNotYet:
		l.ended[c.Offer] = answer
	}
}

// buy is a fan at the counter, who does not use the wire.
func (l *line) buy() {
	offer := l.offer()
	_, _, err := l.f.Counter.Buy(l.Context(), boxoffice.Purchase{
		Offer: offer, Sale: l.slug, Ends: peertest.Noon.Add(3 * time.Minute), Quantities: sale.Quantities{"sat": 1},
	})
	if err != nil {
		return
	}
	if l.ended[offer] == sale.AnswerClosed {
		l.Fatalf("%s: sold after the line was told that it is closed", offer)
	}
	l.bought[offer] = true
}

func (l *line) collect() {
	var page []sale.Outcome
	l.ask("outcomes", func() (err error) {
		page, err = l.client.Outcomes(l.Context(), l.slug, int64(len(l.feed)), rapid.IntRange(1, 3).Draw(l.T, "limit"))
		return err
	})
	l.feed = append(l.feed, page...)
}

func (l *line) deliver() {
	if _, err := l.network.Deliver(); err != nil {
		l.Fatal(err)
	}
}

// settle lets everything arrive, closes what is open, and compares what the
// line was told with what the box office has.
func (l *line) settle() {
	l.network.Choose = nil
	l.deliver()
	l.f.Clock.Advance(time.Hour)
	for i := range 9 {
		c := sale.Closing{Offer: fmt.Sprintf("%s-o%d", l.slug, i+1), Reason: sale.OfferExpired, Ends: peertest.Noon}
		answer, err := l.client.Close(l.Context(), l.slug, c)
		if want := map[bool]sale.Answer{true: sale.AnswerBought, false: sale.AnswerClosed}[l.bought[c.Offer]]; err != nil || answer != want {
			l.Fatalf("%s at the end: %q, %v; want %s", c.Offer, answer, err, want)
		}
	}
	rest, err := l.client.Outcomes(l.Context(), l.slug, int64(len(l.feed)), 100)
	if err != nil {
		l.Fatal(err)
	}
	l.feed = append(l.feed, rest...)
	ends, sold := map[string]int{}, 0
	for i, o := range l.feed {
		ends[o.Offer]++
		if o.Position != int64(i+1) || ends[o.Offer] > 1 || (o.Kind == sale.OutcomeBought) != l.bought[o.Offer] {
			l.Fatalf("entry %d of the feed: %+v", i+1, o)
		}
		if o.Order != nil {
			sold += len(o.Order.Tickets)
		}
	}
	stock, err := l.client.Stock(l.Context(), l.slug)
	if err != nil {
		l.Fatal(err)
	}
	want := sale.PoolStock{Pool: sale.CapacityPool, Issued: 10, Available: 10 - sold, Sold: sold}
	if diff := cmp.Diff(want, stock.Capacity()); diff != "" {
		l.Fatalf("stock at the end (-want +got):\n%s", diff)
	}
}

// Calls that are lost, repeated, delayed or garbled, answers that are lost or
// garbled: whoever asks until he is answered gets the answers that he would
// have got on a good network, and the books stay right.
func TestALineOverABadNetwork(t *testing.T) {
	dsn := sqldbtest.SQLite(t)
	f := peertest.InProcess(t, dsn())
	sales := 0
	rapid.Check(t, func(t *rapid.T) {
		sales++
		l := &line{
			T: t, f: f, network: &peertest.Network{}, slug: fmt.Sprintf("s%d", sales),
			granted: map[string]int{}, asked: map[string]bool{}, ended: map[string]sale.Answer{}, bought: map[string]bool{},
		}
		f.Clock.Set(peertest.Noon)
		l.client = f.Over(t, l.network)
		l.fail()
		l.ask("put", func() error { return l.client.Put(t.Context(), peertest.Sale(l.slug, 1), nil) })
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(*rapid.T) { l.reserve() },
			"close":   func(*rapid.T) { l.close() },
			"buy":     func(*rapid.T) { l.buy() },
			"collect": func(*rapid.T) { l.collect() },
			"deliver": func(*rapid.T) { l.deliver() },
			"wait":    func(*rapid.T) { f.Clock.Advance(30 * time.Second) },
		})
		l.settle()
	})
	f.Check(t)
}
