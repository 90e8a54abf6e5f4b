package console

import (
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/inturn/inturn/internal/link"
)

// code is what the app shows for a secret at the house's time, moved.
func (h *house) code(secret string, moved time.Duration) string {
	h.Helper()
	code, err := totp.GenerateCode(secret, h.clock().Add(moved))
	if err != nil {
		h.Fatal(err)
	}
	return code
}

var (
	secretField = regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`)
	codeOf      = regexp.MustCompile(`<code>([^<]+)</code>`)
)

// enrol sets up a second factor for whoever has signed in here.
func (b *browser) enrol() (secret string, recovery []string) {
	b.Helper()
	w := b.get("/account/factor")
	b.want(w, 200, "<svg", "otpauth://totp/inturn%20console.example:")
	found := secretField.FindStringSubmatch(w.Body.String())
	if found == nil {
		b.Fatalf("no secret:\n%s", w.Body)
	}
	secret = found[1]
	w = b.post("/account/factor", url.Values{"secret": {secret}, "code": {b.code(secret, 0)}})
	b.want(w, 200, "Your second factor is on")
	for _, one := range codeOf.FindAllStringSubmatch(w.Body.String(), -1) {
		recovery = append(recovery, html.UnescapeString(one[1]))
	}
	if len(recovery) != recoveries {
		b.Errorf("recovery codes %q", recovery)
	}
	return secret, recovery
}

// signInWith signs in with passphrase and code, and says how the code fared.
func (b *browser) signInWith(name, code string) *httptest.ResponseRecorder {
	b.Helper()
	w := b.post("/signin", signingIn(name, passphrase))
	if to := w.Header().Get("Location"); to != "/signin/code" {
		b.Errorf("led to %q", to)
	}
	return b.post("/signin/code", url.Values{"code": {code}})
}

// TestSecondFactor: once it is on, a passphrase alone opens nothing; a code
// is taken once, a step early or late, and no further off.
func TestSecondFactor(t *testing.T) {
	h := newHouse(t)
	h.at(noon.Add(10 * time.Second))
	secret, _ := h.as("viewer").enrol()
	h.wantAudit("second factor", "viewer@lakeside.example: added")

	b := h.stranger()
	b.want(b.post("/signin", url.Values{"address": {"viewer@lakeside.example"}, "passphrase": {passphrase}, "to": {"/account"}}), 303)
	b.want(b.get("/"), 303)
	b.want(b.get("/signin/code"), 200, "six digits")
	b.want(b.post("/signin/code", url.Values{"code": {"000000"}}), 422, "not right")
	b.want(b.post("/signin/code", url.Values{"code": {h.code(secret, 0)}}), 422) // it confirmed the secret
	h.at(h.clock().Add(5 * time.Minute))
	for moved, ok := range map[time.Duration]bool{-2 * step: false, 2 * step: false} {
		if w := b.post("/signin/code", url.Values{"code": {h.code(secret, moved)}}); (w.Code == 303) != ok {
			t.Errorf("moved by %s: %d", moved, w.Code)
		}
	}
	now := h.code(secret, 0)
	w := b.post("/signin/code", url.Values{"code": {" " + now[:3] + " " + now[3:]}})
	if b.want(w, 303); w.Header().Get("Location") != "/account" {
		t.Errorf("led to %q", w.Header().Get("Location"))
	}
	b.want(b.get("/account"), 200, "codes are left")

	c := h.stranger()
	c.want(c.signInWith("viewer", now), 422, "used already")
	c.want(c.signInWith("viewer", h.code(secret, -step)), 422) // before one that was taken
	c.want(c.signInWith("viewer", h.code(secret, step)), 303)
	h.at(h.clock().Add(time.Hour))
	d := h.stranger()
	d.want(d.signInWith("viewer", h.code(secret, -step)), 303)
}

// TestPendingIsNothing: between passphrase and code there is no session, and
// the way between them is short.
func TestPendingIsNothing(t *testing.T) {
	h := newHouse(t)
	secret, _ := h.as("viewer").enrol()
	h.at(noon.Add(time.Hour))
	b := h.stranger()
	b.want(b.get("/signin/code"), 303)
	b.want(b.post("/signin/code", url.Values{"code": {h.code(secret, 0)}}), 303)
	b.want(b.get("/"), 303)
	b.want(b.post("/signin", signingIn("viewer", passphrase)), 303)
	for _, path := range []string{"/", "/account", "/sales/lakeside-2027", "/again"} {
		b.want(b.get(path), 303)
	}
	b.want(b.post("/account/factor/remove", nil), 401)
	h.at(h.clock().Add(pendingLife))
	w := b.post("/signin/code", url.Values{"code": {h.code(secret, 0)}})
	if b.want(w, 303); w.Header().Get("Location") != "/signin" {
		t.Errorf("led to %q", w.Header().Get("Location"))
	}
	b.want(b.get("/"), 303)

	// Whoever changes the passphrase meanwhile ends that way too.
	b.want(b.post("/signin", signingIn("viewer", passphrase)), 303)
	o, err := h.line.OrganizerAt(t.Context(), addressOf(t, "viewer"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.line.SignOutEverywhere(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	b.want(b.post("/signin/code", url.Values{"code": {h.code(secret, 0)}}), 303)
	b.want(b.get("/"), 303)
}

// TestRecoveryCodes: each signs in once; new ones void the old.
func TestRecoveryCodes(t *testing.T) {
	h := newHouse(t)
	a := h.as("viewer")
	_, codes := a.enrol()
	b := h.stranger()
	b.want(b.signInWith("viewer", strings.ToUpper(codes[0])), 303)
	b.want(b.get("/account"), 200, "7 recovery codes are left")
	c := h.stranger()
	c.want(c.signInWith("viewer", codes[0]), 422)
	other := h.as("manager")
	other.enrol()
	d := h.stranger()
	d.want(d.signInWith("manager", codes[1]), 422)
	w := a.post("/account/recovery", nil)
	a.want(w, 200, "void")
	c.want(c.signInWith("viewer", codes[1]), 422)
	c.want(c.signInWith("viewer", codeOf.FindStringSubmatch(w.Body.String())[1]), 303)
	h.wantAudit("second factor", "viewer@lakeside.example: added", "viewer@lakeside.example: recovery code used",
		"manager@lakeside.example: added", "viewer@lakeside.example: new recovery codes", "viewer@lakeside.example: recovery code used")
}

// TestGuessingCodes is slowed down, whatever else is known.
func TestGuessingCodes(t *testing.T) {
	h := newHouse(t)
	secret, _ := h.as("viewer").enrol()
	b := h.stranger()
	b.want(b.post("/signin", signingIn("viewer", passphrase)), 303)
	for range 6 {
		b.want(b.post("/signin/code", url.Values{"code": {"000000"}}), 422)
	}
	b.want(b.post("/signin/code", url.Values{"code": {h.code(secret, step)}}), 429, "Please wait")
	h.at(h.clock().Add(2 * time.Second))
	b.want(b.post("/signin/code", url.Values{"code": {h.code(secret, step)}}), 303)
}

// TestEnrolment wants a code of the very secret, and does nothing twice.
func TestEnrolment(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	for _, bad := range []string{"", "ABC", "not base32", strings.Repeat("A", 400)} {
		b.want(b.post("/account/factor", url.Values{"secret": {bad}, "code": {"000000"}}), 400)
	}
	secret := newSecret()
	b.want(b.post("/account/factor", url.Values{"secret": {secret}, "code": {"000000"}}), 422, `value="`+secret)
	b.want(b.get("/account"), 200, "Set up a second factor")
	b.enrol()
	b.want(b.get("/account/factor"), 303)
	b.want(b.post("/account/factor", url.Values{"secret": {secret}, "code": {h.code(secret, 0)}}), 409)
	b.want(b.post("/account/factor/remove", nil), 303)
	b.want(b.get("/account"), 200, "is removed", "Set up a second factor")
	b.want(b.post("/account/recovery", nil), 409)
	c := h.as("viewer")
	c.want(c.get("/"), 200)
}

// TestSealedSecrets: a copy of the database gives no secret away, a row moved
// to another organizer does not open, and an older key still opens.
func TestSealedSecrets(t *testing.T) {
	h := newHouse(t)
	secret, _ := h.as("viewer").enrol()
	o, err := h.line.OrganizerAt(t.Context(), addressOf(t, "viewer"))
	if err != nil {
		t.Fatal(err)
	}
	if o.Factor == "" || strings.Contains(o.Factor, secret) {
		t.Errorf("stored as %q", o.Factor)
	}
	if got, err := h.s.unseal(o.ID+1, o.Factor); err == nil {
		t.Errorf("opens for somebody else: %q", got)
	}
	for _, bad := range []string{"", "x", "aaaaaaaa.AAAA", o.Factor[:len(o.Factor)-2], o.Factor[1:]} {
		if got, err := h.s.unseal(o.ID, bad); err == nil {
			t.Errorf("%q opens: %q", bad, got)
		}
	}
	if _, err := h.keys.Rotate(link.ForReceipts); err != nil {
		t.Fatal(err)
	}
	if got, err := h.s.unseal(o.ID, o.Factor); got != secret || err != nil {
		t.Errorf("after a rotation: %q, %v", got, err)
	}
}
