package checkout

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
)

func TestBuyWithTheForm(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		bought := c.postForm("/c/"+token, "version=1&qty.fri=2&qty.sat=1")
		c.want(bought, 303)
		to := bought.header.Get("Location")
		if !strings.HasPrefix(to, "/order/") {
			t.Fatalf("Location %q", to)
		}
		c.want(c.page(to), 200, "Lakeside Festival", "Friday", "Saturday", "265.00", "You pay when you collect", "-cancelled")
		again := c.postForm("/c/"+token, "version=1&qty.fri=2&qty.sat=1")
		c.want(again, 303)
		if again.header.Get("Location") != to {
			t.Errorf("a double click leads to %q, then %q", to, again.header.Get("Location"))
		}
		c.want(c.page("/c/"+token), 200, "Your tickets", "265.00", "-<form")
		if p := c.pool(sale.CapacityPool); p.Sold != 3 || p.Offered != 0 || p.Available != 7 {
			t.Errorf("capacity after buying 3 of 4: %+v; what was left must be free at once", p)
		}
	})
}

func TestBuyWithJSON(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		bought := c.postJSON("/c/"+token, `{"qty":{"fri":2,"sat":1}}`)
		c.want(bought, 201)
		got := decode[orderJSON](t, bought)
		if got.Order == "" || !strings.HasPrefix(got.URL, "https://tickets.example/order/") || got.Total != "265.00" ||
			got.Currency != "CHF" || got.Sale != "fest" || got.State != sale.OrderConfirmed || len(got.Tickets) != 3 {
			t.Errorf("order: %+v", got)
		}
		if to := bought.header.Get("Location"); to != got.URL {
			t.Errorf("Location %q, url %q", to, got.URL)
		}
		kinds := map[string]int{}
		codes := map[string]bool{}
		for _, ticket := range got.Tickets {
			kinds[ticket.Type]++
			codes[ticket.Code] = true
		}
		if diff := cmp.Diff(map[string]int{"fri": 2, "sat": 1}, kinds); diff != "" || len(codes) != 3 {
			t.Errorf("tickets %+v: %s", got.Tickets, diff)
		}
		ref := strings.TrimPrefix(got.URL, "https://tickets.example")
		for _, path := range []string{ref, "/c/" + token} {
			if diff := cmp.Diff(got, decode[orderJSON](t, c.json(path))); diff != "" {
				t.Errorf("GET %s (-bought +got):\n%s", path, diff)
			}
		}
	})
}

// Invariant 20: the same request again gets the same answer, also when the
// hour has passed meanwhile; another one is refused with the order.
func TestOneOrderPerOffer(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		first := c.postJSON("/c/"+token, `{"qty.fri":2}`)
		c.want(first, 201)
		code := decode[orderJSON](t, first).Order
		young := mint(t, c.line, link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(2 * time.Hour)})
		for _, now := range []time.Time{noon.Add(time.Minute), noon.Add(90 * time.Minute), noon.Add(100 * time.Hour)} {
			c.clock.Set(now)
			for _, tok := range []string{token, young} {
				for _, body := range []string{`{"qty.fri":2}`, `{"qty":{"fri":2,"sat":0}}`} {
					again := c.postJSON("/c/"+tok, body)
					c.want(again, 201)
					if again.body != first.body {
						t.Errorf("%v: answered %s, then %s", now, first.body, again.body)
					}
				}
				other := c.postJSON("/c/"+tok, `{"qty.fri":3}`)
				c.want(other, 409, `"code":"already_bought"`)
				if got := decode[orderJSON](t, other); got.Order != code || len(got.Tickets) != 2 {
					t.Errorf("the refusal shows %+v, want order %s", got, code)
				}
				c.want(c.postForm("/c/"+tok, "qty.sat=1"), 409, code, "You have already ordered")
				c.want(c.page("/c/"+tok), 200, code)
				c.want(c.json("/c/"+tok), 200, code)
				c.want(c.postJSON("/c/"+tok+"/decline", ""), 409, code)
				c.want(c.postForm("/c/"+tok+"/decline", ""), 409, code)
				c.want(c.postJSON("/c/"+tok, `{"qty.fri":0}`), 409, code)
			}
		}
		if p := c.pool("fri"); p.Sold != 2 {
			t.Errorf("fri: %+v", p)
		}
	})
}

// Hi.Events, eventyay #1398 and every double click: many at once with several
// links of one offer make one order.
func TestBuyersAtOnceShareOneOrder(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		second := mint(t, c.line, link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(2 * time.Hour)})
		answers := make([]answer, 16)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = c.postJSON("/c/"+[]string{token, second}[i%2], `{"qty.fri":2}`) })
		}
		all.Wait()
		for _, a := range answers {
			c.want(a, 201)
			if a.body != answers[0].body {
				t.Errorf("two orders: %s and %s", answers[0].body, a.body)
			}
		}
		if p := c.pool(sale.CapacityPool); p.Sold != 2 || p.Available != 8 || p.Offered != 0 {
			t.Errorf("capacity: %+v", p)
		}
	})
}

func TestBuyRefuses(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		for _, test := range []struct {
			body   string
			status int
			code   sale.Code
		}{
			{`{}`, 422, sale.CodeBadQuantity},
			{`{"qty.fri":0}`, 422, sale.CodeBadQuantity},
			{`{"qty.fri":-1}`, 422, sale.CodeBadQuantity},
			{`{"qty.fri":3,"qty.sat":-1}`, 422, sale.CodeBadQuantity},
			{`{"qty.fri":1.5}`, 422, sale.CodeBadQuantity},
			{`{"qty.fri":"many"}`, 422, sale.CodeBadQuantity},
			{`{"qty.sun":1}`, 422, sale.CodeBadQuantity},
			{`{"qty.fri":1,"qty.sun":1}`, 422, sale.CodeBadQuantity},
			{`{"qty.":1}`, 422, sale.CodeBadQuantity},
			{`{"qty.capacity":1}`, 422, sale.CodeBadQuantity},
			{`{"qty.fri":1,"discount":100}`, 422, sale.CodeInvalid},
			{`{"qty.fri":1,"version":"x"}`, 422, sale.CodeInvalid},
			{`{`, 400, sale.CodeBadRequest},
			{`{"qty.fri":5}`, 409, sale.CodeTooManyTickets},
			{`{"qty.fri":2,"qty.sat":3}`, 409, sale.CodeTooManyTickets}, // verbb/events #129: in total, not per line
			{`{"qty.sat":4}`, 409, sale.CodeTooManyTickets},
			{`{"qty.fri":99999999999999999999}`, 409, sale.CodeTooManyTickets},
			{`{"qty.fri":1,"x":"` + strings.Repeat("x", 5000) + `"}`, 413, sale.CodeTooLarge},
		} {
			a := c.postJSON("/c/"+token, test.body)
			c.want(a, test.status, `"code":"`+string(test.code)+`"`)
			if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("%s: Content-Type %q", test.body, kind)
			}
		}
		if p := c.pool(sale.CapacityPool); p.Offered != 4 || p.Sold != 0 {
			t.Errorf("after nothing but refusals: %+v", p)
		}
		c.want(c.postJSON("/c/"+token, `{"qty.fri":1,"qty.sat":3}`), 201)
	})
}

// Who asks for more than the offer is told so, and not that there are no more.
func TestMoreThanTheOfferIsSaidAsSuch(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		for body, want := range map[string]string{
			"qty.fri=2&qty.sat=3": "more than the 4 tickets reserved for you",
			"qty.sat=4":           "more than there is",
		} {
			c.want(c.postForm("/c/"+token, body), 409, `role="alert"`, want)
		}
	})
}

// Nobody buys at a price they have not seen.
func TestChangedPriceShowsThePageAgain(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		dearer := festival()
		dearer.Version = 2
		dearer.Tickets.Types[0].Price = 9900
		c.put(dearer)
		c.want(c.postForm("/c/"+token, "version=1&qty.fri=2"), 409, `role="alert"`, "changed while you were looking",
			"99.00", `name="version" value="2"`, `<option value="2" selected>`, "-85.00")
		c.want(c.postJSON("/c/"+token, `{"version":1,"qty.fri":2}`), 409, `"code":"price_changed"`)
		if got := c.pool("fri").Sold; got != 0 {
			t.Errorf("%d sold at the old price", got)
		}
		c.want(c.postJSON("/c/"+token, `{"version":2,"qty.fri":2}`), 201, `"total":"198.00"`)
	})
}

func TestIdempotencyKeyOnAnOrder(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		post := func(body, key string) answer {
			return c.do(request{
				method: "POST", path: "/c/" + token, body: body, kind: js, accept: js,
				header: map[string]string{"Idempotency-Key": key},
			})
		}
		first := post(`{"qty.fri":2}`, "k1")
		c.want(first, 201)
		if again := post(`{"qty.fri":2}`, "k1"); again.status != 201 || again.body != first.body {
			t.Errorf("same key, same body: %d %s", again.status, again.body)
		}
		code := decode[orderJSON](t, first).Order
		c.want(post(`{"qty.fri":3}`, "k1"), 409, `"code":"idempotency_reused"`, code)
		c.want(post(`{"qty.fri":1}`, "k2"), 409, `"code":"already_bought"`, code)
		c.want(post(`{"qty.fri":2}`, strings.Repeat("k", 300)), 422)
	})
}
