package mailbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

func console(t *testing.T, m *Mailbox) http.Handler {
	t.Helper()
	pages, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := web.New(web.Options{Name: "console", Templates: pages, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for path, handle := range m.Handlers(s, pages) {
		s.Echo().GET(Path+path, handle)
	}
	return s.Handler()
}

func get(t *testing.T, h http.Handler, path, accept string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func getJSON[T any](t *testing.T, h http.Handler, path string) T {
	t.Helper()
	w := get(t, h, path, "application/json")
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d, %v, %s", path, w.Code, err, w.Body)
	}
	return v
}

func TestMailboxInTheBrowser(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	h := console(t, m)
	nasty := message("ann@fans.example", "<b>Your turn</b>")
	nasty.Text = "<script>alert(1)</script>\nhttps://checkout.example/c/x\njavascript:alert(1)\n"
	nasty.HTML = "<script>alert(2)</script><p>Dear fan</p>"
	send(t, m, nasty, message("bob@fans.example", "for Bob"))

	const banner = "nothing leaves this machine"
	list := get(t, h, "/mailbox", "text/html").Body.String()
	wants(t, list, banner, "for Bob", "&lt;b&gt;Your turn", "2 mails", "/mailbox/000000000001")
	one := get(t, h, "/mailbox?to=bob%40fans.example", "text/html").Body.String()
	wants(t, one, banner, "for Bob", "1 mail to bob@fans.example")
	lacks(t, one, "Your turn")

	w := get(t, h, "/mailbox/000000000001", "text/html")
	wants(t, w.Body.String(), banner, "&lt;script&gt;alert(1)", `href="https://checkout.example/c/x"`, `<iframe class="letter" sandbox src="/mailbox/000000000001/html"`)
	lacks(t, w.Body.String(), "<script>", "alert(2)", `href="javascript`)
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || !strings.HasSuffix(policy, "frame-src 'self'") {
		t.Errorf("policy %q", policy)
	}
	if policy := get(t, h, "/mailbox", "text/html").Header().Get("Content-Security-Policy"); strings.Contains(policy, "frame-src") {
		t.Errorf("the list may frame too: %q", policy)
	}

	w = get(t, h, "/mailbox/000000000001/html", "text/html")
	if w.Body.String() != nasty.HTML {
		t.Errorf("%q", w.Body)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
		"X-Frame-Options":         "SAMEORIGIN", "X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=UTF-8",
		"Cache-Control": "no-store",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestMailboxAsJSON(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	h := console(t, m)
	if got := getJSON[list](t, h, "/mailbox"); got.Mails == nil || got.Total != 0 {
		t.Errorf("empty: %+v", got)
	}
	send(t, m, message("ann@fans.example", "one"), message("bob@fans.example", "two"))
	got := getJSON[list](t, h, "/mailbox?to=ann@fans.example")
	if len(got.Mails) != 1 || got.Total != 1 || got.Mails[0].Subject != "one" {
		t.Errorf("%+v", got)
	}
	fields := getJSON[map[string]any](t, h, "/mailbox/"+got.Mails[0].ID)
	want := map[string]any{
		"id": "000000000001", "to": "ann@fans.example", "from": "tickets@lakeside.example", "subject": "one",
		"date": "2027-03-12T11:00:00Z", "text": message("", "").Text, "html": "<p>Dear fan</p>",
		"links": []any{"https://checkout.example/c/x"}, "headers": fields["headers"],
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
	if offer := fields["headers"].(map[string]any)["X-Inturn-Offer"]; !cmp.Equal(offer, []any{"abc"}) {
		t.Errorf("offer header %v", offer)
	}
}

func TestMailboxPages(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	h := console(t, m)
	var all []string
	for i := range perPage + 7 {
		m.entries = append(m.entries, Entry{ID: name(uint64(i + 1)), To: "ann+x@fans.example", Subject: fmt.Sprint(i)})
		all = append([]string{fmt.Sprint(i)}, all...)
	}
	first := getJSON[list](t, h, "/mailbox?to=ann%2Bx@fans.example")
	second := getJSON[list](t, h, first.Older)
	if got := append(subjects(first.Mails), subjects(second.Mails)...); !cmp.Equal(got, all) || second.Older != "" {
		t.Errorf("%q then %q", got, second.Older)
	}
	page := get(t, h, first.Older, "text/html").Body.String()
	wants(t, page, `href="/mailbox?to=ann%2Bx%40fans.example"`)
	lacks(t, page, "before=")
	if got := getJSON[list](t, h, "/mailbox?before=000000000001"); len(got.Mails) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMailboxKnowsNoOtherMail(t *testing.T) {
	m, _ := run(t, t.TempDir(), Options{})
	h := console(t, m)
	textOnly := message("ann@fans.example", "one")
	textOnly.HTML = ""
	send(t, m, textOnly)
	for _, path := range []string{"/mailbox/7", "/mailbox/000000000002", "/mailbox/..%2f..%2fetc%2fpasswd", "/mailbox/000000000002/html", "/mailbox/000000000001/html"} {
		if w := get(t, h, path, "text/html"); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	page := get(t, h, "/mailbox/000000000001", "text/html")
	lacks(t, page.Body.String(), "<iframe")
	if strings.Contains(page.Header().Get("Content-Security-Policy"), "frame-src") {
		t.Error("a mail without HTML may frame")
	}
}

func wants(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("%q is missing in %s", part, page)
		}
	}
}

func lacks(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(page, part) {
			t.Errorf("%q is in %s", part, page)
		}
	}
}
