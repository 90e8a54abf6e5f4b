package checkout

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
)

func TestOfferPage(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		c.clock.Set(noon.Add(17 * time.Minute))
		c.want(c.page("/c/"+token), 200,
			"Lakeside Festival", "Up to 4 tickets are reserved", "Friday", "85.00", "Saturday", "95.00", "10 left", "3 left",
			"43 minutes", "Friday, 12 March 2027, 14:00 CET", `name="version" value="1"`, `name="qty.fri"`, `name="qty.sat"`,
			`action="/c/`+token+`/decline"`, "-Sold out", "-@")
	})
}

func TestOfferJSON(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		a := c.json("/c/" + token)
		c.want(a, 200)
		want := offerJSON{
			Sale: "fest", Title: "Lakeside Festival", Version: 1, Most: 4, Ends: noon.Add(time.Hour), SecondsLeft: 3600,
			Currency: "CHF", Payment: "on_site",
			Types: []typeJSON{{"fri", "Friday", "85.00", 10}, {"sat", "Saturday", "95.00", 3}},
		}
		got := decode[offerJSON](t, a)
		want.Now, want.Edition = noon, got.Edition
		if diff := cmp.Diff(want, got); diff != "" || got.Edition == "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestSoldOutTypeShowsAlternatives(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		first, second := c.offer("o1", 4), c.offer("o2", 4)
		c.want(c.postForm("/c/"+first, "qty.sat=3"), 303)
		page := c.page("/c/" + second)
		c.want(page, 200, "Saturday is sold out", "The Sunday concert is open to all.", `name="qty.fri"`, `-name="qty.sat"`, "10 left")
		got := decode[offerJSON](t, c.json("/c/"+second))
		if got.Alternatives == "" || got.Types[1].Left != 0 || got.Types[0].Left != 10 {
			t.Errorf("JSON of an offer with a sold-out type: %+v", got)
		}
	})
}

// Let's Encrypt's extra second: the end is not part of the hour.
func TestHourIsHalfOpen(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		c.clock.Set(noon.Add(time.Hour - 1))
		c.want(c.page("/c/"+token), 200, "0 seconds")
		c.clock.Set(noon.Add(time.Hour))
		c.want(c.page("/c/"+token), 410, "The time for these tickets is over", "14:00 CET", "-<form")
		c.want(c.json("/c/"+token), 410, `"code":"offer_over"`)
		c.want(c.postForm("/c/"+token, "qty.fri=1"), 410, "The time for these tickets is over")
		c.want(c.postJSON("/c/"+token, `{"qty.fri":1}`), 410, `"code":"offer_over"`)
		c.want(c.postJSON("/c/"+token+"/decline", ""), 410, `"code":"offer_over"`)
		if got := c.pool("fri").Sold; got != 0 {
			t.Errorf("%d sold after the end", got)
		}
	})
}

// Once the box office has closed an offer, no token of it is accepted,
// whatever any clock says.
func TestClosedOfferOpensNothing(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		answer, err := c.box.Close(t.Context(), "fest", sale.Closing{Offer: "o1", Reason: sale.OfferWithdrawn, Ends: noon.Add(time.Hour)})
		if err != nil || answer != sale.AnswerClosed {
			t.Fatal(answer, err)
		}
		later := mint(t, c.line, link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(9 * time.Hour)})
		for _, tok := range []string{token, later} {
			c.want(c.page("/c/"+tok), 410, "This offer is over")
			c.want(c.json("/c/"+tok), 410, `"code":"offer_over"`)
			c.want(c.postForm("/c/"+tok, "qty.fri=1"), 410)
			c.want(c.postJSON("/c/"+tok, `{"qty.fri":1}`), 410, `"code":"offer_over"`)
			c.want(c.postForm("/c/"+tok, "qty.fri=0"), 410)
			c.want(c.postJSON("/c/"+tok+"/decline", ""), 410)
		}
	})
}

// Jefferson County 2021: a link must open one offer for one sale, and nothing
// that merely looks like a link may open any.
func TestOnlyOurLinksOpenTheirOffer(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		hour := link.Claims{Offer: "o1", Sale: "fest", Issued: noon, Ends: noon.Add(time.Hour)}
		stranger := lineKeys(t, c.clock.Now)
		otherSale, overOtherSale := hour, hour
		otherSale.Sale = "gala"
		overOtherSale.Sale, overOtherSale.Issued, overOtherSale.Ends = "gala", noon.Add(-time.Hour), noon.Add(-time.Minute)
		unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"sub": "o1"}).SignedString(jwt.UnsafeAllowNoneSignatureType)
		if err != nil {
			t.Fatal(err)
		}
		public := ed25519.PublicKey(c.line.Public()[0].X)
		hmac, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "o1"}).SignedString([]byte(public))
		if err != nil {
			t.Fatal(err)
		}
		middle := len(token) - 40
		changed := token[:middle] + string(rune('A'+(token[middle]+1)%26)) + token[middle+1:]
		for name, bad := range map[string]string{
			"a stranger's": mint(t, stranger, hour), "another sale's": mint(t, c.line, otherSale),
			"another sale's, over": mint(t, c.line, overOtherSale), "unsigned": unsigned, "signed with the public key": hmac,
			"changed": changed, "cut": token[:len(token)-9], "nonsense": "x", "the offer's id": "o1",
		} {
			t.Run(name, func(t *testing.T) {
				c.want(c.page("/c/"+bad), 401, "This link does not work", "-Lakeside")
				c.want(c.json("/c/"+bad), 401, `"code":"bad_link"`)
				c.want(c.postJSON("/c/"+bad, `{"qty.fri":1}`), 401, `"code":"bad_link"`)
				c.want(c.postForm("/c/"+bad, "qty.fri=0"), 401)
				c.want(c.postJSON("/c/"+bad+"/decline", ""), 401)
			})
		}
		c.want(c.json("/c/"+token), 200)
		if p := c.pool(sale.CapacityPool); p.Offered != 4 || p.Sold != 0 {
			t.Errorf("after all that: %+v", p)
		}
	})
}

func TestLinkOfAnOfferThatWasNeverReserved(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		c.put(festival())
		c.want(c.page("/c/"+c.link("o9")), 410, "offer_over")
		c.want(c.postJSON("/c/"+c.link("o9"), `{"qty.fri":1}`), 410)
	})
}

func TestOfferPageInTheChosenLanguage(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 2)
		c.want(c.page("/c/"+token+"?lang=en"), 200, `action="/c/`+token+`/decline?lang=en"`)
		c.want(c.page("/c/"+token+`?lang=%22%3E%3Cscript`), 200, `-"><script`, `decline"`)
		a := c.postForm("/c/"+token+"?lang=en", "qty.fri=1")
		c.want(a, 303)
		if to := a.header.Get("Location"); !strings.HasSuffix(to, "?lang=en") {
			t.Errorf("Location %q loses the language", to)
		}
	})
}

func TestMistakesShowTheOfferAgain(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		c.want(c.postForm("/c/"+token, "qty.fri=0&qty.sat="), 422, `role="alert"`, "at least one", `name="qty.fri"`)
		c.want(c.postForm("/c/"+token, "qty.fri=3&qty.sat=2"), 409, `role="alert"`, "more than the 4 tickets reserved for you",
			`<option value="3" selected>`, `<option value="2" selected>`)
	})
}
