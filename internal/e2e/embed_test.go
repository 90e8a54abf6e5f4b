package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/browsertest"
	"github.com/inturn/inturn/internal/e2e/e2etest"
)

// festivalSite is somebody else's site, with the form in it in all three ways.
// It answers under two origins, of which the sale names one.
type festivalSite struct{ allowed, foreign string }

func newFestivalSite(t *testing.T, tickets func() string) festivalSite {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, "<!doctype html><html lang=en><title>Festival</title><body>%s</body></html>", strings.ReplaceAll(body, "TICKETS", tickets()))
		})
	}
	// What is said to the page is kept, for the test to look at.
	const ear = `<script>heard = []; addEventListener('message', (e) => heard.push(e.origin))</script>`
	page("/script", ear+`<script src="TICKETS/embed.js" data-sale="lake" data-lang="en" async></script>`)
	page("/iframe", ear+`<iframe src="TICKETS/lake/embed" title="Tickets" style="width:100%;height:34rem;border:0"></iframe>`)
	page("/place", `<iframe src="TICKETS/lake" title="Tickets"></iframe>`)
	page("/form", `<form method="post" action="TICKETS/lake"><input type="email" name="email" required><button type="submit">Go</button></form>`)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	return festivalSite{allowed: "http://127.0.0.1:" + u.Port(), foreign: "http://localhost:" + u.Port()}
}

// lastRequest is the last address with a part in it that a browser asked for.
func lastRequest(b *browsertest.Browser, part string) (string, bool) {
	for _, asked := range slices.Backward(b.Requested()) {
		if strings.Contains(asked, part) {
			return asked, true
		}
	}
	return "", false
}

// fillFrame types an address into the one frame of a page, by keyboard: the
// page around it reaches nothing within.
func fillFrame(b *browsertest.Browser, address string) {
	b.Press("\t" + address + "\r")
}

// TestOtherSites: on a site that the sale names, the form in a frame gives a
// place, within the frame, with scripts and without; on any other the browser
// refuses the frame; a form of the site's own gives a place wherever it stands.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	site := e2etest.New(t, e2etest.Options{})
	festival := newFestivalSite(t, func() string { return site.Registration })
	site.Start()
	site.Apply(e2etest.SaleFile{
		Slug: "lake", Guaranteed: 2, Standby: 6, Tickets: `{stock: 20, max_per_fan: 2, price: "25.00"}`,
		More: `embed: {origins: ["` + festival.allowed + `"]}`, Starts: e2etest.FarOff, Closes: e2etest.FarOff,
	})
	e2etest.Until(t, "the sale is there", func() bool { return site.Page(site.Registration+"/lake/en/embed").Status == http.StatusOK })
	b := browsertest.New(t, browsertest.Options{Scripts: true})

	t.Run("script", func(t *testing.T) { throughScript(t, b, site, festival) })
	t.Run("frame without scripts", func(t *testing.T) { throughFrame(t, b, site, festival) })
	t.Run("own form", func(t *testing.T) {
		for i, origin := range []string{festival.allowed, festival.foreign} {
			b.Goto(origin + "/form")
			b.Type("input", fmt.Sprintf("form%d@fans.example", i))
			b.Click("button")
			if number, want := b.Text(".stub .number"), strconv.Itoa(3+i); number != want {
				t.Errorf("%s: number %s, want %s", origin, number, want)
			}
			b.Goto(origin + "/form")
			b.Type("input", fmt.Sprintf("form%d@fans.example", i))
			b.Click("button")
			if said, want := b.Text("h1"), e2etest.Words(t, "already.title"); said != want {
				t.Errorf("a second time it says %q, want %q", said, want)
			}
		}
	})
	t.Run("foreign site", func(t *testing.T) { refusedElsewhere(t, b, festival) })
	site.Verify()
}

// throughScript joins through the frame that our script makes.
func throughScript(t *testing.T, b *browsertest.Browser, site *e2etest.Site, festival festivalSite) {
	b.Goto(festival.allowed + "/script")
	title := func() string { return browsertest.Evaluate[string](b, "document.querySelector('iframe').title") }
	height := func() int {
		return browsertest.Evaluate[int](b, "Math.round(document.querySelector('iframe').getBoundingClientRect().height)")
	}
	e2etest.Until(t, "the frame tells what it is", func() bool { return strings.HasSuffix(title(), e2etest.Title) })
	tall := height()
	if tall < 200 || tall == 34*16 {
		t.Errorf("the frame is %d high", tall)
	}
	if within := browsertest.Evaluate[bool](b, "document.documentElement.scrollWidth <= innerWidth"); !within {
		t.Error("the frame is wider than a phone")
	}
	// What others say in the frame's name changes nothing.
	browsertest.Evaluate[bool](b, "new Promise((done) => { addEventListener('message', () => done(true), {once: true}); postMessage({inturn: {height: 5000, title: 'evil'}}, '*') })")
	if got := height(); got != tall || title() == "evil" {
		t.Errorf("the page itself could say that the frame is %d high, %q", got, title())
	}

	fillFrame(b, "nonsense@")
	if _, sent := lastRequest(b, "/embed/"); sent {
		t.Error("what is no address was sent")
	}
	b.Goto(festival.allowed + "/script")
	e2etest.Until(t, "the frame tells what it is", func() bool { return strings.HasSuffix(title(), e2etest.Title) })
	fillFrame(b, "ann@fans.example")
	e2etest.Until(t, "the frame says that she is in line", func() bool { return title() == e2etest.Words(t, "place.waiting.heading")+" – "+e2etest.Title })
	if at := browsertest.Evaluate[string](b, "location.href"); at != festival.allowed+"/script" {
		t.Errorf("the fan was led away to %s", at)
	}
	for _, origin := range browsertest.Evaluate[[]string](b, "heard") {
		if origin != site.Registration {
			t.Errorf("the page heard from %s", origin)
		}
	}
	done, _ := lastRequest(b, "/embed/")
	place := site.Registration + "/lake/place" + done[strings.LastIndex(done, "/"):]
	if page := site.Page(done); !strings.Contains(page.Body, `<span class="number">1</span>`) {
		t.Errorf("the frame says\n%s", page.Body)
	}
	if page := site.Page(place); !strings.Contains(page.Body, "ann@fans.example") {
		t.Errorf("the place page %s says\n%s", place, page.Body)
	}
	b.Goto(festival.allowed + "/script")
	e2etest.Until(t, "the frame tells what it is", func() bool { return strings.HasSuffix(title(), e2etest.Title) })
	fillFrame(b, "ann@fans.example")
	e2etest.Until(t, "the frame says that she was in line before", func() bool { return strings.HasPrefix(title(), e2etest.Words(t, "already.title")) })
	// The status of that answer is all that the browser may complain about.
	for _, complaint := range b.Errors() {
		if !strings.Contains(complaint, "409") && !strings.Contains(complaint, "favicon.ico") {
			t.Errorf("the browser complains: %s", complaint)
		}
	}
}

// throughFrame joins through a bare frame in a browser without scripts.
func throughFrame(t *testing.T, b *browsertest.Browser, site *e2etest.Site, festival festivalSite) {
	b.Scripts(false)
	defer b.Scripts(true)
	b.Goto(festival.allowed + "/iframe")
	fillFrame(b, "bob@fans.example")
	place := e2etest.Wait(t, "a place in the frame", func() (string, bool) {
		done, ok := lastRequest(b, "/embed/")
		return done, ok && strings.Contains(site.Page(done).Body, `<span class="number">2</span>`)
	})
	if !strings.HasPrefix(place, site.Registration+"/lake/en/embed/") {
		t.Errorf("the frame went to %s", place)
	}
}

// refusedElsewhere wants the browser to refuse the form on a site that the sale
// does not name, and the sale's own pages on every site.
func refusedElsewhere(t *testing.T, b *browsertest.Browser, festival festivalSite) {
	for _, page := range []string{festival.foreign + "/script", festival.foreign + "/iframe", festival.allowed + "/place"} {
		before := len(b.Errors())
		b.Goto(page)
		e2etest.Until(t, "the browser refuses the frame on "+page, func() bool {
			return slices.ContainsFunc(b.Errors()[before:], func(e string) bool {
				return strings.Contains(e, "frame-ancestors") || strings.Contains(e, "X-Frame-Options")
			})
		})
		if heard := browsertest.Evaluate[int](b, "typeof heard === 'object' ? heard.length : 0"); heard != 0 {
			t.Errorf("%s: the page was told something", page)
		}
	}
}
