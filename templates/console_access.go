package templates

import (
	"html/template"
	"io"
	"strings"
	"time"
)

// Carried is a field of a form that another form takes along.
type Carried struct{ Name, Value string }

// AgainPage asks for the passphrase again.
type AgainPage struct {
	ConsoleFrame
	Action  string    // where the form goes: what is to be repeated, or where a way is led on from
	Carried []Carried // what goes along
	Repeats bool      // something was posted, and is done when the passphrase is right
	Upload  bool      // a file was posted, and has to be chosen again
	Problem string    // what was wrong with the one just given
}

// CodePage asks for the second factor.
type CodePage struct {
	ConsoleFrame
	Problem string
}

// AccountPage is how one gets in, and where one is signed in.
type AccountPage struct {
	ConsoleFrame
	Joined     time.Time
	Factor     bool // there is a second factor
	Recoveries int  // recovery codes that are left
	Sessions   []SessionLine
	Shortest   int               // characters of a passphrase
	Wrong      map[string]string // by field
}

// SessionLine is one session in the list.
type SessionLine struct {
	Name, Browser string
	Began, Seen   time.Time
	This          bool // the one that looks at the list
}

// FactorPage shows the secret of a second factor that is to be: QR is the path
// of an SVG of Size by Size units.
type FactorPage struct {
	ConsoleFrame
	Secret, URL, QR string
	Size            int
	Problem         string
}

// Groups are the secret as somebody can type it.
func (p FactorPage) Groups() []string {
	var groups []string
	for rest := p.Secret; rest != ""; {
		n := min(4, len(rest))
		groups, rest = append(groups, rest[:n]), rest[n:]
	}
	return groups
}

// Open is the address that an app opens. It is our own, and of a kind that
// templates do not know.
func (p FactorPage) Open() template.URL {
	if !strings.HasPrefix(p.URL, "otpauth://totp/") {
		return ""
	}
	return template.URL(p.URL)
}

// RecoveryPage shows recovery codes, this once.
type RecoveryPage struct {
	ConsoleFrame
	Codes []string
	Added bool // with a new second factor; otherwise in place of older ones
}

// ResetPage is where somebody who was locked out chooses a new passphrase.
type ResetPage struct {
	ConsoleFrame
	Address  string
	Shortest int
	Wrong    map[string]string
}

// Again renders the page.
func (t *Templates) Again(w io.Writer, d AgainPage) error { return t.console(w, "again", &d) }

// Code renders the page.
func (t *Templates) Code(w io.Writer, d CodePage) error { return t.console(w, "code", &d) }

// Account renders the page.
func (t *Templates) Account(w io.Writer, d AccountPage) error { return t.console(w, "account", &d) }

// Factor renders the page.
func (t *Templates) Factor(w io.Writer, d FactorPage) error { return t.console(w, "factor", &d) }

// Recovery renders the page.
func (t *Templates) Recovery(w io.Writer, d RecoveryPage) error { return t.console(w, "recovery", &d) }

// Reset renders the page.
func (t *Templates) Reset(w io.Writer, d ResetPage) error { return t.console(w, "reset", &d) }
