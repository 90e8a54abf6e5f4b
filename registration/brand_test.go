package registration

import (
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

const logoSVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>`

func branded(t *testing.T) sale.Brand {
	t.Helper()
	l, err := sale.ReadLogo([]byte(logoSVG))
	if err != nil {
		t.Fatal(err)
	}
	return sale.Brand{Accent: "#c2185b", Logo: l}
}

// TestBrandFiles: what a page links to is there, may be kept for a year, and
// a logo can do nothing where it is opened by itself.
func TestBrandFiles(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Line.(*fakeLine).state.Sale.Brand = branded(t) })
	page := w.get(landing)
	links := regexp.MustCompile(`"(/static/brand/[^"]+)"`).FindAllStringSubmatch(page.body, -1)
	if len(links) != 2 {
		t.Fatalf("the page links to %v", links)
	}
	for _, m := range links {
		a := w.get(m[1])
		a.wants(t, 200)
		h := a.header
		if h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", m[1], h)
		}
		kind, policy := h.Get("Content-Type"), h.Get("Content-Security-Policy")
		switch {
		case strings.HasSuffix(m[1], ".css"):
			a.wants(t, 200, "--accent: #c2185b;")
			if kind != "text/css; charset=utf-8" {
				t.Error(kind)
			}
		case kind != "image/svg+xml" || a.body != logoSVG || !strings.Contains(policy, "sandbox") || !strings.Contains(policy, "default-src 'none'"):
			t.Errorf("%s under %s: %s", kind, policy, a.body)
		}
		w.do("HEAD", m[1], "").wants(t, 200)
		w.do("POST", m[1], "").wants(t, 405)
		w.get(strings.Replace(m[1], "lakeside-2027", "another", 1)).wants(t, 404)
	}
	w.get("/static/brand/lakeside-2027/0000000000000000.css").wants(t, 404)
	if h := w.get("/static/brand/lakeside-2027/inturn.css").header; h.Get("Cache-Control") != "no-store" {
		t.Error("what is not there is kept")
	}
	w.do("GET", "/lakeside-2027", "", asJSON...).wants(t, 200, "not", "brand", "not", "logo")

	// A new look is another address, and the page says so at its next reading.
	w.fake.set(func(f *fakeLine) { f.state.Sale.Brand.Accent = "#0033a0" })
	w.reread()
	w.get(landing).wants(t, 200, "/static/brand/", "not", links[0][1])
	w.get(links[0][1]).wants(t, 404)
}
