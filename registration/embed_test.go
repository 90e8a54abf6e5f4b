package registration

import (
	"net/http"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

const embed = "/lakeside-2027/en/embed"

// embedded is a server whose sale may be shown by two sites.
func embedded(t *testing.T) *world {
	return newWorld(t, func(o *Options) {
		o.Line.(*fakeLine).state.Sale.Embed.Origins = []string{"https://festival.example", "https://www.festival.example"}
	})
}

// framing is who may show an answer in a frame, by both headers.
func framing(h http.Header) string {
	_, policy, _ := strings.Cut(h.Get("Content-Security-Policy"), "frame-ancestors ")
	policy, _, _ = strings.Cut(policy, ";")
	return policy + " / " + h.Get("X-Frame-Options")
}

const (
	nobody  = "'none' / DENY"
	theTwo  = "https://festival.example https://www.festival.example / "
	itself  = "'self' / SAMEORIGIN"
	preview = "?preview"
)

// TestWhoMayFrame: the sites that the sale names may show the form, and what
// it answers, and nobody may show anything else.
func TestWhoMayFrame(t *testing.T) {
	w := embedded(t)
	place := w.do("POST", "/lakeside-2027", "email=fan@example.org").header.Get("Location")
	receipt := place[strings.LastIndex(place, "/"):]
	for path, want := range map[string]string{
		embed:                             theTwo,
		embed + receipt:                   theTwo,
		embed + "/nonsense":               theTwo, // the error is shown where the form was
		embed + preview:                   itself,
		embed + receipt + preview:         itself,
		"/lakeside-2027/xx/embed":         nobody,
		"/another/en/embed":               nobody,
		"/lakeside-2027/embed/demo":       nobody,
		"/lakeside-2027/embed":            nobody,
		"/lakeside-2027/en":               nobody,
		"/lakeside-2027/en?preview":       nobody,
		"/lakeside-2027":                  nobody,
		"/":                               nobody,
		place:                             nobody,
		place + preview:                   nobody,
		"/embed.js":                       nobody,
		"/lakeside-2027/place" + receipt:  nobody,
		"/static/brand/lakeside-2027/x.y": nobody,
	} {
		if got := framing(w.get(path).header); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	for body, status := range map[string]int{"email=fan2@example.org": 303, "email=nonsense": 422, "website=x&email=a@b.example": 422} {
		a := w.do("POST", embed, body)
		if a.status != status || framing(a.header) != theTwo {
			t.Errorf("%s: %d, %s", body, a.status, framing(a.header))
		}
	}
	if got := framing(w.do("POST", "/lakeside-2027", "email=nonsense").header); got != nobody {
		t.Errorf("the answer of the sale's own page: %s", got)
	}
	w.fake.set(func(f *fakeLine) { f.state.Sale.Embed = sale.Embed{} })
	w.reread()
	if got := framing(w.get(embed).header); got != nobody {
		t.Errorf("without a list: %s", got)
	}
}

// TestEmbedIsKept: the frame's page is served from memory, for each of its
// readers, and follows the notice.
func TestEmbedIsKept(t *testing.T) {
	w := embedded(t)
	a := w.get(embed)
	a.wants(t, 200, saysGuaranteed, hasForm, `action="`+embed+`"`, `data-origins="https://festival.example https://www.festival.example"`,
		"not", "<header", "<footer", "hreflang")
	if a.header.Get("Cache-Control") != landingCache || a.header.Get("ETag") == w.get(landing).header.Get("ETag") {
		t.Errorf("%v", a.header)
	}
	w.get(embed, "If-None-Match", a.header.Get("ETag")).wants(t, 304)
	w.get(embed+preview).wants(t, 200, `action="`+embed+preview+`"`, `data-origins="http://line.example"`, "not", "festival.example")
	w.at(testSale().Registration.Opens.Add(-1))
	w.get(embed).wants(t, 200, saysBefore, "10 March 2027, 12:00 CET", "not", hasForm)
	w.at(testSale().Registration.Closes)
	w.get(embed).wants(t, 200, saysClosed, "Come to the open rehearsal.", "not", hasForm)
	if w.fake.reads != 1 {
		t.Errorf("the line was read %d times", w.fake.reads)
	}
	b := w.get("/lakeside-2027/embed?preview", "Accept-Language", "de, en;q=0.5")
	if to := b.header.Get("Location"); b.status != 302 || to != embed+preview || b.header.Get("Vary") != "Accept-Language" {
		t.Errorf("%d to %s", b.status, to)
	}
	w.get("/another/embed").wants(t, 404)
}

// TestEmbedSignUp: what is typed into a frame is answered within it, and
// leads out of it only by a link that opens beside.
func TestEmbedSignUp(t *testing.T) {
	w := embedded(t)
	a := w.do("POST", embed, "email=fan@example.org&lang=en")
	to := a.header.Get("Location")
	if a.status != 303 || !strings.HasPrefix(to, embed+"/") {
		t.Fatalf("%d to %s", a.status, to)
	}
	receipt := strings.TrimPrefix(to, embed+"/")
	done := w.get(to)
	done.wants(t, 200, `<span class="number">1</span>`, "Your turn is guaranteed",
		`<a class="button" href="/lakeside-2027/place/`+receipt+`?lang=en" target="_blank" rel="noopener">`,
		"not", "fan@example.org", "<form", "withdraw")
	if done.header.Get("Cache-Control") != "no-store" {
		t.Error("a personal page may be kept")
	}
	w.get("/lakeside-2027/place/"+receipt).wants(t, 200, "fan@example.org")
	w.get(embed+"/"+receipt+"x").wants(t, 404, "not", hasForm)
	w.do("POST", embed, "email=fan+2@").wants(t, 422, `class="problem"`, `value="fan 2@"`, `action="`+embed+`"`, "embedded.")
	if to := w.do("POST", embed+preview, "email=fan3@example.org").header.Get("Location"); !strings.HasSuffix(to, preview) {
		t.Errorf("a preview leads to %s", to)
	}

	w.fake.set(func(f *fakeLine) { f.err = sale.E(sale.CodeAlreadyInLine, "It is in line.") })
	w.do("POST", embed, "email=fan@example.org").wants(t, 409, "This address is already in line", "embedded.", "fan@example.org", "not", "<header", `class="number"`)
	w.fake.set(func(f *fakeLine) { f.err = sale.E(sale.CodeFull, "Full.") })
	w.do("POST", embed, "email=fan@example.org").wants(t, 410, saysFull, "embedded.", "not", hasForm)
}

// TestEmbedProvesItsOrigin: the frame's form is our own page's; other sites'
// forms post to the sale, which carries nothing.
func TestEmbedProvesItsOrigin(t *testing.T) {
	w := embedded(t)
	for _, site := range []string{"cross-site", "same-site"} {
		w.do("POST", embed, "email=fan@example.org", "Sec-Fetch-Site", site, "Origin", "https://festival.example").wants(t, 403)
		w.do("POST", "/lakeside-2027", "email="+site+"@example.org", "Sec-Fetch-Site", site, "Origin", "https://festival.example").wants(t, 303)
	}
	w.do("POST", embed, "email=fan@example.org", "Sec-Fetch-Site", "same-origin").wants(t, 303)
}

// TestEmbedDemo: what an organizer copies names the right addresses, and what
// he sees is for this page alone.
func TestEmbedDemo(t *testing.T) {
	w := embedded(t)
	a := w.get("/lakeside-2027/embed/demo")
	a.wants(t, 200, "https://festival.example", `src="/embed.js" data-sale="lakeside-2027" data-lang="en" data-preview`,
		`src="`+embed+preview+`"`, `action="/lakeside-2027"`,
		"&lt;script src=\"http://line.example/embed.js\"\n  data-sale=\"lakeside-2027\" data-lang=\"en\" async&gt;")
	if policy := a.header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "; frame-src 'self'") {
		t.Error(policy)
	}
	w.at(testSale().Registration.Closes)
	w.get("/lakeside-2027/embed/demo").wants(t, 200, "not", `action="/lakeside-2027"`)
	w.get("/another/embed/demo").wants(t, 404)
	js := w.get("/embed.js")
	js.wants(t, 200, "data-sale")
	if h := js.header; h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || h.Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("%v", h)
	}
}

// TestErrorsInFramesLeadBackToTheFrame: in the reader's language, and in the
// same kind of frame.
func TestErrorsInFramesLeadBackToTheFrame(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Line.(*fakeLine).state.Sale.Languages = []string{"en", "de"} })
	for _, kind := range []string{"", preview} {
		for _, a := range []answer{w.do("POST", embed+kind, "email=%zz"), w.get(embed + "/nonsense" + kind)} {
			if a.status < 400 {
				t.Errorf("status %d", a.status)
			}
			for _, link := range []string{embed + kind, strings.Replace(embed, "/en/", "/de/", 1) + kind} {
				if !strings.Contains(a.body, `href="`+link+`"`) {
					t.Errorf("no way to %s", link)
				}
			}
		}
	}
}
