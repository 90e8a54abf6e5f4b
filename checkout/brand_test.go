package checkout

import (
	"regexp"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// TestBrand: a logo that came over the wire is shown on the offer's page and
// served from here, without a file on this machine.
func TestBrand(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		logo, err := sale.ReadLogo([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>`))
		if err != nil {
			t.Fatal(err)
		}
		token := c.offer("o1", 2)
		s := festival()
		s.Version, s.Brand = 2, sale.Brand{Accent: "#c2185b", Logo: logo}
		c.put(s)
		page := c.page("/c/" + token)
		c.want(page, 200, `alt="Lakeside Ltd"`)
		links := regexp.MustCompile(`"(/static/brand/fest/[^"]+)"`).FindAllStringSubmatch(page.body, -1)
		if len(links) != 2 {
			t.Fatalf("the page links to %v", links)
		}
		for _, m := range links {
			a := c.page(m[1])
			c.want(a, 200)
			if h := a.header.Get("Cache-Control"); h != "public, max-age=31536000, immutable" {
				t.Errorf("%s: %s", m[1], h)
			}
		}
		c.want(c.page("/static/brand/other/x.css"), 404)
		c.want(c.page("/static/brand/fest/x.css"), 404)

		// A picture that no sale file could have brought is refused.
		s.Version, s.Brand.Logo = 3, &sale.Logo{Type: sale.LogoSVG, Width: 9, Height: 3, Hash: logo.Hash, Data: []byte("<svg onload='x()'/>")}
		if err := c.box.Put(c.Context(), s, c.line.Public()); sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("put a logo with a script: %v", err)
		}
	})
}
