package e2etest

import (
	"testing"
	"time"
)

// Patience is how long a condition may take to come true. It is far more than
// any takes on a machine that is busy with other tests, so that only a
// product that hangs meets it.
const Patience = 2 * time.Minute

// look is how often a condition is looked at.
const look = 20 * time.Millisecond

// Until waits for a condition, and fails the test when it never holds. The
// names of what was awaited end up in the failure.
func Until(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	Wait(tb, what, func() (struct{}, bool) { return struct{}{}, holds() })
}

// Wait is Until for a condition that brings something.
func Wait[T any](tb testing.TB, what string, find func() (T, bool)) T {
	tb.Helper()
	tick := time.NewTicker(look)
	defer tick.Stop()
	deadline := time.After(Patience)
	for {
		if v, ok := find(); ok {
			return v
		}
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("after %v still not: %s", Patience, what)
		case <-tb.Context().Done():
			tb.Fatalf("the test ended before: %s", what)
		}
	}
}
