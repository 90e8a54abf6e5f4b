package sqldb

import "context"

// Check is one invariant as a function over stored data. Tests, the
// simulator, crash runs and `inturn verify` run the same ones.
type Check struct {
	Invariant int    // its number in docs/invariants.md
	Name      string // a few words that make a broken one recognisable
	// Run returns what is broken, nil when nothing is.
	Run func(ctx context.Context, tx *Tx) error
}
