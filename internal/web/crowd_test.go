package web_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/settings"
	"github.com/inturn/inturn/internal/web"
)

// The simulated crowd: what docs/robots.md says about limits is what these
// tests count, with the limiter as it is, the limits as they are set when
// nobody sets them, and a clock that they turn.

const (
	crowdFans   = 20_000
	crowdShared = 2_000 // of them behind one IPv4 address: a mobile network, a campus
)

// arrival is one sign-up of one fan.
type arrival struct {
	at      time.Duration // after the form opened
	fan     int
	network string
}

// crowd makes fans arrive as they do when a form opens that was announced:
// one in ten has the finger on the button and is there within two seconds,
// half of them come in the first minute or so (exponentially, 20 s on
// average), the others over the next quarter of an hour (5 min on average).
// Three in a hundred press twice, one in a hundred types the address again.
// The first `shared` are behind one address, the next tenth behind a second
// one, and all others at home: one, two or three to an address.
func crowd(seed uint64, fans, shared int) []arrival {
	r := rand.New(rand.NewPCG(seed, 1))
	var all []arrival
	home := 0
	for fan := range fans {
		network := "203.0.113.7"
		switch {
		case fan < shared:
		case fan < shared+shared/10:
			network = "203.0.113.8"
		default:
			if fan%3 != 1 || r.IntN(2) == 0 {
				home++
			}
			network = fmt.Sprintf("10.%d.%d.%d", home>>16, home>>8&255, home&255)
		}
		var after float64
		switch p := r.Float64(); {
		case p < 0.1:
			after = 2 * r.Float64()
		case p < 0.6:
			after = 20 * r.ExpFloat64()
		default:
			after = 300 * r.ExpFloat64()
		}
		at := time.Duration(after * float64(time.Second))
		all = append(all, arrival{at, fan, network})
		switch p := r.Float64(); {
		case p < 0.03:
			all = append(all, arrival{at + 700*time.Millisecond, fan, network})
		case p < 0.04:
			all = append(all, arrival{at + 9*time.Second, fan, network})
		}
	}
	slices.SortFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	return all
}

// slowed counts the fans who are asked to wait at least once: behind the
// shared address, and elsewhere.
func slowed(o web.LimitOptions, all []arrival) (shared, others int) {
	opens := time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC)
	now := opens
	o.Clock = func() time.Time { return now }
	l := web.NewLimiter(o)
	seen := map[int]bool{}
	for _, a := range all {
		now = opens.Add(a.at)
		if l.Allow(a.network) == nil || seen[a.fan] {
			continue
		}
		seen[a.fan] = true
		if a.network == "203.0.113.7" {
			shared++
		} else {
			others++
		}
	}
	return shared, others
}

// limits are those of a process whose operator sets none.
func limits(t *testing.T) web.LimitOptions {
	t.Helper()
	s, err := settings.Load(settings.Input{})
	if err != nil {
		t.Fatal(err)
	}
	return web.LimitOptions{PerSec: s.LimitsRate, Burst: s.LimitsBurst, Rush: s.LimitsRush, Peak: s.LimitsPeak}
}

// TestHonestFansBehindOneAddress: of two thousand behind one address, in a
// crowd of twenty thousand, at most one in a thousand is slowed down; nobody
// else is. One bucket of 200 and 10 a second, as it was, slows down most.
func TestHonestFansBehindOneAddress(t *testing.T) {
	const most = crowdShared / 1000
	o := limits(t)
	for seed := range uint64(10) {
		all := crowd(seed, crowdFans, crowdShared)
		if shared, others := slowed(o, all); shared > most || others > 0 {
			t.Errorf("seed %d: %d behind the shared address and %d others were slowed down, want at most %d and 0", seed, shared, others, most)
		}
		if shared, _ := slowed(web.LimitOptions{PerSec: 10, Burst: 200}, all); shared < crowdShared/4 {
			t.Errorf("seed %d: one small bucket slows down only %d: this crowd shows nothing", seed, shared)
		}
	}
}

// TestOneRobotIsHeld: a script at full speed from one address gets what a
// rush may have, at the peak's speed, and the long run's rate from then on.
func TestOneRobotIsHeld(t *testing.T) {
	for name, times := range map[string]int{"without proofs": 1, "with proofs": web.ProvedTimes} {
		o := limits(t).Times(times)
		now := time.Date(2027, 3, 10, 9, 0, 0, 0, time.UTC)
		o.Clock = func() time.Time { return now }
		l := web.NewLimiter(o)
		const minutes, perSecond = 10, 1000
		total, lastMinute := 0, 0
		for second := range minutes * 60 {
			passed := 0
			for range perSecond {
				if l.Allow("203.0.113.7") == nil {
					passed++
				}
				now = now.Add(time.Second / perSecond)
			}
			if most := o.Burst + int(o.Peak) + 1; passed > most {
				t.Errorf("%s: %d passed in second %d, want at most %d", name, passed, second, most)
			}
			total += passed
			if second >= (minutes-1)*60 {
				lastMinute += passed
			}
		}
		if most := o.Rush + int(o.PerSec*minutes*60) + 1; total > most {
			t.Errorf("%s: %d passed in ten minutes, want at most %d", name, total, most)
		}
		if most := int(o.PerSec*60) + 1; lastMinute > most {
			t.Errorf("%s: %d passed in the last minute, want at most %d", name, lastMinute, most)
		}
	}
}

// TestWhatTheDocumentationSaysOfCrowds keeps the figures in docs/robots.md
// those that are counted.
func TestWhatTheDocumentationSaysOfCrowds(t *testing.T) {
	page, err := os.ReadFile("../../docs/robots.md")
	if err != nil {
		t.Fatal(err)
	}
	percent := func(o web.LimitOptions, fans int) string {
		worst := 0
		for seed := range uint64(3) {
			shared, _ := slowed(o, crowd(seed, max(crowdFans, 2*fans), fans))
			worst = max(worst, shared)
		}
		return fmt.Sprintf("%.1f %%", 100*float64(worst)/float64(fans))
	}
	o := limits(t)
	before := web.LimitOptions{PerSec: 10, Burst: 200}
	for _, fans := range []int{200, 500, 1000, 2000, 3000, 5000, 10_000} {
		row := fmt.Sprintf("| %d | %s | %s | %s |", fans, percent(before, fans), percent(o, fans), percent(o.Times(web.ProvedTimes), fans))
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/robots.md lacks the row\n%s", row)
		}
	}
}
