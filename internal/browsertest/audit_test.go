package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const faulty = `<!doctype html><html><head><title>A page</title></head><body><main><h1>A page</h1>
<p style="color:#ccc;background:#fff">pale</p><img src="data:,"><p id="a">a</p><p id="a">b</p></main></body></html>`

// What the audits of all pages rely on: that they find something.
func TestAuditFinds(t *testing.T) {
	b := New(t, Options{Scripts: true})
	b.Goto("data:text/html," + strings.NewReplacer("#", "%23", "\n", "").Replace(faulty))
	rules := map[string]bool{}
	for _, f := range NewAuditor(t).Audit(b) {
		rules[f.Rule] = f.Serious() && len(f.Where) > 0
	}
	for _, want := range []string{"html-has-lang", "color-contrast", "image-alt"} {
		if !rules[want] {
			t.Errorf("%s is not among the findings %v", want, rules)
		}
	}
}

func TestValidateFinds(t *testing.T) {
	for _, rules := range []string{"pages", "mails"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.html"), []byte(faulty), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := ValidateHTML(t, dir, rules); !strings.Contains(got, "no-dup-id") || !strings.HasPrefix(got, "a.html:") {
			t.Errorf("%s: %q", rules, got)
		}
	}
}
