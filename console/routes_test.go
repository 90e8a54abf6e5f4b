package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// filled is a route's path with something in the place of each parameter.
func filled(path string) string {
	for name, value := range map[string]string{":sale": "lakeside-2027", ":token": "x", ":number": "1", ":id": "1", ":what": "x", ":lang": "en", ":text": "landing", ":file": "x", ":draft": "1", ":step": "event"} {
		path = strings.ReplaceAll(path, name, value)
	}
	return path
}

// TestEveryRouteRefuses walks the table: who does not have what a route needs
// is refused, whatever else the request is.
func TestEveryRouteRefuses(t *testing.T) {
	h := newHouse(t, catching(t, false))
	browsers := map[string]*browser{}
	for _, name := range []string{"stranger", "viewer", "manager", "chief", "other"} {
		browsers[name] = h.as(name)
	}
	has := map[string]sale.Role{"viewer": sale.RoleViewer, "manager": sale.RoleManager, "chief": sale.RoleOwner}
	for _, r := range h.s.routes() {
		if strings.Contains(filled(r.path), ":") {
			t.Errorf("%s %s: say in filled what its parameter may be", r.method, r.path)
		}
		for name, b := range browsers {
			if may(r.needs, name, has[name]) {
				continue
			}
			w := b.do(sameSite(httptest.NewRequest(r.method, "https://console.example"+filled(r.path), nil)))
			to := w.Header().Get("Location")
			switch {
			case name == "stranger" && r.method == http.MethodGet:
				if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/signin?to=") {
					t.Errorf("%s %s answers a stranger %d %q", r.method, r.path, w.Code, to)
				}
			case name == "stranger":
				if w.Code != http.StatusUnauthorized {
					t.Errorf("%s %s answers a stranger %d", r.method, r.path, w.Code)
				}
			case name == "other" && strings.Contains(r.path, ":sale"):
				if w.Code != http.StatusNotFound {
					t.Errorf("%s %s answers another sale's manager %d, not that there is nothing", r.method, r.path, w.Code)
				}
			case w.Code != http.StatusForbidden:
				t.Errorf("%s %s (needs %s) answers %s %d", r.method, r.path, r.needs, name, w.Code)
			}
		}
	}
}

func may(needs permission, name string, has sale.Role) bool {
	if needs == anyone || (needs == signedIn && name != "stranger") {
		return true
	}
	role, about := needs.role()
	return about && has != sale.RoleNone && has.May(role)
}

func sameSite(r *http.Request) *http.Request {
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// TestOtherSitesCannotPost: a session is no use to another site's form.
func TestOtherSitesCannotPost(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	for _, r := range h.s.routes() {
		if r.method != http.MethodPost {
			continue
		}
		for _, from := range []string{"cross-site", "same-site"} {
			q := sameSite(httptest.NewRequest(r.method, "https://console.example"+filled(r.path), nil))
			q.Header.Set("Sec-Fetch-Site", from)
			if w := b.do(q); w.Code != http.StatusForbidden {
				t.Errorf("%s %s from another site (%s): %d", r.method, r.path, from, w.Code)
			}
		}
	}
}

// TestPolicy: the policy of every answer allows our own files only.
func TestPolicy(t *testing.T) {
	h := newHouse(t)
	b := h.as("owner")
	for _, r := range h.s.routes() {
		w := b.do(sameSite(httptest.NewRequest(r.method, "https://console.example"+filled(r.path), nil)))
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-inline") {
			t.Errorf("%s %s: policy %q", r.method, r.path, policy)
		}
	}
}
