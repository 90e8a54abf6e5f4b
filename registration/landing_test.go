package registration

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

const landing = "/lakeside-2027/en"

// The headings of the notices, as the English messages have them.
const (
	saysBefore     = "Please come back then."
	saysGuaranteed = "your turn is guaranteed"
	saysStandby    = "No guarantee any more, but a chance"
	saysFull       = "This line is full"
	saysClosed     = "Registration is over"
	saysKept       = "Your place is kept"
	saysOver       = "The sale is over"
	hasForm        = `type="email"`
)

// TestNoticesFollowTheClock: opening and closing are half-open and need no
// new reading of the line.
func TestNoticesFollowTheClock(t *testing.T) {
	w := newWorld(t, nil)
	r := testSale().Registration
	w.at(r.Opens.Add(-time.Millisecond))
	w.get(landing).wants(t, 200, saysBefore, "10 March 2027, 12:00 CET", "not", hasForm)
	w.at(r.Opens)
	w.get(landing).wants(t, 200, saysGuaranteed, hasForm, "not", saysBefore)
	w.at(r.Closes.Add(-time.Millisecond))
	w.get(landing).wants(t, 200, hasForm)
	w.at(r.Closes)
	w.get(landing).wants(t, 200, saysClosed, "Come to the open rehearsal.", saysKept, "not", hasForm)
	w.at(testSale().Dispatch.Ends.Add(-time.Millisecond))
	w.get(landing).wants(t, 200, saysClosed, saysKept)
	w.at(testSale().Dispatch.Ends)
	w.get(landing).wants(t, 200, saysOver, "Come to the open rehearsal.", "not", saysKept, hasForm)
	if w.fake.reads != 1 {
		t.Errorf("the line was read %d times", w.fake.reads)
	}
}

// TestNoticesFollowOwnSignUps: the page after an answer says what that answer
// made true, without a new reading of the line.
func TestNoticesFollowOwnSignUps(t *testing.T) {
	w := newWorld(t, nil)
	for i, notice := range []string{saysGuaranteed, saysGuaranteed, saysStandby, saysStandby, saysFull} {
		w.get(landing).wants(t, 200, notice)
		w.do("POST", "/lakeside-2027", fmt.Sprintf("email=fan%d@example.org", i))
	}
	w.get(landing).wants(t, 200, saysFull, "not", hasForm)
	if w.fake.reads != 1 {
		t.Errorf("the line was read %d times", w.fake.reads)
	}
	// What another process reads cannot make a number go back.
	w.fake.set(func(f *fakeLine) { f.state.Last = 1 })
	w.reread()
	w.get(landing).wants(t, 200, saysFull)
}

// TestNoticesFollowOthers: numbers given elsewhere, a pause, a new version.
func TestNoticesFollowOthers(t *testing.T) {
	w := newWorld(t, nil)
	w.get(landing).wants(t, 200, saysGuaranteed, "not", "paused the sale", "All tickets are sold")
	w.fake.set(func(f *fakeLine) { f.state.Last = 2 })
	w.reread()
	w.get(landing).wants(t, 200, saysStandby)
	w.fake.set(func(f *fakeLine) { f.state.Paused = true })
	w.reread()
	w.get(landing).wants(t, 200, saysStandby, "paused the sale", hasForm)
	w.fake.set(func(f *fakeLine) { f.state.SoldOut = true })
	w.reread()
	w.get(landing).wants(t, 200, "All tickets are sold")
	w.fake.set(func(f *fakeLine) {
		f.state.Sale = testSale()
		f.state.Sale.Caps.Guaranteed = 3
		f.state.Sale.Title = sale.Text{"en": "Another name"}
	})
	w.reread()
	w.get(landing).wants(t, 200, saysGuaranteed, "Another name", "not", "Lakeside Festival")
}

func TestRunFollows(t *testing.T) {
	w := newWorld(t, nil)
	done := make(chan error, 1)
	ctx, stop := contextWithCancel(t)
	go func() { done <- w.srv.Run(ctx) }()
	w.get(landing).wants(t, 200, saysGuaranteed)
	w.fake.set(func(f *fakeLine) { f.state.Last = 4 })
	for !strings.Contains(w.get(landing).body, saysFull) {
		if t.Context().Err() != nil {
			t.Fatal("never followed")
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLandingIsCacheable(t *testing.T) {
	w := newWorld(t, nil)
	a := w.get(landing)
	etag := a.header.Get("ETag")
	if !strings.HasPrefix(a.header.Get("Cache-Control"), "public") || !strings.HasPrefix(etag, `"`) {
		t.Errorf("headers %v", a.header)
	}
	for _, tag := range []string{etag, "W/" + etag, `"x", ` + etag, "*"} {
		if b := w.get(landing, "If-None-Match", tag); b.status != 304 || b.body != "" || b.header.Get("ETag") != etag {
			t.Errorf("If-None-Match %s: %d", tag, b.status)
		}
	}
	if b := w.do("HEAD", landing, ""); b.status != 200 || b.body != "" || b.header.Get("Content-Length") != fmt.Sprint(len(a.body)) {
		t.Errorf("HEAD: %d, %v", b.status, b.header)
	}
	w.at(testSale().Registration.Closes)
	if b := w.get(landing, "If-None-Match", etag); b.status != 200 || b.header.Get("ETag") == etag {
		t.Errorf("another notice, but %d with %s", b.status, b.header.Get("ETag"))
	}
	if n := len(a.body); n > 50<<10 {
		t.Errorf("the page has %d bytes", n)
	}
}

// TestLandingIsRenderedOnce: a crowd after a change shares one rendering.
func TestLandingIsRenderedOnce(t *testing.T) {
	w := newWorld(t, nil)
	e, err := w.srv.board.sale(t.Context(), "lakeside-2027")
	if err != nil {
		t.Fatal(err)
	}
	pages := make([]*page, 50)
	var wg sync.WaitGroup
	for i := range pages {
		wg.Go(func() { pages[i], _ = w.srv.landing(e, "guaranteed", "en") })
	}
	wg.Wait()
	w.reread()
	again, err := w.srv.board.sale(t.Context(), "lakeside-2027")
	if err != nil {
		t.Fatal(err)
	}
	last, _ := w.srv.landing(again, "guaranteed", "en")
	for _, p := range append(pages, last) {
		if p == nil || p != pages[0] {
			t.Fatal("rendered twice")
		}
	}
}

func TestLanguages(t *testing.T) {
	w := newWorld(t, nil)
	a := w.get("/lakeside-2027", "Accept-Language", "xx, de;q=0.5")
	if a.status != 302 || a.header.Get("Location") != landing || !strings.Contains(a.header.Get("Vary"), "Accept-Language") {
		t.Errorf("%d to %s, Vary %s", a.status, a.header.Get("Location"), a.header.Get("Vary"))
	}
	w.get("/lakeside-2027/xx").wants(t, 404)
	w.get("/lakeside-2027/").wants(t, 404)
	w.get("/no-such-sale").wants(t, 404)
	w.get("/no-such-sale/en").wants(t, 404)
}

func TestIndex(t *testing.T) {
	w := newWorld(t, nil)
	w.get("/").wants(t, 200, "Lakeside Festival 2027", `href="/lakeside-2027"`)
	var all struct{ Sales []saleJSON }
	w.get("/", asJSON...).into(t, &all)
	if len(all.Sales) != 1 || all.Sales[0].Types[1].Price != "95.00" || !all.Sales[0].Open || all.Sales[0].URL != "http://line.example/lakeside-2027" {
		t.Errorf("%+v", all)
	}
	w.at(testSale().Registration.Closes)
	w.get("/").wants(t, 200, "No sale is open", "not", "Lakeside")
	a := w.get("/", asJSON...)
	a.wants(t, 200, `"sales":[]`)
	var one saleJSON
	w.get("/lakeside-2027", asJSON...).into(t, &one)
	if one.Notice != "closed" || one.Open {
		t.Errorf("%+v", one)
	}
}

func TestSmallFiles(t *testing.T) {
	w := newWorld(t, nil)
	w.get("/robots.txt").wants(t, 200, "Disallow: /*/place/")
	w.get("/.well-known/jwks.json").wants(t, 200, `"kty":"OKP"`, "not", `"d"`)
	w.get("/healthz").wants(t, 200, "ok")
	w.get("/readyz").wants(t, 200, "ready")
}
