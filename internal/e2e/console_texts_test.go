package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// TestOwnTexts writes an organizer's own words in the console, sees them in
// the preview, and then where fans read them: on the landing page and in the
// mail, in that language only. A test mail to oneself brings them, too.
func TestOwnTexts(t *testing.T) {
	t.Parallel()
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL()})
	site.Start()
	file := e2etest.SaleFile{
		Slug: "lake", Guaranteed: 4, Standby: 4, Tickets: `{stock: 20, max_per_fan: 2, price: "25.00"}`, Starts: e2etest.FarOff, Ends: "2090-01-01T12:00",
	}
	site.Apply(file)
	b := browsertest.New(t, browsertest.Options{Scripts: true})
	b.Screen(1280, 900)
	becomeOwner(t, b, site)

	b.Goto(site.Console + "/sales/lake/texts/landing/en")
	b.Type("#words", "Three evenings by {organizer}, until {ends}.")
	const shown = "Three evenings by Lakeside, until Sunday, 1 January 2090, 12:00 CET."
	e2etest.Until(t, "the preview shows it", func() bool {
		return browsertest.Evaluate[bool](b, `(document.querySelector("iframe.preview")?.contentDocument?.body?.innerText ?? "").includes("`+shown+`")`)
	})
	save := `main button[type=submit]:not([formtarget])`
	b.Click(save)
	b.Text(".notice-done")
	b.Goto(site.Console + "/sales/lake/texts/receipt_subject/en")
	b.Type("#words", "{title}: you are {number}")
	b.Click(save)
	b.Text(".notice-done")

	e2etest.Until(t, "the landing page says it", func() bool {
		return strings.Contains(site.Page(site.Registration+"/lake/en").Body, shown)
	})
	site.SignUp("lake", "ann@fans.example")
	if got, want := post.Await("ann@fans.example", e2etest.Receipt).Subject, e2etest.Title+": you are 1"; got != want {
		t.Errorf("the receipt's subject is %q, want %q", got, want)
	}

	b.Click(`a[href*="test-mail"]`)
	b.Click(`main form button`)
	e2etest.Until(t, "the console says what became of it", func() bool {
		return browsertest.Evaluate[bool](b, `(document.querySelector("#result")?.textContent ?? "").includes("The mail server took it")`)
	})
	test := post.Await("olga@lake.example", "test")
	if want := "[Test] " + e2etest.Title + ": you are 1,234"; test.Subject != want {
		t.Errorf("the test mail's subject is %q, want %q", test.Subject, want)
	}
	if place := site.Page(test.PlaceURL()); place.Status != 404 {
		t.Errorf("the place in a test mail answers %d", place.Status)
	}
	if n := len(post.To("ann@fans.example", "")); n != 1 {
		t.Errorf("ann has %d mails", n)
	}
	site.Stop()
	site.Start() // settings made in the console survive
	e2etest.Until(t, "the landing page still says it", func() bool {
		return strings.Contains(site.Page(site.Registration+"/lake/en").Body, shown)
	})
	site.Verify()
}

// becomeOwner follows the link that the first start prints.
func becomeOwner(t *testing.T, b *browsertest.Browser, site *e2etest.Site) {
	t.Helper()
	link := e2etest.Wait(t, "the owner's link is printed", func() (string, bool) {
		link := regexp.MustCompile(`\S+/owner/\S+`).FindString(site.Logs())
		return link, link != ""
	})
	b.Goto(link)
	b.Type("#address", "olga@lake.example")
	b.Type("#passphrase", "four words of a house")
	b.Type("#repeated", "four words of a house")
	b.Click("main form button")
	b.Text(".you")
}
