package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// TestRobots: at a sale that demands a proof of work, a browser that runs
// scripts solves the puzzle while the fan types; one that does not is mailed a
// link, and gives the place when its button is pressed.
func TestRobots(t *testing.T) {
	t.Parallel()
	site := e2etest.New(t, e2etest.Options{})
	festival := newFestivalSite(t, func() string { return site.Registration })
	site.Start()
	site.Apply(e2etest.SaleFile{
		Slug: "lake", Guaranteed: 4, Standby: 4, Tickets: `{stock: 20, max_per_fan: 2, price: "25.00"}`,
		More: "robots: {proof_of_work: true, work: 50000}\nembed: {origins: [\"" + festival.allowed + "\"]}", Starts: e2etest.FarOff, Closes: e2etest.FarOff,
	})
	landing := site.Registration + "/lake/en"
	e2etest.Until(t, "the sale is there", func() bool { return site.Page(landing).Status == 200 })

	t.Run("with scripts", func(t *testing.T) {
		b := browsertest.New(t, browsertest.Options{Scripts: true})
		b.Goto(landing)
		b.Type(`input[name="email"]`, "ann@fans.example")
		b.Click(`form.signup button[type="submit"]`)
		if number := b.Text(".stub .number"); number != "1" {
			t.Errorf("ann is number %q", number)
		}
		// In a hurry: the form waits for the puzzle, and is sent by itself.
		b.Goto(landing)
		browsertest.Evaluate[bool](b, `(() => {
			document.querySelector('[name=email]').value = 'bob@fans.example';
			document.querySelector('form.signup').requestSubmit();
			return true;
		})()`)
		if number := b.Text(".stub .number"); number != "2" {
			t.Errorf("bob is number %q", number)
		}
		worked := 0
		for _, asked := range b.Requested() {
			if strings.HasSuffix(asked, "/lake/challenge") {
				worked++
			}
			if !strings.HasPrefix(asked, site.Registration+"/") {
				t.Errorf("the page asked for %s", asked)
			}
		}
		if worked != 2 {
			t.Errorf("%d puzzles were asked for, want one for each form", worked)
		}
		if complaints := b.Errors(); len(complaints) > 0 {
			t.Errorf("the browser complains: %q", complaints)
		}
	})

	t.Run("without a worker", func(t *testing.T) {
		b := browsertest.New(t, browsertest.Options{Scripts: true})
		b.Goto(landing)
		browsertest.Evaluate[bool](b, `(() => { delete window.Worker; return !window.Worker; })()`)
		b.Type(`input[name="email"]`, "cyd@fans.example")
		b.Click(`form.signup button[type="submit"]`)
		if number := b.Text(".stub .number"); number != "3" {
			t.Errorf("cyd is number %q", number)
		}
	})

	t.Run("without scripts", func(t *testing.T) {
		b := e2etest.NewBrowser(t)
		b.Goto(landing)
		if hint := b.Text("form.signup noscript"); !strings.Contains(hint, e2etest.Words(t, "landing.proof.without")) {
			t.Errorf("the form says %q", hint)
		}
		b.Type(`input[name="email"]`, "dee@fans.example")
		b.Click(`form.signup button[type="submit"]`)
		if said := b.Text("h1.sign"); said != e2etest.Words(t, "sent.title") || !b.Fits() {
			t.Errorf("the page says %q", said)
		}
		link := mailedLink(t, site, "dee@fans.example")
		b.Goto(link)
		if said := b.Text("h1.sign"); said != e2etest.Words(t, "confirm.title") || !b.Fits() {
			t.Errorf("the link says %q", said)
		}
		if st := site.Inturn("sale", "show", "lake"); !strings.Contains(st, "3, 3 of them guaranteed") {
			t.Errorf("opening the link changed something:\n%s", st)
		}
		b.Click(`main form button[type="submit"]`)
		if number := b.Text(".stub .number"); number != "4" {
			t.Errorf("dee is number %q", number)
		}
	})
	t.Run("in a frame", func(t *testing.T) {
		b := browsertest.New(t, browsertest.Options{Scripts: true})
		b.Goto(festival.allowed + "/script")
		title := func() string { return browsertest.Evaluate[string](b, "document.querySelector('iframe').title") }
		e2etest.Until(t, "the frame tells what it is", func() bool { return strings.HasSuffix(title(), e2etest.Title) })
		fillFrame(b, "eve@fans.example")
		e2etest.Until(t, "the frame says that she is in line", func() bool {
			return title() == e2etest.Words(t, "place.waiting.heading")+" – "+e2etest.Title
		})
		for _, complaint := range b.Errors() {
			if !strings.Contains(complaint, "/favicon.ico") { // of the festival, which has none
				t.Errorf("the browser complains: %s", complaint)
			}
		}
	})
	t.Run("in another site's own form", func(t *testing.T) {
		b := browsertest.New(t, browsertest.Options{Scripts: true})
		b.Goto(festival.foreign + "/form")
		b.Type("input", "fay@fans.example")
		b.Click("button")
		if said := b.Text("h1.sign"); said != e2etest.Words(t, "sent.title") {
			t.Errorf("the page says %q", said)
		}
	})
	site.Verify()
}

// mailedLink waits for the mail that confirms an address, and gives its link.
func mailedLink(t *testing.T, site *e2etest.Site, address string) string {
	t.Helper()
	var box struct {
		Mails []struct{ ID, Subject string }
	}
	id := e2etest.Wait(t, "the link in the mailbox", func() (string, bool) {
		site.Read(site.Console+"/mailbox?to="+address, &box)
		for _, m := range box.Mails {
			if strings.HasPrefix(m.Subject, "Please confirm") {
				return m.ID, true
			}
		}
		return "", false
	})
	page := site.Page(site.Console + "/mailbox/" + id).Body
	link := regexp.MustCompile(regexp.QuoteMeta(site.Registration) + `/lake/confirm/[a-z0-9.A-Z_-]+`).FindString(page)
	if link == "" {
		t.Fatalf("no link in\n%s", page)
	}
	return link
}
