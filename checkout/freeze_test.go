package checkout

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
)

// freeze tells the box office of freezes: pairs of minutes after noon, of
// which -1 ends one that lasts.
func (c *counter) freeze(pairs ...int) {
	c.Helper()
	var all []sale.Freeze
	for i := 0; i < len(pairs); i += 2 {
		f := sale.Freeze{N: i/2 + 1, Began: noon.Add(time.Duration(pairs[i]) * time.Minute)}
		if pairs[i+1] >= 0 {
			f.Ended = noon.Add(time.Duration(pairs[i+1]) * time.Minute)
		}
		all = append(all, f)
	}
	if err := c.box.Freeze(c.Context(), "fest", all); err != nil {
		c.Fatal(err)
	}
}

// seconds is what the JSON of an offer says of its time.
func (c *counter) seconds(t *testing.T, token string) (left int, ends time.Duration, frozen bool) {
	t.Helper()
	a := c.json("/c/" + token)
	c.want(a, 200)
	j := decode[offerJSON](t, a)
	return j.SecondsLeft, j.Ends.Sub(noon), j.Frozen
}

// A freeze of 20 minutes with a quarter of an hour left: told, standing still,
// and given back to the second.
func TestAnOfferInAFrozenSale(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		c.clock.Set(noon.Add(45 * time.Minute))
		before := decode[offerJSON](t, c.json("/c/"+token)).Edition
		c.freeze(45, -1)
		if decode[offerJSON](t, c.json("/c/"+token)).Edition == before {
			t.Error("the page is of the same edition when the clock stops")
		}
		for _, at := range []time.Duration{45 * time.Minute, 65*time.Minute + 300*time.Millisecond} {
			c.clock.Set(noon.Add(at))
			c.want(c.page("/c/"+token), 200, "The clock stands still", "Time left: 15 minutes.", `data-state="frozen"`,
				`name="qty.fri"`, "-data-ends", "-more than your mail says")
			left, ends, frozen := c.seconds(t, token)
			if want := sale.UpToSecond(noon.Add(at)).Sub(noon) + 15*time.Minute; left != 900 || !frozen || ends != want {
				t.Errorf("at %v: %d seconds until %v, frozen %v", at, left, ends, frozen)
			}
		}
		if a, b := decode[offerJSON](t, c.json("/c/"+token)), decode[offerJSON](t, c.json("/c/"+token)); a.Edition != b.Edition {
			t.Error("a clock that stands still makes new editions")
		}
		c.freeze(45, 66)
		c.clock.Set(noon.Add(66 * time.Minute))
		c.want(c.page("/c/"+token), 200, "15 minutes", "14:21 CET", "You therefore have 21 minutes more than your mail says.", "-stands still")
		if left, ends, frozen := c.seconds(t, token); left != 900 || frozen || ends != 81*time.Minute {
			t.Errorf("released: %d seconds until %v, frozen %v", left, ends, frozen)
		}
		c.clock.Set(noon.Add(81*time.Minute - time.Millisecond))
		c.want(c.page("/c/"+token), 200)
		c.clock.Set(noon.Add(81 * time.Minute))
		c.want(c.page("/c/"+token), 410, "14:21 CET")
		c.want(c.json("/c/"+token), 410)
	})
}

// Time that stands still can be used: buying and giving back go on.
func TestBuyingInAFrozenSale(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		bought, declined := c.offer("o1", 4), c.offer("o2", 4)
		c.freeze(30, -1)
		c.clock.Set(noon.Add(10 * time.Hour))
		c.want(c.postForm("/c/"+bought, "qty.fri=2"), 303)
		c.want(c.page("/c/"+bought), 200, "Order code")
		c.want(c.postForm("/c/"+declined+"/decline", ""), 303)
		c.want(c.page("/c/"+declined), 410, "You gave the tickets back")
	})
}

// What was over when the clocks stopped stays over, and a link that counts the
// freeze already is not given it again.
func TestLinksThatAFreezeGivesNothing(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		c.offer("o2", 4)
		c.freeze(60, -1)
		c.clock.Set(noon.Add(61 * time.Minute))
		c.want(c.page("/c/"+token), 410, "-stands still")
		c.freeze(60, 80)
		c.want(c.postForm("/c/"+token, "qty.fri=2"), 410)

		counted, err := c.line.Mint(c.line.Public()[0].KID, link.Claims{
			Offer: "o2", Sale: "fest", Issued: noon.Add(30 * time.Minute), Ends: noon.Add(90 * time.Minute), Freezes: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		c.clock.Set(noon.Add(90*time.Minute - 1))
		c.want(c.page("/c/"+counted), 200, "-more than your mail says")
		c.clock.Set(noon.Add(90 * time.Minute))
		c.want(c.page("/c/"+counted), 410)
		c.want(c.postForm("/c/"+counted, "qty.fri=2"), 410)
		c.want(c.postForm("/c/"+counted+"/decline", ""), 410)
	})
}
