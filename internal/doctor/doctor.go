package doctor

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/sale"
)

// Resolver is what is asked about the DNS; *net.Resolver is one. Names end
// with a dot, so that no search list is tried.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Options are what a Doctor works with. Resolver, HTTP and Clock are required.
type Options struct {
	Resolver Resolver
	HTTP     *http.Client // redirects are never followed
	Clock    sale.Clock
	Timeout  time.Duration               // for one question to the network; 10 s when zero
	Synced   func() (synced, known bool) // whether the kernel says that its clock is kept; nil: nobody knows
}

// Patient is what is looked at. Everything may be empty.
type Patient struct {
	Senders []Sender   // each domain that mails come from, once
	Keys    []dkim.Key // what mails are signed with
	Domain  string     // what they are signed for; "": each sender's own domain
	Server  Server
	// ReturnPath is the address that undeliverable mails come back to; "": each
	// sender's own.
	ReturnPath string
	Sites      []Site
	Peer       *Peer
}

// Sender is a domain that mails come from.
type Sender struct {
	Domain   string   // ASCII, small
	Address  string   // one address in it, as in From
	Envelope string   // domain that bounces go to; "": Domain
	Replies  []string // domains that answers go to, other than Domain
	UsedBy   []string // "sale lakeside-2027", "--from"
}

func (s Sender) envelope() string {
	if s.Envelope != "" {
		return s.Envelope
	}
	return s.Domain
}

// Server is the mail server. Transport is nil where none is set.
type Server struct {
	Config    mail.Config
	Transport *mail.Transport
	SendTo    string // address that a test mail is handed over to; "": none is
	Elsewhere bool   // mails leave from another machine
}

// Doctor examines. It is safe for concurrent use.
type Doctor struct{ o Options }

// New makes a Doctor; a required option that is missing is named.
func New(o Options) (*Doctor, error) {
	switch {
	case o.Resolver == nil:
		return nil, errors.New("doctor: Options.Resolver is missing")
	case o.HTTP == nil:
		return nil, errors.New("doctor: Options.HTTP is missing")
	case o.Clock == nil:
		return nil, errors.New("doctor: Options.Clock is missing")
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Synced == nil {
		o.Synced = func() (bool, bool) { return false, false }
	}
	client := *o.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.HTTP = &client
	return &Doctor{o: o}, nil
}

// Examine looks at everything, side by side, and reports in a fixed order.
func (d *Doctor) Examine(ctx context.Context, p Patient) []Finding {
	var (
		wg      sync.WaitGroup
		domains = make([][]Finding, len(p.Senders))
		server  []Finding
		urls    []Finding
		times   []reading
	)
	for i, s := range p.Senders {
		wg.Go(func() { domains[i] = d.sender(ctx, p, s) })
	}
	wg.Go(func() { server = d.server(ctx, p) })
	wg.Go(func() { urls, times = d.urls(ctx, p) })
	wg.Wait()
	return slices.Concat(slices.Concat(domains...), server, urls, d.clock(times))
}

// sender is everything about one domain.
func (d *Doctor) sender(ctx context.Context, p Patient, s Sender) []Finding {
	spf := d.spf(ctx, p, s)
	keys := d.keys(ctx, p, s)
	dmarc := d.dmarc(ctx, p, s)
	return slices.Concat(spf, keys, dmarc, d.mx(ctx, s))
}

// within bounds one question to the network.
func (d *Doctor) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d.o.Timeout)
}

// txt gives the TXT records of a name; none is no error.
func (d *Doctor) txt(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := d.within(ctx)
	defer cancel()
	all, err := d.o.Resolver.LookupTXT(ctx, name+".")
	if notFound(err) {
		return nil, nil
	}
	return all, err
}

// addresses gives those of a host; none is no error.
func (d *Doctor) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip.Unmap()}, nil
	}
	ctx, cancel := d.within(ctx)
	defer cancel()
	all, err := d.o.Resolver.LookupNetIP(ctx, "ip", host+".")
	if notFound(err) {
		return nil, nil
	}
	for i := range all {
		all[i] = all[i].Unmap()
	}
	return all, err
}

// exchangers gives the mail exchangers of a domain, the best first; none is
// no error.
func (d *Doctor) exchangers(ctx context.Context, domain string) ([]*net.MX, error) {
	ctx, cancel := d.within(ctx)
	defer cancel()
	all, err := d.o.Resolver.LookupMX(ctx, domain+".")
	if notFound(err) {
		return nil, nil
	}
	return all, err
}

// notFound says that the DNS has answered, and that there is nothing.
func notFound(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// silent is the finding where the DNS gave no answer.
func (a about) silent(err error) Finding {
	words := "the DNS did not answer"
	var e *net.DNSError
	if errors.As(err, &e) && e.Err != "" {
		words += " (" + e.Err + ")"
	}
	return a.warn(words, "So this could not be looked at; it may be right or wrong.",
		"Try again; if it stays so, ask another resolver with --dns 9.9.9.9, or look at the domain's name servers.")
}
