package web

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func TestLimiter(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := NewLimiter(LimitOptions{Clock: func() time.Time { return now }, PerSec: 2, Burst: 3})
	for i := range 3 {
		if err := l.Allow("203.0.113.7"); err != nil {
			t.Fatalf("request %d of the burst: %v", i+1, err)
		}
	}
	var e *sale.Error
	if err := l.Allow("203.0.113.7"); !errors.As(err, &e) || e.Code != sale.CodeTooMany || e.RetryAfter != 500*time.Millisecond {
		t.Fatalf("after the burst: %+v", e)
	}
	if err := l.Allow("203.0.113.8"); err != nil {
		t.Errorf("another network: %v", err)
	}
	now = now.Add(e.RetryAfter)
	if err := l.Allow("203.0.113.7"); err != nil {
		t.Errorf("after the time that was named: %v", err)
	}
}

func TestNetwork(t *testing.T) {
	for _, same := range [][2]string{
		{"203.0.113.7", "::ffff:203.0.113.7"},
		{"2001:db8:1:1100::1", "2001:db8:1:11ff:ffff::2"},
		{"fe80::1%eth0", "fe80::2"},
		{"nonsense", ""},
	} {
		if Network(same[0]) != Network(same[1]) {
			t.Errorf("%q and %q are two networks", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"203.0.113.7", "203.0.113.8"}, {"2001:db8:1:1100::1", "2001:db8:1:1200::1"}} {
		if Network(other[0]) == Network(other[1]) {
			t.Errorf("%q and %q are one network", other[0], other[1])
		}
	}
}

// TestLimiterForgets: memory is bounded, and a busy network is not forgotten
// by a generation's change.
func TestLimiterForgets(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := NewLimiter(LimitOptions{Clock: func() time.Time { return now }, PerSec: 1, Burst: 1, Networks: 10})
	_ = l.Allow("203.0.113.7")
	for i := range 1000 {
		_ = l.Allow(fmt.Sprintf("10.0.%d.%d", i/250, i%250))
		if len(l.young)+len(l.old) > 20 {
			t.Fatalf("remembers %d networks", len(l.young)+len(l.old))
		}
		if err := l.Allow("203.0.113.7"); err == nil {
			t.Fatalf("forgot a busy network after %d others", i+1)
		}
	}
}

// TestLimiterInARush: fast for as many as a rush may have, never faster than
// its peak, and slow from then on; the time that is named is the right one.
func TestLimiterInARush(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := NewLimiter(LimitOptions{Clock: func() time.Time { return now }, PerSec: 1, Burst: 5, Peak: 10, Rush: 20})
	passed := func() (n int) {
		for l.Allow("203.0.113.7") == nil {
			n++
		}
		return n
	}
	for second, want := range []int{5, 5, 5, 5, 4, 1, 1} { // 20 in the rush, and one a second all the while
		if got := passed(); got != want {
			t.Errorf("second %d: %d passed, want %d", second, got, want)
		}
		now = now.Add(time.Second)
	}
	passed()
	var e *sale.Error
	if err := l.Allow("203.0.113.7"); !errors.As(err, &e) || e.RetryAfter <= 0 || e.RetryAfter > time.Second {
		t.Fatalf("%+v", e)
	}
	now = now.Add(e.RetryAfter)
	if err := l.Allow("203.0.113.7"); err != nil {
		t.Errorf("after the time that was named: %v", err)
	}
}
