package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
	"github.com/inturn/inturn/internal/settings"
)

// venue is everything the sale runs on: all roles in this process, exactly as
// `inturn serve` runs them, and the databases as the commands beside a serve
// open them.
type venue struct {
	dir      string // holds data, the sale file, the log and the drawing
	settings *settings.Settings
	clock    sale.Clock
	log      *os.File
	parts    *app.Parts // beside the serve
	app      *app.App
	stop     context.CancelFunc
	over     chan struct{} // closed when all roles have stopped; nil: never started
	err      error         // how they stopped, once over
}

// The names in a demo's directory.
const (
	dataDir     = "data"
	saleFile    = "sale.yaml"
	logFile     = "inturn.log"
	drawingFile = "sale.svg"
)

// openVenue makes a temporary directory and starts all roles on loopback.
// mail is the crowd's mail server as an INTURN_SMTP_URL.
func openVenue(ctx context.Context, clock sale.Clock, mail string) (*venue, error) {
	dir, err := os.MkdirTemp("", "inturn-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the demo: %w", err)
	}
	v := &venue{dir: dir, clock: clock, stop: func() {}}
	if err := v.start(ctx, mail); err != nil {
		return nil, errors.Join(err, v.close(), os.RemoveAll(dir))
	}
	return v, nil
}

func (v *venue) start(ctx context.Context, mail string) (err error) {
	const anyPort = "127.0.0.1:0"
	// The environment is left out on purpose: a demo must not send mail
	// through a real server, or sell from a real database.
	v.settings, err = settings.Load(settings.Input{Flags: map[string]string{
		"data":                v.path(dataDir),
		"registration_listen": anyPort,
		"checkout_listen":     anyPort,
		"console_listen":      anyPort,
		"smtp_url":            mail,
		"limits":              "off", // the whole crowd comes from one address
		"beat":                "200ms",
	}})
	if err != nil {
		return err
	}
	if v.log, err = os.Create(v.path(logFile)); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	logger := slog.New(slog.NewTextHandler(v.log, nil))
	v.app, err = app.New(ctx, app.Options{Settings: v.settings, Roles: app.AllRoles(), Clock: v.clock, Logger: logger, Version: "demo"})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	v.stop, v.over = stop, make(chan struct{})
	go func() {
		defer close(v.over)
		v.err = v.app.Run(running)
	}()
	v.parts, err = app.NewParts(app.PartsOptions{Settings: v.settings, Clock: v.clock, Logger: logger})
	return err
}

func (v *venue) path(name string) string { return filepath.Join(v.dir, name) }

// apply writes a sale file and applies it as `inturn sale apply` does.
func (v *venue) apply(ctx context.Context, s sale.Sale) error {
	text := salefile.Format(s)
	if err := os.WriteFile(v.path(saleFile), text, 0o600); err != nil {
		return fmt.Errorf("write the sale file: %w", err)
	}
	s, err := salefile.Parse(text, dispatcher.CheckSchedule)
	if err != nil {
		return fmt.Errorf("the demo's own sale: %w", err)
	}
	applied, err := v.parts.Apply(ctx, s, line.Edit{Actor: "demo", Source: line.FromFile})
	if err == nil && applied.Pending {
		err = errors.New(applied.Why)
	}
	if err != nil {
		return fmt.Errorf("apply the sale: %w", err)
	}
	return nil
}

// landing is the address that the crowd is told.
func (v *venue) landing() string { return v.app.URL(string(app.Registration)) + "/" + Slug }

// stock is the capacity pool at the box office.
func (v *venue) stock(ctx context.Context) (sale.PoolStock, error) {
	box, err := v.parts.BoxOffice(ctx)
	if err != nil {
		return sale.PoolStock{}, err
	}
	stock, err := box.Stock(ctx, Slug)
	return stock.Capacity(), err
}

// end stops all roles: what is in flight is finished, then the databases are
// closed, to be looked at once more afterwards.
func (v *venue) end() error {
	if v.over == nil {
		return nil
	}
	v.stop()
	<-v.over
	return v.err
}

// close ends everything and closes what is still open.
func (v *venue) close() error {
	errs := []error{v.end()}
	if v.parts != nil {
		errs = append(errs, v.parts.Close())
	}
	if v.log != nil {
		errs = append(errs, v.log.Close())
	}
	return errors.Join(errs...)
}
