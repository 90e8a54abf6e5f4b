package templates

import (
	"io"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// EditField is one field of a sale in a form of the console: what stands in
// it, and what is wrong with that. Kind is "text", "number", "moment", "area",
// "box", "choice", "email" or "url".
type EditField struct {
	Name, Label, Hint, Kind, Value, Wrong string

	Unit     string       // what stands behind the value
	Options  []EditOption // of a choice
	List     string       // id of a list on the page that a text is completed from
	Optional bool         // says so
	Small    bool         // a short value
	Guess    string       // what a script may fill in, "zone", while nobody has
	Locked   string       // why it cannot be changed here; empty: it can
	Clash    *EditClash   // somebody else changed it too
	Theirs   bool         // only somebody else changed it, since the form was opened
}

// EditOption is one of a choice.
type EditOption struct{ Value, Label string }

// EditClash is what a field held when the form was opened, and what somebody
// else made of it since.
type EditClash struct{ Filled, Newest string }

// ID is the field's name as an id.
func (f EditField) ID() string {
	return strings.Trim(strings.NewReplacer(".", "-", "[", "-", "]", "").Replace(f.Name), "-")
}

// Type is what a text-like input is. A moment that a browser's picker could
// not show stays as it was written.
func (f EditField) Type() string {
	switch f.Kind {
	case "moment":
		for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
			if _, err := time.Parse(layout, f.Value); err == nil || f.Value == "" {
				return "datetime-local"
			}
		}
	case "email", "url":
		return f.Kind
	}
	return "text"
}

// Describes lists the ids of what explains a field, for aria-describedby.
func (f EditField) Describes() string {
	var ids []string
	for id, there := range map[string]bool{"-hint": f.Hint != "" || f.Locked != "", "-wrong": f.Wrong != "", "-clash": f.Clash != nil} {
		if there {
			ids = append(ids, f.ID()+id)
		}
	}
	if len(ids) > 1 && ids[0] > ids[1] {
		ids[0], ids[1] = ids[1], ids[0]
	}
	return strings.Join(ids, " ")
}

// EditGroup is fields that belong together. With Row they stand beside each
// other.
type EditGroup struct {
	ID, Title, Intro string
	Row              bool
	Fields           []EditField
	Rows             []EditRow // of ticket types
}

// EditRow is the fields of one ticket type. Was is the id that it had when the
// form was opened.
type EditRow struct {
	Index       int
	Was, Legend string
	Fields      []EditField
}

// EditWrong is a mistake with where it is.
type EditWrong struct{ ID, Label, Message string }

// Edit is a form over a version of a sale.
type Edit struct {
	Base    int64 // the version that it was filled with
	Groups  []EditGroup
	Wrong   []EditWrong
	Clashes []EditWrong // where somebody else changed the same
	Theirs  []EditWrong // what only somebody else changed
	By      string      // who wrote the newest version, where and when
}

// SettingsPage is a whole sale as a form.
type SettingsPage struct {
	ConsoleFrame
	Edit
	Zone  string
	Zones []string
}

// SteerPage is a sale at a glance, with what can be done to it.
type SteerPage struct {
	ConsoleFrame
	Edit
	Figures []SteerFigure
	Acts    []SteerAct
	Pending string // why the box office does not have the newest version
	NoStock string // why the box office does not say what is free
	Next    string // when the next batch comes, or why none does
	Until   string // suggested: until when a form that opens again stays open
	Frozen  string // since when its clocks stand still; empty: they run
}

// Senseless are the acts that make no sense now.
func (p SteerPage) Senseless() []SteerAct {
	var all []SteerAct
	for _, a := range p.Acts {
		if a.Reason != "" {
			all = append(all, a)
		}
	}
	return all
}

// SteerFigure is one number at a glance.
type SteerFigure struct{ Label, Value, Note string }

// SteerAct is one button. Reason says why it makes no sense now.
type SteerAct struct {
	Name, Label, Does, Reason string
	Until                     bool // it asks until when
	Danger                    bool
}

// EditChange is a field whose value changes: the form's label for it, empty when
// it has none, and its name in a sale file.
type EditChange struct{ Label, Field, Old, New string }

// ChangePage says what a change will do, before it is done.
type ChangePage struct {
	ConsoleFrame
	Heading  string
	Post     string // where it is done
	Back     string // where one goes to leave it
	Moved    bool   // it was shown before, and the sale has moved since
	Mistyped bool
	Does     []string
	Then     []string
	Refused  []EditWrong
	Changes  []EditChange
	Word     string // what has to be typed; empty: nothing
	Why      string
	Button   string
	Danger   bool
	Again    bool // the passphrase is asked for
	Carried  []Carried
	Form     []Carried // for going back to the form with what was typed; nil: there is none
}

// SaleFilePage downloads and uploads a sale as a file.
type SaleFilePage struct {
	ConsoleFrame
	Version int64
	By      string
	Manages bool
	Text    string // what was uploaded, when it is wrong
	Message string
	Wrong   []sale.FieldError
}

// Settings renders the page.
func (t *Templates) Settings(w io.Writer, d SettingsPage) error { return t.console(w, "settings", &d) }

// Steer renders the page.
func (t *Templates) Steer(w io.Writer, d SteerPage) error { return t.console(w, "steer", &d) }

// Change renders the page.
func (t *Templates) Change(w io.Writer, d ChangePage) error { return t.console(w, "change", &d) }

// SaleFile renders the page.
func (t *Templates) SaleFile(w io.Writer, d SaleFilePage) error { return t.console(w, "file", &d) }
