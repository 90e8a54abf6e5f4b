package doctor

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestOtherMachinesClocks: on loopback every clock is our own, so what a
// reading from elsewhere means is tested on readings.
func TestOtherMachinesClocks(t *testing.T) {
	noon := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	d, err := New(Options{Resolver: &net.Resolver{}, HTTP: &http.Client{}, Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	read := func(source string, off time.Duration, here bool) reading {
		return reading{source: source, theirs: noon.Add(off).Truncate(time.Second), before: noon, after: noon.Add(50 * time.Millisecond), here: here}
	}
	for what, c := range map[string]struct {
		times []reading
		level Level
		words string
	}{
		"two agree":               {[]reading{read("a", 0, false), read("b", time.Second, false)}, OK, "agrees with 2 other clocks"},
		"ours does not count":     {[]reading{read("a", 0, false), read("b", 0, true)}, OK, "agrees with 1 other clock"},
		"only ours":               {[]reading{read("b", 0, true)}, Warn, "no other clock"},
		"one of two is far off":   {[]reading{read("a", 0, false), read("b", time.Minute, false)}, Fail, "1m0s behind b"},
		"a slow answer is no lag": {[]reading{{source: "a", theirs: noon.Add(4 * time.Second), before: noon, after: noon.Add(8 * time.Second)}}, OK, "agrees"},
	} {
		found := d.clock(c.times)
		if last := found[len(found)-1]; last.Level != c.level || !strings.Contains(last.Found, c.words) {
			t.Errorf("%s: %+v", what, found)
		}
	}
}
