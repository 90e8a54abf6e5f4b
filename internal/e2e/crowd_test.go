package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// crowd is fans of one sale who come and go as they like, each at their own
// moments, while anything may happen to the servers: whoever gets no answer
// asks again, with the same Idempotency-Key, until there is one.
type crowd struct {
	t    *testing.T
	site *e2etest.Site
	post *e2etest.Post
	fans []*fan
	over chan struct{} // closed when nobody need wait for an offer any more
	left sync.WaitGroup
}

// fan is one of them. What was answered is set once and read by others when
// the crowd has left.
type fan struct {
	*crowd
	address string
	does    string
	arrives time.Duration
	random  *rand.Rand

	sent, answered time.Time // the first try, and when there was an answer
	place          e2etest.SignedUp
	placed         chan struct{} // closed when place is set
	order          *e2etest.Order
}

// The ways of fans. Most buy, so that a sale with fewer tickets than fans
// sells out.
var ways = []string{"buys", "buys", "buys", "double-clicks", "buys fewer", "declines", "ignores it", "withdraws", "withdraws early"}

// crowdSize fans arrive one by one over a while.
const (
	crowdSize = 60
	arriving  = 8 * time.Second
)

// newCrowd makes the fans of a sale, drawn at random.
func newCrowd(t *testing.T, site *e2etest.Site, post *e2etest.Post, random *rand.Rand) *crowd {
	c := &crowd{t: t, site: site, post: post, over: make(chan struct{})}
	for i := range crowdSize {
		c.fans = append(c.fans, &fan{
			crowd: c, address: fmt.Sprintf("%s-%d@fans.example", slug, i), does: ways[random.IntN(len(ways))], placed: make(chan struct{}),
			arrives: time.Duration(random.Int64N(int64(arriving))), random: rand.New(rand.NewPCG(random.Uint64(), random.Uint64())),
		})
	}
	return c
}

// run lets everybody in.
func (c *crowd) run(ctx context.Context) {
	for _, f := range c.fans {
		c.left.Go(func() { f.live(ctx) })
	}
}

// live is what one fan does in the sale.
func (f *fan) live(ctx context.Context) {
	select {
	case <-time.After(f.arrives):
	case <-ctx.Done():
		return
	}
	if !f.signUp(ctx) || f.does == "withdraws early" && f.random.IntN(2) == 0 && f.withdraw(ctx) {
		return
	}
	link := f.awaitLink(ctx)
	if link == "" {
		return
	}
	most := f.open(ctx, link)
	switch f.does {
	case "buys", "withdraws early":
		f.buy(ctx, link, most)
	case "double-clicks":
		var twice sync.WaitGroup
		twice.Go(func() { f.ask(ctx, f.purchase(link, most), http.StatusCreated, http.StatusGone) })
		f.buy(ctx, link, most)
		twice.Wait()
	case "buys fewer":
		f.buy(ctx, link, 1)
	case "declines":
		f.ask(ctx, e2etest.Request{Method: http.MethodPost, URL: link + "/decline", JSON: true}, http.StatusNoContent, http.StatusGone)
	case "withdraws":
		f.withdraw(ctx)
	}
}

func (f *fan) signUp(ctx context.Context) bool {
	f.sent = time.Now()
	a, ok := f.ask(ctx, e2etest.Request{
		Method: http.MethodPost, URL: f.site.Registration + "/" + slug, Form: e2etest.Email(f.address), JSON: true, Key: f.address,
	}, http.StatusCreated)
	f.answered = time.Now()
	if !ok {
		return false
	}
	if err := a.Into(http.StatusCreated, &f.place); err != nil {
		f.t.Errorf("sign up: %v", err)
	}
	close(f.placed)
	return true
}

func (f *fan) withdraw(ctx context.Context) bool {
	_, ok := f.ask(ctx, e2etest.Request{Method: http.MethodPost, URL: f.place.PlaceURL + "/withdraw", JSON: true}, http.StatusNoContent)
	return ok
}

// open reads the offer: the last ticket of a sale may be all of it.
func (f *fan) open(ctx context.Context, link string) (most int) {
	a, ok := f.ask(ctx, e2etest.Request{Method: http.MethodGet, URL: link, JSON: true}, http.StatusOK, http.StatusGone)
	var o e2etest.Offer
	if !ok || a.Status == http.StatusGone {
		return 1
	}
	if err := a.Into(http.StatusOK, &o); err != nil {
		f.t.Errorf("open a link: %v", err)
	}
	return o.Most
}

func (f *fan) purchase(link string, quantity int) e2etest.Request {
	return e2etest.Request{Method: http.MethodPost, URL: link, Form: e2etest.Buy("ticket", quantity), JSON: true, Key: f.address}
}

// buy buys, unless the last answer is that it was too late.
func (f *fan) buy(ctx context.Context, link string, quantity int) {
	a, ok := f.ask(ctx, f.purchase(link, quantity), http.StatusCreated, http.StatusGone)
	if !ok || a.Status == http.StatusGone {
		return
	}
	f.order = &e2etest.Order{}
	if err := a.Into(http.StatusCreated, f.order); err != nil {
		f.t.Errorf("buy: %v", err)
	}
}

// awaitLink waits for the mail, or looks at the place page; "" when the sale
// ended first.
func (f *fan) awaitLink(ctx context.Context) string {
	reads := f.random.IntN(2) == 0
	for {
		if reads {
			if mails := f.post.To(f.address, e2etest.OfferMail); len(mails) > 0 {
				return mails[len(mails)-1].Link()
			}
		} else if p, ok := f.look(ctx); ok && p.Offer != nil {
			return p.Offer.URL
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-f.over:
			return ""
		case <-ctx.Done():
			return ""
		}
	}
}

// look reads the place page; not ok when the server is not there just now.
func (f *fan) look(ctx context.Context) (p e2etest.Place, ok bool) {
	a, err := e2etest.Send(ctx, e2etest.Request{Method: http.MethodGet, URL: f.place.PlaceURL, JSON: true})
	if err != nil || a.Status >= http.StatusInternalServerError {
		return p, false
	}
	if err := a.Into(http.StatusOK, &p); err != nil {
		f.t.Errorf("place page: %v", err)
		return p, false
	}
	return p, true
}

// ask sends until there is an answer, which has to be one of those wanted.
func (f *fan) ask(ctx context.Context, r e2etest.Request, wanted ...int) (e2etest.Answer, bool) {
	for {
		a, err := e2etest.Send(ctx, r)
		if err == nil && a.Status < http.StatusInternalServerError {
			for _, status := range wanted {
				if a.Status == status {
					return a, true
				}
			}
			f.t.Errorf("%s %s of a fan who %s: %d %s", r.Method, path(r.URL), f.does, a.Status, a.Body)
			return a, false
		}
		if err == nil && a.Status == http.StatusInternalServerError {
			f.t.Errorf("%s %s: %s", r.Method, path(r.URL), a.Body)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			f.t.Errorf("%s %s of a fan who %s was never answered: %v", r.Method, path(r.URL), f.does, err)
			return e2etest.Answer{}, false
		}
	}
}

func path(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Path
}

// awaitTheEnd waits until the sale is over for everybody: sold out, or all
// have had their turn.
func (c *crowd) awaitTheEnd(ctx context.Context) {
	c.t.Helper()
	e2etest.Until(c.t, "the sale "+slug+" completes", func() bool { return c.soldOut(ctx) || c.allOver(ctx) })
	close(c.over)
	c.left.Wait()
}

func (c *crowd) soldOut(ctx context.Context) bool {
	a, err := e2etest.Send(ctx, e2etest.Request{Method: http.MethodGet, URL: c.site.Registration + "/" + slug, JSON: true})
	var now struct {
		SoldOut bool `json:"sold_out"`
	}
	return err == nil && a.Into(http.StatusOK, &now) == nil && now.SoldOut
}

func (c *crowd) allOver(ctx context.Context) bool {
	for _, f := range c.fans {
		select {
		case <-f.placed:
		default:
			return false
		}
		p, ok := f.look(ctx)
		if !ok {
			return false
		}
		switch p.State {
		case "bought", "expired", "declined", "withdrawn", "bounced":
		default:
			return false
		}
	}
	return true
}
