package e2e

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/e2e/e2etest"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// TestKill kills each role's process at random moments, also while it starts,
// and starts it again at once, through whole sales. Whatever was answered has
// to be there in the end, nothing may be sold twice, every invariant has to
// hold and every sale has to complete.
//
// INTURN_KILLS is how many kills there are on each database, for long runs;
// INTURN_SEED draws other moments.
func TestKill(t *testing.T) {
	t.Parallel()
	e2etest.EachDatabase(t, func(t *testing.T, dsn func() string) {
		t.Parallel()
		kills := 24
		if testing.Short() || dsn != nil {
			kills = 12
		}
		kills = fromEnv(t, "INTURN_KILLS", kills)
		seed := fromEnv(t, "INTURN_SEED", 1)
		done := 0
		for round := 0; done < kills; round++ {
			r := rounds[round%len(rounds)]
			r.kills = min(r.kills, kills-done)
			done += r.play(t, dsn, rand.New(rand.NewPCG(uint64(seed), uint64(round))))
			t.Logf("%d kills in %d rounds, seed %d", done, round+1, seed)
			if t.Failed() {
				return
			}
		}
	})
}

func fromEnv(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// round is one sale on a new site.
type round struct {
	layout e2etest.Layout
	kills  int
}

// rounds take turns: each role by itself, and everything at once.
var rounds = []round{{e2etest.Roles, 20}, {e2etest.Together, 4}}

// ticketsInSale are fewer than the crowd wants.
const ticketsInSale = 40

// play plays the sale while processes are killed, and gives how many were.
func (r round) play(t *testing.T, dsn func() string, random *rand.Rand) int {
	t.Helper()
	post := e2etest.NewPost(t, smtptest.Options{})
	site := e2etest.New(t, e2etest.Options{Layout: r.layout, DSN: dsn, SMTP: post.URL()})
	site.Start()
	site.Apply(e2etest.SaleFile{
		Slug: slug, Tickets: `{stock: 40, max_per_fan: 2, price: "10.00"}`, Guaranteed: ticketsInSale / 2, Standby: crowdSize,
		Batch: 2, Life: "4s",
	})
	ctx, cancel := context.WithTimeout(t.Context(), e2etest.Patience+time.Duration(r.kills)*10*time.Second)
	defer cancel()
	c := newCrowd(t, site, post, random)
	c.run(ctx)
	k := killer{t: t, left: int64(r.kills), over: c.over}
	k.kill(site, random)
	c.awaitTheEnd(ctx)
	killed := k.wait()
	c.check()
	return killed
}

// killer kills processes until it has killed enough or the sale is over.
type killer struct {
	t      *testing.T
	left   int64
	killed atomic.Int64
	over   <-chan struct{}
	all    sync.WaitGroup
}

// Moments are random on purpose, and drawn from the seed: a process is killed
// within a span after its start. A dispatcher's lease has to run out before
// the next one may work, so it gets longer.
const (
	span           = 1200 * time.Millisecond
	spanDispatcher = 8 * time.Second
)

func (k *killer) kill(site *e2etest.Site, random *rand.Rand) {
	for _, p := range site.Processes {
		within := span
		if p == site.Process("dispatcher") {
			within = spanDispatcher
		}
		own := rand.New(rand.NewPCG(random.Uint64(), random.Uint64()))
		k.all.Go(func() { k.again(p, within, own) })
	}
}

// again kills one process again and again, and leaves it running.
func (k *killer) again(p *e2etest.Process, within time.Duration, random *rand.Rand) {
	for {
		select {
		case <-time.After(time.Duration(random.Int64N(int64(within)))):
		case <-k.over:
		}
		if k.isOver() || k.killed.Add(1) > k.left {
			break
		}
		if err := p.Kill(); err != nil {
			k.t.Error(err)
			return
		}
		if err := p.Launch(); err != nil {
			k.t.Error(err)
			return
		}
	}
	if err := p.AwaitServing(); err != nil {
		k.t.Error(err)
	}
}

func (k *killer) isOver() bool {
	select {
	case <-k.over:
		return true
	default:
		return false
	}
}

// wait waits until everything runs again.
func (k *killer) wait() int {
	k.all.Wait()
	return int(min(k.killed.Load(), k.left))
}

// check compares what fans were answered with what there is.
func (c *crowd) check() {
	c.t.Helper()
	sold := c.checkOrders()
	c.checkPlaces()
	var shown struct{ Stock struct{ Pools []pool } }
	e2etest.Until(c.t, "nothing is offered any more", func() bool {
		if err := json.Unmarshal([]byte(c.site.Inturn("sale", "show", slug, "--json")), &shown); err != nil {
			c.t.Fatal(err)
		}
		return shown.Stock.Pools[0].Offered == 0
	})
	if got := shown.Stock.Pools[0]; got.Sold != sold || got.Issued != ticketsInSale || got.Available != ticketsInSale-sold {
		c.t.Errorf("stock %+v, and fans hold %d tickets", got, sold)
	}
	c.site.Verify()
	c.site.Stop()
	c.site.Verify()
	logs := c.site.Logs()
	for _, unwanted := range []string{"fans.example", "/c/ey", "panic", `"code":"internal"`} {
		if i := strings.Index(logs, unwanted); i >= 0 {
			c.t.Errorf("%q is in the log: %s", unwanted, logs[max(0, i-300):min(len(logs), i+300)])
		}
	}
}

// checkOrders wants exactly the orders that were answered, each with its mail,
// and gives how many tickets they are.
func (c *crowd) checkOrders() (sold int) {
	c.t.Helper()
	want := map[string]string{}
	tickets := map[string]bool{}
	for _, f := range c.fans {
		if ids := offerIDs(c.post.To(f.address, e2etest.OfferMail)); len(ids) > 1 {
			c.t.Errorf("a fan who %s got %d offers", f.does, len(ids))
		}
		if f.order == nil {
			continue
		}
		want[f.order.Order] = f.address
		sold += len(f.order.Tickets)
		for _, ticket := range f.order.Tickets {
			if tickets[ticket.Code] {
				c.t.Errorf("ticket %s was sold twice", ticket.Code)
			}
			tickets[ticket.Code] = true
		}
		var now e2etest.Order
		c.site.Read(f.order.URL, &now)
		if diff := cmp.Diff(*f.order, now); diff != "" {
			c.t.Errorf("an order is not what was answered: %s", diff)
		}
		c.post.Await(f.address, e2etest.Confirmation)
	}
	var rows []doorRow
	if err := json.Unmarshal([]byte(c.site.Inturn("orders", slug, "--json")), &rows); err != nil {
		c.t.Fatal(err)
	}
	got := map[string]string{}
	for _, row := range rows {
		got[row.Code] = row.Address
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("orders that were answered, and the door list: %s", diff)
	}
	if len(tickets) != sold || sold > ticketsInSale {
		c.t.Errorf("%d tickets with %d codes were sold of %d", sold, len(tickets), ticketsInSale)
	}
	return sold
}

func offerIDs(mails []e2etest.Mail) []string {
	var ids []string
	for _, m := range mails {
		if !slices.Contains(ids, m.OfferID()) {
			ids = append(ids, m.OfferID())
		}
	}
	return ids
}

// checkPlaces wants every registration that was answered, with dense numbers
// in the order in which they were answered.
func (c *crowd) checkPlaces() {
	c.t.Helper()
	byNumber := map[int]*fan{}
	for _, f := range c.fans {
		p := c.site.PlaceOf(f.place.PlaceURL)
		if p.Number != f.place.Number || p.Address != f.address || p.Class != f.place.Class {
			c.t.Errorf("a place was answered as %+v and is %+v", f.place, p)
		}
		if f.order != nil && (p.Order == nil || p.Order.Code != f.order.Order) {
			c.t.Errorf("place %d has order %+v, want %s", p.Number, p.Order, f.order.Order)
		}
		if byNumber[p.Number] != nil || p.Number < 1 || p.Number > len(c.fans) {
			c.t.Errorf("number %d of %d was given twice or skipped others", p.Number, len(c.fans))
		}
		byNumber[p.Number] = f
	}
	for _, first := range c.fans {
		for _, second := range c.fans {
			if first.answered.Before(second.sent) && first.place.Number > second.place.Number {
				c.t.Errorf("number %d was answered before number %d asked", first.place.Number, second.place.Number)
			}
		}
	}
	a, err := e2etest.Send(c.t.Context(), e2etest.Request{
		Method: http.MethodPost, URL: c.site.Registration + "/" + slug, Form: e2etest.Email(c.fans[0].address), JSON: true, Key: c.fans[0].address,
	})
	if err != nil || a.Status != http.StatusCreated {
		c.t.Errorf("asking again after everything: %d %s, %v", a.Status, a.Body, err)
	}
}
