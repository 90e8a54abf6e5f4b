package console

import (
	"context"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sqldb"
)

// audited are the audit rows of an action, "actor: detail", in order.
func (h *house) audited(action string) []string {
	h.Helper()
	var all []string
	err := h.line.DB().Read(h.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		rows, err := tx.Query(ctx, `SELECT actor, detail FROM audit WHERE action = $1 ORDER BY id`, action)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var actor, detail string
			if err := rows.Scan(&actor, &detail); err != nil {
				return err
			}
			all = append(all, actor+": "+detail)
		}
		return rows.Err()
	})
	if err != nil {
		h.Fatal(err)
	}
	return all
}

// wantAudit wants the audit rows of an action.
func (h *house) wantAudit(action string, want ...string) {
	h.Helper()
	if got := strings.Join(h.audited(action), "\n"); got != strings.Join(want, "\n") {
		h.Errorf("audit %s:\n%s\nwant:\n%s", action, got, strings.Join(want, "\n"))
	}
}

// TestSignOutEverywhere ends every session, here and elsewhere, at once.
func TestSignOutEverywhere(t *testing.T) {
	h := newHouse(t)
	a, b, other := h.as("viewer"), h.as("viewer"), h.as("manager")
	b.want(b.get("/account"), 200, "this one", "Some browser")
	stolen := *b
	a.want(a.post("/account/everywhere", nil), 303)
	a.want(a.get("/signin"), 200, "You are signed out, here and everywhere else.")
	a.want(a.get("/"), 303)
	b.want(b.get("/"), 303)
	stolen.want(stolen.post("/account/everywhere", nil), 401)
	other.want(other.get("/"), 200)
	h.wantAudit("sign out everywhere", "viewer@lakeside.example: ")
	again := h.as("viewer")
	again.want(again.get("/"), 200)
}

// TestARequestInFlightRevivesNothing: a session that is written once more
// after everything was signed out belongs to an earlier generation.
func TestARequestInFlightRevivesNothing(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	name := tokenName(b.cookie)
	data, ok, err := h.line.Session(t.Context(), name)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	kept := *b
	b.want(b.post("/account/everywhere", nil), 303)
	other := "another name"
	for _, token := range []string{name, tokenName(other)} {
		if err := h.line.KeepSession(t.Context(), line.Session{Token: token, Data: data, Ends: h.clock().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	kept.want(kept.get("/"), 303)
	kept.cookie = other
	kept.want(kept.get("/"), 303)
}

// TestOneSessionEnds: one of one's own, and nobody else's.
func TestOneSessionEnds(t *testing.T) {
	h := newHouse(t)
	a, b, other := h.as("viewer"), h.as("viewer"), h.as("manager")
	w := a.get("/account")
	a.want(w, 200)
	names := regexp.MustCompile(`name="session" value="([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(names) != 1 {
		t.Fatalf("sessions that can be ended: %v", names)
	}
	if raw := h.sessionRow(b.cookie); raw != 0 {
		t.Errorf("the token itself is stored %d times", raw)
	}
	other.want(other.post("/account/session", url.Values{"session": {names[0][1]}}), 303)
	b.want(b.get("/"), 200)
	a.want(a.post("/account/session", url.Values{"session": {names[0][1]}}), 303)
	b.want(b.get("/"), 303)
	a.want(a.get("/account"), 200, "That session is over", "-name=\"session\"")
}

// sessionRow counts sessions that a copy of the database gives the token of.
func (h *house) sessionRow(token string) (n int) {
	h.Helper()
	err := h.line.DB().Read(h.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM sessions WHERE token = $1 OR CAST(data AS TEXT) LIKE '%' || $1 || '%'`, token).Scan(&n)
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// TestNewPassphrase: the old one is asked for, all other sessions end, and
// this one goes on with a new token.
func TestNewPassphrase(t *testing.T) {
	h := newHouse(t)
	a, b := h.as("viewer"), h.as("viewer")
	const fresh = "entirely other words here"
	form := func(current, passphrase, repeated string) url.Values {
		return url.Values{"current": {current}, "passphrase": {passphrase}, "repeated": {repeated}}
	}
	a.want(a.post("/account/passphrase", form("wrong", fresh, fresh)), 422, "current-wrong", "-"+fresh)
	a.want(a.post("/account/passphrase", form(passphrase, "short", "short")), 422, "passphrase-wrong")
	a.want(a.post("/account/passphrase", form(passphrase, fresh, "another")), 422, "repeated-wrong")
	b.want(b.get("/"), 200)
	before := a.cookie
	a.want(a.post("/account/passphrase", form(passphrase, fresh, fresh)), 303)
	if a.cookie == before {
		t.Error("the session goes on under its old token")
	}
	a.want(a.get("/account"), 200, "Your passphrase is changed")
	b.want(b.get("/"), 303)
	h.wantAudit("passphrase", "viewer@lakeside.example: ")
	c := h.stranger()
	c.want(c.post("/signin", signingIn("viewer", passphrase)), 422)
	c.want(c.post("/signin", signingIn("viewer", fresh)), 303)
}

// TestSessionsAreNotFixed: a token from before signing in is worth nothing
// after it.
func TestSessionsAreNotFixed(t *testing.T) {
	h := newHouse(t)
	for _, planted := range []string{"planted", h.as("viewer").cookie} {
		b := h.stranger()
		b.cookie = planted
		b.want(b.post("/signin", signingIn("manager", passphrase)), 303)
		if b.cookie == planted {
			t.Errorf("%q is the session after signing in", planted)
		}
		thief := h.stranger()
		thief.cookie = planted
		thief.want(thief.get("/"), 303)
	}
}

// TestACookieThatIsNotKept is told, where it can happen.
func TestACookieThatIsNotKept(t *testing.T) {
	h := newHouse(t)
	b := h.stranger()
	r := sameSite(httptest.NewRequest("POST", "http://console.example/signin", strings.NewReader(signingIn("viewer", passphrase).Encode())))
	r.TLS = nil
	w := b.do(r)
	b.want(w, 303)
	way := w.Header().Get("Location")
	if way != "/signin?kept=&to=%2F" {
		t.Errorf("led to %q", way)
	}
	b.want(b.get(way), 303)
	b.cookie = ""
	b.want(b.get(way), 200, "did not keep the cookie", "Safari")
}

// TestResetLink: on the machine itself somebody who is locked out is helped,
// once, and by nobody who only has a link that was used.
func TestResetLink(t *testing.T) {
	h := newHouse(t)
	old := h.as("chief")
	secret, codes := old.enrol()
	link, err := ResetLink(t.Context(), h.links(), " Chief@Lakeside.example", "root")
	if err != nil || !strings.HasPrefix(link, "https://console.example/reset/") {
		t.Fatal(link, err)
	}
	if _, err := ResetLink(t.Context(), h.links(), "nobody@lakeside.example", "root"); err == nil {
		t.Error("nobody has a link")
	}
	path := strings.TrimPrefix(link, "https://console.example")
	b := h.stranger()
	b.want(b.get("/reset/other"), 410)
	b.want(b.get(path), 200, "chief@lakeside.example")
	old.want(old.get("/"), 200) // nothing has happened yet
	const fresh = "entirely other words here"
	b.want(b.post(path, url.Values{"passphrase": {"short"}}), 422, "passphrase-wrong")
	h.at(h.clock().Add(ownerLinkLife))
	b.want(b.post(path, url.Values{"passphrase": {fresh}, "repeated": {fresh}}), 410)
	h.at(h.clock().Add(-time.Second))
	b.want(b.post(path, url.Values{"passphrase": {fresh}, "repeated": {fresh}}), 303)
	b.want(b.get("/account"), 200, "second factor is removed", "Set up a second factor")
	old.want(old.get("/"), 303)
	again := h.stranger()
	again.want(again.post(path, url.Values{"passphrase": {fresh}, "repeated": {fresh}}), 410)
	again.want(again.post("/signin", signingIn("chief", passphrase)), 422)
	again.want(again.post("/signin", signingIn("chief", fresh)), 303)
	again.want(again.get("/"), 200) // and no code is asked for
	h.wantAudit("reset link", "root: chief@lakeside.example")
	h.wantAudit("passphrase", "chief@lakeside.example: by a reset link; the second factor is gone")
	_, _ = secret, codes
}

func TestBrowserNames(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                               "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":            "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                "Safari on Mac",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":     "Samsung Internet on Android",
		"": "Some browser", "curl/8": "Some browser", "Firefox/1": "Firefox",
	} {
		if got := browserName(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}
