package e2e

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// What happens while a part is dead: what depends on it waits, nothing else
// does, and everybody who looks is told.

// TestDeadMailServer: offers wait and their hours do not begin; sign-ups,
// links that are out and orders go on. When the server is back everything is
// mailed, with the whole hour: elsewhere a server recovered after an hour for
// links that lived for one.
func TestDeadMailServer(t *testing.T) {
	t.Parallel()
	post := e2etest.NewPost(t, smtptest.Options{})
	cable := e2etest.NewCable(t, post.Addr())
	site := e2etest.New(t, e2etest.Options{SMTP: "smtp://" + cable.Addr + "?tls=none"})
	site.Start()
	site.Apply(plentiful())
	ann := site.SignUp(slug, "ann@fans.example")
	link := post.Await("ann@fans.example", e2etest.OfferMail).Link()

	cable.Cut()
	bob := site.SignUp(slug, "bob@fans.example")
	for _, listener := range []string{site.Registration, site.Checkout, site.Console} {
		site.AwaitIll(listener, "mail")
	}
	e2etest.Until(t, "the metrics say so", func() bool {
		return strings.Contains(site.Page(site.Console+"/metrics").Body, `inturn_part_ok{listener="console",part="mail"} 0`)
	})
	site.Order(link, e2etest.Buy("ticket", 1))
	site.AwaitState(ann.PlaceURL, "bought")
	e2etest.Until(t, "bob's turn", func() bool {
		state := site.PlaceOf(bob.PlaceURL).State
		return state == "preparing" || state == "open" // a hand-over may have begun when the cable was cut
	})
	if n := len(post.To("bob@fans.example", "")) + len(post.To("ann@fans.example", e2etest.Confirmation)); n != 0 {
		t.Errorf("%d mails came over a cut cable", n)
	}

	cable.Mend()
	m := post.Await("bob@fans.example", e2etest.OfferMail)
	if o := site.OfferOf(m.Link()); o.Ends.Sub(m.Date).Hours() < 1 {
		t.Errorf("bob's link ends at %v, and was mailed at %v", o.Ends, m.Date)
	}
	post.Await("ann@fans.example", e2etest.Confirmation)
	post.Await("bob@fans.example", e2etest.Receipt)
	for _, listener := range []string{site.Registration, site.Checkout, site.Console} {
		site.AwaitIll(listener)
	}
	site.Verify()
	wantsLog(t, site, "health changed")
}

// wantsLog wants these messages in the logs, and no address.
func wantsLog(t *testing.T, site *e2etest.Site, messages ...string) {
	t.Helper()
	logs := site.Logs()
	for _, message := range messages {
		if !strings.Contains(logs, message) {
			t.Errorf("%q is not in the log", message)
		}
	}
	if strings.Contains(logs, "fans.example") {
		t.Error("an address is in the log")
	}
}

// TestDeadBoxOffice cuts the wire between the two machines. The line goes on
// taking names, links go on selling, and nothing moves that the box office
// has not decided: an offer whose time is over keeps its tickets, and nobody
// gets them, until the wire is back. A version that was applied meanwhile is
// pending until then, and its wider caps wait with it.
func TestDeadBoxOffice(t *testing.T) {
	t.Parallel()
	// The mail server keeps eve's offer until the wire is cut. While a mail is
	// being handed over its offer is not closed, however long that takes.
	leaving, cut := make(chan struct{}), make(chan struct{})
	var once sync.Once
	post := e2etest.NewPost(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.Dot && m.To == "eve@fans.example" && strings.Contains(string(m.Mail.Raw), "X-Inturn-Offer") {
			once.Do(func() { close(leaving) })
			return smtptest.Reply{Text: "250 2.0.0 taken", Wait: cut}
		}
		return smtptest.Reply{}
	}})
	site := e2etest.New(t, e2etest.Options{Layout: e2etest.Apart, SMTP: post.URL()})
	cable := e2etest.NewCable(t, site.Box.Env["INTURN_PEER_LISTEN"])
	site.Line.Env["INTURN_PEER_URL"] = "http://" + cable.Addr
	site.Start()
	file := plentiful()
	file.Guaranteed, file.Standby = 1, 0
	site.Apply(file)
	// One ticket, whose first link lives for a moment only.
	short := e2etest.SaleFile{Slug: "short", Guaranteed: 1, Standby: 1, Life: "4s", Tickets: `{stock: 1, max_per_fan: 1, price: "10"}`}
	site.Apply(short)

	ann := site.SignUp(slug, "ann@fans.example")
	link := post.Await("ann@fans.example", e2etest.OfferMail).Link()
	eve := site.SignUp("short", "eve@fans.example")
	<-leaving
	cable.Cut()
	close(cut)
	fay := site.SignUp("short", "fay@fans.example")

	site.AwaitIll(site.Registration, "box office", "dispatcher")
	order := site.Order(link, e2etest.Buy("ticket", 1))
	site.AwaitState(eve.PlaceURL, "closing")
	if p := site.PlaceOf(fay.PlaceURL); p.State != "waiting" {
		t.Errorf("fay is %s before anybody can know that eve's ticket is free", p.State)
	}
	if p := site.PlaceOf(ann.PlaceURL); p.State != "open" {
		t.Errorf("ann is %s before the line can know of her order", p.State)
	}
	file.Standby = 1
	if said := site.Apply(file); !strings.Contains(said, "pending") {
		t.Errorf("sale apply without a box office says: %s", said)
	}
	full := site.Post(site.Registration+"/"+slug, e2etest.Email("bob@fans.example"))
	if full.Status != http.StatusGone || full.Code() != "full" {
		t.Errorf("a wider cap is in force before the box office has it: %d %s", full.Status, full.Body)
	}
	site.AwaitIll(site.Registration, "box office", "dispatcher", "versions")
	if why := site.HealthOf(site.Registration).Ill()["versions"]; !strings.Contains(why, "lake (version 2") {
		t.Errorf("readyz says of versions: %s", why)
	}
	if h := site.HealthOf(site.Checkout); h.Status != "ready" {
		t.Errorf("the box office itself is %+v", h)
	}

	cable.Mend()
	site.AwaitIll(site.Registration)
	site.AwaitState(eve.PlaceURL, "expired")
	site.OfferOf(post.Await("fay@fans.example", e2etest.OfferMail).Link())
	if p := site.AwaitState(ann.PlaceURL, "bought"); p.Order == nil || p.Order.Code != order.Order {
		t.Errorf("ann's order is %+v", p.Order)
	}
	post.Await("ann@fans.example", e2etest.Confirmation)
	if got := site.SignUp(slug, "bob@fans.example"); got.Number != 2 {
		t.Errorf("bob is %+v", got)
	}
	site.Verify()
	wantsLog(t, site, "beat failed", "beat works again", "health changed")
	if n := strings.Count(site.Logs(), `"beat failed"`); n > 5 {
		t.Errorf("one outage is %d errors in the log", n)
	}
}

// TestDispatcherWithoutMail: apart from the console nobody could read caught
// mail, so the dispatcher refuses to start and says what is missing.
func TestDispatcherWithoutMail(t *testing.T) {
	t.Parallel()
	site := e2etest.New(t, e2etest.Options{Layout: e2etest.Apart})
	ran := site.Line.Run(t, "serve", "registration", "dispatcher")
	if ran.Code != 2 || !strings.Contains(ran.Err, "INTURN_SMTP_URL") {
		t.Errorf("exit code %d: %s", ran.Code, ran.Err)
	}
}
