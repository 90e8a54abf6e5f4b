package registration

import (
	"context"
	"net/netip"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/robots"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
)

// confirmations is what the way into the line by mail needs.
type confirmations interface {
	AskConfirm(ctx context.Context, in line.Ask) (line.Asked, error)
	Confirmation(ctx context.Context, slug, ref string) (line.Confirmation, error)
}

// What the secrets under the receipt keys are derived for.
const (
	forChallenges = "challenge"
	forNetworks   = "network"
)

// askLimits is how many mails to strangers one network may cause, of those that
// confirm an address and of receipts each: as many fans without JavaScript, or
// without their receipt, as a full lecture hall has, and a trickle afterwards.
var askLimits = web.LimitOptions{PerSec: 100.0 / 3600, Burst: 100}

// limits are those of one process; nil fields set no limit.
type limits struct {
	plain, proved, asks, resends *web.Limiter
}

func newLimits(o Options) limits {
	if o.NoLimits {
		return limits{}
	}
	o.Limits.Clock = o.Clock
	asks := askLimits
	asks.Clock = o.Clock
	return limits{
		plain: web.NewLimiter(o.Limits), proved: web.NewLimiter(o.Limits.Times(web.ProvedTimes)), asks: web.NewLimiter(asks),
		resends: web.NewLimiter(asks),
	}
}

// allow counts one request of a client.
func allow(l *web.Limiter, ip string) error {
	if l == nil {
		return nil
	}
	return l.Allow(ip)
}

// forSignUp is the limit for a sign-up with or without a proof.
func (l limits) forSignUp(proved bool) *web.Limiter {
	if proved {
		return l.proved
	}
	return l.plain
}

// challenge makes a puzzle for a sale's form, while it takes addresses: who
// could have one before could come with a pile of solutions when it opens.
func (s *Server) challenge(e *entry) (robots.Challenge, error) {
	v, now := &e.state.Sale, s.o.Clock()
	if !v.DemandsProof() {
		return robots.Challenge{}, sale.E(sale.CodeNotFound, "This form demands no proof of work.")
	}
	if n := e.notice(now); !n.Takes() {
		return robots.Challenge{}, sale.E(codeOf(n), "The form takes no addresses now.")
	}
	kid, secret := s.o.Keys.Secret(forChallenges)
	return robots.NewChallenge(v.Slug, v.Robots.Work, robots.Key{ID: kid, Secret: secret}, now)
}

// proof reads the solution that a sign-up brings; "" when it brings none, or
// to a sale that demands none.
func (s *Server) proof(e *entry, payload string) (nonce string, err error) {
	if e == nil || payload == "" || !e.state.Sale.DemandsProof() {
		return "", nil
	}
	keyOf := func(kid string) ([]byte, bool) { return s.o.Keys.SecretOf(kid, forChallenges) }
	return robots.ReadProof(payload, e.state.Sale.Slug, keyOf, s.o.Clock())
}

// screen refuses disposable domains where the sale does, and gives what is
// kept of the network.
func (s *Server) screen(e *entry, a sale.Address, network netip.Prefix) (kept int64, err error) {
	r := e.state.Sale.Robots
	if r == nil {
		return 0, nil
	}
	if r.Disposable == sale.DisposableRefuse && s.disposables.Of(r).Find(robots.DomainOf(a.Canonical)) != "" {
		return 0, &sale.Error{
			Code: sale.CodeBadAddress, Reason: sale.AddressDisposable,
			Message: "This address is at a service for throw-away mailboxes. Please enter one that you keep.",
			Fields:  []sale.FieldError{{Field: "email", Message: "is at a disposable domain"}},
		}
	}
	if !r.Networks {
		return 0, nil
	}
	return robots.Network(s.o.Keys.FirstSecret(forNetworks), e.state.Sale.Slug, network), nil
}
