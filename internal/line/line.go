package line

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/groupcommit"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options say what a Line works with. DB and Clock are required; Rand
// defaults to crypto/rand and makes offer ids; Logger defaults to silence.
// Grouped hears of the size of every group commit, when somebody listens.
type Options struct {
	DB      *sqldb.DB
	Clock   sale.Clock
	Rand    io.Reader
	Logger  *slog.Logger
	Grouped func(items int)
}

// Line is the line database of one process. Its methods may be called from
// any number of goroutines.
type Line struct {
	db      *sqldb.DB
	clock   sale.Clock
	rand    io.Reader
	log     *slog.Logger
	signUps *groupcommit.Group[SignUp, Registration]
	asks    *groupcommit.Group[Ask, Asked]
	resends *groupcommit.Group[LostReceipt, struct{}]
}

// New brings the schema up to date and gives the line.
func New(ctx context.Context, o Options) (*Line, error) {
	switch {
	case o.DB == nil:
		return nil, errors.New("line: Options.DB is missing")
	case o.Clock == nil:
		return nil, errors.New("line: Options.Clock is missing")
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("line migrations: %w", err)
	}
	if err := o.DB.Migrate(ctx, files); err != nil {
		return nil, fmt.Errorf("migrate line database: %w", err)
	}
	l := &Line{db: o.DB, clock: o.Clock, rand: o.Rand, log: o.Logger}
	l.signUps = groupcommit.New(groupcommit.Options[SignUp, Registration]{
		Commit:  l.commitSignUps,
		Most:    signUpGroup,
		Queue:   signUpQueue,
		Timeout: signUpTimeout,
		Observe: o.Grouped,
	})
	l.asks = l.newAsks(o.Grouped)
	l.resends = groupcommit.New(groupcommit.Options[LostReceipt, struct{}]{
		Commit: l.commitResends, Most: resendGroup, Queue: resendQueue, Timeout: signUpTimeout,
	})
	return l, nil
}

// DB is the database underneath, for verify and for tests.
func (l *Line) DB() *sqldb.DB { return l.db }

// now is the clock in the database's resolution, so that a time read back
// equals the time written.
func (l *Line) now() time.Time { return l.clock().UTC().Truncate(time.Millisecond) }

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newID gives a 128-bit random name in lower-case base32 (RFC 4648).
func (l *Line) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(l.rand, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return strings.ToLower(idEncoding.EncodeToString(b[:])), nil
}

// audit writes one line of the audit trail inside tx.
func audit(ctx context.Context, tx *sqldb.Tx, e auditEntry) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit (at, actor, action, sale_id, number, detail, why) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		sqldb.Millis(e.at), e.actor, e.action, e.saleID, e.number, e.detail, e.why)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.action, err)
	}
	return nil
}

type auditEntry struct {
	at     time.Time
	actor  string
	action string
	saleID int64
	number int
	detail string
	why    string
}
