package console

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// bigHouse is a house whose sale starts in an hour, with 300 in line and
// batches of 500.
func bigHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	s := h.inForce().Sale
	s.Dispatch.Starts, s.Dispatch.Batch = noon.Add(time.Hour), 500
	s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Tickets.Types[1].Stock = 10_000, 5000, 5000
	s.Caps = sale.Caps{Guaranteed: 200, Standby: 9800}
	if _, err := h.write(t.Context(), h.box, s, line.Edit{Actor: "bea@lakeside.example", Source: line.FromConsole, Base: 1}); err != nil {
		t.Fatal(err)
	}
	h.join(300)
	return h
}

// TestSteeringInABrowser starts a sale with a number to type, changes the
// batch, is refused a cap, and edits beside somebody else; with scripts and
// without.
func TestSteeringInABrowser(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			h := bigHouse(t)
			at, _ := h.serve()
			b := browsertest.New(t, browsertest.Options{Scripts: scripts})
			b.Goto(at + steerAt)
			enter(b, "manager")
			says := func(selector string, texts ...string) {
				t.Helper()
				got := b.Text(selector)
				for _, text := range texts {
					if !strings.Contains(got, text) {
						t.Errorf("%s says %q, not %q", selector, got, text)
					}
				}
			}
			fill := func(selector, text string) {
				t.Helper()
				b.Clear(selector)
				b.Type(selector, text)
			}
			says(".acts", "Start…")
			says("main", "In line", "300")

			b.Click(`form:has([value="start"]) button`)
			says(".does", "This mails 300 people within the next minute")
			b.Type("#typed", "30")
			b.Click(".confirm button")
			says("#typed-wrong", "This is not 300")
			b.Type("#typed", "300")
			b.Click(".confirm button")
			says(".notice-done", "Done. This mails 300 people")
			if !h.inForce().Sale.Dispatch.Starts.Equal(noon) {
				t.Error("it has not started")
			}

			fill("#dispatch-batch", "200")
			b.Click("#dispatch button")
			says(".does", "mails 200 people instead of 300")
			says("table", "dispatch.batch", "500", "200")
			b.Click(".confirm button")
			says(".notice-done", "Done.")

			fill("#caps-guaranteed", "199")
			b.Click("#places button")
			says("[role=alert]", "This cannot be done", "199 is less than the 200 guarantees that are given")
			b.Click(".back button")
			says("#places", "Guaranteed")

			b.Goto(at + settingsAt)
			other := h.as("chief")
			form := other.whole()
			form.Set("dispatch.batch", "150")
			other.want(other.confirms(settingsAt, other.post(settingsAt, form), ""), 303)
			fill("#dispatch-batch", "120")
			fill("#organizer-name", "Lakeside & Sons")
			b.Click("form.settings .actions button")
			says("[role=alert]", "chief@lakeside.example wrote it in the console", `was "200"; is "150" now; you typed "120"`)
			b.Click("form.settings .actions button")
			says(".does", "mails 120 people instead of 150")
			b.Click(".confirm button")
			says(".notice-done", "Done.")
			if got := h.inForce().Sale; got.Dispatch.Batch != 120 || got.Organizer.Name != "Lakeside & Sons" {
				t.Errorf("%+v %+v", got.Dispatch, got.Organizer)
			}
			for _, complaint := range b.Errors() {
				if !strings.Contains(complaint, "status of 422") && !strings.Contains(complaint, "status of 409") {
					t.Errorf("the browser complains: %s", complaint)
				}
			}
		})
	}
}

// TestSteeringFits looks at the real pages, with every field there is, on a
// telephone and a desk, in light and dark: none is wider than the screen, and
// axe-core finds nothing. INTURN_STEERING names a folder for their pictures.
func TestSteeringFits(t *testing.T) {
	h := bigHouse(t)
	at, _ := h.serve()
	auditor := browsertest.NewAuditor(t)
	b := browsertest.New(t, browsertest.Options{Scripts: true, Width: 1280, Height: 900})
	b.Goto(at + steerAt)
	enter(b, "manager")
	b.Text(".acts")
	visits := []struct {
		name  string
		visit func()
	}{
		{"steer", func() { b.Goto(at + steerAt) }},
		{"settings", func() { b.Goto(at + settingsAt) }},
		{"wrong", func() {
			b.Goto(at + settingsAt)
			b.Type("#dispatch-batch", "x")
			b.Click("form.settings .actions button")
			b.Text("[role=alert]")
		}},
		{"start", func() {
			b.Goto(at + steerAt)
			b.Click(`form:has([value="start"]) button`)
			b.Text(".does")
		}},
		{"file", func() { b.Goto(at + fileAt) }},
	}
	dir := os.Getenv("INTURN_STEERING")
	for i, screen := range []struct {
		name  string
		width int
		dark  bool
	}{{"360-light", 360, false}, {"1280-dark", 1280, true}, {"360-dark", 360, true}, {"1280-light", 1280, false}} {
		if i == 2 && dir == "" {
			break // the other two say nothing new but in pictures
		}
		b.Screen(screen.width, 900)
		b.Dark(screen.dark)
		for _, v := range visits {
			v.visit()
			for _, f := range auditor.Audit(b) {
				t.Errorf("%s, %s: %s", v.name, screen.name, f)
			}
			if !b.Fits() {
				t.Errorf("%s is wider than %d pixels", v.name, screen.width)
			}
			if dir != "" {
				if err := os.WriteFile(dir+"/"+url.PathEscape(v.name+"-"+screen.name)+".png", b.Photograph(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
