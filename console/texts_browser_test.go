package console

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
)

// framed is what the frame beside an editor says.
const framed = `document.querySelector("iframe.preview")?.contentDocument?.body?.innerText ?? ""`

// awaitFrame waits until the frame says something.
func awaitFrame(t *testing.T, b *browsertest.Browser, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browsertest.Patience)
	defer cancel()
	got := ""
	for ctx.Err() == nil {
		if got = browsertest.Evaluate[string](b, framed); strings.Contains(got, want) {
			return
		}
	}
	t.Fatalf("the frame does not say %q:\n%s", want, got)
}

// TestTextsInABrowser writes a text with its preview beside it, as it is typed,
// and saves it.
func TestTextsInABrowser(t *testing.T) {
	h := newHouse(t)
	at, _ := h.serve()
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	auditor := browsertest.NewAuditor(t)
	b.Screen(1280, 900)
	b.Goto(at + "/sales/lakeside-2027/texts")
	enter(b, "manager")
	b.Click(`a[href="` + landingText + `"]`)
	awaitFrame(t, b, "Leave your e-mail address")
	before := browsertest.Evaluate[int](b, "history.length")
	b.Type("#words", "Three days at {organizer}.")
	awaitFrame(t, b, "Three days at Lakeside Ltd.")
	b.Type("#words", " And {more")
	awaitFrame(t, b, "It has a { that is never closed")
	b.Type("#words", "}")
	awaitFrame(t, b, `"{more}" is no placeholder here`)
	if n := browsertest.Evaluate[int](b, "history.length"); n != before {
		t.Errorf("previews have added %d pages to the history", n-before)
	}
	b.Click("main button[type=submit]:not([formtarget])")
	if got := b.Text("#words-wrong"); !strings.HasPrefix(got, `"{more}" is no placeholder here`) {
		t.Errorf("beside the field stands %q", got)
	}
	if got := browsertest.Evaluate[string](b, `document.querySelector("#words").value`); got != "Three days at {organizer}. And {more}" {
		t.Errorf("what was typed is not kept: %q", got)
	}
	browsertest.Evaluate[bool](b, `{ const w = document.querySelector("#words"); w.value = "Three days at {organizer}: https://lakeside.example"; w.form.requestSubmit(); true }`)
	if got := b.Text(".notice-done"); got != "Saved. Fans read it from now on." {
		t.Errorf("told %q", got)
	}
	awaitFrame(t, b, "Three days at Lakeside Ltd: https://lakeside.example")
	for _, path := range []string{landingText, "/sales/lakeside-2027/texts/offer/de", "/sales/lakeside-2027/texts/alternatives/en"} {
		b.Goto(at + path)
		awaitFrame(t, b, " ")
		picture(t, b, "editor"+strings.ReplaceAll(path, "/", "-"))
		for _, width := range []int{320, 1280} {
			b.Screen(width, 900)
			for _, f := range auditor.Audit(b) {
				t.Errorf("%s, %d: %s", path, width, f)
			}
			if !b.Fits() {
				t.Errorf("%s is wider than %d", path, width)
			}
		}
	}
	for _, e := range b.Errors() {
		if !strings.Contains(e, "422") {
			t.Errorf("the browser complains: %s", e)
		}
	}
}

// TestTextsWithoutScripts: the Preview button does what the script does.
func TestTextsWithoutScripts(t *testing.T) {
	h := newHouse(t)
	at, _ := h.serve()
	b := browsertest.New(t, browsertest.Options{})
	b.Goto(at + "/sales/lakeside-2027/texts/receipt_subject/de")
	enter(b, "manager")
	awaitFrame(t, b, "Nummer 1.234 in der Reihe")
	b.Type("#words", "{title}: die {number}")
	b.Click("button[formtarget]")
	awaitFrame(t, b, "Lakeside Festival 2027: die 1.234")
	if v := h.newest("lakeside-2027").Sale.Version; v != 1 {
		t.Errorf("the preview wrote version %d", v)
	}
	b.Click("main button[type=submit]:not([formtarget])")
	b.Text(".notice-done")
	if got := h.newest("lakeside-2027").Sale.Texts["receipt_subject"]["de"]; got != "{title}: die {number}" {
		t.Errorf("saved %q", got)
	}
	if complaints := b.Errors(); len(complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(complaints, "\n"))
	}
}

// picture photographs a page by day and by lamplight, narrow and wide, when
// INTURN_GALLERY names a folder.
func picture(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	dir := os.Getenv("INTURN_GALLERY")
	if dir == "" {
		return // pictures were not asked for
	}
	for _, v := range []struct {
		name  string
		width int
		dark  bool
	}{{"360-light", 360, false}, {"360-dark", 360, true}, {"1280-light", 1280, false}, {"1280-dark", 1280, true}} {
		b.Screen(v.width, 900)
		b.Dark(v.dark)
		if err := os.WriteFile(filepath.Join(dir, name+"-"+v.name+".png"), b.Photograph(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b.Dark(false)
}
