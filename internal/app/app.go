package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mailbox"
	"github.com/inturn/inturn/internal/metrics"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// Options say what a process runs. Settings, Roles and Clock are required;
// Rand is crypto/rand and Logger silent when nil.
type Options struct {
	Settings *settings.Settings
	Roles    Roles
	Clock    sale.Clock
	Rand     io.Reader
	Logger   *slog.Logger
	Version  string    // shown in the metrics
	Print    io.Writer // what the one who starts the process is to read; nil: nobody reads
}

// App is one process: its roles, open and bound, but not running yet.
type App struct {
	o         Options
	parts     *Parts
	templates *templates.Templates
	metrics   *metrics.Metrics

	listeners map[string]*listener // by name: a role's, or "peer"
	probes    []probe
	line      *line.Line           // nil: no role of this process has it
	wire      dispatcher.BoxOffice // nil: no role of this process asks it
	mailbox   *mailbox.Mailbox     // nil: mail leaves
	healths   map[string]*web.Health

	front  []task // stop together when the process is told to
	behind []task // stop after them: what they need to finish their work
}

// task is something that runs until its context ends.
type task struct {
	name string
	run  func(ctx context.Context) error
}

// roleTable says how each role is built. The order matters where a role hands
// something to the next.
func roleTable() []struct {
	role  Role
	build func(*App, context.Context) error
} {
	return []struct {
		role  Role
		build func(*App, context.Context) error
	}{
		{Registration, (*App).buildRegistration},
		{Checkout, (*App).buildCheckout},
		{Dispatcher, (*App).buildDispatcher},
		{Console, (*App).buildConsole},
	}
}

// New checks the settings, opens what the roles need and binds every
// listener. When it fails, nothing stays open.
func New(ctx context.Context, o Options) (*App, error) {
	switch {
	case o.Settings == nil:
		return nil, errors.New("app: Options.Settings is missing")
	case len(o.Roles) == 0:
		return nil, errors.New("app: Options.Roles is missing")
	case o.Clock == nil:
		return nil, errors.New("app: Options.Clock is missing")
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := Check(o.Settings, o.Roles); err != nil {
		return nil, err
	}
	count := metrics.New(o.Version)
	parts, err := NewParts(PartsOptions{Settings: o.Settings, Clock: o.Clock, Rand: o.Rand, Logger: o.Logger, Metrics: count})
	if err != nil {
		return nil, err
	}
	a := &App{
		o: o, parts: parts, metrics: count,
		listeners: map[string]*listener{}, healths: map[string]*web.Health{},
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) error {
	var err error
	if a.templates, err = templates.New(); err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	if err := a.bind(ctx); err != nil {
		return err
	}
	for _, r := range roleTable() {
		if !a.o.Roles.Has(r.role) {
			continue
		}
		if err := r.build(a, ctx); err != nil {
			return fmt.Errorf("start %s: %w", r.role, err)
		}
	}
	if _, ok := a.listeners[peerListener]; ok {
		if err := a.buildPeer(ctx); err != nil {
			return fmt.Errorf("start the peer listener: %w", err)
		}
	}
	a.addProbes()
	a.front = append(a.front, task{"health", a.watchHealth})
	return nil
}

// Run serves until ctx ends, finishes what is in flight and closes
// everything. It returns nil after an ordinary stop.
func (a *App) Run(ctx context.Context) error {
	a.announce()
	if err := a.offerOwnership(ctx); err != nil {
		return errors.Join(err, a.close())
	}
	stopping, stop := context.WithCancel(ctx)
	defer stop()
	later, stopLater := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLater()
	var behind errgroup.Group
	for _, t := range a.behind {
		behind.Go(func() error {
			defer stop()
			return named(t.name, t.run(later))
		})
	}
	front, running := errgroup.WithContext(stopping)
	for _, t := range a.front {
		front.Go(func() error { return named(t.name, t.run(running)) })
	}
	context.AfterFunc(running, func() { a.o.Logger.Info("stopping") })
	frontErr := front.Wait()
	stopLater()
	err := errors.Join(frontErr, behind.Wait(), a.close())
	a.o.Logger.Info("stopped")
	return err
}

func named(name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// close closes listeners that never served, and the databases.
func (a *App) close() error {
	for _, l := range a.listeners {
		l.net.Close()
	}
	return a.parts.Close()
}

// holder names this process in leases: the machine for people, and a random
// part, since a process id comes back after a restart.
func (a *App) holder() (string, error) {
	var b [8]byte
	if _, err := io.ReadFull(a.o.Rand, b[:]); err != nil {
		return "", fmt.Errorf("name this process: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + "-" + hex.EncodeToString(b[:]), nil
}

// observe gives a listener the function that counts its answers.
func (a *App) observe(listener string) func(string, int, time.Duration) {
	return func(route string, status int, took time.Duration) { a.metrics.Request(listener, route, status, took) }
}
