package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Finding is one thing that is wrong with a page for somebody who cannot see
// it, or not well, or has no mouse.
type Finding struct {
	Rule   string   // axe-core's name of the rule
	Impact string   // "critical", "serious", "moderate" or "minor"
	Help   string   // what it is about
	Where  []string // CSS selectors of the elements
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s (%s): %s", f.Impact, f.Help, f.Rule, strings.Join(f.Where, ", "))
}

// Serious says whether it keeps somebody from using the page.
func (f Finding) Serious() bool { return f.Impact == "critical" || f.Impact == "serious" }

// auditor is what is run in the page: WCAG 2.2 A and AA, and best practices.
const auditor = `axe.run(document, {
	runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
}).then((r) => JSON.stringify(r.violations.map((v) => ({
	Rule: v.id, Impact: v.impact, Help: v.help, Where: v.nodes.map((n) => n.target.join(' ')),
}))))`

// Auditor runs axe-core, which comes from npm: npm ci --prefix tools. Where
// it is not there the test is skipped aloud, and fails when
// INTURN_TEST_NO_SKIP=1.
type Auditor struct{ script string }

// NewAuditor reads axe-core.
func NewAuditor(tb testing.TB) Auditor {
	tb.Helper()
	script, err := os.ReadFile(tool(tb, "axe-core/axe.min.js"))
	if err != nil {
		tb.Fatal(err)
	}
	return Auditor{script: string(script)}
}

// Audit looks at the page that is open, which needs a browser with Scripts.
func (a Auditor) Audit(b *Browser) []Finding {
	b.tb.Helper()
	Evaluate[bool](b, a.script+"; typeof axe === 'object'")
	var found []Finding
	if err := json.Unmarshal([]byte(Evaluate[string](b, auditor)), &found); err != nil {
		b.tb.Fatalf("read what axe-core found: %v", err)
	}
	return found
}

// ValidateHTML runs the HTML validator of tools/package.json over every .html
// file below dir and gives its complaints, one a line. rules names the set of
// rules: tools/RULES.htmlvalidate.json.
func ValidateHTML(tb testing.TB, dir, rules string) string {
	tb.Helper()
	program := tool(tb, "html-validate/bin/html-validate.mjs")
	config := filepath.Join(root(tb), "tools", rules+".htmlvalidate.json")
	cmd := exec.CommandContext(tb.Context(), "node", program, "--config", config, "--formatter", "text", dir)
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		tb.Fatalf("run the HTML validator: %v", err)
	}
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(string(out), dir+string(filepath.Separator), "")
}

// tool is the path of a file of the tools that come from npm.
func tool(tb testing.TB, name string) string {
	tb.Helper()
	path := filepath.Join(root(tb), "tools", "node_modules", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		missing(tb, "NOT TESTED: "+name+" is missing (npm ci --prefix tools)")
	}
	return path
}

// root is the module's folder.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, gone := os.Stat(filepath.Join(dir, "go.mod")); gone == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	tb.Fatal("the tests do not run within the module")
	return ""
}
