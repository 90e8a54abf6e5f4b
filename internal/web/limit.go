package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/inturn/inturn/internal/sale"
)

// LimitOptions are how much one client network may ask for.
type LimitOptions struct {
	Clock    sale.Clock
	PerSec   float64 // refill
	Burst    int     // at once
	Networks int     // remembered at most, twice over; 0: 50,000
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
	young map[netip.Prefix]*rate.Limiter
	old   map[netip.Prefix]*rate.Limiter
}

// NewLimiter makes a limiter; Clock, PerSec and Burst are required. How much is
// usual stands in internal/settings, and nowhere else.
func NewLimiter(o LimitOptions) *Limiter {
	if o.Networks == 0 {
		o.Networks = 50_000
	}
	return &Limiter{o: o, young: map[netip.Prefix]*rate.Limiter{}}
}

// Allow counts one request of a client. It gives nil, or CodeTooMany with the
// time after which the next one is welcome. Clients whose address cannot be
// read share one limit.
func (l *Limiter) Allow(ip string) error {
	now := l.o.Clock()
	one := l.of(network(ip))
	if one.AllowN(now, 1) {
		return nil
	}
	wait := time.Duration(float64(time.Second) * (1 - one.TokensAt(now)) / l.o.PerSec)
	return &sale.Error{
		Code:       sale.CodeTooMany,
		Message:    "Very many requests are coming from your network. Please wait a moment and try again.",
		RetryAfter: max(wait, time.Millisecond),
	}
}

func (l *Limiter) of(n netip.Prefix) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := l.young[n]; ok {
		return one
	}
	one, ok := l.old[n]
	if !ok {
		one = rate.NewLimiter(rate.Limit(l.o.PerSec), l.o.Burst)
	}
	if len(l.young) >= l.o.Networks {
		l.old, l.young = l.young, make(map[netip.Prefix]*rate.Limiter)
	}
	l.young[n] = one
	return one
}

// network is the part of an address that belongs to one customer.
func network(ip string) netip.Prefix {
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
