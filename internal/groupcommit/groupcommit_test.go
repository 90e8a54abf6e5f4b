package groupcommit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// bench is a Commit that waits to be let through, batch by batch.
type bench struct {
	mu      sync.Mutex
	batches [][]int
	gate    chan error // one message lets one batch through
}

func (b *bench) commit(ctx context.Context, ins []int) ([]Result[string], error) {
	b.mu.Lock()
	b.batches = append(b.batches, slices.Clone(ins))
	b.mu.Unlock()
	if err := <-b.gate; err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil { // whoever leads may go; the others stay
		return nil, err
	}
	results := make([]Result[string], len(ins))
	for i, in := range ins {
		results[i].Value = fmt.Sprint("row ", in)
		if in < 0 {
			results[i] = Result[string]{Err: errors.New("refused")}
		}
	}
	return results, nil
}

// come starts a caller and waits until it blocks.
func come(t *testing.T, ctx context.Context, g *Group[int, string], in int) (result func() (string, error)) {
	t.Helper()
	var out string
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		out, err = g.Do(ctx, in)
	}()
	synctest.Wait()
	return func() (string, error) { <-done; return out, err }
}

func TestThoseWhoComeMeanwhileAreCommittedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{gate: make(chan error)}
		g := New(Options[int, string]{Commit: b.commit, Most: 3})
		var results []func() (string, error)
		for i := range 6 {
			results = append(results, come(t, t.Context(), g, i))
		}
		for range 3 {
			b.gate <- nil
			synctest.Wait()
		}
		for i, result := range results {
			if got, err := result(); err != nil || got != fmt.Sprint("row ", i) {
				t.Errorf("caller %d got %q, %v", i, got, err)
			}
		}
		if got, want := fmt.Sprint(b.batches), "[[0] [1 2 3] [4 5]]"; got != want {
			t.Errorf("batches %s, want %s", got, want)
		}
	})
}

func TestASingleCallerCommitsDirectly(t *testing.T) {
	b := &bench{gate: make(chan error, 2)}
	b.gate <- nil
	b.gate <- nil
	g := New(Options[int, string]{Commit: b.commit})
	for range 2 {
		if got, err := g.Do(t.Context(), 7); err != nil || got != "row 7" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

func TestAnErrorOfOneItemIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{gate: make(chan error)}
		g := New(Options[int, string]{Commit: b.commit})
		come(t, t.Context(), g, 0)
		good, bad := come(t, t.Context(), g, 1), come(t, t.Context(), g, -1)
		b.gate <- nil
		b.gate <- nil
		if _, err := good(); err != nil {
			t.Errorf("good row: %v", err)
		}
		if _, err := bad(); err == nil {
			t.Error("bad row: no error")
		}
	})
}

func TestAFailedBatchIsTriedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{gate: make(chan error)}
		g := New(Options[int, string]{Commit: b.commit})
		come(t, t.Context(), g, 0)
		one, two := come(t, t.Context(), g, 1), come(t, t.Context(), g, 2)
		b.gate <- nil                       // 0
		b.gate <- errors.New("whole batch") // 1 and 2
		b.gate <- errors.New("mine")        // 1 alone
		b.gate <- nil                       // 2 alone
		if _, err := one(); err == nil || err.Error() != "mine" {
			t.Errorf("1 got %v, want its own error", err)
		}
		if got, err := two(); err != nil || got != "row 2" {
			t.Errorf("2 got %q, %v", got, err)
		}
	})
}

func TestADeadDatabaseIsNotAskedForEachItem(t *testing.T) {
	for _, code := range []sale.Code{sale.CodeUnavailable, sale.CodeOverloaded} {
		synctest.Test(t, func(t *testing.T) {
			b := &bench{gate: make(chan error)}
			g := New(Options[int, string]{Commit: b.commit})
			come(t, t.Context(), g, 0)
			one, two := come(t, t.Context(), g, 1), come(t, t.Context(), g, 2)
			b.gate <- nil
			b.gate <- sale.E(code, "no answer")
			for _, result := range []func() (string, error){one, two} {
				if _, err := result(); sale.CodeOf(err) != code {
					t.Errorf("got %v, want %s", err, code)
				}
			}
			if len(b.batches) != 2 {
				t.Errorf("asked %d times, want 2", len(b.batches))
			}
		})
	}
}

func TestWhoeverWaitsMayLeaveAndWhoeverIsTakenMayNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{gate: make(chan error)}
		g := New(Options[int, string]{Commit: b.commit})
		taken, cancelTaken := context.WithCancel(t.Context())
		waiting, cancelWaiting := context.WithCancel(t.Context())
		first := come(t, taken, g, 0)
		second := come(t, waiting, g, 1)
		third := come(t, t.Context(), g, 2)
		cancelTaken()
		cancelWaiting()
		if _, err := second(); !errors.Is(err, context.Canceled) {
			t.Errorf("the one who waited got %v", err)
		}
		b.gate <- nil
		b.gate <- nil
		if got, err := first(); err != nil || got != "row 0" {
			t.Errorf("the one who was taken got %q, %v", got, err)
		}
		if _, err := third(); err != nil {
			t.Errorf("the last one got %v", err)
		}
		if got, want := fmt.Sprint(b.batches), "[[0] [2]]"; got != want {
			t.Errorf("batches %s, want %s", got, want)
		}
		if _, err := g.Do(taken, 3); !errors.Is(err, context.Canceled) {
			t.Errorf("the one who came too late got %v", err)
		}
	})
}

func TestTooManyAreTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{gate: make(chan error)}
		g := New(Options[int, string]{Commit: b.commit, Queue: 1})
		come(t, t.Context(), g, 0)
		come(t, t.Context(), g, 1)
		_, err := g.Do(t.Context(), 2)
		var e *sale.Error
		if !errors.As(err, &e) || e.Code != sale.CodeOverloaded || e.RetryAfter <= 0 {
			t.Errorf("got %v, want overloaded with a time to retry", err)
		}
		b.gate <- nil
		b.gate <- nil
	})
}

func TestAPanicWedgesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		calls := 0
		g := New(Options[int, string]{Commit: func(_ context.Context, ins []int) ([]Result[string], error) {
			if calls++; calls == 1 {
				<-release
				panic("bug")
			}
			return make([]Result[string], len(ins)), nil
		}})
		go func() {
			defer func() { _ = recover() }()
			_, _ = g.Do(t.Context(), 0)
		}()
		synctest.Wait()
		second := come(t, t.Context(), g, 1)
		close(release)
		if _, err := second(); err != nil {
			t.Errorf("the next batch got %v", err)
		}
		if _, err := g.Do(t.Context(), 2); err != nil {
			t.Errorf("a later caller got %v", err)
		}
	})
}

func TestTimeoutReachesCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(Options[int, string]{Timeout: time.Second, Commit: func(ctx context.Context, _ []int) ([]Result[string], error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		if _, err := g.Do(t.Context(), 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestACommitThatForgetsSomebodyIsAnError(t *testing.T) {
	g := New(Options[int, string]{Commit: func(context.Context, []int) ([]Result[string], error) { return nil, nil }})
	if _, err := g.Do(t.Context(), 0); err == nil {
		t.Error("no error")
	}
}

// Many callers, real scheduling: everybody gets their own answer once.
func TestStampede(t *testing.T) {
	var mu sync.Mutex
	seen := map[int]int{}
	g := New(Options[int, int]{Most: 16, Commit: func(_ context.Context, ins []int) ([]Result[int], error) {
		results := make([]Result[int], len(ins))
		mu.Lock()
		defer mu.Unlock()
		for i, in := range ins {
			seen[in]++
			results[i].Value = in * 2
		}
		return results, nil
	}})
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			for j := range 50 {
				in := i*50 + j
				if got, err := g.Do(t.Context(), in); err != nil || got != in*2 {
					t.Errorf("%d got %d, %v", in, got, err)
				}
			}
		})
	}
	all.Wait()
	if len(seen) != 64*50 {
		t.Errorf("%d items committed, want %d", len(seen), 64*50)
	}
}
