package console

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
)

func signingIn(name, passphrase string) url.Values {
	return url.Values{"address": {name + "@lakeside.example"}, "passphrase": {passphrase}}
}

// TestGuessingIsSlowedDown: one network at one account, whether there is such
// an account or not; meanwhile the right passphrase does not help either.
func TestGuessingIsSlowedDown(t *testing.T) {
	for _, name := range []string{"viewer", "nobody"} {
		h := newHouse(t)
		b := h.stranger()
		b.from = "192.0.2.7"
		for range 6 {
			b.want(b.post("/signin", signingIn(name, "wrong")), 422, "do not belong together")
		}
		w := b.post("/signin", signingIn(name, passphrase))
		b.want(w, 429, "Please wait", `value="`+name+"@lakeside.example")
		if after := w.Header().Get("Retry-After"); after != "2" {
			t.Errorf("%s: Retry-After %q", name, after)
		}
		h.at(noon.Add(2 * time.Second))
		b.want(b.post("/signin", signingIn(name, "wrong")), 422)
		b.want(b.post("/signin", signingIn(name, "wrong")), 429)
		elsewhere := h.stranger()
		elsewhere.from = "198.51.100.1"
		elsewhere.want(elsewhere.post("/signin", signingIn(name, "wrong")), 422)
	}
}

// TestOneNetworkManyAccounts: whoever tries one passphrase at many addresses
// waits too.
func TestOneNetworkManyAccounts(t *testing.T) {
	h := newHouse(t)
	b := h.stranger()
	b.from = "192.0.2.7"
	for i := range 31 {
		b.want(b.post("/signin", signingIn("a"+strconv.Itoa(i), "wrong")), 422)
	}
	b.want(b.post("/signin", signingIn("viewer", passphrase)), 429)
}

// TestNobodyIsLockedOut: while a crowd of machines guesses at an account,
// its owner gets in from the browser he used before, and from everywhere else
// after a minute at most.
func TestNobodyIsLockedOut(t *testing.T) {
	h := newHouse(t)
	mine := h.as("owner")
	mine.cookie = ""
	for i := range 60 {
		b := h.stranger()
		b.from = "192.0.2." + strconv.Itoa(i)
		b.post("/signin", signingIn("owner", "wrong"))
		h.at(h.clock().Add(time.Second))
	}
	b := h.stranger()
	b.want(b.post("/signin", signingIn("owner", passphrase)), 429)
	mine.want(mine.post("/signin", signingIn("owner", passphrase)), 303)
	mine.want(mine.get("/"), 200)
	h.at(h.clock().Add(time.Minute))
	b.want(b.post("/signin", signingIn("owner", passphrase)), 303)

	// A browser is known to its own account only, and guesses are counted there too.
	other := h.as("viewer")
	other.cookie = ""
	for range 11 {
		other.want(other.post("/signin", signingIn("viewer", "wrong")), 422)
	}
	other.want(other.post("/signin", signingIn("viewer", passphrase)), 429)
}

// TestABrowserIsKnownToItsOwnAccount: the cookie of one account is no way
// around the waits of another.
func TestABrowserIsKnownToItsOwnAccount(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	for range 6 {
		b.want(b.post("/signin", signingIn("owner", "wrong")), 422)
	}
	b.want(b.post("/signin", signingIn("owner", "wrong")), 429)
}

// TestGuessingInASession: the passphrase that is asked for again is guessed
// no faster, and what was typed is kept while one waits.
func TestGuessingInASession(t *testing.T) {
	h := newHouse(t)
	done := dangerous(h)
	b := h.as("chief")
	h.at(noon.Add(time.Hour))
	form := url.Values{"why": {"typed"}, fieldAgain: {"wrong"}}
	for range 11 {
		b.want(b.post("/sales/lakeside-2027/danger", form), 422, "not your passphrase")
	}
	form.Set(fieldAgain, passphrase)
	b.want(b.post("/sales/lakeside-2027/danger", form), 429, "Please wait", `name="why" value="typed"`)
	b.want(b.post("/again", url.Values{fieldAgain: {passphrase}}), 429, "Please wait")
	h.at(h.clock().Add(time.Second))
	b.want(b.post("/sales/lakeside-2027/danger", form), 303)
	if len(*done) != 1 {
		t.Errorf("done %d times", len(*done))
	}
}

// TestGuardsNameNobody: what is stored of guesses names neither an address nor
// a network, and differs by account, network, browser and what is guessed at.
func TestGuardsNameNobody(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	for _, a := range []attempt{
		{what: aPassphrase, account: "a@x.example", network: "192.0.2.7"},
		{what: aCode, account: "a@x.example", network: "192.0.2.7"},
		{what: aPassphrase, account: "b@x.example", network: "192.0.2.8"},
		{what: aPassphrase, account: "a@x.example", known: "one"},
		{what: aPassphrase, account: "a@x.example", known: "two"},
	} {
		for _, g := range h.s.guards(a) {
			if seen[g.Who] || len(g.Who) != 24 {
				t.Errorf("%+v is counted as %q", a, g.Who)
			}
			seen[g.Who] = true
		}
	}
	if got := accountOf(" Viewer@LAKESIDE.example"); got != accountOf("viewer@lakeside.example") || got != canonical(line.Organizer{Address: "Viewer@lakeside.example"}) {
		t.Errorf("counted as %q", got)
	}
}

// TestBeingRightIsNoGuess: an office behind one address signs in as often as
// it likes.
func TestBeingRightIsNoGuess(t *testing.T) {
	h := newHouse(t)
	for i := range 40 {
		b := h.stranger()
		b.from = "192.0.2.7"
		b.want(b.post("/signin", signingIn([]string{"owner", "viewer"}[i%2], passphrase)), 303)
	}
}
