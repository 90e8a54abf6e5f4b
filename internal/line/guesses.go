package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// guessMemory is how long a guess is remembered after the last one.
const guessMemory = 24 * time.Hour

// Guard slows guessing down: Free guesses cost nothing, each further one
// costs a wait that begins at First and doubles up to Most. Nobody is locked
// out for good: after Most at the latest the next guess is taken.
type Guard struct {
	Who         string // whose guesses are counted; a name that tells a reader nothing
	Free        int
	First, Most time.Duration
}

// wait is what the n-th guess costs.
func (g Guard) wait(n int) time.Duration {
	over := n - g.Free
	if over <= 0 {
		return 0
	}
	if over > 30 { // more doublings than Most can hold
		return g.Most
	}
	return min(g.First<<(over-1), g.Most)
}

// Guess counts a guess before it is made, so that a thousand at once are a
// thousand. While one of the guards has somebody wait it is CodeTooMany, and
// counts none: who tries meanwhile waits no longer for it.
func (l *Line) Guess(ctx context.Context, guards []Guard) error {
	guards = slices.Clone(guards)
	slices.SortFunc(guards, func(a, b Guard) int { return strings.Compare(a.Who, b.Who) }) // one order for row locks
	// A crowd of refused guesses costs no write.
	err := l.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error { return l.mayGuess(ctx, tx, guards, "") })
	if err == nil {
		err = l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
			if err := l.beginGuessing(ctx, tx, guards); err != nil {
				return err
			}
			if err := l.mayGuess(ctx, tx, guards, tx.Dialect().ForUpdate); err != nil {
				return err
			}
			return l.countGuess(ctx, tx, guards)
		})
	}
	if err != nil {
		return fmt.Errorf("count a guess: %w", err)
	}
	return nil
}

func (l *Line) mayGuess(ctx context.Context, tx *sqldb.Tx, guards []Guard, claim string) error {
	now := sqldb.Millis(l.now())
	var longest int64
	for _, g := range guards {
		var until int64
		err := tx.QueryRow(ctx, `SELECT until FROM guesses WHERE who = $1`+claim, g.Who).Scan(&until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// A clock that was set back keeps nobody out for longer than Most.
		longest = max(longest, min(until-now, g.Most.Milliseconds()))
	}
	if longest <= 0 {
		return nil
	}
	return &sale.Error{
		Code: sale.CodeTooMany, RetryAfter: time.Duration(longest) * time.Millisecond,
		Message: "There were too many guesses. Please wait a moment and try again.",
	}
}

// beginGuessing forgets what is long past, and makes the rows that are not
// there: only a row that is there can be locked, and a crowd whose guesses are
// the first ones would be let through together.
func (l *Line) beginGuessing(ctx context.Context, tx *sqldb.Tx, guards []Guard) error {
	now := l.now()
	if _, err := tx.Exec(ctx, `DELETE FROM guesses WHERE forget_at <= $1`, sqldb.Millis(now)); err != nil {
		return err
	}
	for _, g := range guards {
		_, err := tx.Exec(ctx, `INSERT INTO guesses (who, n, until, forget_at) VALUES ($1, 0, 0, $2) ON CONFLICT DO NOTHING`,
			g.Who, sqldb.Millis(now.Add(guessMemory)))
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Line) countGuess(ctx context.Context, tx *sqldb.Tx, guards []Guard) error {
	now := l.now()
	forget := sqldb.Millis(now.Add(guessMemory))
	for _, g := range guards {
		var n int
		// Somebody who was just right may have taken the row away meanwhile.
		err := tx.QueryRow(ctx, `INSERT INTO guesses (who, n, until, forget_at) VALUES ($1, 1, 0, $2)
			ON CONFLICT (who) DO UPDATE SET n = guesses.n + 1, forget_at = excluded.forget_at RETURNING n`, g.Who, forget).Scan(&n)
		if err != nil {
			return err
		}
		wait := g.wait(n)
		if wait == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE guesses SET until = $1 WHERE who = $2`, sqldb.Millis(now.Add(wait)), g.Who); err != nil {
			return err
		}
	}
	return nil
}

// GuessedRight takes the guess back that turned out to be none: the first of
// the guards forgets everything, since it is about who has just been right,
// and the others, which others share, forget this one.
func (l *Line) GuessedRight(ctx context.Context, guards []Guard) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		for i, g := range guards {
			q := `UPDATE guesses SET n = n - 1, until = 0 WHERE who = $1 AND n > 0`
			if i == 0 {
				q = `DELETE FROM guesses WHERE who = $1`
			}
			if _, err := tx.Exec(ctx, q, g.Who); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget a guess: %w", err)
	}
	return nil
}
