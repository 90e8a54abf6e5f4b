package console

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
)

// TestSetUpFromAFileInABrowser chooses files from a disk: a wrong one, then
// the right one, which is a sale in two clicks.
func TestSetUpFromAFileInABrowser(t *testing.T) {
	h := newHouse(t)
	_, at := h.serve()
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	auditor := browsertest.NewAuditor(t)
	looks := func(what string) {
		t.Helper()
		if !b.Fits() {
			t.Errorf("%s is wider than a phone", what)
		}
		examine(t, b, auditor, what)
	}
	disk := func(name, text string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b.Goto(at + "/")
	enter(b, "owner")
	b.Text("h1")
	b.Click(`a[href="/sales/new"]`)
	b.Type(`#file`, disk("wrong.yaml", strings.Replace(seaside, "batch: 7", "batch: seven", 1)))
	b.Click(`form[action="/sales/new/file"] button`)
	if got := b.Text(".panel.bad"); !strings.Contains(got, "dispatch.batch") || !strings.Contains(got, "line ") {
		t.Errorf("of the wrong file it says %q", got)
	}
	looks("file-wrong")

	b.Goto(at + "/sales/new")
	b.Type(`#file`, disk("seaside.yaml", seaside))
	b.Click(`form[action="/sales/new/file"] button`)
	if got := b.Text(".summary"); !strings.Contains(got, "100 × Day, CHF 12.50") {
		t.Errorf("in short: %q", got)
	}
	b.Goto(browsertest.Evaluate[string](b, `location.href`)) // with all that is in its frame
	if got := browsertest.Evaluate[int](b, `document.querySelector("iframe").contentDocument.querySelector("img.logo").naturalWidth`); got != 10 {
		t.Errorf("the logo in the preview is %d wide", got)
	}
	looks("file")
	b.Click(`button[name=to][value=create]`)
	b.Text(".checklist")
	b.Goto(at + "/sales/seaside/file")
	b.Type(`#file`, disk("again.yaml", seaside))
	b.Click(`form[action="/sales/seaside/file"] button`)
	if got := b.Text("p.panel"); !strings.Contains(got, "This changes nothing.") {
		t.Errorf("the same file again: %q", got)
	}
	for _, complaint := range b.Errors() {
		if !strings.HasPrefix(complaint, "Blocked script execution") { // the preview runs no scripts
			t.Errorf("the browser complains: %s", complaint)
		}
	}
}
