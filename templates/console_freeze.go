package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// FreezePage is where every clock of a sale is stopped, and lets run again.
type FreezePage struct {
	ConsoleFrame
	Timezone string
	Frozen   bool
	Paused   bool
	Ended    bool          // the end of the sale has passed
	Since    time.Time     // when it was frozen
	For      time.Duration // how long that is ago
	By, Why  string
	Links    int        // that have time left, or had when the clocks stopped
	Untold   string     // what the box office does not know yet; empty: it knows all
	Word     string     // what has to be typed to freeze it
	Past     []Incident // the newest first
	Act      FreezeAct
}

// FreezeAct is the form that is on the page: to freeze, or to release.
type FreezeAct struct {
	Name string
	Form FanForm
}

// Incident is one freeze with what was said about it.
type Incident struct {
	sale.Freeze
	Actor, Why, EndedBy, EndedWhy string
	Moved                         int // links that it gave time to
}

// Freeze renders the page.
func (t *Templates) Freeze(w io.Writer, d FreezePage) error { return t.console(w, "freeze", &d) }
