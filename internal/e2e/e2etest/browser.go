package e2etest

import (
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
)

// NewBrowser starts a browser without JavaScript, on a screen as wide as a
// phone's.
func NewBrowser(tb testing.TB) *browsertest.Browser {
	tb.Helper()
	return browsertest.New(tb, browsertest.Options{})
}
