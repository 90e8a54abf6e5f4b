package peer_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/peer/peertest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

const asksInACall = 500

func batch(n int) []sale.Ask {
	asks := make([]sale.Ask, asksInACall)
	for i := range asks {
		asks[i] = sale.Ask{Offer: fmt.Sprintf("offer-%010d-%06d", n, i), Most: 4}
	}
	return asks
}

// BenchmarkWire is what signing, HTTP and JSON cost for a batch of 500: the box
// office behind it does nothing.
func BenchmarkWire(b *testing.B) {
	asks := batch(0)
	box := &stub{}
	for _, a := range asks {
		box.grants = append(box.grants, sale.Grant{Offer: a.Offer, Granted: a.Most})
	}
	server := httptest.NewServer(newHandler(b, box, atNoon))
	defer server.Close()
	client, err := peer.NewClient(peer.ClientOptions{URL: server.URL, Secret: peer.Secret(secret), Clock: atNoon})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Reserve(b.Context(), "s", asks); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(asksInACall)*float64(b.N)/b.Elapsed().Seconds(), "asks/s")
}

// BenchmarkReserve is a batch of 500 over the wire into a real box office, every
// one for offers that it has not seen.
func BenchmarkReserve(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		f := peertest.OverHTTP(b, dsn())
		big := peertest.Sale("s", 1)
		big.Tickets.Capacity, big.Tickets.Types[0].Stock = 10_000_000, 10_000_000
		if err := f.Wire.Put(b.Context(), big, nil); err != nil {
			b.Fatal(err)
		}
		n := 0
		for b.Loop() {
			n++
			if _, err := f.Wire.Reserve(b.Context(), "s", batch(n)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(asksInACall)*float64(b.N)/b.Elapsed().Seconds(), "asks/s")
	})
}
