package console

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/plan"
)

// shots keeps pictures of the pages as they are, where INTURN_CONSOLE_SHOTS
// names a folder: to be looked at. INTURN_CONSOLE_DOCS names that of the
// documentation.
func shots(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	if docs := os.Getenv("INTURN_CONSOLE_DOCS"); docs != "" && (name == "places" || name == "plan") {
		for suffix, dark := range map[string]bool{"": false, "-dark": true} {
			b.Screen(1024, 768)
			b.Dark(dark)
			if err := os.WriteFile(filepath.Join(docs, "console-"+name+suffix+".png"), b.Photograph(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		b.Screen(360, 740)
		b.Dark(false)
	}
	dir := os.Getenv("INTURN_CONSOLE_SHOTS")
	if dir == "" {
		return
	}
	for _, v := range []struct {
		name  string
		width int
		dark  bool
	}{{"360", 360, false}, {"360-dark", 360, true}, {"1280", 1280, false}, {"1280-dark", 1280, true}} {
		b.Screen(v.width, 800)
		b.Dark(v.dark)
		if err := os.WriteFile(filepath.Join(dir, name+"-"+v.name+".png"), b.Photograph(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.Screen(360, 740)
	b.Dark(false)
}

// examine wants a page to be accessible, light and dark, and keeps pictures of
// it.
func examine(t *testing.T, b *browsertest.Browser, auditor browsertest.Auditor, what string) {
	t.Helper()
	for _, dark := range []bool{false, true} {
		b.Dark(dark)
		for _, f := range auditor.Audit(b) {
			t.Errorf("%s (dark: %v): %s", what, dark, f)
		}
	}
	b.Dark(false)
	shots(t, b, what)
}

// TestSetUpInABrowser is a newcomer's way from signing in to the checklist,
// without and with scripts, on a phone.
func TestSetUpInABrowser(t *testing.T) {
	for _, scripts := range []bool{false, true} {
		name := "without scripts"
		if scripts {
			name = "with scripts"
		}
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(o *Options) {
				o.Place = Place{RegistrationURL: "https://tickets.example", MailLimits: plan.Limits{PerHour: 1000}, Examine: examined}
			})
			_, at := h.serve()
			b := browsertest.New(t, browsertest.Options{Scripts: scripts})
			var auditor browsertest.Auditor
			if scripts {
				auditor = browsertest.NewAuditor(t)
			}
			looks := func(what string) {
				t.Helper()
				if !b.Fits() {
					t.Errorf("%s is wider than a phone", what)
				}
				if scripts {
					examine(t, b, auditor, what)
				}
			}
			next := func() {
				t.Helper()
				b.Click(`button[name=to][value=next]:not(.default)`)
			}
			b.Goto(at + "/")
			enter(b, "owner")
			b.Text("h1")
			b.Click(`a[href="/sales/new"]`)
			b.Text("h1")
			looks("begin")
			b.Click(`form[action="/sales/new"] button`)

			// The title is forgotten: it is told beside the field, and nothing is lost.
			b.Type(`#organizer-name`, "Harbour Ltd")
			next()
			if got := b.Text("#title-en-wrong"); !strings.Contains(got, "is missing") {
				t.Errorf("without a title it says %q", got)
			}
			looks("event-wrong")
			b.Type(`#title-en`, "Harbour Nights 2027")
			b.Click(`#speaks-de`)
			b.Type(`#title-de`, "Hafennächte 2027")
			looks("event")
			next()
			b.Text("#timezone-hint")
			looks("dates")
			next()
			b.Type(`#tickets-types-0-title-en`, "Friday")
			b.Type(`#tickets-types-0-stock`, "4,000")
			b.Type(`#tickets-types-0-price`, "85")
			b.Type(`#tickets-types-1-title-en`, "Saturday")
			b.Type(`#tickets-types-1-stock`, "6000")
			b.Type(`#tickets-types-1-price`, "95.50")
			looks("tickets")
			// Back to the event and here again by the steps: nothing is lost.
			b.Click(`button[name=to][value=event]`)
			b.Text("#languages-hint")
			if got := browsertest.Evaluate[string](b, `document.querySelector("#title-en").value`); got != "Harbour Nights 2027" {
				t.Errorf("the title is %q", got)
			}
			b.Click(`button[name=to][value=tickets]`)
			b.Text("#the-last-row")
			next()
			if got := b.Text("#the-reason"); !strings.Contains(got, "2,500 guaranteed") || !strings.Contains(got, "7,500 on standby") {
				t.Errorf("the reason: %q", got)
			}
			looks("places")
			next()
			if got := b.Text("#the-plan .figures"); !strings.Contains(got, "Sold out") {
				t.Errorf("the plan: %q", got)
			}
			looks("mails")
			next()
			b.Text(".summary")
			looks("preview")
			b.Click(`button[name=to][value=create]`)
			b.Text(".checklist")
			b.Click(`form[action$="/checklist/keys"] button`)
			b.Text("#keys button.plain")
			b.Click(`form[action$="/checklist/doctor"] button`)
			if got := b.Text("#doctor pre"); !strings.Contains(got, "v=spf1") {
				t.Errorf("the doctor: %q", got)
			}
			looks("checklist")
			b.Goto(at + "/sales/harbour-nights-2027/plan")
			b.Text(".figures")
			looks("plan")
			for _, complaint := range b.Errors() {
				// The page without a title was answered 422, and the preview runs no scripts.
				if !strings.Contains(complaint, "status of 422") && !strings.HasPrefix(complaint, "Blocked script execution") {
					t.Errorf("the browser complains: %s", complaint)
				}
			}
		})
	}
}
