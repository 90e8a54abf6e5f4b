package dispatcher_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/sqldb"
)

// allSites are the places at which a fault can strike while a sale runs, read
// from the sources, so that a new one cannot be forgotten: every use case of
// the line and of the box office that opens a transaction, before and after
// its effect; every call to the box office; every connection and hand-over.
func allSites(t *testing.T) []string {
	t.Helper()
	all := append(transactions(t, "line", "Line"), transactions(t, "boxoffice", "BoxOffice")...)
	for m := range reflect.TypeFor[dispatcher.BoxOffice]().Methods() {
		all = append(all, wireSite(m.Name, before), wireSite(m.Name, after))
	}
	all = append(all, siteDial, siteHandOver(before), siteHandOver(after))
	slices.Sort(all)
	return all
}

// organizersOwn are the files of internal/line that keep what is the
// organizers' own: who they are, how they sign in, what they have not finished
// writing. None of it is about a place, an offer or a ticket, each is one
// transaction that its page does again, and no sale comes to it.
var organizersOwn = []string{"accounts.go", "checklist.go", "drafts.go", "guesses.go", "invitations.go", "invitations_accept.go", "organizers.go", "people.go", "sessions.go"}

// ofSales leaves out what is the organizers' own and was not come to.
func ofSales(t *testing.T, sites []string, seen map[string]int) []string {
	t.Helper()
	g := readCalls(t, "../internal/line")
	return slices.DeleteFunc(slices.Clone(sites), func(site string) bool {
		_, name, _ := strings.Cut(site, "line.(*Line).")
		f := g["Line."+name]
		return seen[site] == 0 && f != nil && slices.Contains(organizersOwn, f.file)
	})
}

func wireSite(call, phase string) string { return "wire: " + phase + " " + call }

const siteDial = "mail: connect"

func siteHandOver(phase string) string { return "mail: " + phase + " a hand-over" }

// transactions lists the fault points of a package of stores: those functions
// of it that are called from outside and come to sqldb's Write or Read.
func transactions(t *testing.T, pkg, receiver string) (points []string) {
	t.Helper()
	g := readCalls(t, "../internal/"+pkg)
	for name, f := range g {
		if !f.entry() {
			continue
		}
		call := fmt.Sprintf("%s.%s", pkg, name)
		if strings.HasPrefix(name, receiver+".") {
			call = fmt.Sprintf("%s.(*%s).%s", pkg, receiver, strings.TrimPrefix(name, receiver+"."))
		}
		if g.reaches(name, "Write", nil) {
			points = append(points, sqldb.Point{Phase: sqldb.BeforeCommit, Call: call}.String(), sqldb.Point{Phase: sqldb.AfterCommit, Call: call}.String())
		}
		if g.reaches(name, "Read", nil) {
			points = append(points, sqldb.Point{Phase: sqldb.BeforeRead, Call: call}.String())
		}
	}
	if len(points) < 10 {
		t.Fatalf("only %d transactions found in %s", len(points), pkg)
	}
	return points
}

// function is what one function of a package calls: functions of its own
// package, and sqldb's Write or Read.
type function struct {
	file     string
	exported bool
	called   bool // by another function of the package
	opens    map[string]bool
	calls    map[string]bool
}

// entry says whether others call it: it is exported, or nobody here calls it,
// so that it is handed to somebody.
func (f *function) entry() bool { return f.exported || !f.called }

type calls map[string]*function

func (g calls) reaches(name, phase string, seen []string) bool {
	f := g[name]
	if f == nil || slices.Contains(seen, name) {
		return false
	}
	if f.opens[phase] {
		return true
	}
	for next := range f.calls {
		if g.reaches(next, phase, append(seen, name)) {
			return true
		}
	}
	return false
}

func readCalls(t *testing.T, dir string) calls {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	must(t, err)
	g := calls{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				g.read(name, f)
			}
		}
	}
	for _, f := range g {
		for next := range f.calls {
			if g[next] != nil {
				g[next].called = true
			}
		}
	}
	return g
}

// read notes one function under its name, "Type.method" or "function".
func (g calls) read(file string, d *ast.FuncDecl) {
	f := &function{file: filepath.Base(file), exported: d.Name.IsExported(), opens: map[string]bool{}, calls: map[string]bool{}}
	name, self, prefix := d.Name.Name, "", ""
	if d.Recv != nil {
		kind := d.Recv.List[0].Type
		if star, ok := kind.(*ast.StarExpr); ok {
			kind = star.X
		}
		prefix = kind.(*ast.Ident).Name + "."
		if names := d.Recv.List[0].Names; len(names) > 0 {
			self = names[0].Name
		}
	}
	g[prefix+name] = f
	ast.Inspect(d, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			f.calls[fun.Name] = true
		case *ast.SelectorExpr:
			switch x := fun.X.(type) {
			case *ast.Ident:
				if x.Name == self && self != "" {
					f.calls[prefix+fun.Sel.Name] = true
				}
			case *ast.SelectorExpr:
				if x.Sel.Name == "db" && (fun.Sel.Name == "Write" || fun.Sel.Name == "Read") {
					f.opens[fun.Sel.Name] = true
				}
			}
		}
		return true
	})
}
