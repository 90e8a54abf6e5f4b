package checkout

import (
	"strings"
	"testing"
)

func TestOrderPageNeedsItsReference(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		order := decode[orderJSON](t, c.postJSON("/c/"+c.offer("o1", 4), `{"qty.fri":2}`))
		ref := strings.TrimPrefix(order.URL, "https://tickets.example/order/")
		if len(ref) < 26 {
			t.Errorf("reference %q has fewer than 128 bits", ref)
		}
		for _, other := range []string{order.Order, strings.ToUpper(ref), ref[1:], ref + "a", "x", "%00"} {
			c.want(c.page("/order/"+other), 404, "There is nothing here", "-"+order.Order)
			c.want(c.json("/order/"+other), 404, `"code":"not_found"`)
		}
		c.want(c.page("/order/"+ref), 200, order.Order, order.Tickets[0].Code, order.Tickets[1].Code)
	})
}

func TestCancelledOrder(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		order := decode[orderJSON](t, c.postJSON("/c/"+token, `{"qty.fri":2}`))
		if _, err := c.box.Cancel(t.Context(), "fest", order.Order, "the fan asked"); err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(order.URL, "https://tickets.example")
		c.want(c.page(path), 200, "was cancelled", order.Order)
		c.want(c.json(path), 200, `"state":"cancelled"`)
		c.want(c.page("/c/"+token), 200, "was cancelled") // the link shows it and is not revived
		c.want(c.postForm("/c/"+token, "qty.fri=1"), 409, "was cancelled")
	})
}
