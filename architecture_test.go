package inturn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/inturn/inturn/"

// roles never import each other; only the wiring knows them.
var roles = []string{"registration", "dispatcher", "checkout", "console"}

// wiring puts the parts together and may import anything of ours.
var wiring = []string{"cmd/inturn", "internal/app", "internal/demo", "internal/sim"}

// within says which of our own packages a package below the roles may import.
// A role may import everything in here and nothing else of ours.
var within = map[string][]string{
	"internal/sale":        {},
	"internal/chart":       {},
	"internal/groupcommit": {"internal/sale"},
	"internal/sqldb":       {"internal/sale"},
	"internal/line":        {"internal/sale", "internal/sqldb", "internal/groupcommit"},
	"internal/boxoffice":   {"internal/sale", "internal/sqldb", "internal/groupcommit"},
	"internal/figures":     {"internal/sale", "internal/line"},
	"internal/watch":       {"internal/sale", "internal/line", "internal/figures", "internal/chart", "templates"},
	"internal/link":        {"internal/sale"},
	"internal/mail":        {"internal/sale"},
	"internal/robots":      {"internal/sale"},
	"internal/plan":        {"internal/sale"},
	"internal/doctor":      {"internal/sale", "internal/mail"},
	"internal/salefile":    {"internal/sale"},
	"internal/saleform":    {"internal/sale", "internal/salefile"},
	"internal/steering":    {"internal/sale", "internal/plan"},
	"internal/metrics":     {"internal/sale"},
	"internal/bounce":      {"internal/sale", "internal/line", "internal/link", "internal/mail"},
	"internal/settings":    {"internal/sale", "internal/mail", "internal/link"},
	"templates":            {"internal/sale"},
	"internal/web":         {"internal/sale", "templates"},
	"internal/calendar":    {"internal/sale", "templates"},
	"internal/mailbox":     {"internal/sale", "internal/mail", "internal/web", "templates"},
	"internal/helpdesk":    {"internal/sale", "internal/line"},
	"internal/export":      {"internal/sale", "internal/line"},
	"internal/verify":      {"internal/sale", "internal/sqldb", "internal/line", "internal/boxoffice"},
	"internal/peer":        {"internal/sale", "internal/web"},
	"internal/e2e":         {}, // tests only
	"internal/gallery":     {}, // tests only
}

// homes says where a library may be imported. Everything else outside the
// standard library is refused.
var homes = map[string][]string{
	"github.com/altcha-org/altcha-lib-go": {"internal/robots"},
	"github.com/alecthomas/kong":          {"cmd/inturn"},
	"github.com/alexedwards/argon2id":     {"console"},
	"github.com/alexedwards/scs/v2":       {"console"},
	"github.com/arran4/golang-ical":       {"internal/calendar"},
	"github.com/bojanz/currency":          {"templates"},
	"github.com/emersion/go-message":      {"internal/mail", "internal/mailbox", "internal/bounce"},
	"github.com/emersion/go-msgauth":      {"internal/mail", "internal/doctor"},
	"github.com/emersion/go-sasl":         {"internal/mailbox"},
	"github.com/emersion/go-smtp":         {"internal/mailbox", "internal/demo", "internal/bounce"},
	"github.com/go-playground/locales":    {"templates"},
	"github.com/goccy/go-yaml":            {"internal/salefile", "internal/settings", "templates"},
	"github.com/golang-jwt/jwt/v5":        {"internal/link"},
	"github.com/guptarohit/asciigraph":    {"internal/demo"},
	"github.com/jackc/pgx/v5":             {"internal/sqldb"},
	"github.com/jedib0t/go-pretty/v6":     {"cmd/inturn", "internal/demo"},
	"github.com/labstack/echo/v4":         {"internal/web", "internal/mailbox", "internal/app", "registration", "checkout", "console"},
	"github.com/nicksnyder/go-i18n/v2":    {"templates"},
	"github.com/pquerna/otp":              {"console"},
	"github.com/pressly/goose/v3":         {"internal/sqldb"},
	"github.com/prometheus/client_golang": {"internal/metrics"},
	"github.com/robfig/cron/v3":           {"dispatcher"},
	"github.com/wneessen/go-mail":         {"internal/mail"},
	"golang.org/x/net/html":               {"internal/demo"},
	"golang.org/x/net/netutil":            {"internal/bounce"},
	"golang.org/x/net/idna":               {"registration", "console", "internal/mail", "internal/helpdesk"},
	"golang.org/x/net/publicsuffix":       {"internal/doctor"},
	"golang.org/x/sync/errgroup":          {"internal/app", "internal/demo", "dispatcher", "registration"},
	"golang.org/x/term":                   {"cmd/inturn", "internal/demo"},
	"golang.org/x/text/language":          {"templates", "internal/web"},
	"golang.org/x/time/rate":              {"internal/web"},
	"modernc.org/sqlite":                  {"internal/sqldb"},
	"rsc.io/qr":                           {"console"},
	"database/sql":                        {"internal/sqldb", "internal/line", "internal/boxoffice"},
}

// refused are packages of the standard library that nobody here may use: mail
// leaves through internal/mail, random numbers that matter are crypto/rand's,
// and the log is structured.
var refused = []string{"net/smtp", "math/rand", "log"}

// source is one Go file of the project.
type source struct {
	path, dir string // slash-separated, from the module's root
	test      bool   // a test file, or of a package that only tests import
	file      *ast.File
}

func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, path)
	}
	return paths
}

// sources parses every file outside testdata and other modules.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (name == "testdata" || name == "tools" || strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		dir := filepath.ToSlash(filepath.Dir(path))
		test := strings.HasSuffix(name, "_test.go") || strings.HasSuffix(file.Name.Name, "test")
		all = append(all, source{path: path, dir: dir, test: test, file: file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// in says whether dir is one of the packages or below one.
func in(dir string, packages []string) bool {
	return slices.ContainsFunc(packages, func(p string) bool { return dir == p || strings.HasPrefix(dir, p+"/") })
}

// longest gives the key of m that dir is, or is below.
func longest[V any](dir string, m map[string]V) (string, bool) {
	best, found := "", false
	for p := range m {
		if in(dir, []string{p}) && len(p) >= len(best) {
			best, found = p, true
		}
	}
	return best, found
}

// TestImportsRunOneWay holds cmd → roles → {templates, internal} → sale.
func TestImportsRunOneWay(t *testing.T) {
	for _, s := range sources(t) {
		if in(s.dir, wiring) || s.dir == "." || s.test {
			continue
		}
		self, known := longest(s.dir, within)
		role := in(s.dir, roles)
		if !known && !role {
			t.Errorf("%s: say in architecture_test.go what %s may import", s.path, s.dir)
			continue
		}
		for _, path := range s.imports() {
			target, ours := strings.CutPrefix(path, module)
			if !ours || (known && in(target, []string{self})) || in(target, []string{s.dir}) {
				continue
			}
			_, below := longest(target, within)
			switch {
			case role && below:
			case known && in(target, within[self]):
			case role && in(target, []string{strings.SplitN(s.dir, "/", 2)[0]}):
			default:
				t.Errorf("%s must not import %s", s.path, target)
			}
		}
	}
}

// TestNoRoleImportsARole holds for tests too.
func TestNoRoleImportsARole(t *testing.T) {
	for _, s := range sources(t) {
		if !in(s.dir, roles) {
			continue
		}
		own := strings.SplitN(s.dir, "/", 2)[0]
		for _, path := range s.imports() {
			target := strings.TrimPrefix(path, module)
			if target != path && in(target, roles) && !in(target, []string{own}) {
				t.Errorf("%s: %s imports %s", s.path, own, target)
			}
		}
	}
}

// TestLibrariesHaveHomes keeps each library where its traps are known.
func TestLibrariesHaveHomes(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, path := range s.imports() {
			home, listed := longest(path, homes)
			switch {
			case strings.HasPrefix(path, module):
			case slices.Contains(refused, path):
				t.Errorf("%s imports %s", s.path, path)
			case listed && !in(s.dir, homes[home]):
				t.Errorf("%s imports %s, whose home is %v", s.path, path, homes[home])
			case !listed && strings.Contains(strings.SplitN(path, "/", 2)[0], "."):
				t.Errorf("%s imports %s, which has no home in architecture_test.go", s.path, path)
			}
		}
	}
}

// TestEchoStaysAtTheEdge: below server.go and handle_*.go nobody in a role
// knows the web framework.
func TestEchoStaysAtTheEdge(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !in(s.dir, roles) {
			continue
		}
		name := filepath.Base(s.path)
		if name == "server.go" || strings.HasPrefix(name, "handle_") {
			continue
		}
		for _, path := range s.imports() {
			if in(path, []string{"github.com/labstack/echo/v4"}) {
				t.Errorf("%s imports echo; only server.go and handle_*.go may", s.path)
			}
		}
	}
}

// TestVocabularyIsStandardLibraryOnly holds internal/sale to what it says.
func TestVocabularyIsStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.dir != "internal/sale" {
			continue
		}
		for _, path := range s.imports() {
			if strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
	}
}

// TestClockIsPassedIn: only cmd asks for the time, so that every other line
// of code can be run at any moment by a test or the simulator.
func TestClockIsPassedIn(t *testing.T) {
	asks := []string{"Now", "Since", "Until"}
	for _, s := range sources(t) {
		if s.test || in(s.dir, []string{"cmd"}) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" && pkg.Obj == nil && slices.Contains(asks, sel.Sel.Name) {
				t.Errorf("%s uses time.%s; take a sale.Clock", s.path, sel.Sel.Name)
			}
			return true
		})
	}
}

// TestNobodySleeps: a sleep is a guarantee that is missing.
func TestNobodySleeps(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" {
					t.Errorf("%s uses time.Sleep", s.path)
				}
			}
			return true
		})
	}
}

// TestEveryPackageSaysWhatItPromises wants a package comment.
func TestEveryPackageSaysWhatItPromises(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		documented[s.dir] = documented[s.dir] || s.file.Doc.Text() != ""
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}
