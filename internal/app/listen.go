package app

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"net/url"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
)

// The listeners that are no role's.
const (
	peerListener    = "peer"
	bouncesListener = "bounces"
)

// defaultPeerListen is where the wire is served when it must be and no
// address is set.
const defaultPeerListen = "127.0.0.1:8083"

// listener is one bound address.
type listener struct {
	name string
	net  net.Listener
	url  string // what people type
}

// private says whether only this machine reaches the listener: it is bound to
// loopback, and nobody is told to come in by another way.
func (l *listener) private() bool {
	u, err := url.Parse(l.url)
	if err != nil {
		return false
	}
	bound, err := netip.ParseAddrPort(l.net.Addr().String())
	typed, notIP := netip.ParseAddr(u.Hostname())
	return err == nil && bound.Addr().IsLoopback() && (u.Hostname() == "localhost" || (notIP == nil && typed.IsLoopback()))
}

// bind binds every listener of this process before any of them serves. A port
// that is taken is reported under its setting's name.
func (a *App) bind(ctx context.Context) error {
	s := a.o.Settings
	wanted := []struct {
		name, setting, address, url string
		open                        bool
	}{
		{string(Registration), "INTURN_REGISTRATION_LISTEN", s.RegistrationListen, s.RegistrationURL, a.o.Roles.Has(Registration)},
		{string(Checkout), "INTURN_CHECKOUT_LISTEN", s.CheckoutListen, s.CheckoutURL, a.o.Roles.Has(Checkout)},
		{string(Console), "INTURN_CONSOLE_LISTEN", s.ConsoleListen, s.ConsoleURL, a.o.Roles.Has(Console)},
		{peerListener, "INTURN_PEER_LISTEN", cmp.Or(s.PeerListen, defaultPeerListen), "", a.o.Roles.servesPeer(s)},
		{bouncesListener, "INTURN_BOUNCES_LISTEN", s.BouncesListen, "", a.o.Roles.takesBounces(s)},
	}
	var config net.ListenConfig
	for _, w := range wanted {
		if !w.open {
			continue
		}
		ln, err := config.Listen(ctx, "tcp", w.address)
		if err != nil {
			return &sale.Error{
				Code: sale.CodeInvalid, Message: "cannot listen",
				Fields: []sale.FieldError{{Field: w.setting, Message: err.Error()}},
			}
		}
		chosen := ln.Addr().String()
		reached := cmp.Or(w.url, settings.ListenerURL(chosen))
		if w.name == bouncesListener {
			reached = "smtp://" + chosen
		}
		a.listeners[w.name] = &listener{name: w.name, net: ln, url: reached}
	}
	return nil
}

// registrationURL is what mails link places with, wherever registration runs.
func (a *App) registrationURL() string {
	return a.urlOf(string(Registration), a.o.Settings.RegistrationURL, a.o.Settings.RegistrationListen)
}

// checkoutURL is what offer links begin with, wherever checkout runs.
func (a *App) checkoutURL() string {
	return a.urlOf(string(Checkout), a.o.Settings.CheckoutURL, a.o.Settings.CheckoutListen)
}

// consoleURL is what invitations begin with, wherever the console runs.
func (a *App) consoleURL() string {
	return a.urlOf(string(Console), a.o.Settings.ConsoleURL, a.o.Settings.ConsoleListen)
}

// urlOf is a listener's public URL: as set, else its own address here, else
// where it would listen on this machine.
func (a *App) urlOf(name, set, address string) string {
	if l, ok := a.listeners[name]; ok {
		return l.url
	}
	return cmp.Or(set, settings.ListenerURL(address))
}

// URL is where a listener of this process is reached: a role's name or
// "peer". It is "" for a listener that is not here.
func (a *App) URL(name string) string {
	if l, ok := a.listeners[name]; ok {
		return l.url
	}
	return ""
}

// announce logs the chosen addresses; scripts read them.
func (a *App) announce() {
	for _, name := range []string{string(Registration), string(Checkout), string(Console), peerListener, bouncesListener} {
		if l, ok := a.listeners[name]; ok {
			a.o.Logger.Info("listening", "listener", name, "address", l.net.Addr().String(), "url", l.url)
		}
	}
	a.o.Logger.Info("serving", "roles", a.o.Roles.String())
}
