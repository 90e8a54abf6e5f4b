package line_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func waitOf(err error) time.Duration {
	var e *sale.Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// TestGuesses: the first are free, then each costs twice the wait, up to the
// most; a guess that is refused costs nothing, and one that was right is none.
func TestGuesses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		mine := line.Guard{Who: "mine", Free: 3, First: time.Second, Most: 4 * time.Second}
		all := line.Guard{Who: "all", Free: 100, First: time.Second, Most: time.Minute}
		guards := []line.Guard{mine, all}
		guess := func(want time.Duration) {
			t.Helper()
			err := b.Guess(t.Context(), guards)
			if got := waitOf(err); got != want || (want > 0) != (sale.CodeOf(err) == sale.CodeTooMany) {
				t.Errorf("wait %s, %v; want %s", got, err, want)
			}
		}
		for range 4 {
			guess(0)
		}
		for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second} {
			guess(wait)
			guess(wait) // who tries too early waits no longer
			b.clock.Advance(wait - time.Millisecond)
			guess(time.Millisecond)
			b.clock.Advance(time.Millisecond)
			guess(0)
		}
		b.clock.Advance(-time.Hour)
		guess(4 * time.Second) // however far the clock was set back
		b.clock.Advance(time.Hour + 4*time.Second)
		if err := b.GuessedRight(t.Context(), guards); err != nil {
			t.Fatal(err)
		}
		if n := b.count(t, `SELECT n FROM guesses WHERE who = 'all'`); n != 7 {
			t.Errorf("%d guesses of all are counted, want 7", n)
		}
		for range 4 {
			guess(0)
		}
		guess(time.Second)
		b.clock.Advance(25 * time.Hour)
		guess(0)
		if n := b.count(t, `SELECT n FROM guesses WHERE who = 'mine'`); n != 1 {
			t.Errorf("%d guesses are remembered after a day", n)
		}
	})
}

// TestGuessesAtOnce: a crowd of guesses at the same moment has no more than
// one after another, also when they are the first ones.
func TestGuessesAtOnce(t *testing.T) {
	for _, free := range []int{0, 2} {
		each(t, func(t *testing.T, b *bench) {
			guards := []line.Guard{{Who: "a", Free: free, First: time.Minute, Most: time.Hour}, {Who: "b", Free: 100, First: time.Minute, Most: time.Hour}}
			var taken atomic.Int64
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					if b.Guess(t.Context(), guards) == nil {
						taken.Add(1)
					}
				})
			}
			all.Wait()
			if n := taken.Load(); n != int64(free)+1 {
				t.Errorf("%d guesses were taken, want %d", n, free+1)
			}
		})
	}
}
