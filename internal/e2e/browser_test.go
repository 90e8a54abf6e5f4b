package e2e

import (
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// TestBrowser is a fan with a browser that runs no scripts: sign up, read the
// mail, open the link, buy, see the order. Mail is caught in the process, as
// in a rehearsal.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := e2etest.NewBrowser(t)
	site := e2etest.New(t, e2etest.Options{})
	site.Start()
	site.Apply(e2etest.SaleFile{Slug: slug, Guaranteed: 10, Tickets: `{stock: 20, max_per_fan: 2, price: "25.00"}`})
	b.Goto("data:text/html,<p>quiet</p><script>document.querySelector('p').textContent='ran'</script>")
	if got := b.Text("p"); got != "quiet" {
		t.Fatalf("scripts run: %q", got)
	}
	looks := func(what string) {
		t.Helper()
		if !b.Fits() {
			t.Errorf("%s is wider than a phone", what)
		}
		if n := b.Cookies(); n != 0 {
			t.Errorf("%s sets %d cookies", what, n)
		}
	}

	e2etest.Until(t, "the sale is in the list", func() bool { return strings.Contains(site.Page(site.Registration).Body, `"/lake"`) })
	b.Goto(site.Registration)
	looks("the list of sales")
	b.Click(`a[href="/lake"]`)
	b.Text("form.signup")
	looks("the landing page")
	b.Type(`input[name="email"]`, "ann@fans.example")
	b.Click(`form.signup button[type="submit"]`)
	if number := b.Text(".stub .number"); number != "1" {
		t.Errorf("ann is number %q", number)
	}
	looks("the place page")

	var box struct {
		Mails []struct{ ID, Subject string }
	}
	id := e2etest.Wait(t, "the offer in the mailbox", func() (string, bool) {
		site.Read(site.Console+"/mailbox?to=ann@fans.example", &box)
		for _, m := range box.Mails {
			if strings.HasPrefix(m.Subject, "Your turn") {
				return m.ID, true
			}
		}
		return "", false
	})
	b.Goto(site.Console + "/mailbox")
	if banner := b.Text(".banner"); banner != e2etest.Words(t, "mailbox.banner") {
		t.Errorf("the mailbox says %q", banner)
	}
	looks("the mailbox")
	b.Click(`a[href="/mailbox/` + id + `"]`)
	b.Text(".letter")
	looks("a mail")
	b.Click(`a[href^="` + site.Checkout + `/c/"]`)

	b.Type(`select[name="qty.ticket"]`, "2")
	looks("the offer")
	b.Click(`form button[type="submit"]`)
	code := b.Text(".code")
	looks("the order")
	if rows := b.Text("table tbody"); strings.Count(rows, "25.00") != 2 {
		t.Errorf("the order shows %q", rows)
	}

	// The place page has come along.
	var place string
	for _, url := range b.Requested() {
		if strings.Contains(url, "/place/") {
			place = url
		}
	}
	site.AwaitState(place, "bought")
	b.Goto(place)
	if got := b.Text(".code"); got != code {
		t.Errorf("the place page shows order %q, want %q", got, code)
	}
	for _, url := range b.Requested() {
		ours := strings.HasPrefix(url, site.Registration+"/") || strings.HasPrefix(url, site.Checkout+"/") || strings.HasPrefix(url, site.Console+"/")
		if !ours && !strings.HasPrefix(url, "data:") {
			t.Errorf("a page asked for %s", url)
		}
	}
	if complaints := b.Errors(); len(complaints) > 0 {
		t.Errorf("the browser complains: %q", complaints)
	}
	site.Verify()
}
