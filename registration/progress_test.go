package registration

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

const progress = "/lakeside-2027/en/progress"

// TestProgress: how far the line is stands at one address for everybody and
// per language, says nothing about anybody, and follows the line.
func TestProgress(t *testing.T) {
	w := newWorld(t, nil)
	w.at(noon)
	a := w.get("/lakeside-2027/progress")
	if a.status != 302 || a.header.Get("Location") != progress || !strings.Contains(a.header.Get("Vary"), "Accept-Language") {
		t.Errorf("%d to %s, Vary %s", a.status, a.header.Get("Location"), a.header.Get("Vary"))
	}
	w.get(progress).wants(t, 200, "turn has come yet", "The first mails leave on Friday, 12 March 2027, 12:00 CET", "not", "has reached number", `class="strip"`)
	w.do("POST", "/lakeside-2027", "email=ann@example.org")
	w.fake.set(func(f *fakeLine) {
		f.state.Last, f.state.Reached, f.state.NextBatch, f.state.Period = 3, 1, noon.Add(time.Minute), time.Minute
	})
	w.reread()
	w.get(progress).wants(t, 200, "has reached number 1", "up to number 2", "12:01 CET", `class="strip"`, "not", "ann@example.org", "/place/", "turn has come yet")

	var got progressJSON
	for _, path := range []string{progress, "/lakeside-2027/progress"} {
		w.get(path, asJSON...).into(t, &got)
		if got.State != templates.ProgressMoving || got.Reached != 1 || got.Registered != 3 || got.Guaranteed != 2 || got.Serving != sale.Guaranteed ||
			got.NextMails == nil || got.GuaranteedBy == nil || got.URL != "http://line.example/lakeside-2027/progress" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	before := got.Edition
	w.fake.set(func(f *fakeLine) { f.state.Reached = 2 })
	w.reread()
	w.get(progress, asJSON...).into(t, &got)
	if got.Serving != sale.Standby || got.Edition == before {
		t.Errorf("%+v, was of edition %s", got, before)
	}
	w.fake.set(func(f *fakeLine) { f.state.Paused = true })
	w.reread()
	w.get(progress).wants(t, 200, "paused the sale", "not", "12:01 CET")
	w.fake.set(func(f *fakeLine) { f.state.SoldOut = true })
	w.reread()
	w.get(progress).wants(t, 200, "All tickets are sold", "not", "12:01 CET")
	w.at(testSale().Dispatch.Ends)
	w.get(progress).wants(t, 200, "The sale is over", "not", "All tickets are sold", "data-live")

	for _, path := range []string{"/lakeside-2027/xx/progress", "/lakeside-2027/place/progress", "/nothing/en/progress", "/nothing/progress"} {
		w.get(path).wants(t, 404)
	}
}

// TestProgressIsFromMemory: a crowd costs one rendering for each thing there
// is to say, and no reading of the line.
func TestProgressIsFromMemory(t *testing.T) {
	w := newWorld(t, nil)
	w.at(noon)
	a := w.get(progress)
	reads := w.fake.reads
	etag := a.header.Get("ETag")
	if b := w.get(progress, "If-None-Match", etag); b.status != 304 || b.body != "" {
		t.Errorf("%d for the same tag", b.status)
	}
	if c := a.header.Get("Cache-Control"); !strings.HasPrefix(c, "public") || a.header.Get("Vary") != "Accept" {
		t.Errorf("headers %v", a.header)
	}
	asked := w.get(progress, asJSON...)
	if asked.header.Get("ETag") == etag || asked.header.Get("Vary") != "Accept" {
		t.Errorf("headers of the JSON %v", asked.header)
	}
	if w.fake.reads != reads {
		t.Errorf("%d readings for pages", w.fake.reads-reads)
	}
	page := func() *pages {
		e, err := w.srv.board.sale(t.Context(), "lakeside-2027")
		if err != nil {
			t.Fatal(err)
		}
		return e.progress
	}
	was := page()
	w.reread()
	if page() != was {
		t.Error("the same is rendered anew after every reading")
	}
	for what, change := range map[string]func(*fakeLine){
		"numbers":    func(f *fakeLine) { f.state.Last++ },
		"turns":      func(f *fakeLine) { f.state.Reached++ },
		"next batch": func(f *fakeLine) { f.state.NextBatch = noon.Add(time.Hour) },
		"guaranteed": func(f *fakeLine) { f.state.GuaranteedGiven = 9 },
		"a pause":    func(f *fakeLine) { f.state.Paused = true },
	} {
		was = page()
		w.fake.set(change)
		w.reread()
		if page() == was {
			t.Errorf("%s changed, and the page is the old one", what)
		}
	}
}
