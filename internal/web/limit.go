package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/inturn/inturn/internal/sale"
)

// LimitOptions are how much one client network may ask for.
//
// PerSec and Burst alone are one bucket. With Rush there are two: in the long
// run PerSec, after as many as Rush; and never faster than Peak a second, after
// as many as Burst. A crowd behind one address is slower than a script: it
// has room in the first bucket, and a script is stopped by the second.
type LimitOptions struct {
	Clock    sale.Clock
	PerSec   float64 // in the long run
	Burst    int     // at once
	Peak     float64 // a second, while a rush lasts; required with Rush
	Rush     int     // how many may come before PerSec holds; 0: no more than Burst
	Networks int     // remembered at most, twice over; 0: 50,000
}

// ProvedTimes is how much more a network may ask for with proofs of work than
// without: each of them was paid for.
const ProvedTimes = 4

// Times is n times as much.
func (o LimitOptions) Times(n int) LimitOptions {
	o.PerSec, o.Peak, o.Burst, o.Rush = o.PerSec*float64(n), o.Peak*float64(n), o.Burst*n, o.Rush*n
	return o
}

// Limiter bounds what one client network may ask for: an IPv4 address, or the
// /56 that an IPv6 provider gives to one customer.
//
// Its memory is bounded: networks are remembered in two generations, and when
// the younger is full the older is forgotten. Whoever fills it with more
// networks than it remembers has that many bursts anyway.
//
// It is not echo's own limiter, whose refusal bypasses the handler: a soft
// answer is the handler's page with what was typed still in it.
type Limiter struct {
	o     LimitOptions
	mu    sync.Mutex
	young map[netip.Prefix]*buckets
	old   map[netip.Prefix]*buckets
}

// buckets are one network's.
type buckets struct {
	long *rate.Limiter
	peak *rate.Limiter // nil: there is no rush
}

// NewLimiter makes a limiter; Clock, PerSec and Burst are required. How much is
// usual stands in internal/settings, and nowhere else.
func NewLimiter(o LimitOptions) *Limiter {
	if o.Networks == 0 {
		o.Networks = 50_000
	}
	return &Limiter{o: o, young: map[netip.Prefix]*buckets{}}
}

// Allow counts one request of a client. It gives nil, or CodeTooMany with the
// time after which the next one is welcome. Clients whose address cannot be
// read share one limit.
func (l *Limiter) Allow(ip string) error {
	wait := l.of(Network(ip)).take(l.o.Clock())
	if wait == 0 {
		return nil
	}
	return &sale.Error{
		Code:       sale.CodeTooMany,
		Message:    "Very many requests are coming from your network. Please wait a moment and try again.",
		RetryAfter: max(wait, time.Millisecond),
	}
}

// take takes a token from every bucket, or says how long until that is
// possible. What the long bucket then refuses has cost the fast one a token,
// which it has again before the long one.
func (b *buckets) take(now time.Time) (wait time.Duration) {
	if (b.peak == nil || b.peak.AllowN(now, 1)) && b.long.AllowN(now, 1) {
		return 0
	}
	wait = missing(b.long, now)
	if b.peak != nil {
		wait = max(wait, missing(b.peak, now))
	}
	return wait
}

// missing is how long until a bucket holds a token.
func missing(r *rate.Limiter, now time.Time) time.Duration {
	short := 1 - r.TokensAt(now)
	return max(time.Duration(float64(time.Second)*short/float64(r.Limit())), 1)
}

func (l *Limiter) of(n netip.Prefix) *buckets {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := l.young[n]; ok {
		return one
	}
	one, ok := l.old[n]
	if !ok {
		one = l.o.buckets()
	}
	if len(l.young) >= l.o.Networks {
		l.old, l.young = l.young, make(map[netip.Prefix]*buckets)
	}
	l.young[n] = one
	return one
}

func (o LimitOptions) buckets() *buckets {
	if o.Rush <= o.Burst {
		return &buckets{long: rate.NewLimiter(rate.Limit(o.PerSec), o.Burst)}
	}
	return &buckets{
		long: rate.NewLimiter(rate.Limit(o.PerSec), o.Rush),
		peak: rate.NewLimiter(rate.Limit(max(o.Peak, o.PerSec)), o.Burst),
	}
}

// Network is the part of an address that belongs to one customer: an IPv4
// address, or an IPv6 /56. An address that cannot be read has the zero prefix.
func Network(ip string) netip.Prefix {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 56
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
