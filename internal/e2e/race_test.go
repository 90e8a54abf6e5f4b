package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// TestLastTicketRace: 64 fans with links post for the last 10 tickets of a
// type at the same moment, each of them twice. Ten get one; the others keep
// what they were promised, a ticket of some type.
func TestLastTicketRace(t *testing.T) {
	t.Parallel()
	const buyers, rare = 64, 10
	e2etest.EachDatabase(t, func(t *testing.T, dsn func() string) {
		t.Parallel()
		post := e2etest.NewPost(t, smtptest.Options{})
		site := e2etest.New(t, e2etest.Options{DSN: dsn, SMTP: post.URL()})
		site.Start()
		site.Apply(e2etest.SaleFile{
			Slug: slug, Guaranteed: buyers, Batch: buyers,
			Tickets: fmt.Sprintf(`{max_per_fan: 1, capacity: %d, types: [{id: rare, title: {en: Rare}, stock: %d, price: "10"}, {id: plain, title: {en: Plain}, stock: %d, price: "5"}]}`, buyers, rare, buyers),
		})
		links := make([]string, buyers)
		for i := range buyers {
			site.SignUp(slug, fmt.Sprintf("fan-%d@fans.example", i))
		}
		for i := range buyers {
			links[i] = post.Await(fmt.Sprintf("fan-%d@fans.example", i), e2etest.OfferMail).Link()
		}
		won, lost := atOnce(t, links, "rare")
		if len(won) != rare || len(lost) != buyers-rare {
			t.Errorf("%d got a rare ticket and %d did not, want %d", len(won), len(lost), rare)
		}
		more, none := atOnce(t, lost, "plain")
		if len(more) != buyers-rare || len(none) != 0 {
			t.Errorf("%d of those who lost got a plain ticket, %d nothing", len(more), len(none))
		}
		tickets := map[string]bool{}
		for _, o := range append(won, more...) {
			tickets[o.Tickets[0].Code] = true
		}
		if len(tickets) != buyers {
			t.Errorf("%d different tickets for %d orders", len(tickets), buyers)
		}
		site.Verify()
	})
}

// atOnce buys one ticket with every link at the same moment, twice each, and
// gives the orders and the links that got none.
func atOnce(t *testing.T, links []string, id string) (won []e2etest.Order, lost []string) {
	t.Helper()
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	answers := make([][2]e2etest.Answer, len(links))
	for i, link := range links {
		for click := range 2 {
			ready.Add(1)
			done.Go(func() {
				ready.Done()
				<-start
				var err error
				answers[i][click], err = e2etest.Send(t.Context(), e2etest.Request{
					Method: http.MethodPost, URL: link, Form: e2etest.Buy(id, 1), JSON: true,
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	ready.Wait()
	close(start)
	done.Wait()
	for i, a := range answers {
		switch {
		case a[0].Status == http.StatusCreated && a[0].Body == a[1].Body:
			var o e2etest.Order
			if err := a[0].Into(http.StatusCreated, &o); err != nil || len(o.Tickets) != 1 || o.Tickets[0].Type != id {
				t.Fatalf("%+v, %v", o, err)
			}
			won = append(won, o)
		case a[0].Code() == "too_many_tickets" && a[1].Code() == "too_many_tickets":
			lost = append(lost, links[i])
		default:
			t.Errorf("two clicks: %d %s\n%d %s", a[0].Status, a[0].Body, a[1].Status, a[1].Body)
		}
	}
	return won, lost
}
