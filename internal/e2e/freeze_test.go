package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// look has a page ask for news now, as it does when somebody comes back to it,
// until it shows a text.
func look(t *testing.T, b *browsertest.Browser, text string) {
	t.Helper()
	e2etest.Until(t, "the page says "+text, func() bool {
		return browsertest.Evaluate[bool](b, `(() => {
			const now = Date.now();
			if (!(now - window.asked < 1500)) { window.asked = now; document.dispatchEvent(new Event('visibilitychange')); }
			return document.querySelector('main').innerText.includes("`+text+`");
		})()`)
	})
}

// said waits until the console has said what was done.
func said(t *testing.T, b *browsertest.Browser, text string) {
	t.Helper()
	e2etest.Until(t, "the console says "+text, func() bool { return strings.Contains(b.Text(".notice-done"), text) })
}

// TestFreeze: an organizer freezes the sale in the console while a fan has the
// checkout page open. The fan reads so, with the time standing still; after the
// release the page has the new end, what was chosen is still there, and buys.
func TestFreeze(t *testing.T) {
	t.Parallel()
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL()})
	site.Start()
	site.Apply(e2etest.SaleFile{
		Slug: "lake", Guaranteed: 2, Standby: 2, Tickets: `{stock: 8, max_per_fan: 2, price: "25.00"}`, Life: "30m", Closes: e2etest.FarOff, Ends: "2090-01-01T12:00",
	})
	ann := site.SignUp("lake", "ann@fans.example")
	link := post.Await("ann@fans.example", e2etest.OfferMail).Link()
	before := site.OfferOf(link)

	fan := browsertest.New(t, browsertest.Options{Scripts: true})
	fan.Goto(link)
	browsertest.Evaluate[bool](fan, `(() => { const f = document.querySelector('#qty-ticket'); f.value = '2'; return f.dispatchEvent(new Event('input', {bubbles: true})); })()`)
	organizer := browsertest.New(t, browsertest.Options{Scripts: true})
	organizer.Screen(1280, 900)
	becomeOwner(t, organizer, site)
	organizer.Goto(site.Console + "/sales/lake")
	organizer.Click(`nav.tabs a[href="/sales/lake/freeze"]`)
	organizer.Type("#why-freeze", "the payment is down")
	organizer.Type("#confirm", "freeze")
	organizer.Click("main form button")
	said(t, organizer, "The sale is frozen")

	look(t, fan, "The clock stands still")
	look(t, fan, "It runs on only when the sale does.")
	e2etest.Until(t, "the place page says it", func() bool {
		return strings.Contains(site.Page(ann.PlaceURL).Body, "The clock stands still")
	})
	frozen := site.OfferOf(link)
	if !frozen.Frozen || frozen.SecondsLeft > before.SecondsLeft {
		t.Errorf("%+v", frozen)
	}
	e2etest.Until(t, "time passes outside", func() bool { return site.OfferOf(link).Ends.After(frozen.Ends.Add(3 * time.Second)) })
	if again := site.OfferOf(link); again.SecondsLeft != frozen.SecondsLeft || !again.Frozen {
		t.Errorf("the clock does not stand still: %+v, then %+v", frozen, again)
	}

	organizer.Type("#why-release", "it is up again")
	organizer.Click("main form button")
	said(t, organizer, "1 link was given that time")
	look(t, fan, "more than your mail says")
	look(t, fan, "Reserved for you until")
	after := site.OfferOf(link)
	if gained := after.Ends.Sub(before.Ends); after.Frozen || gained < 3*time.Second {
		t.Errorf("the end moved by %v: %+v", gained, after)
	}
	if got := browsertest.Evaluate[string](fan, `document.querySelector('#qty-ticket').value`); got != "2" {
		t.Errorf("after all that %s tickets are chosen", got)
	}
	fan.Click(".choice button")
	if got := fan.Text("main"); !strings.Contains(got, "Order code") {
		t.Errorf("after buying: %s", got)
	}
	site.Verify()
	for _, b := range []*browsertest.Browser{fan, organizer} {
		if complaints := b.Errors(); len(complaints) > 0 {
			t.Errorf("the browser complains: %q", complaints)
		}
	}
}
