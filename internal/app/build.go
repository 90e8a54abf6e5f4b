package app

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/inturn/inturn/checkout"
	"github.com/inturn/inturn/console"
	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/dkim"
	"github.com/inturn/inturn/internal/mailbox"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/registration"
)

// serve adds a listener's server to what runs.
func (a *App) serve(name string, serve func(context.Context, net.Listener) error) {
	ln := a.listeners[name].net
	a.front = append(a.front, task{name, func(ctx context.Context) error { return serve(ctx, ln) }})
}

func (a *App) buildRegistration(ctx context.Context) error {
	l, keys, err := a.lineAndKeys(ctx)
	if err != nil {
		return err
	}
	name := string(Registration)
	s := a.o.Settings
	server, err := registration.New(registration.Options{
		Line: l, Keys: keys, Templates: a.templates, Clock: a.o.Clock, Logger: a.o.Logger,
		URL: a.registrationURL(), CheckoutURL: a.checkoutURL(),
		Limits:         web.LimitOptions{PerSec: s.LimitsRate, Burst: s.LimitsBurst, Rush: s.LimitsRush, Peak: s.LimitsPeak},
		NoLimits:       !s.Limits,
		TrustedProxies: s.TrustedProxies, Health: a.health(name), Observe: a.observe(name), SignedUp: a.metrics.SignUp,
	})
	if err != nil {
		return err
	}
	a.serve(name, server.Serve)
	return nil
}

func (a *App) buildCheckout(ctx context.Context) error {
	b, err := a.parts.BoxOffice(ctx)
	if err != nil {
		return err
	}
	if a.wire == nil {
		a.wire = b
	}
	name := string(Checkout)
	server, err := checkout.New(checkout.Options{
		BoxOffice: b, Templates: a.templates, URL: a.checkoutURL(), Clock: a.o.Clock, Logger: a.o.Logger,
		TrustedProxies: a.o.Settings.TrustedProxies, Health: a.health(name), Observe: a.observe(name),
	})
	if err != nil {
		return err
	}
	a.addProbe(probe{name: "box office database", critical: []string{name, peerListener}, check: func(ctx context.Context) error {
		return unavailable(a.parts.PingBoxOffice(ctx), "The box office's database does not answer.")
	}})
	a.serve(name, server.Serve)
	return nil
}

func (a *App) buildDispatcher(ctx context.Context) error {
	l, keys, err := a.lineAndKeys(ctx)
	if err != nil {
		return err
	}
	wire, err := a.parts.Wire(ctx)
	if err != nil {
		return err
	}
	connect, err := a.connectMail()
	if err != nil {
		return err
	}
	holder, err := a.holder()
	if err != nil {
		return err
	}
	s := a.o.Settings
	d, err := dispatcher.New(dispatcher.Options{
		Line: l, BoxOffice: wire, Connect: connect, Keys: keys, Templates: a.templates, Clock: a.o.Clock,
		RegistrationURL: a.registrationURL(), CheckoutURL: a.checkoutURL(), ConsoleURL: a.consoleURL(), Holder: holder, ReturnPath: s.ReturnPath,
		Beat: s.Beat, Workers: s.MailConnections, Logger: a.o.Logger, Metrics: a.metrics,
		Limits: line.MailLimits{PerSecond: s.MailPerSecond, PerHour: s.MailPerHour},
	})
	if err != nil {
		return err
	}
	a.addProbe(probe{name: "box office", check: func(context.Context) error {
		return unavailable(d.BoxOfficeHealth(), "The box office cannot be reached; nothing new is offered.")
	}})
	a.addProbe(probe{name: "mail", check: func(context.Context) error {
		return unavailable(d.MailHealth(), "The mail server takes no mail; it waits in the outbox.")
	}})
	a.addProbe(probe{name: "dispatcher", check: func(context.Context) error {
		return unavailable(d.BeatHealth(), "The last beat failed.")
	}})
	a.wire = wire
	a.front = append(a.front, task{string(Dispatcher), d.Run})
	return a.buildBounces(ctx)
}

// connectMail gives the dispatcher's way to a mail server: the one that is
// set, or the mailbox inside this process, which outlives the dispatcher so
// that no mail is cut off at a stop.
func (a *App) connectMail() (dispatcher.Connect, error) {
	url := a.o.Settings.SMTPURL
	if a.o.Roles.catchesMail(a.o.Settings) {
		box, err := mailbox.Open(filepath.Join(a.o.Settings.Data, "mailbox"), mailbox.Options{Logger: a.o.Logger})
		if err != nil {
			return nil, fmt.Errorf("open the mailbox: %w", err)
		}
		a.mailbox, url = box, box.URL()
		a.behind = append(a.behind, task{"mailbox", box.Run})
		a.o.Logger.Warn("no mail server is set: mail is caught here and leaves nowhere", "url", a.URL(string(Console))+mailbox.Path)
	}
	config, err := mail.Parse(url)
	if err != nil {
		return nil, fmt.Errorf("INTURN_SMTP_URL: %w", err)
	}
	keys, err := dkim.LoadAll(a.o.Settings.DKIMKeys)
	if err != nil {
		return nil, fmt.Errorf("INTURN_DKIM_KEYS: %w", err)
	}
	transport := mail.New(config, mail.Options{Name: a.o.Settings.Helo, DKIM: dkim.NewSigner(keys, a.o.Settings.DKIMDomain)})
	return func(ctx context.Context) (dispatcher.Courier, error) {
		conn, err := transport.Connect(ctx)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}, nil
}

func (a *App) buildConsole(ctx context.Context) error {
	l, keys, err := a.lineAndKeys(ctx)
	if err != nil {
		return err
	}
	box, err := a.parts.Wire(ctx)
	if err != nil {
		return err
	}
	name := string(Console)
	server, err := console.New(console.Options{
		Line: l, Keys: keys, Templates: a.templates, Clock: a.o.Clock, URL: a.URL(name), Metrics: a.metrics.Handler(a.refreshMetrics), Mailbox: a.mailbox,
		Private: a.listeners[name].private(), Logger: a.o.Logger, TrustedProxies: a.o.Settings.TrustedProxies, Health: a.health(name), Observe: a.observe(name),
		BoxOffice: box, Sales: a.salesDesk(), Place: a.place(),
	})
	if err != nil {
		return err
	}
	a.serve(name, server.Serve)
	return nil
}

// offerOwnership prints the link that makes the first owner, as long as
// nobody is one. It is shown to whoever starts the process, and not logged.
func (a *App) offerOwnership(ctx context.Context) error {
	if !a.o.Roles.Has(Console) || a.o.Print == nil {
		return nil
	}
	link, err := console.OwnerLink(ctx, console.LinkMaker{Line: a.line, Clock: a.o.Clock, Rand: a.o.Rand, URL: a.URL(string(Console))})
	if err != nil || link == "" {
		return err
	}
	_, err = fmt.Fprintf(a.o.Print, "\nNobody owns this installation yet. Open this link once to become its owner:\n\n  %s\n\n", link)
	return err
}

// lineAndKeys opens the line's side once, with what keeps it current.
func (a *App) lineAndKeys(ctx context.Context) (*line.Line, *link.Keys, error) {
	l, err := a.parts.Line(ctx)
	if err != nil {
		return nil, nil, err
	}
	keys, err := a.parts.Keys()
	if err != nil {
		return nil, nil, err
	}
	if a.line == nil {
		a.line = l
		a.addProbe(probe{name: "line database", critical: []string{string(Registration), string(Console)}, check: func(ctx context.Context) error {
			return unavailable(a.parts.PingLine(ctx), "The line's database does not answer.")
		}})
		a.addProbe(probe{name: "versions", check: probeVersions(l)})
		a.front = append(a.front, task{"keys", func(ctx context.Context) error { return a.followKeys(ctx, keys) }})
	}
	return l, keys, nil
}

// keysEvery is how soon a running process learns of a key that `keys rotate`
// has made.
const keysEvery = time.Second

func (a *App) followKeys(ctx context.Context, keys *link.Keys) error {
	tick := time.NewTicker(keysEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			err := keys.Reload()
			if err != nil && !failing {
				a.o.Logger.Error("keys cannot be read again; those in memory go on", "error", err)
			}
			failing = err != nil
		}
	}
}
