package app

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	netmail "net/mail"
	"path/filepath"
	"slices"
	"time"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
)

// DoctorOptions are what an examination needs besides the parts. Resolver and
// HTTP are required.
type DoctorOptions struct {
	Roles    Roles    // what this machine serves; all when empty
	From     []string // senders to look at besides those of the sales
	SendTo   string   // address that a test mail is handed over to; "": none is
	Resolver doctor.Resolver
	HTTP     *http.Client
	Timeout  time.Duration
}

// Examine looks at everything that has to be right before a sale opens: what
// is set and stored here, and what the doctor looks at outside. It makes
// nothing and may run beside a serve. A wrong option is CodeInvalid.
func (p *Parts) Examine(ctx context.Context, o DoctorOptions) ([]doctor.Finding, error) {
	if len(o.Roles) == 0 {
		o.Roles = AllRoles()
	}
	d, err := doctor.New(doctor.Options{Resolver: o.Resolver, HTTP: o.HTTP, Clock: p.o.Clock, Timeout: o.Timeout, Synced: clockSynced})
	if err != nil {
		return nil, err
	}
	e := examination{p: p, o: o, now: p.o.Clock()}
	e.look(ctx)
	patient, err := e.patient(ctx)
	if err != nil {
		return nil, err
	}
	return append(e.found, d.Examine(ctx, patient)...), nil
}

// examination is one visit.
type examination struct {
	p     *Parts
	o     DoctorOptions
	now   time.Time
	found []doctor.Finding

	sales []line.State // those not over; none where there is no line
	kids  []string     // keys that sign links here
	dkim  []dkim.Key
}

// look is everything that can be looked at on this machine.
func (e *examination) look(ctx context.Context) {
	e.settings()
	e.data()
	e.keys()
	e.dkimKeys()
	e.databases(ctx)
	e.plans()
}

func (e *examination) add(f ...doctor.Finding) { e.found = append(e.found, f...) }

// finding is one of this machine's.
func finding(area, check, subject string, level doctor.Level, words ...string) doctor.Finding {
	words = append(words, "", "", "")
	return doctor.Finding{Area: area, Check: check, Subject: subject, Level: level, Found: words[0], Why: words[1], Do: words[2]}
}

// patient is what is to be looked at outside.
func (e *examination) patient(ctx context.Context) (doctor.Patient, error) {
	s := e.p.o.Settings
	patient := doctor.Patient{Keys: e.dkim, Domain: s.DKIMDomain, Sites: e.sites()}
	var err error
	if patient.Server.Elsewhere = !e.o.Roles.Has(Dispatcher); !patient.Server.Elsewhere {
		if patient.Senders, err = e.senders(); err != nil {
			return patient, err
		}
		if !s.ReturnPath.IsZero() {
			patient.ReturnPath = s.ReturnPath.String()
		}
		if patient.Server, err = e.server(); err != nil {
			return patient, err
		}
		patient.Peer, err = e.peer()
	}
	return patient, err
}

// senders are the domains that mails come from, each once, in the order in
// which they are met.
func (e *examination) senders() ([]doctor.Sender, error) {
	var all []doctor.Sender
	add := func(from, replyTo, usedBy string) bool {
		domain := domainOf(from)
		if domain == "" {
			return false
		}
		at := slices.IndexFunc(all, func(s doctor.Sender) bool { return s.Domain == domain })
		if at < 0 {
			parsed, _ := netmail.ParseAddress(from) // domainOf has parsed it
			at, all = len(all), append(all, doctor.Sender{Domain: domain, Address: parsed.Address, Envelope: e.p.o.Settings.ReturnPath.Domain()})
		}
		all[at].UsedBy = append(all[at].UsedBy, usedBy)
		if reply := domainOf(replyTo); reply != "" && reply != domain && !slices.Contains(all[at].Replies, reply) {
			all[at].Replies = append(all[at].Replies, reply)
		}
		return true
	}
	for _, from := range e.o.From {
		if !add(from, "", "--from") {
			return nil, sale.E(sale.CodeInvalid, "--from %q is not an address like tickets@lakeside.example", from)
		}
	}
	for _, st := range e.sales {
		if from := st.Sale.Mail.From; !add(from, st.Sale.Mail.ReplyTo, "sale "+st.Sale.Slug) {
			e.add(finding(doctor.AreaDomains, "sender", st.Sale.Slug, doctor.Fail, "mail.from ("+from+") has no domain that mail could come from",
				"Receivers refuse such mails.", "Write an address of your own domain into the sale file and apply it."))
		}
	}
	if len(all) == 0 {
		e.add(finding(doctor.AreaDomains, "sender", "mail.from", doctor.Warn, "there is no sale yet that sends from anywhere",
			"So no domain was looked at.", "Apply a sale first, or name the address with --from."))
	}
	return all, nil
}

func (e *examination) server() (doctor.Server, error) {
	s := e.p.o.Settings
	if s.SMTPURL == "" {
		if e.o.SendTo != "" {
			return doctor.Server{}, sale.E(sale.CodeInvalid, "--send-to needs a mail server, and INTURN_SMTP_URL is not set")
		}
		return doctor.Server{}, nil
	}
	config, err := mail.Parse(s.SMTPURL)
	if err != nil {
		return doctor.Server{}, fmt.Errorf("INTURN_SMTP_URL: %w", err)
	}
	if e.o.SendTo != "" && domainOf(e.o.SendTo) == "" {
		return doctor.Server{}, sale.E(sale.CodeInvalid, "--send-to %q is not an address", e.o.SendTo)
	}
	transport := mail.New(config, mail.Options{Name: s.Helo, Timeout: e.o.Timeout, DKIM: dkim.NewSigner(e.dkim, s.DKIMDomain)})
	return doctor.Server{Config: config, Transport: transport, SendTo: e.o.SendTo}, nil
}

// sites are the public addresses of what runs here or is linked to.
func (e *examination) sites() []doctor.Site {
	s := e.p.o.Settings
	var sites []doctor.Site
	for _, site := range []struct {
		role    Role
		needed  bool
		kind    doctor.Kind
		setting string
		url     string
		listen  string
	}{
		{Registration, e.o.Roles.Has(Registration) || e.o.Roles.Has(Dispatcher), doctor.Registration, "INTURN_REGISTRATION_URL", s.RegistrationURL, s.RegistrationListen},
		{Checkout, true, doctor.Checkout, "INTURN_CHECKOUT_URL", s.CheckoutURL, s.CheckoutListen},
		{Console, e.o.Roles.Has(Console), doctor.Console, "INTURN_CONSOLE_URL", s.ConsoleURL, s.ConsoleListen},
	} {
		if site.needed && (site.url != "" || e.o.Roles.Has(site.role)) {
			sites = append(sites, doctor.Site{Kind: site.kind, Setting: site.setting, URL: site.url, Default: settings.ListenerURL(site.listen), KIDs: e.kids})
		}
	}
	return sites
}

// peer is the box office on another machine, if it is on one.
func (e *examination) peer() (*doctor.Peer, error) {
	s := e.p.o.Settings
	if s.PeerURL == "" || s.PeerSecret == "" && !exists(peerSecretPath(s)) {
		return nil, nil
	}
	secret, err := e.p.PeerSecret()
	if err != nil {
		return nil, err
	}
	client, err := peer.NewClient(peer.ClientOptions{URL: s.PeerURL, Secret: secret, Clock: e.p.o.Clock, Timeout: cmp.Or(e.o.Timeout, 10*time.Second)})
	if err != nil {
		return nil, err
	}
	return &doctor.Peer{URL: s.PeerURL, Ping: client.Ping}, nil
}

// keysDir is where the keys of links and receipts are.
func (e *examination) keysDir() string { return filepath.Join(e.p.o.Settings.Data, "keys") }

func (e *examination) keys() {
	if !e.o.Roles.Has(Registration) && !e.o.Roles.Has(Dispatcher) || !exists(e.p.o.Settings.Data) {
		return
	}
	made, _ := filepath.Glob(filepath.Join(e.keysDir(), "link-*.json")) // the pattern is right
	if len(made) == 0 {
		e.add(finding(doctor.AreaSettings, "keys", e.keysDir(), doctor.Warn, "there are no keys for links yet; the first start makes them",
			"Without a copy of them no place page of a mail can be opened after a disk has died.", "Start once, then include the directory in the backup."))
		return
	}
	keys, err := e.p.Keys()
	if err != nil {
		e.add(finding(doctor.AreaSettings, "keys", e.keysDir(), doctor.Fail, err.Error(), "Without its keys nothing starts.", "Do what it says, or put the keys back from the backup."))
		return
	}
	list := keys.List()
	for _, k := range list {
		if k.Purpose == link.ForLinks {
			e.kids = append(e.kids, k.KID)
		}
	}
	e.add(finding(doctor.AreaSettings, "keys", e.keysDir(), doctor.OK, fmt.Sprintf("%d keys, the first made %s; back them up together with the databases, as of one moment",
		len(list), list[0].Created.Format(time.DateOnly))))
}

func (e *examination) dkimKeys() {
	if !e.o.Roles.Has(Dispatcher) {
		return
	}
	for _, ref := range e.p.o.Settings.DKIMKeys {
		k, err := dkim.Load(ref)
		if err != nil {
			e.add(finding(doctor.AreaSettings, "DKIM key", ref.Selector, doctor.Fail, err.Error(), "A dispatcher does not start with a key that it cannot use.", "Do what it says, or correct INTURN_DKIM_KEYS."))
			continue
		}
		e.dkim = append(e.dkim, k)
	}
}
