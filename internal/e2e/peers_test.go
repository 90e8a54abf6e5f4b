package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// What went wrong elsewhere, and needs the whole product to show that it does
// not here. The others stand beside the package that they are about.

// pretix #681: an offer after the deadline. A link lives for an hour and the
// sale ends in half of one: nobody gets a link any more.
func TestPretix681NoOfferTooLateForItsHour(t *testing.T) {
	t.Parallel()
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL()})
	site.Start()
	file := plentiful()
	file.Ends = time.Now().Add(30 * time.Minute).UTC().Format(time.RFC3339)
	site.Apply(file)
	ann := site.SignUp(slug, "ann@fans.example")
	for range 2 {
		awaitMoment(t, site)
	}
	if p := site.PlaceOf(ann.PlaceURL); p.State != "waiting" || len(post.To("ann@fans.example", e2etest.OfferMail)) > 0 {
		t.Errorf("half an hour before the end ann is %s", p.State)
	}
	file.Life = "10m" // fits, so it was the hour
	site.Apply(file)
	site.OfferOf(post.Await("ann@fans.example", e2etest.OfferMail).Link())
}

// pretix #1899: "my list triggered although the shop was disabled". Nothing
// leaves before the start, nor after it while the sale is paused.
func TestPretix1899NothingWhileTheSaleIsOff(t *testing.T) {
	t.Parallel()
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL()})
	site.Start()
	file := plentiful()
	file.Starts = e2etest.FarOff
	site.Apply(file)
	ann := site.SignUp(slug, "ann@fans.example")
	post.Await("ann@fans.example", e2etest.Receipt) // the dispatcher is at work
	site.Inturn("sale", "pause", slug)
	file.Starts = e2etest.LongAgo
	site.Apply(file)
	for range 2 {
		awaitMoment(t, site)
	}
	if p := site.PlaceOf(ann.PlaceURL); p.State != "waiting" || len(post.To("ann@fans.example", e2etest.OfferMail)) > 0 {
		t.Errorf("while the sale is off ann is %s", p.State)
	}
	site.Inturn("sale", "resume", slug)
	site.OfferOf(post.Await("ann@fans.example", e2etest.OfferMail).Link())
}

// Let's Encrypt 2016 sent 7,618 mails with the addresses of those before, and
// 2018 one with 77 in To. A crowd that comes at once is mailed over several
// connections, each for himself: nobody else's address, place or link.
func TestLetsEncrypt2016And2018NobodyElseInAMail(t *testing.T) {
	t.Parallel()
	const fans = 60
	site, post := selling(t, e2etest.Together)
	places := make([]string, fans)
	var all sync.WaitGroup
	for i := range fans {
		all.Go(func() {
			var got e2etest.SignedUp
			a, err := e2etest.Send(t.Context(), e2etest.Request{
				Method: http.MethodPost, URL: site.Registration + "/" + slug, Form: e2etest.Email(fanAddress(i)), JSON: true,
			})
			if err == nil {
				err = a.Into(http.StatusCreated, &got)
			}
			if err != nil {
				t.Error(err)
			}
			places[i] = got.PlaceURL
		})
	}
	all.Wait()
	offers := map[string]bool{}
	for i := range fans {
		for _, m := range []e2etest.Mail{post.Await(fanAddress(i), e2etest.Receipt), post.Await(fanAddress(i), e2etest.OfferMail)} {
			if !slices.Equal(m.Recipients, []string{fanAddress(i)}) || m.PlaceURL() != places[i] || strings.Count(m.Raw, "@fans.example") != 1 {
				t.Errorf("%s mail to %v: place %q, want %q; in all:\n%s", m.Kind, m.Recipients, m.PlaceURL(), places[i], m.Raw)
			}
			if m.Kind == e2etest.OfferMail {
				offers[m.OfferID()] = true
			}
		}
	}
	if len(offers) != fans || post.Count() != 2*fans {
		t.Errorf("%d different offers in %d mails to %d fans", len(offers), post.Count(), fans)
	}
}

func fanAddress(i int) string { return fmt.Sprintf("fan-%03d@fans.example", i) }

// Overlapping cron runs, and beside them another worker's: two dispatchers
// share a line. Each fan has one offer, and whichever of the two dies, the
// other goes on.
func TestOverlappingRunsOfferOnce(t *testing.T) {
	t.Parallel()
	e2etest.EachDatabase(t, func(t *testing.T, dsn func() string) {
		t.Parallel()
		post := e2etest.NewPost(t, smtptest.Options{})
		site := e2etest.New(t, e2etest.Options{
			DSN: dsn, SMTP: post.URL(), Layout: e2etest.Layout{{"checkout"}, {"registration"}, {"dispatcher"}, {"dispatcher"}},
		})
		site.Start()
		file := plentiful()
		file.Batch = 4
		site.Apply(file)
		n := 0
		come := func(fans int) {
			t.Helper()
			first := n
			for ; n < first+fans; n++ {
				site.SignUp(slug, fanAddress(n))
			}
			for i := first; i < n; i++ {
				site.OfferOf(post.Await(fanAddress(i), e2etest.OfferMail).Link())
			}
		}
		come(20)
		for _, p := range site.Processes[2:] {
			if err := p.Kill(); err != nil {
				t.Fatal(err)
			}
			come(5)
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
		}
		for i := range n {
			if ids := offerIDs(post.To(fanAddress(i), e2etest.OfferMail)); len(ids) != 1 {
				t.Errorf("fan %d got %d offers", i, len(ids))
			}
		}
		site.Verify()
	})
}

// river #1258: jobs of a worker that died were stuck for months. A dispatcher
// dies while the mail server has the mail and has not said so: the next one
// sends it again under the same name, and both links are one offer.
func TestRiver1258AMailOfADeadWorkerIsNotStuck(t *testing.T) {
	t.Parallel()
	hold, taken := make(chan struct{}), make(chan struct{})
	post := e2etest.NewPost(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.Dot && strings.Contains(string(m.Mail.Raw), "X-Inturn-Offer") {
			select {
			case <-taken:
			default:
				close(taken)
				return smtptest.Reply{Text: "250 2.0.0 taken", Wait: hold, Take: true}
			}
		}
		return smtptest.Reply{}
	}})
	defer close(hold)
	site := e2etest.New(t, e2etest.Options{Layout: e2etest.Roles, SMTP: post.URL()})
	site.Start()
	site.Apply(plentiful())
	ann := site.SignUp(slug, "ann@fans.example")
	<-taken
	dispatcher := site.Process("dispatcher")
	if err := dispatcher.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := dispatcher.Start(); err != nil {
		t.Fatal(err)
	}
	first, again := post.Await("ann@fans.example", e2etest.OfferMail), post.AwaitAfter("ann@fans.example", e2etest.OfferMail, 1)
	if first.OfferID() != again.OfferID() || first.MessageID != again.MessageID {
		t.Errorf("sent again as another offer: %s %s, %s %s", first.OfferID(), first.MessageID, again.OfferID(), again.MessageID)
	}
	order := site.Order(first.Link(), e2etest.Buy("ticket", 1))
	if same := site.Order(again.Link(), e2etest.Buy("ticket", 1)); same.Order != order.Order {
		t.Errorf("two mails, two orders: %s and %s", order.Order, same.Order)
	}
	site.AwaitState(ann.PlaceURL, "bought")
	site.Verify()
}

// Refusals for our own quota were counted as bounces elsewhere, and cost
// those fans their turn. Here they are our fault: it waits, nobody is skipped.
func TestQuotaRefusalsAreNoBounces(t *testing.T) {
	t.Parallel()
	post := e2etest.NewPost(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.RCPT && m.Nth <= 6 {
			return smtptest.Say("550 5.4.5 Daily sending quota exceeded")
		}
		return smtptest.Reply{}
	}})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL(), Env: map[string]string{"INTURN_MAIL_CONNECTIONS": "2"}})
	site.Start()
	site.Apply(plentiful())
	for i := range 8 {
		site.SignUp(slug, fanAddress(i))
	}
	for i := range 8 {
		site.OfferOf(post.Await(fanAddress(i), e2etest.OfferMail).Link())
	}
	site.Verify()
}

// pretix CVE-2026-2415: placeholders in an organizer's words reached into the
// program's objects. Here words are words, on pages and in mails.
func TestPretixCVE20262415WordsAreOnlyWords(t *testing.T) {
	t.Parallel()
	const words = `{{.Sale}} {{printf .}} %s ${x} <b>Lake</b> & "sons"`
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{SMTP: post.URL()})
	site.Start()
	file := plentiful()
	file.Title = words
	site.Apply(file)
	ann := site.SignUp(slug, "ann@fans.example")
	s := &scenario{T: t}
	m := post.Await("ann@fans.example", e2etest.OfferMail)
	s.wants("the subject", m.Subject, words)
	s.wants("the text", m.Text, words)
	for what, page := range map[string]string{
		"the mail": m.HTML, "the landing page": site.Page(site.Registration + "/" + slug + "/en").Body,
		"the place page": site.Page(ann.PlaceURL).Body, "the offer page": site.Page(m.Link()).Body,
	} {
		s.wants(what, page, words)
		if strings.Contains(page, "<b>Lake") {
			t.Errorf("%s takes an organizer's words for HTML", what)
		}
	}
}

// pretix CVE-2026-5600: data of another event by id. A receipt, a link and an
// order belong to their sale.
func TestPretixCVE20265600NothingOfAnotherSale(t *testing.T) {
	t.Parallel()
	site, post := selling(t, e2etest.Together)
	other := plentiful()
	other.Slug = "other"
	site.Apply(other)
	ann := site.SignUp(slug, "ann@fans.example")
	site.SignUp("other", "bob@fans.example") // who has the same number there
	elsewhere := strings.Replace(ann.PlaceURL, "/"+slug+"/", "/other/", 1)
	for _, a := range []e2etest.Answer{
		site.Get(elsewhere), site.Post(elsewhere+"/withdraw", nil), site.Post(elsewhere+"/rejoin", nil),
	} {
		if a.Status != http.StatusNotFound || strings.Contains(a.Body, "fans.example") {
			t.Errorf("a receipt in another sale: %d %s", a.Status, a.Body)
		}
	}
	order := site.Order(post.Await("ann@fans.example", e2etest.OfferMail).Link(), e2etest.Buy("ticket", 1))
	site.AwaitState(ann.PlaceURL, "bought")
	ran := site.Line.Run(t, "orders", "other", "--cancel", order.Order, "--reason", "of another sale")
	if ran.Code != 1 {
		t.Errorf("cancelling another sale's order: exit code %d: %s%s", ran.Code, ran.Out, ran.Err)
	}
	if list := site.Inturn("orders", "other"); strings.Contains(list, order.Order) || strings.Contains(list, "ann@") {
		t.Errorf("another sale's order is on the list: %s", list)
	}
	site.Verify()
}
