package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is the listener that a URL should lead to.
type Kind string

// The kinds.
const (
	Registration Kind = "registration"
	Checkout     Kind = "checkout"
	Console      Kind = "console"
)

// Site is one of the public addresses.
type Site struct {
	Kind    Kind
	Setting string   // INTURN_…
	URL     string   // scheme and host; "": not set
	Default string   // what is used where it is not set
	KIDs    []string // keys that sign links here; none: not known
}

// Peer is the box office on another machine.
type Peer struct {
	URL  string
	Ping func(ctx context.Context) error // a signed call
}

// reading is another clock, and ours before and after it was read.
type reading struct {
	source        string
	theirs        time.Time // whole seconds, cut
	before, after time.Time
	here          bool // it is this machine's own
}

// urls asks each address, and the peer, and reads their clocks.
func (d *Doctor) urls(ctx context.Context, p Patient) ([]Finding, []reading) {
	var wg sync.WaitGroup
	found, times := make([][]Finding, len(p.Sites)+1), make([][]reading, len(p.Sites)+1)
	for i, s := range p.Sites {
		wg.Go(func() { found[i], times[i] = d.site(ctx, p, s) })
	}
	if p.Peer != nil {
		wg.Go(func() { found[len(p.Sites)], times[len(p.Sites)] = d.peer(ctx, *p.Peer) })
	}
	wg.Wait()
	return slices.Concat(found...), slices.Concat(times...)
}

// site looks whether the right listener answers at an address.
func (d *Doctor) site(ctx context.Context, p Patient, s Site) ([]Finding, []reading) {
	a := about{AreaURLs, string(s.Kind), s.URL}
	if s.URL == "" {
		a.subject = s.Setting
		return []Finding{a.unset(p, s)}, nil
	}
	alive, err := d.get(ctx, s.URL+"/healthz")
	if err != nil {
		return []Finding{a.unreachable(s, err)}, nil
	}
	times := alive.readings(s.URL)
	if f, wrong := a.notOurs(s, alive); wrong {
		return []Finding{f}, times
	}
	all := []Finding{d.right(ctx, a, s)}
	u, err := url.Parse(s.URL)
	switch {
	case err != nil:
	case alive.tls != nil:
		cert := alive.tls.PeerCertificates[0]
		all = append(all, d.expiry(about{AreaURLs, "certificate", s.URL}, cert.NotAfter, "by "+named(cert.Issuer.String()), "Look at what should renew it (certbot, Caddy, your hosting company)."))
	case !IsHere(u.Hostname()):
		all = append(all, about{AreaURLs, "certificate", s.URL}.warn("there is none; the address begins with http://",
			"Addresses and links travel readable for everybody in between, and browsers call the page not secure.", "Put a proxy with TLS in front and write https:// into "+s.Setting+"."))
	}
	if s.Kind == Console && isPublic(alive.remote) {
		all = append(all, about{AreaURLs, "access", s.URL}.warn("the console answers at "+alive.remote.String()+", an address of the internet",
			"It shows figures and, in rehearsals, caught mails to whoever opens it.", "Let the proxy or the firewall ask for a login, or keep it to your own network."))
	}
	return all, times
}

func (a about) unset(p Patient, s Site) Finding {
	found := "is not set, so " + s.Default + " is used"
	if s.Kind == Console || p.Server.Transport == nil || IsHere(p.Server.Config.Host) {
		return a.ok(found)
	}
	return a.fail(found, "Mails leave, and their links lead to where no fan can get.", "Set "+s.Setting+" to what fans type, such as https://tickets."+anyDomain(p)+".")
}

func anyDomain(p Patient) string {
	if len(p.Senders) > 0 {
		return organization(p.Senders[0].Domain)
	}
	return "example"
}

// IsHere says whether a host can only be reached from this machine.
func IsHere(host string) bool {
	host = strings.ToLower(host)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && (ip.Unmap().IsLoopback() || ip.Unmap().IsUnspecified())
}

// unreachable puts an HTTP client's error into an operator's words.
func (a about) unreachable(s Site, err error) Finding {
	const why = "Fans would see the same."
	var (
		name *net.DNSError
		cert *tls.CertificateVerificationError
		old  x509.CertificateInvalidError
		dial *net.OpError
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return a.fail("there is no such host in the DNS", why, "Publish an A (and AAAA) record for it that leads to this machine or to the proxy in front of it.")
	case errors.As(err, &name):
		return a.warn("the DNS did not answer for its host", why, "Try again.")
	case errors.As(err, &old) && old.Reason == x509.Expired:
		return a.fail("its certificate has ended, or this machine's clock is wrong", why, "Look at what should renew it (certbot, Caddy, your hosting company).")
	case errors.As(err, &cert):
		return a.fail("its certificate is not good: "+cert.Err.Error(), why, "Get a certificate for this very name, with the whole chain.")
	case errors.Is(err, context.DeadlineExceeded):
		return a.fail("no answer in time", why, "Is a firewall in between? Does the proxy reach inturn?")
	case errors.As(err, &dial) && dial.Op == "dial":
		return a.fail("no connection: "+dial.Err.Error(), why,
			"Is the proxy running, and inturn serve behind it? From a machine behind its own router this may be wrong; then look from outside.")
	default:
		return a.fail("no answer: "+err.Error(), why, "Look at "+s.Setting+" and at the proxy's log.")
	}
}

// notOurs says what answers in place of a listener of ours.
func (a about) notOurs(s Site, r *answer) (Finding, bool) {
	const why = "Fans who follow a link would not get where they should."
	var said struct{ Status string }
	switch {
	case r.status == http.StatusOK && json.Unmarshal(r.body, &said) == nil && said.Status == "ok":
		return Finding{}, false
	case r.status >= 300 && r.status < 400:
		return a.fail(fmt.Sprintf("it redirects (status %d) to %s", r.status, r.location), "Links with a place or an offer should not go through a redirect, and forms lose what was typed.",
			"Set "+s.Setting+" to where the way ends."), true
	case r.status == http.StatusBadGateway, r.status == http.StatusServiceUnavailable, r.status == http.StatusGatewayTimeout:
		return a.fail(fmt.Sprintf("a proxy answers, and nothing behind it (status %d)", r.status), why, "Start inturn serve "+string(s.Kind)+", and compare its listener's address with the proxy's target."), true
	default:
		return a.fail(fmt.Sprintf("something else than inturn answers (status %d at /healthz)", r.status), why, "Look at where the proxy sends this name; all paths have to go to the listener of "+string(s.Kind)+"."), true
	}
}

// right looks whether it is this listener and not another one of ours.
func (d *Doctor) right(ctx context.Context, a about, s Site) Finding {
	path := map[Kind]string{Registration: "/.well-known/jwks.json", Checkout: "/c/doctor", Console: "/metrics"}[s.Kind]
	r, err := d.get(ctx, s.URL+path)
	if err != nil {
		return a.unreachable(s, err)
	}
	switch s.Kind {
	case Registration:
		return a.keys(s, r)
	case Checkout:
		// Not a link of anybody's: 401 is what a box office says to it.
		if r.status == http.StatusUnauthorized {
			return a.ok("checkout answers")
		}
	default:
		if r.status == http.StatusOK && strings.Contains(string(r.body), "inturn_build_info") {
			return a.ok("the console answers")
		}
	}
	return a.fail(fmt.Sprintf("inturn answers, but not its %s (status %d at %s)", s.Kind, r.status, path), "Links would lead to the wrong pages.",
		"Look at where the proxy sends this name: the paths of "+string(s.Kind)+" have to go to its own listener.")
}

// keys compares the keys that a registration shows with ours.
func (a about) keys(s Site, r *answer) Finding {
	var set struct {
		Keys []struct {
			KID string `json:"kid"`
		} `json:"keys"`
	}
	if r.status != http.StatusOK || json.Unmarshal(r.body, &set) != nil || set.Keys == nil {
		return a.fail(fmt.Sprintf("inturn answers, but not its registration (status %d at /.well-known/jwks.json)", r.status), "Fans would not find the form.",
			"Look at where the proxy sends this name: all paths have to go to the listener of registration.")
	}
	for _, k := range set.Keys {
		if slices.Contains(s.KIDs, k.KID) {
			return a.ok("registration answers, and has this data directory's keys")
		}
	}
	if len(s.KIDs) == 0 {
		return a.ok("registration answers")
	}
	return a.fail("a registration answers that has other keys than this data directory", "It is another inturn, or one that runs on another directory: what is planned here would not show there.",
		"Compare INTURN_DATA of the service with the one of this command, and where the proxy leads.")
}

// peer makes a signed call to the box office, and reads its clock.
func (d *Doctor) peer(ctx context.Context, p Peer) ([]Finding, []reading) {
	a := about{AreaURLs, "box office", p.URL}
	var times []reading
	if alive, err := d.get(ctx, p.URL+"/healthz"); err == nil {
		times = alive.readings(p.URL)
	}
	ctx, cancel := d.within(ctx)
	defer cancel()
	if err := p.Ping(ctx); err != nil {
		return []Finding{a.fail("no signed answer: "+err.Error(), "Without it nothing is offered and nothing recycled.",
			"Is checkout running there with its peer listener open to this machine? Is INTURN_PEER_SECRET the same on both sides?")}, times
	}
	return []Finding{a.ok("answers, and signs with the same secret")}, times
}

// answer is one HTTP answer, and when it came.
type answer struct {
	status        int
	body          []byte
	location      string
	date          time.Time // zero: it had none
	before, after time.Time
	tls           *tls.ConnectionState
	remote        netip.Addr
	here          bool // from this very machine
}

// mostBody bounds an answer's body in bytes.
const mostBody = 1 << 20

// get asks once; every status is an answer.
func (d *Doctor) get(ctx context.Context, target string) (*answer, error) {
	ctx, cancel := d.within(ctx)
	defer cancel()
	var a answer
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		remote, _ := c.Conn.RemoteAddr().(*net.TCPAddr)
		local, _ := c.Conn.LocalAddr().(*net.TCPAddr)
		if remote != nil && local != nil {
			a.remote = remote.AddrPort().Addr().Unmap()
			a.here = a.remote.IsLoopback() || remote.IP.Equal(local.IP)
		}
	}})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "inturn-doctor")
	a.before = d.o.Clock()
	answered, err := d.o.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	defer answered.Body.Close()
	a.after = d.o.Clock()
	if a.body, err = io.ReadAll(io.LimitReader(answered.Body, mostBody)); err != nil {
		return nil, err
	}
	a.status, a.tls, a.location = answered.StatusCode, answered.TLS, answered.Header.Get("Location")
	a.date, _ = http.ParseTime(answered.Header.Get("Date"))
	return &a, nil
}

func (a *answer) readings(source string) []reading {
	if a.date.IsZero() {
		return nil
	}
	return []reading{{source: source, theirs: a.date, before: a.before, after: a.after, here: a.here}}
}
