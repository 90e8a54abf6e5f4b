package sqldbtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sqldb"
)

// Indexed says which statements may visit as many rows as a sale has.
type Indexed struct {
	Home  string   // the package whose calls are looked at, as in "line."
	Large []string // tables that grow with a sale
	Few   []string // their indexes that hold only what is under way, not what is over
	Walks []string // calls that go through a whole sale on purpose
}

var (
	scan   = regexp.MustCompile(`^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?`)
	search = regexp.MustCompile(`INDEX (\w+) \((?:sale_id|sale)=\?(?: AND (?:kind|state|pool|priority|class)=\?)*\)`)
	named  = regexp.MustCompile(`\b(?:FROM|JOIN|UPDATE) (\w+)(?: (?:AS )?(\w+))?`)
)

// Watch is an [sqldb.Options] Explain that fails the test for every statement
// of the package that visits all rows of a large table, or those of a sale.
func (x Indexed) Watch(t testing.TB) func(sqldb.Explained) {
	return func(e sqldb.Explained) {
		if !strings.HasPrefix(e.Call, x.Home) || slices.Contains(x.Walks, e.Call) {
			return
		}
		if step := x.walks(e); step != "" {
			t.Errorf("%s: %s\n\t%s", e.Call, step, e.Statement)
		}
	}
}

// walks finds the step that visits too many rows.
func (x Indexed) walks(e sqldb.Explained) string {
	if strings.HasPrefix(e.Statement, "INSERT") && !strings.Contains(e.Statement, "SELECT") {
		return "" // what refers to the new row is not visited
	}
	large := slices.Clone(x.Large)
	for _, m := range named.FindAllStringSubmatch(e.Statement, -1) {
		if slices.Contains(x.Large, m[1]) {
			large = append(large, m[2])
		}
	}
	for _, s := range e.Steps {
		if m := scan.FindStringSubmatch(s); m != nil && slices.Contains(large, m[1]) && !slices.Contains(x.Few, m[2]) {
			return s
		}
		if m := search.FindStringSubmatch(s); m != nil && x.indexes(m[1]) && !slices.Contains(x.Few, m[1]) {
			return s
		}
	}
	return ""
}

// indexes says whether an index is one of a large table.
func (x Indexed) indexes(index string) bool {
	index = strings.TrimPrefix(index, "sqlite_autoindex_")
	return slices.ContainsFunc(x.Large, func(table string) bool { return strings.HasPrefix(index, table+"_") })
}
