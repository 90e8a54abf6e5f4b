package line

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sqldb"
)

// Signed is one registration as a report over the whole line reads it.
type Signed struct {
	Number    int
	At        time.Time
	Canonical string // the canonical address
	Network   int64  // keyed hash of the client's network; 0: not kept
}

// signedAtOnce is how many are read in one transaction: a reader that stays
// open for a long line would keep the database from tidying up.
const signedAtOnce = 5000

// EachSigned visits everybody who stands in a sale's line, in the order of
// their numbers. It holds no lock and writes nothing; who joins or leaves
// meanwhile may be among them or not.
func (l *Line) EachSigned(ctx context.Context, slug string, visit func(Signed) error) error {
	st, err := l.Sale(ctx, slug)
	if err != nil {
		return err
	}
	for after := 0; ; {
		some, last, err := l.signed(ctx, st.ID, after)
		if err != nil {
			return fmt.Errorf("read the line of %s: %w", slug, err)
		}
		for _, s := range some {
			if err := visit(s); err != nil {
				return err
			}
		}
		if last == after {
			return nil
		}
		after = last
	}
}

// signed reads the next few numbers, and gives the last one it looked at.
func (l *Line) signed(ctx context.Context, saleID int64, after int) (some []Signed, last int, err error) {
	err = l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		some, last = make([]Signed, 0, signedAtOnce), after
		return tx.Each(ctx, func(row sqldb.Row) error {
			var s Signed
			var at int64
			var identity string
			var here int
			if err := row.Scan(&s.Number, &at, &identity, &s.Network, &here); err != nil {
				return err
			}
			last = s.Number
			if here == 1 {
				s.At = sqldb.Time(at)
				_, s.Canonical, _ = strings.Cut(identity, ":")
				some = append(some, s)
			}
			return nil
		}, `SELECT number, at, identity, COALESCE(network, 0), CASE WHEN withdrawn_at IS NULL AND erased_at IS NULL THEN 1 ELSE 0 END
			FROM registrations WHERE sale_id = $1 AND number > $2 ORDER BY number LIMIT $3`, saleID, after, signedAtOnce)
	})
	return some, last, err
}
