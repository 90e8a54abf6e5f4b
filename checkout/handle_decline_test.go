package checkout

import (
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func TestDecline(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		for range 2 { // again changes nothing
			a := c.postForm("/c/"+token+"/decline", "")
			c.want(a, 303)
			if to := a.header.Get("Location"); to != "/c/"+token {
				t.Errorf("Location %q", to)
			}
			c.want(c.postJSON("/c/"+token+"/decline", ""), 204)
			c.want(c.do(request{method: "POST", path: "/c/" + token + "/decline", accept: js}), 204)
		}
		c.want(c.page("/c/"+token), 410, "You gave the tickets back", "-<form")
		c.want(c.json("/c/"+token), 410, `"code":"offer_over"`)
		c.want(c.postForm("/c/"+token, "qty.fri=1"), 410, "You gave the tickets back")
		c.want(c.postJSON("/c/"+token, `{"qty.fri":1}`), 410)
		if p := c.pool(sale.CapacityPool); p.Available != 10 || p.Offered != 0 || p.Sold != 0 {
			t.Errorf("capacity: %+v; everything must be free, once", p)
		}
	})
}
