package console

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// ask is a request for a route of the table, from a page of our own.
func ask(r route, method string) *http.Request {
	return sameSite(httptest.NewRequest(method, "https://console.example"+filled(r.path), nil))
}

// TestWhatStrangersReach lists it: a route that asks nobody who they are is
// not added in passing.
func TestWhatStrangersReach(t *testing.T) {
	h := newHouse(t, catching(t, false))
	var reached []string
	for _, r := range h.s.routes() {
		if r.needs == anyone {
			reached = append(reached, r.method+" "+r.path)
		}
	}
	want := []string{
		"GET /metrics",
		"GET /owner/:token", "POST /owner/:token",
		"GET /signin", "POST /signin", "GET /signin/code", "POST /signin/code",
		"GET /reset/:token", "POST /reset/:token",
		"GET /invitation/:token", "POST /invitation/:token",
	}
	slices.Sort(reached)
	slices.Sort(want)
	if !slices.Equal(reached, want) {
		t.Errorf("strangers reach\n%s\nwant\n%s", strings.Join(reached, "\n"), strings.Join(want, "\n"))
	}
}

// TestRoutesOfASaleNeedARoleOnIt: no page about a sale opens to any organizer,
// and every method is one of two.
func TestRoutesOfASaleNeedARoleOnIt(t *testing.T) {
	h := newHouse(t)
	for _, r := range h.s.routes() {
		if _, about := r.needs.role(); about != strings.Contains(r.path, ":sale") {
			t.Errorf("%s %s needs %s", r.method, r.path, r.needs)
		}
		if r.method != http.MethodGet && r.method != http.MethodPost {
			t.Errorf("%s %s: GET changes nothing, and POST does", r.method, r.path)
		}
		if r.again && r.needs == anyone {
			t.Errorf("%s %s asks a stranger for a passphrase", r.method, r.path)
		}
	}
}

// TestDangerousRoutes lists those that ask for the passphrase again, as far as
// they decide who gets in.
func TestDangerousRoutes(t *testing.T) {
	h := newHouse(t)
	dangerous := map[string]bool{}
	for _, r := range h.s.routes() {
		dangerous[r.method+" "+r.path] = r.again
	}
	for _, want := range []string{
		"GET /account/factor", "POST /account/factor", "POST /account/factor/remove", "POST /account/recovery",
		"POST /people/invite", "POST /people/invitation/link", "POST /people/:id/everything", "POST /people/:id/reset", "POST /people/:id/remove",
		"POST /sales/:sale/people/invite", "POST /sales/:sale/people/invitation/link", "POST /sales/:sale/people/:id/role",
	} {
		if again, there := dangerous[want]; !there || !again {
			t.Errorf("%s: there is %v, asks for the passphrase again %v", want, there, again)
		}
	}
}

// TestProgramsAreRefusedInTheirWords: 401, 403 and 404 as RFC 9457 has them,
// and no way to a page.
func TestProgramsAreRefusedInTheirWords(t *testing.T) {
	h := newHouse(t, catching(t, false))
	for name, has := range map[string]sale.Role{"stranger": "", "viewer": sale.RoleViewer, "other": ""} {
		b := h.as(name)
		for _, r := range h.s.routes() {
			if may(r.needs, name, has) {
				continue
			}
			q := ask(r, r.method)
			q.Header.Set("Accept", "application/json")
			w := b.do(q)
			want, code := http.StatusForbidden, "forbidden"
			switch {
			case name == "stranger":
				want, code = http.StatusUnauthorized, "unauthorized"
			case name == "other" && strings.Contains(r.path, ":sale"):
				want, code = http.StatusNotFound, "not_found"
			}
			if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), fmt.Sprintf("%q:%q", "code", code)) {
				t.Errorf("%s %s answers %s's program %d %s %s", r.method, r.path, name, w.Code, w.Header().Get("Content-Type"), w.Body)
			}
		}
	}
}

// TestHeadIsGet: whoever is refused a page is refused its head, and with it
// nothing is done that GET does not do.
func TestHeadIsGet(t *testing.T) {
	h := newHouse(t, catching(t, false))
	for _, name := range []string{"stranger", "viewer", "other"} {
		b := h.as(name)
		for _, r := range h.s.routes() {
			if r.method != http.MethodGet || r.path == "/sales/:sale/live" { // which does not end
				continue
			}
			get, head := b.do(ask(r, http.MethodGet)), b.do(ask(r, http.MethodHead))
			if get.Code != head.Code || get.Header().Get("Location") != head.Header().Get("Location") {
				t.Errorf("%s for %s: GET %d, HEAD %d", r.path, name, get.Code, head.Code)
			}
		}
	}
}

// TestOldBrowsersToo: who says no more than an origin is held to it.
func TestOldBrowsersToo(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	for _, r := range h.s.routes() {
		if r.method != http.MethodPost {
			continue
		}
		for _, origin := range []string{"https://evil.example", "null", "http://console.example.evil.example"} {
			q := ask(r, r.method)
			q.Header.Del("Sec-Fetch-Site")
			q.Header.Set("Origin", origin)
			if w := b.do(q); w.Code != http.StatusForbidden {
				t.Errorf("%s %s from %s: %d", r.method, r.path, origin, w.Code)
			}
		}
	}
}

// TestFormsHaveASize: no form takes more than a megabyte.
func TestFormsHaveASize(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	long := "address=" + strings.Repeat("a", maxBody)
	for _, path := range []string{"/signin", "/again", "/account/passphrase", "/people/invite", "/sales/lakeside-2027/people/invite", "/owner/x"} {
		r := sameSite(httptest.NewRequest(http.MethodPost, "https://console.example"+path, strings.NewReader(long)))
		if w := b.do(r); w.Code != http.StatusRequestEntityTooLarge && (path != "/owner/x" || w.Code != http.StatusGone) {
			t.Errorf("%s takes %d bytes: %d", path, len(long), w.Code)
		}
	}
}

// TestNobodyIsLedElsewhere: signing in, a proof and a code lead within the
// console, whatever the address says.
func TestNobodyIsLedElsewhere(t *testing.T) {
	h := newHouse(t)
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/%09/evil.example\t", "javascript:alert(1)"} {
		b := h.stranger()
		form := signingIn("viewer", passphrase)
		form.Set("to", to)
		w := b.post("/signin", form)
		if got := w.Header().Get("Location"); w.Code != 303 || strings.Contains(got, "evil") && !strings.HasPrefix(got, "/%09/") || strings.Contains(got, "alert") {
			t.Errorf("%q leads to %d %q", to, w.Code, got)
		}
		q := httptest.NewRequest(http.MethodGet, "https://console.example/signin", nil)
		q.URL.RawQuery = "to=" + strings.NewReplacer("/", "%2F", `\`, "%5C", "\t", "%09").Replace(to)
		if got := b.do(q).Header().Get("Location"); strings.HasPrefix(got, "//") || strings.HasPrefix(got, "https:") || strings.Contains(got, `\`) {
			t.Errorf("%q leads to %q", to, got)
		}
	}
}

// TestSignedOutIsOut: the token of a session that was ended opens nothing.
func TestSignedOutIsOut(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	kept := *b
	b.want(b.post("/signout", nil), 303)
	kept.want(kept.get("/"), 303)
}
