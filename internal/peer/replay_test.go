package peer_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/peer/peertest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// recorded is a call as somebody on the way has seen it.
type recorded struct {
	path   string
	header http.Header
	body   []byte
}

// recorder passes calls on and keeps them.
type recorder struct {
	next  http.RoundTripper
	calls []recorded
}

func (c *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.calls = append(c.calls, recorded{r.URL.Path, r.Header.Clone(), body})
	r.Body = io.NopCloser(bytes.NewReader(body))
	return c.next.RoundTrip(r)
}

func (c recorded) play(h http.Handler) int {
	r := httptest.NewRequest(http.MethodPost, c.path, bytes.NewReader(c.body))
	r.Header = c.header.Clone()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// everything is all that the box office has of a sale.
func everything(t *testing.T, f peertest.Fixture) []any {
	t.Helper()
	stock, err := f.Counter.Stock(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	feed, err := f.Counter.Outcomes(t.Context(), "s", 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	sales, err := f.Counter.Sales(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := f.Counter.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var offers []boxoffice.OfferRow
	if err := f.Counter.Offers(t.Context(), "s", func(o boxoffice.OfferRow) error {
		offers = append(offers, o)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return []any{stock, feed, sales, keys, offers}
}

// Nonces are not remembered, so a call that somebody recorded can be played
// again for five minutes. It changes nothing; after that it is refused.
func TestReplayIsHarmless(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		f := peertest.InProcess(t, dsn())
		h := newHandler(t, f.Counter, f.Clock.Now)
		tape := &recorder{next: peertest.Direct(h)}
		client := newClient(t, tape, f.Clock.Now)
		aSale(t, f, client)
		want := everything(t, f)
		if len(tape.calls) != 9 {
			t.Fatalf("%d calls on the tape", len(tape.calls))
		}
		for range 2 {
			for _, c := range tape.calls {
				if status := c.play(h); status == http.StatusUnauthorized || status == http.StatusInternalServerError {
					t.Errorf("%s again: status %d", c.path, status)
				}
			}
			slices.Reverse(tape.calls)
		}
		if diff := cmp.Diff(want, everything(t, f)); diff != "" {
			t.Errorf("a replay has changed something (-before +after):\n%s", diff)
		}
		f.Clock.Advance(5*time.Minute + time.Second)
		for _, c := range tape.calls {
			if status := c.play(h); status != http.StatusUnauthorized {
				t.Errorf("%s after five minutes: status %d", c.path, status)
			}
		}
	})
}

// aSale makes one call of every kind, and some that come to nothing.
func aSale(t *testing.T, f peertest.Fixture, client *peer.Client) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(client.Put(t.Context(), peertest.Sale("s", 1), []sale.PublicKey{peertest.Key("k1")}))
	_, err := client.Reserve(t.Context(), "s", []sale.Ask{{Offer: "o1", Most: 4}, {Offer: "o2", Most: 4}, {Offer: "o3", Most: 4}})
	must(err)
	wider := peertest.Sale("s", 2)
	wider.Tickets.Capacity = 11
	must(client.Put(t.Context(), wider, []sale.PublicKey{peertest.Key("k1"), peertest.Key("k2")}))
	_, _, err = f.Counter.Buy(t.Context(), boxoffice.Purchase{
		Offer: "o1", Sale: "s", Quantities: sale.Quantities{"fri": 2}, Ends: peertest.Noon.Add(time.Hour),
	})
	must(err)
	for _, c := range []sale.Closing{
		{Offer: "o1", Reason: sale.OfferWithdrawn},                                   // bought
		{Offer: "o2", Reason: sale.OfferExpired, Ends: peertest.Noon.Add(time.Hour)}, // not yet
		{Offer: "o2", Reason: sale.OfferBounced},                                     // closed
		{Offer: "o9", Reason: sale.OfferErased},                                      // unknown: closed
	} {
		_, err := client.Close(t.Context(), "s", c)
		must(err)
	}
	_, err = client.Outcomes(t.Context(), "s", 0, 10)
	must(err)
	must(client.Ping(t.Context()))
}

// A kept connection that turns out to be dead is no lost call: net/http sends
// it again by itself, since it is told that this is harmless.
func TestAConnectionThatDiedIdle(t *testing.T) {
	b, each := calls(t)
	h := newHandler(t, b, atNoon)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			// One answer, then the next call on this connection is read and hung up on.
			in := bufio.NewReader(conn)
			r, err := http.ReadRequest(in)
			if err != nil {
				conn.Close()
				continue
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			_ = w.Result().Write(conn)
			_, _ = in.ReadByte()
			conn.Close()
		}
	}()
	client, err := peer.NewClient(peer.ClientOptions{URL: "http://" + listener.Addr().String(), Secret: peer.Secret(secret), Clock: atNoon})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := each["close"](client); err != nil {
			t.Error(err)
		}
	}
}
