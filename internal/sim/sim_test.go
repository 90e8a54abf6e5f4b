package sim

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/templates"
)

func stage(t testing.TB) Stage {
	t.Helper()
	keys, err := link.OpenKeys(t.TempDir(), link.KeyOptions{Clock: func() time.Time { return epoch }})
	if err != nil {
		t.Fatal(err)
	}
	words, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	return Stage{Keys: keys, Templates: words}
}

// number reads how many seeds to play from the environment.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s=%q is not a number", name, text)
	}
	return n
}

// TestSmallSales plays many small sales with every kind of fault and looks at
// every invariant after every event. A failure names its seed; play it again
// with INTURN_SIM_FIRST=seed INTURN_SIM_SEEDS=1.
func TestSmallSales(t *testing.T) {
	st := stage(t)
	first, seeds := number(t, "INTURN_SIM_FIRST", 1), number(t, "INTURN_SIM_SEEDS", 200)
	const lanes = 4
	for lane := range lanes {
		t.Run(fmt.Sprintf("lane %d", lane), func(t *testing.T) {
			t.Parallel()
			for seed := first + lane; seed < first+seeds; seed += lanes {
				play(t, st, Small(uint64(seed)), uint64(seed))
				if t.Failed() {
					return
				}
			}
		})
	}
}

func TestArticle(t *testing.T) {
	r := play(t, stage(t), Article(), uint64(number(t, "INTURN_SIM_FIRST", 1)))
	t.Logf("%d of 10,000 tickets sold; %v", r.Sold, r.Counts)
}

func play(t testing.TB, st Stage, s Scenario, seed uint64) Result {
	t.Helper()
	r, err := Run(t.Context(), st, s, seed)
	if err != nil {
		t.Errorf("seed %d: %v", seed, err)
		return r
	}
	for _, p := range r.Problems {
		t.Errorf("seed %d (%+v): %s", seed, s, p)
	}
	if len(r.Problems) > 0 {
		t.Logf("seed %d: %v", seed, r.Counts)
	}
	return r
}
