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
func TestSmallSales(t *testing.T) { playMany(t, Small, 1) }

// TestNights is the same with sales that last for days, and quiet hours: an
// eighth of the seeds, since each takes longer.
func TestNights(t *testing.T) { playMany(t, Nights, 8) }

// TestFreezes is the same with sales that are frozen and released at random:
// an eighth of the seeds.
func TestFreezes(t *testing.T) { playMany(t, Freezes, 8) }

// TestOutage: a freeze of 20 minutes leaves every link with exactly the time
// it had, and no invariant broken.
func TestOutage(t *testing.T) {
	r := play(t, stage(t), Outage(), uint64(number(t, "INTURN_SIM_FIRST", 1)))
	if r.Counts["links with the time they had"] == 0 || r.Counts["links given time"] == 0 {
		t.Errorf("nobody had a link in the outage: %v", r.Counts)
	}
	t.Logf("%d of %d tickets sold; %v", r.Sold, r.ForSale, r.Counts)
}

// playMany plays one in so many of the seeds that are asked for, and at least
// one.
func playMany(t *testing.T, scenario func(seed uint64) Scenario, oneIn int) {
	st := stage(t)
	few := 200
	if testing.Short() {
		few = 8
	}
	first, seeds := number(t, "INTURN_SIM_FIRST", 1), max(1, number(t, "INTURN_SIM_SEEDS", few)/oneIn)
	const lanes = 4
	for lane := range lanes {
		t.Run(fmt.Sprintf("lane %d", lane), func(t *testing.T) {
			t.Parallel()
			for seed := first + lane; seed < first+seeds; seed += lanes {
				play(t, st, scenario(uint64(seed)), uint64(seed))
				if t.Failed() {
					return
				}
			}
		})
	}
}

// TestArticle plays the article's own sale, and a hundredth of it with -short.
func TestArticle(t *testing.T) {
	s := Article()
	if testing.Short() {
		s.Tickets, s.Capacity = []int{100}, 100
		s.Guaranteed, s.Standby, s.Fans = 25, 75, 120
		s.Crowd, s.Batch, s.Steps = 2, 5, 200
	}
	r := play(t, stage(t), s, uint64(number(t, "INTURN_SIM_FIRST", 1)))
	if r.Sold != r.ForSale { // more want them than there are
		t.Errorf("%d of %d tickets sold", r.Sold, r.ForSale)
	}
	t.Logf("%d of %d tickets sold; %v", r.Sold, r.ForSale, r.Counts)
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
