package boxoffice

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/inturn/inturn/internal/groupcommit"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options say what a box office works with. DB and Clock are required.
type Options struct {
	DB     *sqldb.DB
	Clock  sale.Clock
	Rand   io.Reader    // for the names of orders; crypto/rand when nil
	Logger *slog.Logger // nobody hears when nil

	Grouped func(items int) // hears of the size of every group commit, when somebody listens
}

// groupTimeout ends a group's transaction: nobody waits longer for an answer.
const groupTimeout = 30 * time.Second

// BoxOffice is one box office over its database. It is safe for concurrent
// use, also by several processes over one database.
type BoxOffice struct {
	db    *sqldb.DB
	clock sale.Clock
	rand  io.Reader
	log   *slog.Logger
	group *groupcommit.Group[step, struct{}]

	mu        sync.RWMutex
	documents map[edition]*sale.Sale
}

// edition names one stored version of a sale. It never changes, which is why
// its document can be kept in memory.
type edition struct {
	slug    string
	version int64
}

// New opens a box office and brings its schema up to date.
func New(ctx context.Context, o Options) (*BoxOffice, error) {
	if o.DB == nil {
		return nil, errors.New("boxoffice: Options.DB is missing")
	}
	if o.Clock == nil {
		return nil, errors.New("boxoffice: Options.Clock is missing")
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := o.DB.Migrate(ctx, files); err != nil {
		return nil, fmt.Errorf("box office: %w", err)
	}
	b := &BoxOffice{db: o.DB, clock: o.Clock, rand: o.Rand, log: o.Logger, documents: map[edition]*sale.Sale{}}
	b.group = groupcommit.New(groupcommit.Options[step, struct{}]{Commit: b.together, Timeout: groupTimeout, Observe: o.Grouped})
	return b, nil
}

// document reads one version of a sale, from memory when it was read before.
// It is shared: nobody may change it. Never call it for a version that the
// running transaction itself has written.
func (b *BoxOffice) document(ctx context.Context, tx *sqldb.Tx, e edition) (*sale.Sale, error) {
	b.mu.RLock()
	s := b.documents[e]
	b.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	var text string
	if err := tx.QueryRow(ctx, `SELECT document FROM sale_versions WHERE sale = $1 AND version = $2`,
		e.slug, e.version).Scan(&text); err != nil {
		return nil, fmt.Errorf("read version %d of sale %s: %w", e.version, e.slug, err)
	}
	s, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("read version %d of sale %s: %w", e.version, e.slug, err)
	}
	b.mu.Lock()
	b.documents[e] = s
	b.mu.Unlock()
	return s, nil
}

// decode reads a stored document.
func decode(text string) (*sale.Sale, error) {
	s := &sale.Sale{}
	return s, json.Unmarshal([]byte(text), s)
}

// noSuchSale is the answer about a sale that was never put here.
func noSuchSale() error {
	return sale.E(sale.CodeNotFound, "There is no such sale at this box office.")
}

// plain says whether text from outside can be the name of anything stored.
// PostgreSQL refuses NUL and broken UTF-8 with an error of its own.
func plain(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
