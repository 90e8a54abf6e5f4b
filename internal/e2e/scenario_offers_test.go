package e2e

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// offered waits for a fan's offer and checks the mail.
func (s *scenario) offered(name string, most int) e2etest.Mail {
	s.Helper()
	m := s.post.Await(address(name), e2etest.OfferMail)
	if !slices.Equal(m.Recipients, []string{address(name)}) || m.From != "tickets@lake.example" {
		s.Errorf("offer mail of %s: from %s to %v", name, m.From, m.Recipients)
	}
	if m.OfferID() == "" || m.MessageID != "offer."+m.OfferID()+"@lake.example" {
		s.Errorf("offer mail of %s: X-Inturn-Offer %q, Message-ID %q", name, m.OfferID(), m.MessageID)
	}
	if !strings.HasPrefix(m.Link(), s.Checkout+"/c/") || m.PlaceURL() != s.places[name] {
		s.Errorf("offer mail of %s: link %q, place %q", name, m.Link(), m.PlaceURL())
	}
	lead := s.says("mail.offer.lead.other", "Count", strconv.Itoa(most), "Title", e2etest.Title)
	if most == 1 {
		lead = s.says("mail.offer.lead.one", "Count", "1", "Title", e2etest.Title)
	}
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		s.Fatal(err)
	}
	deadline := expiry(s, m.Link()).In(zurich).Format("15:04")
	for _, part := range []string{m.Text, m.HTML} {
		s.wants("offer mail of "+name, part, lead, m.Link(), deadline)
	}
	s.links[name] = m.Link()
	return m
}

// open waits for an offer that the fan has time for, and wants the place page
// to show the very same.
func (s *scenario) open(name string, most int) (link string) {
	s.Helper()
	m := s.offered(name, most)
	p := s.AwaitState(s.places[name], "open")
	o := s.OfferOf(m.Link())
	if p.Offer == nil || p.Offer.Most != most || o.Most != most || !p.Offer.Ends.Equal(o.Ends) || !o.Ends.Equal(expiry(s, m.Link())) {
		s.Fatalf("place page of %s says %+v, the link opens %+v, want %d tickets", name, p.Offer, o, most)
	}
	same := s.OfferOf(p.Offer.URL)
	same.SecondsLeft = o.SecondsLeft // its time runs meanwhile
	if cmp.Diff(o, same) != "" {
		s.Errorf("the place page's link opens another offer: %s", cmp.Diff(o, same))
	}
	page := s.Page(m.Link())
	s.answered("offer page", page, http.StatusOK, "")
	s.wants("offer page", page.Body, s.says("checkout.choose"), "Saturday", "!@fans.example")
	return m.Link()
}

// offerToTheRest lets the sale run: batches of three, links for an hour.
func (s *scenario) offerToTheRest() {
	s.file.Every, s.file.Batch, s.file.Life = "@every 1s", 3, "1h"
	s.wants("sale apply", s.Apply(s.file), "written as version 3")
	for _, name := range []string{"bob", "dan", "eve", "fay", "gil"} {
		if o := s.OfferOf(s.open(name, 2)); o.Version != 3 || o.Left("fri") != 6 || o.Left("sat") != 6 {
			s.Errorf("the offer of %s says %+v", name, o)
		}
	}
	// Ten tickets are offered: nobody else may have one, and the second batch
	// left after the whole first one.
	s.inOrder("nell", "bob|dan|eve", "fay|gil")
	e2etest.Until(s, "hal sees that the line has got to 7", func() bool {
		p := s.PlaceOf(s.places["hal"])
		return p.State == "waiting" && p.Reached == 7
	})
	if p := s.PlaceOf(s.places["cyd, left"]); p.State != "withdrawn" {
		s.Errorf("the place that cyd left is %s", p.State)
	}
	if stock := s.stock(); stock != (pool{Pool: "capacity", Issued: 10, Offered: 10}) {
		s.Errorf("stock %+v", stock)
	}
}

// inOrder wants the offer mails to have left in this order, and no other. The
// names of a batch may come in any order among themselves.
func (s *scenario) inOrder(batches ...string) {
	s.Helper()
	mails := s.mailsOf(e2etest.OfferMail)
	for _, batch := range batches {
		var got []string
		names := strings.Split(batch, "|")
		for range names {
			if len(mails) > 0 {
				got, mails = append(got, strings.TrimSuffix(mails[0].To, "@fans.example")), mails[1:]
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, names) {
			s.Errorf("offers went to %v, want %v", got, names)
		}
	}
	if len(mails) > 0 {
		s.Errorf("%d more offers than expected, the first to %s", len(mails), mails[0].To)
	}
}

// pool is one pool of the stock.
type pool struct {
	Pool                             string
	Issued, Available, Offered, Sold int
}

// stock is the capacity as `sale show` prints it.
func (s *scenario) stock() pool {
	s.Helper()
	var shown struct{ Stock struct{ Pools []pool } }
	s.show(&shown)
	if len(shown.Stock.Pools) != 3 {
		s.Fatalf("stock %+v", shown)
	}
	return shown.Stock.Pools[0]
}

// scan is what mail scanners do to a link, submitting its form included.
func (s *scenario) scan() {
	before := s.Inturn("sale", "show", slug, "--json")
	link := s.links["fay"]
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodGet} {
		for _, url := range []string{link, link + "/decline", s.places["fay"], s.places["fay"] + "/withdraw"} {
			if _, err := e2etest.Send(s.Context(), e2etest.Request{Method: method, URL: url}); err != nil {
				s.Fatal(err)
			}
		}
	}
	s.answered("a submitted form with nothing chosen", s.Post(link, e2etest.Buy("fri", 0, "sat", 0)), http.StatusUnprocessableEntity, "bad_quantity")
	s.answered("an empty form", s.Post(link, nil), http.StatusUnprocessableEntity, "bad_quantity")
	if p := s.PlaceOf(s.places["fay"]); p.State != "open" {
		s.Errorf("after the scanner fay is %s", p.State)
	}
	if after := s.Inturn("sale", "show", slug, "--json"); !sameButTimes(before, after) {
		s.Errorf("the scanner changed the sale:\n%s", cmp.Diff(before, after))
	}
	s.answered("a forged link", s.Get(link[:len(link)-6]+"AAAAAA"), http.StatusUnauthorized, "bad_link")
	s.answered("no link at all", s.Get(s.Checkout+"/c/x"), http.StatusUnauthorized, "bad_link")
}

// sameButTimes compares two prints of a sale, but for its next moment.
func sameButTimes(a, b string) bool {
	lines := func(text string) []string {
		return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.Contains(line, `"next_batch"`) })
	}
	return slices.Equal(lines(a), lines(b))
}

// buyWhileTheLineIsDown stops the line side, buys bob's tickets, and starts
// it again: the order gets its confirmation then. As one process everything
// stops and starts.
func (s *scenario) buyWhileTheLineIsDown() {
	s.Stop("dispatcher")
	if s.Box == s.Line {
		s.Start()
	}
	link := s.links["bob"]
	form := e2etest.Buy("fri", 1, "sat", 1)
	form.Set("version", "3")
	bought := s.Submit(link, form)
	if bought.Status != http.StatusSeeOther || !strings.HasPrefix(bought.Header.Get("Location"), "/order/") {
		s.Fatalf("bob buys: %d to %q: %s", bought.Status, bought.Header.Get("Location"), bought.Body)
	}
	if again := s.Submit(link, form); again.Status != http.StatusSeeOther || again.Header.Get("Location") != bought.Header.Get("Location") {
		s.Errorf("bob submits again: %d to %q", again.Status, again.Header.Get("Location"))
	}
	var order e2etest.Order
	s.Read(s.Checkout+bought.Header.Get("Location"), &order)
	if order.State != "confirmed" || order.Total != "180.50" || len(order.Tickets) != 2 {
		s.Errorf("bob's order: %+v", order)
	}
	page := s.Page(s.Checkout + bought.Header.Get("Location"))
	s.wants("order page", page.Body, order.Order, order.Tickets[0].Code, order.Tickets[1].Code, "180.50", "!@fans.example")
	s.Start()
	s.confirmed("bob", order)
}

// confirmed wants one confirmation with everything in it, and the place page
// to show the order.
func (s *scenario) confirmed(name string, o e2etest.Order) {
	s.Helper()
	m := s.post.Await(address(name), e2etest.Confirmation)
	if m.OrderURL() != o.URL {
		s.Errorf("confirmation of %s links to %q, want %q", name, m.OrderURL(), o.URL)
	}
	s.wants("confirmation of "+name, m.Subject, o.Order)
	for _, ticket := range o.Tickets {
		s.wants("confirmation of "+name, m.Text, ticket.Code)
		s.wants("confirmation of "+name, m.HTML, ticket.Code)
	}
	p := s.AwaitState(s.places[name], "bought")
	if p.Order == nil || p.Order.Code != o.Order || p.Order.Tickets != len(o.Tickets) || p.Order.URL != o.URL || p.Offer != nil {
		s.Errorf("place of %s: %+v", name, p.Order)
	}
}
