package peertest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
)

// Frozen makes freezes of pairs of minutes after Noon; a negative one ends one
// that lasts.
func Frozen(pairs ...int) sale.Freezes {
	var all sale.Freezes
	for i := 0; i < len(pairs); i += 2 {
		f := sale.Freeze{N: i/2 + 1, Began: Noon.Add(time.Duration(pairs[i]) * time.Minute)}
		if pairs[i+1] >= 0 {
			f.Ended = Noon.Add(time.Duration(pairs[i+1]) * time.Minute)
		}
		all = append(all, f)
	}
	return all
}

func (s *suite) freezes(pairs ...int) {
	s.Helper()
	if err := s.Wire.Freeze(s.Context(), slug, Frozen(pairs...)); err != nil {
		s.Fatalf("Freeze %v: %v", pairs, err)
	}
}

// freeze: a freeze of 20 minutes, with 10 of the hour left, leaves 10.
func (s *suite) freeze() {
	s.mustPut(Sale(slug, 1))
	s.reserves("o1 o2", "o1:4 o2:4")
	s.Clock.Advance(50 * time.Minute)
	s.freezes(50, -1)
	s.Clock.Advance(20 * time.Minute)
	s.closes("o1", sale.OfferExpired, sale.AnswerNotYet)
	s.freezes(50, 70)
	s.Clock.Advance(10*time.Minute - time.Millisecond)
	s.closes("o1", sale.OfferExpired, sale.AnswerNotYet)
	s.buys("o2", sale.Quantities{"fri": 1})
	s.Clock.Advance(time.Millisecond)
	_, _, err := s.Counter.Buy(s.Context(), boxoffice.Purchase{
		Offer: "o1", Sale: slug, Quantities: sale.Quantities{"fri": 1}, Ends: Noon.Add(time.Hour),
	})
	s.refuses("buying after it", err, sale.CodeOfferOver)
	// An end that counts it is not moved again.
	counted := sale.Closing{Offer: "o1", Reason: sale.OfferExpired, Ends: Noon.Add(80 * time.Minute), Freezes: 1}
	if got, err := s.Wire.Close(s.Context(), slug, counted); err != nil || got != sale.AnswerClosed {
		s.Errorf("closing at the moved end: %q, %v", got, err)
	}
}

func (s *suite) freezeAgain() {
	s.mustPut(Sale(slug, 1))
	s.freezes()
	for _, told := range [][]int{{1, -1}, {1, 2}, {1, -1}, {1, 2, 3, -1}, {1, 2}, {1, 2, 3, 4}, {1, 2, 3, -1}} {
		s.freezes(told...)
		s.freezes(told...)
	}
	got, err := s.Counter.Freezes(s.Context(), slug)
	if diff := cmp.Diff(Frozen(1, 2, 3, 4), got); err != nil || diff != "" {
		s.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func (s *suite) freezeRefuses() {
	s.mustPut(Sale(slug, 1))
	broken := func(change func(fs sale.Freezes)) sale.Freezes {
		fs := Frozen(1, 2, 3, 4)
		change(fs)
		return fs
	}
	for i, fs := range []sale.Freezes{
		broken(func(fs sale.Freezes) { fs[0].N = 2 }),
		broken(func(fs sale.Freezes) { fs[1].N = 3 }),
		broken(func(fs sale.Freezes) { fs[1].N = 1 }),
		broken(func(fs sale.Freezes) { fs[0].Ended = time.Time{} }),
		broken(func(fs sale.Freezes) { fs[1].Began = time.Time{} }),
		broken(func(fs sale.Freezes) { fs[1].Ended = fs[1].Began.Add(-time.Second) }),
		broken(func(fs sale.Freezes) { fs[0].Began = fs[0].Began.Add(time.Millisecond) }),
		broken(func(fs sale.Freezes) { fs[0].Ended = fs[0].Ended.Add(time.Millisecond) }),
	} {
		s.refuses(fmt.Sprintf("Freeze %d", i), s.Wire.Freeze(s.Context(), slug, fs), sale.CodeBadRequest)
	}
	if got, err := s.Counter.Freezes(s.Context(), slug); err != nil || len(got) != 0 {
		s.Errorf("stored all the same: %v, %v", got, err)
	}
}
