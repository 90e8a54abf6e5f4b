package templates

import "io"

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

// Again renders the page.
func (t *Templates) Again(w io.Writer, d AgainPage) error { return t.console(w, "again", &d) }
