package templates

import (
	"io"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// FansPage looks one fan up. Asked: the address was mailed a link to confirm
// it, and has no place.
type FansPage struct {
	ConsoleFrame
	Typed, Problem string
	Asked          time.Time
}

// FanPage is one place: what happened to it, why it waits, and what can be
// done about it.
type FanPage struct {
	ConsoleFrame
	Number   int
	Class    sale.Class
	Address  string // masked for who may only look; empty once erased
	MailLang string
	Joined   time.Time
	Timezone string
	Others   []int  // other places of the same address
	Problem  string // why what was asked for cannot be done any more
	Reasons  []string
	Events   []FanEvent
	Acts     []FanAct
}

// FanEvent is one thing that happened.
type FanEvent struct {
	At               time.Time
	Text, Actor, Why string
}

// FanAct is one thing that can be done about a place. Text says what it does.
// One that asks has a page of its own first.
type FanAct struct {
	Name, Label, Text, Button string
	Asks                      bool
	NewAddress                bool // there is a field for one
	Form                      FanForm
}

// FanForm is what was typed into an act's form and what is wrong with it, by
// field; Problem is about no field.
type FanForm struct {
	Typed   map[string]string
	Wrong   map[string]string
	Problem string
}

// FanActPage says what an act will do before it is done.
type FanActPage struct {
	ConsoleFrame
	Number  int
	Address string
	Act     FanAct
	Effects []string
	Order   string // code of the order of which must be said what becomes of it; empty: none
}

// HistoryPage is what was done in a sale, newest first.
type HistoryPage struct {
	ConsoleFrame
	Number   int // of the place that it is about; 0: all
	Typed    string
	Timezone string
	Entries  []HistoryEntry
	Older    string // address of the next page; empty: this is the last
	Newest   bool   // nothing is newer
}

// HistoryEntry is one entry of the audit.
type HistoryEntry struct {
	At               time.Time
	Number           int
	Text, Actor, Why string
}

// ExportsPage lists what can be taken out. Addresses: with the fans' addresses.
type ExportsPage struct {
	ConsoleFrame
	Sheets    []ExportSheet
	Addresses bool
}

// ExportSheet is one thing that can be taken out.
type ExportSheet struct{ Name, Label, Text string }

// Exports renders the page.
func (t *Templates) Exports(w io.Writer, d ExportsPage) error { return t.console(w, "exports", &d) }

// Fans renders the page.
func (t *Templates) Fans(w io.Writer, d FansPage) error { return t.console(w, "fans", &d) }

// Fan renders the page.
func (t *Templates) Fan(w io.Writer, d FanPage) error { return t.console(w, "fan", &d) }

// FanAct renders the page.
func (t *Templates) FanAct(w io.Writer, d FanActPage) error { return t.console(w, "fanact", &d) }

// History renders the page.
func (t *Templates) History(w io.Writer, d HistoryPage) error { return t.console(w, "history", &d) }
