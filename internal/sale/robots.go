package sale

import (
	"fmt"
	"slices"
	"strings"
)

// Robots is what a sale does against robots beyond the limits that every sale
// has. A sale without it asks for nothing but an address.
//
// Allow and Deny are domains in lower-case ASCII, each with everything below
// it. Allow wins over Deny, and both over the list that comes with inturn.
type Robots struct {
	ProofOfWork bool       `json:"proof_of_work"` // a sign-up brings a solved challenge, or is confirmed by mail
	Work        int        `json:"work"`          // hashes that a challenge costs at most, twice what it costs on average
	Disposable  Disposable `json:"disposable"`    // what becomes of addresses at disposable domains
	Allow       []string   `json:"allow,omitempty"`
	Deny        []string   `json:"deny,omitempty"`
	Networks    bool       `json:"networks"` // a keyed hash of the client's network is kept with each registration
}

// Disposable is what becomes of a sign-up whose address is at a disposable
// domain.
type Disposable string

// The policies.
const (
	DisposableAllow  Disposable = "allow"  // nothing
	DisposableFlag   Disposable = "flag"   // it has its place, and the organizer is told
	DisposableRefuse Disposable = "refuse" // it is asked for another address
)

// How much work a challenge may be. The least is hardly felt by a script in a
// loop; the most is many seconds of a telephone's time, for a sale under attack.
const (
	DefaultWork = 50_000
	leastWork   = 1_000
	mostWork    = 5_000_000

	maxDomains = 1_000
)

// DemandsProof says whether a sign-up without a solved challenge has to be
// confirmed by mail.
func (s *Sale) DemandsProof() bool { return s.Robots != nil && s.Robots.ProofOfWork }

func (c *checker) robots() {
	r := c.s.Robots
	if r == nil {
		return
	}
	if r.Work < leastWork || r.Work > mostWork {
		c.fail("robots.work", "%s is not between %s and %s", thousands(r.Work), thousands(leastWork), thousands(mostWork))
	}
	policies := []Disposable{DisposableAllow, DisposableFlag, DisposableRefuse}
	if !slices.Contains(policies, r.Disposable) {
		c.fail("robots.disposable", "%s is not a policy; it is allow, flag or refuse", quote(string(r.Disposable)))
	}
	c.domains("robots.allow", r.Allow)
	c.domains("robots.deny", r.Deny)
	for i, domain := range r.Deny {
		if slices.Contains(r.Allow, domain) {
			c.fail(fmt.Sprintf("robots.deny[%d]", i), "%s is allowed and denied at once", quote(domain))
		}
	}
}

func (c *checker) domains(field string, list []string) {
	if len(list) > maxDomains {
		c.fail(field, "has %s entries, but at most %s are possible", thousands(len(list)), thousands(maxDomains))
		return
	}
	for i, domain := range list {
		item := fmt.Sprintf("%s[%d]", field, i)
		switch {
		case domain != lowerASCII(domain) || strings.ContainsRune(domain, '@') || !isASCII(domain) || checkDomain(domain) != nil:
			c.fail(item, "%s is not a domain; write it in small letters like example.com, and letters beyond ASCII as xn--…", quote(domain))
		case slices.Contains(list[:i], domain):
			c.fail(item, "%s is there already", quote(domain))
		}
	}
}

func (d *description) robots(r *Robots) {
	if r == nil {
		return
	}
	d.add("robots.proof_of_work", fmt.Sprint(r.ProofOfWork))
	d.add("robots.work", thousands(r.Work))
	d.add("robots.disposable", string(r.Disposable))
	d.add("robots.allow", strings.Join(r.Allow, ", "))
	d.add("robots.deny", strings.Join(r.Deny, ", "))
	d.add("robots.networks", fmt.Sprint(r.Networks))
}
