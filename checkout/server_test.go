package checkout

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/templates"
)

func TestNewNamesAMissingOption(t *testing.T) {
	clock := saletest.NewClock(noon)
	full := Options{BoxOffice: &boxoffice.BoxOffice{}, Templates: &templates.Templates{}, URL: "https://x", Clock: clock.Now}
	for name, remove := range map[string]func(o *Options){
		"BoxOffice": func(o *Options) { o.BoxOffice = nil },
		"Templates": func(o *Options) { o.Templates = nil },
		"URL":       func(o *Options) { o.URL = "" },
		"Clock":     func(o *Options) { o.Clock = nil },
	} {
		o := full
		remove(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// paths are one link in every state, and an order.
func (c *counter) paths() []string {
	c.Helper()
	open, bought, declined, closed := c.offer("o1", 2), c.offer("o2", 2), c.offer("o3", 2), c.offer("o4", 2)
	order := c.postForm("/c/"+bought, "qty.fri=1").header.Get("Location")
	c.postForm("/c/"+declined+"/decline", "")
	if _, err := c.box.Close(c.Context(), "fest", sale.Closing{Offer: "o4", Reason: sale.OfferVoided, Ends: noon.Add(time.Hour)}); err != nil {
		c.Fatal(err)
	}
	return []string{
		"/c/" + open, "/c/" + bought, "/c/" + declined, "/c/" + closed, "/c/" + c.link("never"), "/c/nonsense", order,
		"/order/nonsense", "/c/" + open + "/decline", "/healthz", "/readyz", "/", "/nothing",
	}
}

// Mail scanners open links (emdash #3298, better-auth #9690): docs/invariants.md, 17.
func TestGetHeadAndOptionsChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		paths := c.paths()
		before := c.dump()
		for _, now := range []time.Time{noon, noon.Add(2 * time.Hour)} {
			c.clock.Set(now)
			for _, path := range paths {
				for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
					for _, accept := range []string{browser, js} {
						a := c.do(request{method: method, path: path, accept: accept, header: map[string]string{"Sec-Purpose": "prefetch"}})
						if a.status >= 500 {
							t.Errorf("%s %s: %d", method, path, a.status)
						}
					}
				}
			}
		}
		if diff := cmp.Diff(before, c.dump()); diff != "" {
			t.Errorf("reading changed the database:\n%s", diff)
		}
		if !strings.Contains(before, "o1") {
			t.Fatal("the dump shows nothing")
		}
	})
}

// A scanner that goes on to submit the form it found buys nothing: nothing is
// chosen in it.
func TestSubmittingTheFormAsItComesBuysNothing(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		before := c.dump()
		c.want(c.postForm("/c/"+token, "version=1&qty.fri=0&qty.sat=0"), 422)
		c.want(c.postForm("/c/"+token, ""), 422)
		if diff := cmp.Diff(before, c.dump()); diff != "" {
			t.Errorf("changed:\n%s", diff)
		}
	})
}

// alf.io #1509: tokens in logs.
func TestTokensAndReferencesAreNotLogged(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		paths := c.paths()
		for _, path := range paths {
			c.page(path)
			c.postForm(path, "qty.fri=99")
			c.postJSON(path, `{`)
		}
		c.broken.Store(true)
		for _, path := range paths {
			for _, a := range []answer{c.page(path), c.postForm(path, "qty.fri=1"), c.postForm(path+"/decline", "")} {
				c.want(a, a.status, "-disk on fire")
			}
		}
		log := c.log.String()
		if !strings.Contains(log, "/c/:token") || !strings.Contains(log, `"level":"ERROR"`) {
			t.Fatalf("the log shows neither routes nor failures:\n%s", log)
		}
		for _, path := range paths {
			secret := path[strings.LastIndexByte(path, '/')+1:]
			if len(secret) > 20 && strings.Contains(log, secret) {
				t.Errorf("the log contains %s", path)
			}
		}
	})
}

func TestHeaders(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		for _, path := range c.paths() {
			if strings.HasPrefix(path, "/c/") || strings.HasPrefix(path, "/order/") {
				for _, a := range []answer{c.page(path), c.json(path), c.postForm(path, "qty.fri=9"), c.postJSON(path, "{}")} {
					if got := a.header.Get("Cache-Control"); got != "no-store" {
						t.Errorf("%s: status %d with Cache-Control %q", path, a.status, got)
					}
					if got := a.header.Get("Referrer-Policy"); got != "same-origin" {
						t.Errorf("%s: status %d with Referrer-Policy %q", path, a.status, got)
					}
					if a.header.Get("Set-Cookie") != "" {
						t.Errorf("%s sets a cookie", path)
					}
				}
			}
		}
	})
}

func TestOtherSitesCannotBuyOrDecline(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		token := c.offer("o1", 4)
		for _, header := range []map[string]string{
			{"Sec-Fetch-Site": "cross-site"},
			{"Sec-Fetch-Site": "same-site"},
			{"Origin": "https://evil.example"},
			{"Origin": "null"},
		} {
			for _, path := range []string{"/c/" + token, "/c/" + token + "/decline"} {
				c.want(c.do(request{method: "POST", path: path, body: "qty.fri=1", kind: form, accept: browser, header: header}), 403)
			}
		}
		if p := c.pool(sale.CapacityPool); p.Offered != 4 {
			t.Errorf("capacity: %+v", p)
		}
		own := map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "https://tickets.example"}
		c.want(c.do(request{method: "POST", path: "/c/" + token, body: "qty.fri=1", kind: form, accept: browser, header: own}), 303)
	})
}

func TestListenerBasics(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		c.want(c.page("/healthz"), 200)
		c.want(c.page("/readyz"), 200)
		page := c.page("/c/" + c.offer("o1", 1)).body
		at := strings.Index(page, templates.StaticPath)
		style := page[at : at+strings.IndexByte(page[at:], '"')]
		a := c.page(style)
		c.want(a, 200)
		if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "text/css") {
			t.Errorf("%s: Content-Type %q", style, got)
		}
	})
}
