package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// hands are a fan who uses nothing but the keyboard.
type hands struct {
	testing.TB
	*browsertest.Browser
}

// tabTo presses Tab until the focus is on what the selector finds, and wants
// the focus to be visible at every step.
func (h hands) tabTo(selector string) {
	h.Helper()
	for range 40 {
		h.Press(kb.Tab)
		if browsertest.Evaluate[bool](h.Browser, `document.activeElement.matches(`+quoted(selector)+`)`) {
			return
		}
		seen := `(() => { const s = getComputedStyle(document.activeElement); return document.activeElement === document.body || s.outlineStyle !== 'none' && s.outlineWidth !== '0px' })()`
		if !browsertest.Evaluate[bool](h.Browser, seen) {
			h.Errorf("the focus cannot be seen on %s", browsertest.Evaluate[string](h.Browser, "document.activeElement.outerHTML.slice(0, 120)"))
		}
	}
	h.Fatalf("Tab never comes to %s", selector)
}

func quoted(s string) string { return "`" + s + "`" }

// TestKeyboard is a fan without a mouse, with scripts on: sign up, watch the
// place, follow the offer, buy, see the order.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	h := hands{t, browsertest.New(t, browsertest.Options{Scripts: true, Width: 1280, Height: 900})}
	site := e2etest.New(t, e2etest.Options{})
	site.Start()
	site.Apply(e2etest.SaleFile{Slug: slug, Guaranteed: 10, Tickets: `{stock: 20, max_per_fan: 2, price: "25.00"}`})
	e2etest.Until(t, "the form is there", func() bool { return site.Page(site.Registration+"/"+slug+"/en").Status == 200 })

	h.Goto(site.Registration + "/" + slug + "/en")
	h.Text("form.signup")
	h.tabTo(`input[name="email"]`)
	h.Press("kim@fans.example")
	h.Press(kb.Enter)
	if number := h.Text(".stub .number"); number != "1" {
		t.Errorf("kim is number %q", number)
	}
	place := browsertest.Evaluate[string](h.Browser, "location.href")
	site.AwaitState(place, "open")
	h.Goto(place)
	h.Text(`a.button[href*="/c/"]`)
	h.tabTo(`a.button[href*="/c/"]`)
	h.Press(kb.Enter)
	h.Text("form select")
	h.tabTo(`select[name="qty.ticket"]`)
	h.Press(kb.ArrowDown + kb.ArrowDown)
	h.tabTo(`form button[type="submit"]`)
	h.Press(kb.Enter)
	code := h.Text(".code")
	site.AwaitState(place, "bought")
	h.Goto(place)
	if got := h.Text(".code"); got != code {
		t.Errorf("the place page shows order %q, want %q", got, code)
	}
	if complaints := h.Errors(); len(complaints) > 0 {
		t.Errorf("the browser complains: %q", complaints)
	}
	site.Verify()
}
