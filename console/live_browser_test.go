package console

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/line"
)

// await waits until an expression in the page is true.
func await(t *testing.T, b *browsertest.Browser, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browsertest.Patience)
	defer cancel()
	for ctx.Err() == nil {
		if browsertest.Evaluate[bool](b, expression) {
			return
		}
	}
	t.Fatalf("it never came to %s:\n%s", expression, browsertest.Evaluate[string](b, "document.body.innerText"))
}

// says is whether a part of the page has a text.
func says(selector, text string) string {
	return fmt.Sprintf("(document.querySelector(%q)?.textContent ?? '').includes(%q)", selector, text)
}

// TestLivePageFollows: numbers move while fans sign up, get offers and buy;
// what is opened and focused stays so; when the console goes away it is said.
func TestLivePageFollows(t *testing.T) {
	h := newHouse(t)
	c := h.crowd("lakeside-2027")
	url, stop := h.onAir()
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	auditor := browsertest.NewAuditor(t)
	b.Screen(1280, 900)
	b.Goto(url + "/sales/lakeside-2027")
	enter(b, "viewer")
	await(t, b, says("#live-state", "Live"))
	await(t, b, says("#live-now", "In line0"))
	browsertest.Evaluate[bool](b, `{ const s = document.querySelector("#chart-classes-table summary"); s.click(); s.focus(); true }`)
	h.queue(1, 30)
	await(t, b, says("#live-now", "In line30"))
	await(t, b, says("#live-classes", "25 of 25"))
	if !browsertest.Evaluate[bool](b, `document.querySelector("#chart-classes-table").open && document.activeElement === document.querySelector("#chart-classes-table summary")`) {
		t.Error("what was opened and focused is not any more")
	}
	offers := c.batch(10)
	c.mails(line.ResultAccepted)
	c.buys(offers[0], 4)
	await(t, b, says("#live-now", "Sold4 of 100 tickets"))
	await(t, b, says("#live-funnel", "1 of 10 · 10 %"))
	await(t, b, says("#live-domains", "mail.example"))
	for _, width := range []int{360, 1280} {
		b.Screen(width, 900)
		for _, dark := range []bool{false, true} {
			b.Dark(dark)
			for _, f := range auditor.Audit(b) {
				t.Errorf("%d wide, dark %v: %s", width, dark, f)
			}
			if !b.Fits() {
				t.Errorf("it is wider than %d pixels", width)
			}
			photograph(t, b, fmt.Sprintf("live-real-%d-%v", width, dark))
		}
	}
	stop()
	await(t, b, says("#live-state", "connection"))
	if complaints := strings.Join(b.Errors(), "\n"); strings.Contains(complaints, "Content Security Policy") {
		t.Error(complaints)
	}
}

// TestLivePageWithoutScriptsInABrowser: a refresh shows what has happened.
func TestLivePageWithoutScriptsInABrowser(t *testing.T) {
	h := newHouse(t)
	url, _ := h.onAir()
	b := browsertest.New(t, browsertest.Options{})
	b.Goto(url + "/sales/lakeside-2027")
	enter(b, "viewer")
	if got := b.Text("#live-now"); !strings.Contains(got, "In line\n0") {
		t.Errorf("at first: %q", got)
	}
	h.queue(1, 7)
	b.Click(".live-refresh a")
	if got := b.Text("#live-now"); !strings.Contains(got, "In line\n7") {
		t.Errorf("after a refresh: %q", got)
	}
}

// photograph keeps a picture where INTURN_GALLERY names a folder.
func photograph(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	if dir := os.Getenv("INTURN_GALLERY"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Photograph(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
