package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

const landingText = "/sales/lakeside-2027/texts/landing/en"

// newest is the newest version of a sale.
func (h *house) newest(slug string) line.Version {
	h.Helper()
	v, err := h.line.Version(h.Context(), slug, 0)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func (b *browser) saveText(path, words string, base int64) *httptest.ResponseRecorder {
	return b.post(path, url.Values{"words": {words}, "base": {strconv.FormatInt(base, 10)}})
}

// TestTexts: written, kept over a restart of the console, taken out again.
func TestTexts(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	b.want(b.get("/sales/lakeside-2027/texts"), 200, "Introduction", `<th scope="col">German</th>`, "-<strong>yours", ": none")
	b.want(b.get(landingText), 200, "At the top of the sale", "{title}", "Lakeside Festival 2027", "when the form opens", "Wednesday, 10 March 2027, 12:00 CET", "-{number}")
	b.want(b.saveText(landingText, " Come to {title}.\r\n\r\nSoon. \n", 1), 303)
	want := sale.Texts{"landing": {"en": "Come to {title}.\n\nSoon."}}
	got := h.newest("lakeside-2027")
	if got.Sale.Version != 2 || got.Sale.Texts["landing"]["en"] != want["landing"]["en"] || len(got.Sale.Texts) != 1 || len(got.Sale.Texts["landing"]) != 1 ||
		got.Actor != "manager@lakeside.example" || got.Source != line.FromConsole {
		t.Errorf("%+v by %s %s", got.Sale.Texts, got.Actor, got.Source)
	}
	b.want(b.get(landingText), 200, "Saved.", "Come to {title}.\n\nSoon.</textarea>")
	b.want(b.get(landingText), 200, "-Saved.")
	b.want(b.get("/sales/lakeside-2027/texts"), 200, "<strong>yours</strong>")
	h.open()
	b = h.as("manager")
	b.want(b.get(landingText), 200, "Come to {title}.")
	b.want(b.saveText("/sales/lakeside-2027/texts/alternatives/de", "Matinée: https://lakeside.example", 2), 303)
	b.want(b.saveText(landingText, " \n ", 3), 303)
	got = h.newest("lakeside-2027")
	if got.Sale.Texts != nil || got.Sale.Mail.Alternatives["de"] != "Matinée: https://lakeside.example" {
		t.Errorf("%+v, %+v", got.Sale.Texts, got.Sale.Mail.Alternatives)
	}
	if got := h.newest("hillside-2027").Sale; got.Version != 1 || got.Texts != nil {
		t.Errorf("the other sale: %+v", got.Texts)
	}
}

// TestTextsRefused: what is wrong stands beside the field, with what was typed
// kept, and nothing is written.
func TestTextsRefused(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	for words, wrong := range map[string]string{
		"Hello {number}":           "&#34;{number}&#34; is no placeholder here; there are {title}, {organizer}",
		"{{.Sale.Mail.From}}":      "It has {{ in it",
		"Hello {title":             "It has a { that is never closed",
		"Hello\x1b[31m":            "It contains a control character.",
		strings.Repeat("x", 2_001): "It has 2,001 characters, but at most 2,000 are possible.",
		"See http://x.example":     "&#34;http://x.example&#34; does not begin with https://",
	} {
		w := b.saveText(landingText, words, 1)
		b.want(w, 422, wrong, `aria-invalid="true"`, `id="words-wrong"`, `value="1"`)
		if i := strings.Index(w.Body.String(), "<textarea"); !strings.Contains(w.Body.String()[i:], strings.NewReplacer("\x1b", "").Replace(words[:5])) {
			t.Errorf("%q is not kept", words)
		}
	}
	b.want(b.saveText("/sales/lakeside-2027/texts/offer_subject/en", "A\nBcc: x@y.example", 1), 422, "It has a line break in it")
	b.want(b.post(landingText, url.Values{"words": {"Hello"}}), 400)
	b.want(b.saveText(landingText, "Hello", 99), 404)
	for _, path := range []string{"/sales/lakeside-2027/texts/door/en", "/sales/lakeside-2027/texts/landing/fr", "/sales/lakeside-2027/texts/landing/xx"} {
		b.want(b.get(path), 404)
		b.want(b.get(path+"/preview"), 404)
		b.want(b.saveText(path, "Hello", 1), 404)
	}
	if v := h.newest("lakeside-2027").Sale.Version; v != 1 {
		t.Errorf("version %d was written", v)
	}
}

// TestTextsOfTwo: who saves second sees the first's words of the same text,
// loses nothing, and takes back nothing that he has not seen.
func TestTextsOfTwo(t *testing.T) {
	h := newHouse(t)
	ann, bob := h.as("manager"), h.as("chief")
	ann.want(ann.saveText(landingText, "Ann's words", 1), 303)
	bob.want(bob.saveText("/sales/lakeside-2027/texts/offer/en", "Bob's offer", 1), 303) // another text: both stay
	w := bob.saveText(landingText, "Bob's <words>", 1)
	bob.want(w, 409, "Somebody else has changed this text", "manager@lakeside.example wrote it in the console", "Ann&#39;s words", "Bob&#39;s &lt;words&gt;</textarea>")
	got := h.newest("lakeside-2027").Sale
	if got.Texts["landing"]["en"] != "Ann's words" || got.Texts["offer"]["en"] != "Bob's offer" {
		t.Errorf("%+v", got.Texts)
	}
	m := regexp.MustCompile(`name="base" value="(\d+)"`).FindStringSubmatch(w.Body.String())
	if m == nil || m[1] != "3" {
		t.Fatalf("base %v, want the version that he has seen now", m)
	}
	bob.want(bob.saveText(landingText, "Bob's <words>", 3), 303)
	bob.want(bob.saveText(landingText, "Bob's <words>", 1), 303) // the same again: nobody's words are lost
	if got := h.newest("lakeside-2027").Sale; got.Texts["landing"]["en"] != "Bob's <words>" || got.Texts["offer"]["en"] != "Bob's offer" || got.Version != 4 {
		t.Errorf("version %d: %+v", got.Version, got.Texts)
	}
	ann.want(ann.saveText(landingText, "", 2), 409, "Bob&#39;s &lt;words&gt;</blockquote>")
}

// TestTextsOfAViewer can be read and not be written.
func TestTextsOfAViewer(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	b.want(b.get("/sales/lakeside-2027/texts"), 200, "-test-mail")
	b.want(b.get(landingText), 200, "A manager of this sale can change it.", "-<textarea", "-texts.js")
	b.want(b.get(landingText+"/preview"), 200, "Lakeside Festival 2027")
	b.want(b.saveText(landingText, "Hello", 1), 403)
}

// TestTextPreview: the very page or mail, with the draft in it; nothing is
// saved, nothing in it can do anything.
func TestTextPreview(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	draft := func(path, words string) *httptest.ResponseRecorder {
		return b.post(path+"/preview", url.Values{"words": {words}, "base": {"1"}})
	}
	w := b.get(landingText + "/preview")
	b.want(w, 200, "Leave your e-mail address")
	for _, rule := range []string{"sandbox allow-same-origin;", "default-src 'none'", "form-action 'none'", "frame-ancestors 'self'", "style-src 'self'"} {
		if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, rule) || strings.Contains(got, "script-src") {
			t.Errorf("policy %q", got)
		}
	}
	if got := w.Header().Get("X-Frame-Options"); got != "SAMEORIGIN" {
		t.Errorf("X-Frame-Options %q", got)
	}
	b.want(draft(landingText, "Come <script>alert(1)</script> to {title}"), 200, `<p class="words">Come &lt;script&gt;alert(1)&lt;/script&gt; to Lakeside Festival 2027</p>`)
	b.want(draft(landingText, "As\r\n\r\nbrowsers do. "), 200, "<p class=\"words\">As</p>\n<p class=\"words\">browsers do.</p>")
	b.want(draft(landingText, "Come {"), 200, "It cannot be shown like this", "It has a { that is never closed", "-Leave your")
	w = draft("/sales/lakeside-2027/texts/offer/de", "Nun aber: {most} für Nummer {number}, \"'<b>")
	b.want(w, 200, "Subject", "Nun aber: 4 für Nummer 1.234, &#34;&#39;&lt;b&gt;", "srcdoc=", "Sie sind an der Reihe")
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "'unsafe-hashes' 'sha256-") || strings.Contains(policy, "unsafe-inline") || len(policy) > 6000 {
		t.Errorf("policy of %d bytes: %q", len(policy), policy)
	}
	b.want(draft("/sales/lakeside-2027/texts/offer_subject/de", "{title}: bis {clock}"), 200, "Lakeside Festival 2027: bis 13:00 Uhr MEZ")
	b.want(draft("/sales/lakeside-2027/texts/alternatives/de", "Zur Matinée."), 200, "Zur Matinée.")
	for _, group := range h.s.textRows(lakeside()) {
		for _, row := range group.Rows {
			for _, cell := range row.Cells {
				b.want(b.get(cell.URL+"/preview"), 200)
				b.want(b.get(cell.URL), 200)
			}
		}
	}
	if v := h.newest("lakeside-2027").Sale.Version; v != 1 {
		t.Errorf("a preview wrote version %d", v)
	}
}

// TestPreviewWearsTheBrand: style sheet and logo come from the console itself.
func TestPreviewWearsTheBrand(t *testing.T) {
	h := newHouse(t)
	s := lakeside()
	s.Brand = sale.Brand{Accent: "#8a1c5a"}
	h.apply(s)
	b := h.as("viewer")
	w := b.get(landingText + "/preview")
	m := regexp.MustCompile(`href="(/static/brand/[^"]+)"`).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no style sheet of its own:\n%s", w.Body)
	}
	b.want(b.get(m[1]), 200, "#8a1c5a")
	b.want(b.get("/static/brand/lakeside-2027/other.css"), 404)
	other := h.as("other")
	other.want(other.get(m[1]), 404)
}

// TestTestMail: to the organizer's own address, whatever the form says; what
// became of it can be read.
func TestTestMail(t *testing.T) {
	h := newHouse(t)
	b := h.as("manager")
	b.want(b.get("/sales/lakeside-2027/test-mail?kind=offer&lang=de"), 200, "manager@lakeside.example", `value="offer" selected`, `value="de" selected`, "-role=\"status\"")
	w := b.post("/sales/lakeside-2027/test-mail", url.Values{"kind": {"offer"}, "lang": {"de"}, "to": {"victim@example.org"}, "address": {"victim@example.org"}})
	b.want(w, 303)
	result := w.Header().Get("Location")
	b.want(b.get(result), 200, "On its way", `http-equiv="refresh"`, "Offer: it is your turn, in German.")
	lease, ok, err := h.line.Acquire(t.Context(), "lakeside-2027", "test", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	mails, _, err := h.line.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{lease}, Most: 10})
	if err != nil || len(mails) != 1 || mails[0].Address != "manager@lakeside.example" || mails[0].About != "offer" || mails[0].Lang != "de" {
		t.Fatalf("%+v, %v", mails, err)
	}
	h.at(noon.Add(2 * time.Minute))
	b.want(b.get(result), 200, "Still waiting", "does it run", `-http-equiv="refresh"`)
	err = h.line.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultRefused, Code: 550, Said: "550 5.1.1 no <such> user"})
	if err != nil {
		t.Fatal(err)
	}
	b.want(b.get(result), 200, "The mail server refused your address", "550 5.1.1 no &lt;such&gt; user")
	other := h.as("other")
	other.want(other.get(result), 404)
	b.want(b.get("/sales/lakeside-2027/test-mail?ref=nothing"), 404)
	b.want(b.post("/sales/lakeside-2027/test-mail", url.Values{"kind": {"confirm"}, "lang": {"de"}}), 422, "There is no sample of a mail")
	b.want(b.post("/sales/lakeside-2027/test-mail", url.Values{"kind": {"offer"}, "lang": {"xx"}}), 422, "This sale is not in that language.")
	for range 19 {
		b.want(b.post("/sales/lakeside-2027/test-mail", url.Values{"kind": {"receipt"}, "lang": {"en"}}), 303)
	}
	b.want(b.post("/sales/lakeside-2027/test-mail", url.Values{"kind": {"receipt"}, "lang": {"en"}}), http.StatusTooManyRequests, "There were 20 test mails in this hour")
}
