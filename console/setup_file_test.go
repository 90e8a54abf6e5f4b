package console

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

// seaside is a sale file with what the guided set-up does not ask for: ids of
// its own, colours, a logo, own words, what the venue holds.
const seaside = `slug: seaside
title: {en: Seaside & Sons, de: Am Meer}
timezone: Europe/Zurich
languages: [en, de]
currency: CHF
organizer: {name: Seaside Ltd, imprint: "https://seaside.example/imprint"}
registration: {opens: 2027-04-01T10:00, closes: 2027-04-03T10:00}
tickets:
  max_per_fan: 2
  venue_maximum: 120
  types:
    - {id: x-1, title: {en: Day, de: Tag}, stock: 100, price: "12.50"}
dispatch: {starts: 2027-04-03T12:00, ends: 2027-04-10T12:00, every: "@every 10m", batch: 7, link_life: 90m}
mail: {from: "Seaside <tickets@seaside.example>", receipt: true}
brand: {accent: "#0f6b5c", logo: "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSIxMCIgaGVpZ2h0PSIxMCI+PHJlY3Qgd2lkdGg9IjEwIiBoZWlnaHQ9IjEwIi8+PC9zdmc+"}
`

var newDraft = regexp.MustCompile(`^/sales/new/\d+/preview$`)

// beginFile uploads a file and gives the page that it leads to.
func (b *browser) beginFile(text string) string {
	b.Helper()
	w := b.upload("/sales/new/file", text)
	at := w.Header().Get("Location")
	if w.Code != 303 || !newDraft.MatchString(at) {
		b.Fatalf("%d to %q", w.Code, at)
	}
	return at
}

// TestSetUpFromAFile: an uploaded file is looked at and becomes the very sale
// that applying it makes.
func TestSetUpFromAFile(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	b.want(b.get("/sales/new"), 200, "Begin with a sale file")
	at := b.beginFile(seaside)
	shown := b.get(at)
	b.want(shown, 200, "Create the sale", "100 × Day, CHF 12.50", "at most 2 of 100", "50 guaranteed", "every 10 minutes", "-Back", "-Change", "-steps-nav")
	b.want(b.get("/sales/new"), 200, `href="`+at+`">Seaside &amp; Sons`)

	// Its preview has its colours and its logo, and nobody else has them.
	draft := strings.TrimSuffix(at, "/preview")
	landing := b.get(draft + "/landing/de/preview")
	b.want(landing, 200, "Am Meer", `lang="de"`)
	files := regexp.MustCompile(`"(/static/brand/[^"]+)"`).FindAllStringSubmatch(landing.Body.String(), -1)
	if len(files) < 2 {
		t.Fatalf("the preview shows of the brand only %v", files)
	}
	for _, f := range files {
		b.want(b.get(f[1]), 200)
		h.as("manager").want(h.as("manager").get(f[1]), 403)
	}
	if _, err := h.line.Sale(t.Context(), "seaside"); sale.CodeOf(err) != sale.CodeNotFound {
		t.Errorf("a draft is a sale: %v", err)
	}

	w := b.post(at, url.Values{"to": {"create"}, "file": {strings.ReplaceAll(seaside, "\n", "\r\n")}})
	if to := w.Header().Get("Location"); w.Code != 303 || to != "/sales/seaside/checklist" {
		t.Fatalf("%d to %q", w.Code, to)
	}
	st, err := h.line.Sale(t.Context(), "seaside")
	if err != nil {
		t.Fatal(err)
	}
	read, err := salefile.Read([]byte(seaside), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	read.Sale.Version = 1
	if diff := cmp.Diff(read.Sale, st.Sale); diff != "" {
		t.Errorf("-the file +the sale\n%s", diff)
	}
	down := b.get("/sales/seaside/file/download").Body.String()
	again, err := salefile.Read([]byte(down), nil, nil)
	again.Sale.Version = 1
	if diff := cmp.Diff(st.Sale, again.Sale); diff != "" || err != nil {
		t.Errorf("%v -the sale +what is downloaded\n%s", err, diff)
	}
	b.want(b.get(at), 404)
}

// TestSetUpFromAWrongFile: what is wrong is told by line and field, the text
// is kept, and put right in place.
func TestSetUpFromAWrongFile(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	b.want(b.upload("/sales/new/file", " \n"), 422, "<p>Choose a sale file first")
	b.want(b.upload("/sales/new/file", "slug: \xff"), 422, "<p>This is no sale file: it is not text in UTF-8.</p>")
	b.want(b.get("/sales/new"), 200, "-Begun, not created yet")

	at := b.beginFile(strings.Replace(seaside, "batch: 7", "batch: <seven>", 1))
	b.want(b.get(at), 200, "One thing is not right yet", "line 13: dispatch.batch: ", "batch: &lt;seven&gt;", "-Create the sale", "<details class=\"file\" open>")
	b.want(b.post(at, url.Values{"to": {"create"}, "file": {strings.Replace(seaside, "batch: 7", "batch: 8x", 1)}}), 422, "batch: 8x", "-<seven>")
	b.want(b.post(at, url.Values{"to": {"preview"}, "file": {"slug: [\n"}}), 303)
	b.want(b.get(at), 200, "not right yet", "slug: [", "-Create the sale")
	b.want(b.post(at, url.Values{"to": {"preview"}, "file": {""}}), 303)
	b.want(b.get(at), 200, "slug: [") // what was there is kept

	// A sale that exists is never written over.
	taken := strings.Replace(seaside, "slug: seaside", "slug: lakeside-2027", 1)
	b.want(b.post(at, url.Values{"to": {"preview"}, "file": {taken}}), 303)
	b.want(b.get(at), 200, "is a sale already", "-Create the sale")
	b.want(b.post(at, url.Values{"to": {"create"}, "file": {taken}}), 422, "is a sale already")
	// Any step leads to the one that there is.
	b.want(b.get(strings.Replace(at, "preview", "event", 1)), 200, "is a sale already")
	b.want(b.post(at, url.Values{"to": {"create"}, "file": {seaside}}), 303)
	if st, err := h.line.Sale(t.Context(), "seaside"); err != nil || st.Sale.Dispatch.Batch != 7 {
		t.Errorf("%+v, %v", st.Sale.Dispatch, err)
	}
}

// TestTheScheduleHasItsSayOfAFile: what only the dispatcher knows of a schedule
// is wrong with a file too, whether its sale is new or not.
func TestTheScheduleHasItsSayOfAFile(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Sales.CheckSale = func(sale.Sale) error {
			return &sale.Error{Code: sale.CodeInvalid, Message: "no", Fields: []sale.FieldError{{Field: "dispatch.quiet", Message: "lets no moment pass"}}}
		}
	})
	b := h.as("owner")
	at := b.beginFile(seaside)
	b.want(b.get(at), 200, "dispatch.quiet: lets no moment pass", "-Create the sale")
	b.want(b.post(at, url.Values{"to": {"create"}, "file": {seaside}}), 422, "lets no moment pass")
	file := strings.Replace(b.get(fileAt+"/download").Body.String(), "batch: 10", "batch: 12", 1)
	b.want(b.upload(fileAt, file), 422, "lets no moment pass")
}

// TestSomebodyWasQuickerWithAFile: the other sale stays, and so does the draft.
func TestSomebodyWasQuickerWithAFile(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Sales.Write = func(context.Context, BoxOffice, sale.Sale, line.Edit) (string, error) {
			return "", sale.E(sale.CodeSaleChanged, "version 1 is newer")
		}
	})
	b := h.as("owner")
	at := b.beginFile(seaside)
	b.want(b.post(at, url.Values{"to": {"create"}, "file": {seaside}}), 422, "There is a sale with the address", "Upload the file on its own page.")
	b.want(b.get(at), 200, "slug: seaside")
}

// TestFileOfASaleThatHasEnded: dates that have passed are no mistake, as at the
// command line, and it is said what they mean.
func TestFileOfASaleThatHasEnded(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	past := strings.NewReplacer("2027-04-0", "2027-01-0", "2027-04-10", "2027-01-10").Replace(seaside)
	at := b.beginFile(past)
	b.want(b.get(at), 200, "Create the sale")
	b.want(b.post(at, url.Values{"to": {"create"}, "file": {past}}), 303)
	b.want(b.get("/sales/seaside/checklist"), 200, "Its form has closed already.")
}
