package templates

import (
	"fmt"
	"html/template"
	"io"
)

// LivePage shows how a sale goes. Its fragments are replaced while it is open.
type LivePage struct {
	ConsoleFrame
	Fragments []LiveFragment
}

// LiveFragment is one part of the live page that changes by itself. Its HTML
// was made by this package or by internal/chart.
type LiveFragment struct {
	Name string
	Wide bool // takes a whole row
	HTML template.HTML
}

// LiveNow is the sale at a glance.
type LiveNow struct {
	Figures  []LiveFigure
	Alerts   []LiveAlert
	At       string // the moment that all of it is of
	Counting string // what is still being counted; empty: nothing
}

// LiveFigure is one number with what it is.
type LiveFigure struct{ Label, Value, Note string }

// LiveAlert is something an organizer has to know now. Kind is warm or bad.
// Where there is something to do about it, Do says what, and stands as a link
// to At for those who may.
type LiveAlert struct{ Kind, Title, Says, At, Do string }

// LiveRole is how one part of the installation is, as far as this console can
// see. State is good, idle, warm or bad.
type LiveRole struct{ Name, State, Word, Says string }

// ReportPage is a sale as a whole, to be read and printed.
type ReportPage struct {
	ConsoleFrame
	At       string // the moment that it is of
	Standing string // why it is not final; empty: it is
	Counting string // why there is nothing yet; empty: there is
	Missing  string // what is not in it, and why; empty: everything is
	Figures  []LiveFigure
	Parts    []ReportPart
}

// ReportPart is one section of the report.
type ReportPart struct {
	Title, Says string
	Charts      []template.HTML // as of internal/chart
	Tables      []ReportTable
}

// ReportTable is a table whose first column names the rows.
type ReportTable struct {
	Caption string
	Head    []string
	Columns []string // how each is set: "n" for numbers, "when" for moments, "how" for remarks; may be short
	Rows    [][]string
}

// Column is how a column is set.
func (t ReportTable) Column(i int) string {
	if i < len(t.Columns) {
		return t.Columns[i]
	}
	return ""
}

// Report renders the page.
func (t *Templates) Report(w io.Writer, d ReportPage) error { return t.console(w, "report", &d) }

// Live renders the page.
func (t *Templates) Live(w io.Writer, d LivePage) error { return t.console(w, "live", &d) }

// LiveNow renders the part of the live page that says how it stands.
func (t *Templates) LiveNow(w io.Writer, d LiveNow) error { return t.consolePart(w, "live", "now", &d) }

// LiveRoles renders the part of the live page that says who is well.
func (t *Templates) LiveRoles(w io.Writer, d []LiveRole) error {
	return t.consolePart(w, "live", "roles", d)
}

// consolePart executes one part of a page alone.
func (t *Templates) consolePart(w io.Writer, page, part string, data any) error {
	set, ok := t.pages[key{consoleLanguage, "console/" + page}]
	if !ok {
		return fmt.Errorf("render console/%s: no such page", page)
	}
	if err := set.ExecuteTemplate(w, part, data); err != nil {
		return fmt.Errorf("render %s of console/%s: %w", part, page, err)
	}
	return nil
}

// Made marks what this package or internal/chart has made as the HTML that it
// is: what came from people was escaped there.
func Made(html string) template.HTML { return template.HTML(html) } //nolint:gosec // see above
