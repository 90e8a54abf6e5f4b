package templates

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

//go:embed console
var consoleFiles embed.FS

// consoleLanguage is what the console's pages are written in.
const consoleLanguage = "en"

// ConsoleFrame is what the console's layout needs; the data of each of its
// pages embeds it.
type ConsoleFrame struct {
	Title      string
	Tab        string       // which of the sale's pages this is
	Who        string       // the organizer's address; empty: nobody has signed in
	Everything bool         // an owner of the whole installation
	Mailbox    bool         // mail is caught, and the reader may see it
	Sale       *ConsoleSale // nil: the page is about none
	Notice     string       // what was just done; empty: nothing
}

// ConsoleSale is the sale a page is about, and what its reader may do.
type ConsoleSale struct {
	Slug, Title string
	Phase       string // "form open", "running", …
	Role        sale.Role
	Manages     bool // the reader is a manager, or more
	Owns        bool
}

// Path is where the sale's pages are.
func (s ConsoleSale) Path() string { return "/sales/" + s.Slug }

// ConsoleErrorPage says why something could not be done.
type ConsoleErrorPage struct {
	ConsoleFrame
	Code, Message string
	Fields        []sale.FieldError
}

// SignInPage asks who it is. To is where they wanted to go.
type SignInPage struct {
	ConsoleFrame
	To, Typed, Problem string
	Unowned            bool // nobody can sign in yet
}

// JoinPage is where somebody becomes an organizer. Wrong says what is wrong,
// by field.
type JoinPage struct {
	ConsoleFrame
	Typed    string
	Shortest int // characters of a passphrase
	Wrong    map[string]string
}

// SalesPage lists sales.
type SalesPage struct {
	ConsoleFrame
	Sales  []SalesLine
	Drafts []DraftLine // of this organizer, begun and not created
}

// SalesLine is one sale in the list.
type SalesLine struct {
	Slug, Title, Phase string
	Last               int
	Opens, Starts      time.Time
	Timezone           string
}

// ConsoleError renders the page.
func (t *Templates) ConsoleError(w io.Writer, d ConsoleErrorPage) error {
	return t.console(w, "error", &d)
}

// SignIn renders the page.
func (t *Templates) SignIn(w io.Writer, d SignInPage) error { return t.console(w, "signin", &d) }

// Join renders the page.
func (t *Templates) Join(w io.Writer, d JoinPage) error { return t.console(w, "join", &d) }

// Sales renders the page.
func (t *Templates) Sales(w io.Writer, d SalesPage) error { return t.console(w, "sales", &d) }

// console executes one of the console's pages.
func (t *Templates) console(w io.Writer, name string, data any) error {
	set, ok := t.pages[key{consoleLanguage, "console/" + name}]
	if !ok {
		return fmt.Errorf("render console/%s: no such page", name)
	}
	if err := set.ExecuteTemplate(w, "page", data); err != nil {
		return fmt.Errorf("render console/%s: %w", name, err)
	}
	return nil
}

// consoleNames lists the console's pages: "signin", "sales", …
func consoleNames() []string {
	entries, err := consoleFiles.ReadDir("console")
	if err != nil {
		panic(err) // embedded above
	}
	var names []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".html"); name != "frame" && name != "parts" {
			names = append(names, name)
		}
	}
	return names
}

func (t *Templates) parseConsole() error {
	funcs := maps.Clone(t.funcs(consoleLanguage))
	maps.Copy(funcs, consoleFuncs())
	layout, err := template.New("").Funcs(funcs).ParseFS(consoleFiles, "console/frame.html", "console/parts.html")
	if err != nil {
		return fmt.Errorf("parse the console's frame: %w", err)
	}
	for _, name := range consoleNames() {
		set, err := layout.Clone()
		if err == nil {
			set, err = set.ParseFS(consoleFiles, "console/"+name+".html")
		}
		if err != nil {
			return fmt.Errorf("parse console/%s: %w", name, err)
		}
		t.pages[key{consoleLanguage, "console/" + name}] = set
	}
	return nil
}

// tab is one of a sale's pages in the navigation.
type tab struct{ Name, Path, Label string }

// consoleFuncs are what only the console's templates call.
func consoleFuncs() template.FuncMap {
	return template.FuncMap{
		"english": EnglishName,
		"who":     sale.Who,
		"tabs": func(s ConsoleSale) []tab {
			all := []tab{
				{"live", "", "Live"},
				{"steer", "/steer", "Steer"}, // what is looked for in a hurry comes first
				{"freeze", "/freeze", "Freeze"},
				{"fans", "/fans", "Fans"},
				{"plan", "/plan", "Plan"},
				{"checklist", "/checklist", "Checklist"},
				{"settings", "/settings", "Settings"},
				{"texts", "/texts", "Texts"},
				{"history", "/history", "History"},
				{"report", "/report", "Report"},
				{"export", "/export", "Export"},
				{"file", "/file", "Sale file"},
			}
			if !s.Manages { // who only looks is not led where he would be refused
				all = slices.DeleteFunc(all, func(t tab) bool { return t.Name == "steer" || t.Name == "settings" })
			}
			if s.Owns {
				all = append(all, tab{"people", "/people", "People"})
			}
			for i := range all {
				all[i].Path = s.Path() + all[i].Path
			}
			return all
		},
		// second is a moment to the second, short, in the sale's zone.
		"second": func(at time.Time, zone string) string {
			loc, err := time.LoadLocation(zone)
			if err != nil {
				loc = time.UTC
			}
			return at.In(loc).Format("Mon 2 Jan 2006, 15:04:05 MST")
		},
		"sum": func(a, b int) int { return a + b },
		// wrong is what a field's error needs: its name, and what is wrong.
		"wrong": func(all map[string]string, field string) map[string]string {
			if all[field] == "" {
				return nil
			}
			return map[string]string{"Field": field, "Message": all[field]}
		},
	}
}
