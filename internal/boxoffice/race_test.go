package boxoffice_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

const buyers = 64

// pair is two instances of a box office over one database, as on two
// machines. On SQLite they are two processes' worth of connections.
func pair(t *testing.T, dsn string, capacity int) [2]*house {
	t.Helper()
	a := freshWith(t, dsn, capacity, sqldb.Options{})
	b := &house{db: sqldbtest.Open(t, dsn, sqldb.Options{}), now: noon}
	var err error
	if b.BoxOffice, err = boxoffice.New(t.Context(), boxoffice.Options{
		DB: b.db, Clock: func() time.Time { return noon }, Rand: rand.NewChaCha8([32]byte{1}),
	}); err != nil {
		t.Fatal(err)
	}
	return [2]*house{a, b}
}

// stampede runs do for 64 buyers at once and counts the codes they get.
func stampede(do func(i int) error) map[sale.Code]int {
	codes := map[sale.Code]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range buyers {
		all.Go(func() {
			<-start
			code := sale.CodeOf(do(i))
			mu.Lock()
			defer mu.Unlock()
			codes[code]++
		})
	}
	close(start)
	all.Wait()
	return codes
}

// ones is n times v.
func ones(n, v int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = v
	}
	return all
}

// Sixty-four fans, each with an offer of his own, want the last ticket of a
// type.
func TestLastTicketOfAType(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), buyers)
		for round := range 5 {
			s := lakeside(buyers)
			s.Slug = fmt.Sprintf("round-%d", round)
			s.Tickets.Types[1].Stock = 1
			if err := both[0].Put(t.Context(), s, nil); err != nil {
				t.Fatal(err)
			}
			var asks []sale.Ask
			for i := range buyers {
				asks = append(asks, sale.Ask{Offer: fmt.Sprintf("%s-%d", s.Slug, i), Most: 1})
			}
			if _, err := both[0].Reserve(t.Context(), s.Slug, asks); err != nil {
				t.Fatal(err)
			}
			codes := stampede(func(i int) error {
				_, _, err := both[i%2].Buy(t.Context(), boxoffice.Purchase{
					Offer: asks[i].Offer, Sale: s.Slug, Quantities: sale.Quantities{"sat": 1}, Ends: noon.Add(time.Hour),
				})
				return err
			})
			if codes[""] != 1 || codes[sale.CodeTooManyTickets] != buyers-1 {
				t.Fatalf("round %d: %v, want one ticket sold and everybody else told", round, codes)
			}
			// Nobody who lost has lost his offer: there are fridays.
			codes = stampede(func(i int) error {
				_, _, err := both[i%2].Buy(t.Context(), boxoffice.Purchase{
					Offer: asks[i].Offer, Sale: s.Slug, Quantities: sale.Quantities{"fri": 1}, Ends: noon.Add(time.Hour),
				})
				return err
			})
			if codes[""] != buyers-1 || codes[sale.CodeAlreadyBought] != 1 {
				t.Fatalf("round %d: %v, want everybody else served", round, codes)
			}
		}
	})
}

// Sixty-four lines' worth of offers want the last unit of the capacity.
func TestLastUnitOfTheCapacity(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), 4)
		var granted atomic.Int64
		codes := stampede(func(i int) error {
			grants, err := both[i%2].Reserve(t.Context(), "lakeside", []sale.Ask{{Offer: fmt.Sprint("o", i), Most: 1}})
			if err == nil {
				granted.Add(int64(grants[0].Granted))
			}
			return err
		})
		if codes[""] != buyers || granted.Load() != 4 {
			t.Fatalf("%v, %d granted, want 4", codes, granted.Load())
		}
		both[0].stock(t, 0, 4, 0)
	})
}

// Closing and buying the same offers at the same moment: one of them wins,
// and both sides are told which.
func TestCloseAgainstBuy(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), buyers)
		offers := both[0].reserve(t, 1, ones(buyers/2, 1)...)
		sold, closed := make([]bool, buyers/2), make([]bool, buyers/2)
		stampede(func(i int) error {
			n := i / 2
			if i%2 == 0 {
				_, _, err := both[0].Buy(t.Context(), both[0].purchase(offers[n], 1, 0))
				if sold[n] = err == nil; err != nil {
					refused(t, err, sale.CodeOfferOver)
				}
				return err
			}
			answer, err := both[1].Close(t.Context(), "lakeside", sale.Closing{Offer: offers[n], Reason: sale.OfferWithdrawn})
			if err != nil {
				t.Error(err)
			}
			closed[n] = answer == sale.AnswerClosed
			return err
		})
		n := 0
		for i := range offers {
			if sold[i] == closed[i] {
				t.Errorf("offer %d: sold %v, closed %v", i, sold[i], closed[i])
			}
			if sold[i] {
				n++
			}
		}
		both[0].stock(t, buyers-n, 0, n)
	})
}

// Whoever reads the feed while it grows sees no gap and no change: ids of a
// sequence become visible out of order (postgresql-event-sourcing #2).
func TestTheFeedGrowsInOrder(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), buyers)
		offers := both[0].reserve(t, 1, ones(buyers, 1)...)
		done := make(chan struct{})
		var reader sync.WaitGroup
		var seen []sale.Outcome
		read := func() {
			more, err := both[1].Outcomes(t.Context(), "lakeside", int64(len(seen)), 0)
			if err != nil {
				t.Error(err)
			}
			for _, o := range more {
				if o.Position != int64(len(seen)+1) {
					t.Errorf("position %d after %d", o.Position, len(seen))
				}
				seen = append(seen, o)
			}
		}
		reader.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					read()
				}
			}
		})
		stampede(func(i int) error {
			_, _, err := both[i%2].Buy(t.Context(), both[i%2].purchase(offers[i], 1, 0))
			return err
		})
		close(done)
		reader.Wait()
		read()
		if len(seen) != buyers {
			t.Errorf("%d outcomes, want %d", len(seen), buyers)
		}
	})
}
