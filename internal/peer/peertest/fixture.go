package peertest

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// Noon is when a fixture's clock starts.
var Noon = time.Date(2027, time.March, 12, 12, 0, 0, 0, time.UTC)

// Fixture is a box office and what a test needs around it.
type Fixture struct {
	Wire    peer.BoxOffice       // what is under test
	Counter *boxoffice.BoxOffice // the same box office from behind: where fans buy
	Clock   *saletest.Clock      // its clock
	DB      *sqldb.DB            // its database
}

// InProcess is a box office over an empty database, under test without a
// wire.
func InProcess(tb testing.TB, dsn string) Fixture {
	tb.Helper()
	clock := saletest.NewClock(Noon)
	db := sqldbtest.Open(tb, dsn, sqldb.Options{Unsafe: true})
	counter, err := boxoffice.New(tb.Context(), boxoffice.Options{DB: db, Clock: clock.Now})
	if err != nil {
		tb.Fatal(err)
	}
	return Fixture{Wire: counter, Counter: counter, Clock: clock, DB: db}
}

// OverHTTP is a box office over an empty database, under test through a
// client, a socket and a handler.
func OverHTTP(tb testing.TB, dsn string) Fixture {
	tb.Helper()
	f := InProcess(tb, dsn)
	server := httptest.NewServer(f.Handler(tb))
	tb.Cleanup(server.Close)
	client, err := peer.NewClient(peer.ClientOptions{URL: server.URL, Secret: secret, Clock: f.Clock.Now, HTTPClient: server.Client()})
	if err != nil {
		tb.Fatal(err)
	}
	f.Wire = client
	return f
}

var secret = peer.Secret("a secret of both sides")

// failer is what a fixture needs of a test; rapid's are tests too.
type failer interface {
	Helper()
	Fatal(args ...any)
}

// Handler serves the fixture's box office.
func (f Fixture) Handler(tb failer) *peer.Handler {
	tb.Helper()
	h, err := peer.NewHandler(peer.HandlerOptions{BoxOffice: f.Counter, Secret: secret, Clock: f.Clock.Now})
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// Over is the fixture's box office at the other end of a network whose Next is
// set here: no socket, no goroutine.
func (f Fixture) Over(tb failer, network *Network) *peer.Client {
	tb.Helper()
	network.Next = Direct(f.Handler(tb))
	client, err := peer.NewClient(peer.ClientOptions{
		URL: "http://boxoffice.test", Secret: secret, Clock: f.Clock.Now, HTTPClient: network.HTTPClient(),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// Sale is a small sale, valid in every respect, and as the wire would carry
// it: ten seats, two kinds of ticket, at most four for each fan.
func Sale(slug string, version int64) sale.Sale {
	title := sale.Text{"en": "Lakeside", "de": "Seefestival"}
	return sale.Sale{
		Slug: slug, Version: version, Title: title, Timezone: "Europe/Zurich", Languages: []string{"en", "de"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: Noon.Add(-48 * time.Hour), Closes: Noon.Add(-24 * time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10, Types: []sale.TicketType{
			{ID: "fri", Title: title, Stock: 6, Price: 8500},
			{ID: "sat", Title: title, Stock: 5, Price: 9500},
		}},
		Caps:     sale.Caps{Guaranteed: 2, Standby: 8},
		Dispatch: sale.Dispatch{Starts: Noon, Ends: Noon.Add(192 * time.Hour), Every: "@every 1m", Batch: 100, LinkLife: time.Hour},
		Payment:  sale.PaymentOnSite,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>", Receipt: true},
	}
}

// Key is a public key for tests; nobody has its other half.
func Key(kid string) sale.PublicKey {
	x := make([]byte, 32)
	copy(x, kid)
	return sale.PublicKey{KID: kid, X: x, Created: Noon}
}

// Check runs the box office's invariants over what is stored.
func (f Fixture) Check(tb testing.TB) {
	tb.Helper()
	for _, c := range boxoffice.Checks() {
		if err := f.DB.Read(context.WithoutCancel(tb.Context()), c.Run); err != nil {
			tb.Errorf("invariant %d, %s: %v", c.Invariant, c.Name, err)
		}
	}
}
