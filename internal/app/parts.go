package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/metrics"
	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/settings"
	"github.com/inturn/inturn/internal/sqldb"
)

// PartsOptions say where the parts are. Settings and Clock are required;
// Rand is crypto/rand and Logger silent when nil.
type PartsOptions struct {
	Settings *settings.Settings
	Clock    sale.Clock
	Rand     io.Reader
	Logger   *slog.Logger
	Metrics  *metrics.Metrics // nil counts nothing
}

// Parts opens databases, keys and the box office once each, when they are
// first asked for. A running serve and the commands beside it use the same
// ones. Its methods may be called from any goroutine.
type Parts struct {
	o PartsOptions

	mu        sync.Mutex
	keys      *link.Keys
	line      *line.Line
	boxOffice *boxoffice.BoxOffice
	dbs       map[database]*sqldb.DB // those that are open
}

// database is the setting that says where one of the databases is.
type database string

const (
	lineDB      database = "INTURN_LINE_DSN"
	boxOfficeDB database = "INTURN_BOXOFFICE_DSN"
)

// NewParts opens nothing yet.
func NewParts(o PartsOptions) (*Parts, error) {
	switch {
	case o.Settings == nil:
		return nil, errors.New("app: PartsOptions.Settings is missing")
	case o.Clock == nil:
		return nil, errors.New("app: PartsOptions.Clock is missing")
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Parts{o: o, dbs: map[database]*sqldb.DB{}}, nil
}

// Close closes the databases; nothing may use them any more.
func (p *Parts) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, db := range p.dbs {
		errs = append(errs, db.Close())
	}
	clear(p.dbs)
	return errors.Join(errs...)
}

// HasLine says whether there is a line database to read here: a file, or a
// server that the settings name.
func (p *Parts) HasLine() bool { return hasDatabase(p.o.Settings.LineDSN) }

// HasBoxOffice says the same of the box office's database.
func (p *Parts) HasBoxOffice() bool { return hasDatabase(p.o.Settings.BoxofficeDSN) }

func hasDatabase(dsn string) bool {
	path, isFile := strings.CutPrefix(dsn, "sqlite:")
	return !isFile || exists(path)
}

// Keys are the line's keys, made on first start.
func (p *Parts) Keys() (*link.Keys, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys != nil {
		return p.keys, nil
	}
	if err := p.makeData(); err != nil {
		return nil, err
	}
	keys, err := link.OpenKeys(filepath.Join(p.o.Settings.Data, "keys"), link.KeyOptions{Clock: p.o.Clock, Rand: p.o.Rand})
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	p.keys = keys
	return keys, nil
}

// grouped counts the group commits of one kind.
func (p *Parts) grouped(what string) func(int) {
	return func(items int) { p.o.Metrics.Group(what, items) }
}

// Line is the line database, created and migrated when need be.
func (p *Parts) Line(ctx context.Context) (*line.Line, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != nil {
		return p.line, nil
	}
	db, err := p.open(ctx, lineDB, p.o.Settings.LineDSN)
	if err != nil {
		return nil, err
	}
	p.line, err = line.New(ctx, line.Options{DB: db, Clock: p.o.Clock, Rand: p.o.Rand, Logger: p.o.Logger, Grouped: p.grouped("sign_up")})
	if err != nil {
		return nil, fmt.Errorf("open the line: %w", err)
	}
	return p.line, nil
}

// BoxOffice is the box office's own database, created and migrated when need
// be.
func (p *Parts) BoxOffice(ctx context.Context) (*boxoffice.BoxOffice, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.boxOffice != nil {
		return p.boxOffice, nil
	}
	db, err := p.open(ctx, boxOfficeDB, p.o.Settings.BoxofficeDSN)
	if err != nil {
		return nil, err
	}
	p.boxOffice, err = boxoffice.New(ctx, boxoffice.Options{DB: db, Clock: p.o.Clock, Rand: p.o.Rand, Logger: p.o.Logger, Grouped: p.grouped("box_office")})
	if err != nil {
		return nil, fmt.Errorf("open the box office: %w", err)
	}
	return p.boxOffice, nil
}

// Wire is the box office as the line side sees it: over HTTP where a peer URL
// is set, else in its database.
func (p *Parts) Wire(ctx context.Context) (peer.BoxOffice, error) {
	if p.o.Settings.PeerURL == "" {
		return p.BoxOffice(ctx)
	}
	secret, err := p.PeerSecret()
	if err != nil {
		return nil, err
	}
	client, err := peer.NewClient(peer.ClientOptions{
		URL: p.o.Settings.PeerURL, Secret: secret, Clock: p.o.Clock,
	})
	if err != nil {
		return nil, fmt.Errorf("reach the box office: %w", err)
	}
	return client, nil
}

// PeerSecret is what both sides sign with: from the settings, else kept in
// the data directory, where the first start makes it.
func (p *Parts) PeerSecret() (peer.Secret, error) {
	if err := p.makeData(); err != nil {
		return nil, err
	}
	return peer.LoadSecret(p.o.Settings.Data, p.o.Settings.PeerSecret)
}

// PingLine says whether the line's database answers.
func (p *Parts) PingLine(ctx context.Context) error { return p.ping(ctx, lineDB) }

// PingBoxOffice says whether the box office's database answers.
func (p *Parts) PingBoxOffice(ctx context.Context) error { return p.ping(ctx, boxOfficeDB) }

func (p *Parts) ping(ctx context.Context, name database) error {
	db := p.db(name)
	if db == nil {
		return fmt.Errorf("%s is not open", name)
	}
	return db.Ping(ctx)
}

// db is one of the databases, nil when it is not open.
func (p *Parts) db(name database) *sqldb.DB {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dbs[name]
}

// open opens one of the databases; p.mu is held.
func (p *Parts) open(ctx context.Context, name database, dsn string) (*sqldb.DB, error) {
	if strings.HasPrefix(dsn, "sqlite:") {
		if err := p.makeData(); err != nil {
			return nil, err
		}
	}
	db, err := sqldb.Open(ctx, dsn, sqldb.Options{Logger: p.o.Logger})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p.dbs[name] = db
	return db, nil
}

func (p *Parts) makeData() error {
	if err := os.MkdirAll(p.o.Settings.Data, 0o700); err != nil {
		return fmt.Errorf("INTURN_DATA: %w", err)
	}
	return nil
}
