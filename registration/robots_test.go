package registration

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/robots"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// guarded is the test's sale with a proof of work that costs nothing.
func guarded(change func(*sale.Robots)) sale.Sale {
	s := testSale()
	s.Robots = &sale.Robots{ProofOfWork: true, Work: 1000, Disposable: sale.DisposableFlag, Networks: true}
	if change != nil {
		change(s.Robots)
	}
	return s
}

func guardedWorld(t *testing.T, change func(*sale.Robots)) *world {
	t.Helper()
	w := newWorld(t, nil)
	w.fake.set(func(f *fakeLine) { f.state.Sale = guarded(change) })
	return w
}

// solution fetches a puzzle and solves it, as a program would.
func (w *world) solution() string {
	w.Helper()
	a := w.get("/lakeside-2027/challenge", asJSON...)
	var c robots.Challenge
	a.into(w, &c)
	if a.status != 200 || a.header.Get("Cache-Control") != "no-store" {
		w.Fatalf("%d, %q: %s", a.status, a.header.Get("Cache-Control"), a.body)
	}
	for n := range c.MaxNumber + 1 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", c.Salt, n))
		if hex.EncodeToString(sum[:]) == c.Challenge {
			b, err := json.Marshal(map[string]any{
				"algorithm": c.Algorithm, "challenge": c.Challenge, "number": n, "salt": c.Salt, "signature": c.Signature, "took": 12,
			})
			if err != nil {
				w.Fatal(err)
			}
			return base64.StdEncoding.EncodeToString(b)
		}
	}
	w.Fatal("the puzzle has no solution")
	return ""
}

func form(email, altcha string) string {
	return url.Values{"email": {email}, "lang": {"en"}, "website": {""}, "altcha": {altcha}}.Encode()
}

// TestWithoutRobotsNothingChanges: no field, no script, no puzzle, nothing
// kept, and a solution that nobody asked for is no mistake.
func TestWithoutRobotsNothingChanges(t *testing.T) {
	w := newWorld(t, nil)
	a := w.get(landing)
	a.wants(t, 200, hasForm, "not", "altcha", "data-puzzle", "proof.")
	if !strings.Contains(a.header.Get("Content-Security-Policy"), "worker-src 'none'") {
		t.Error("a page without a puzzle may have workers")
	}
	w.get("/lakeside-2027/challenge", asJSON...).wants(t, 404)
	w.get("/lakeside-2027", asJSON...).wants(t, 200, "not", "challenge_url")
	w.do("POST", "/lakeside-2027", form("fan@yopmail.com", "nonsense")).wants(t, 303)
	if in := w.fake.signed[0]; in.Network != 0 || in.Proof != "" || len(w.fake.asked) != 0 {
		t.Errorf("%+v", in)
	}
}

// TestProofOfWork: the page carries what the script needs; a solution gives a
// place, in HTML and JSON.
func TestProofOfWork(t *testing.T) {
	w := guardedWorld(t, nil)
	a := w.get(landing)
	a.wants(t, 200, `data-puzzle="/lakeside-2027/challenge"`, `<input type="hidden" name="altcha" value=""`, "<noscript>", `role="status"`, `src="/static/proof.`)
	if !strings.Contains(a.header.Get("Content-Security-Policy"), "worker-src 'self'") {
		t.Error("the page's script has no worker")
	}
	w.get("/lakeside-2027", asJSON...).wants(t, 200, `"challenge_url":"http://line.example/lakeside-2027/challenge"`)
	w.do("POST", "/lakeside-2027", form("one@example.org", w.solution())).wants(t, 303)
	w.do("POST", "/lakeside-2027", `{"email":"two@example.org","altcha":"`+w.solution()+`"}`,
		"Content-Type", "application/json", "Accept", "application/json").wants(t, 201, `"number":2`)
	for i, in := range w.fake.signed {
		if len(in.Proof) != 24 || in.Network == 0 {
			t.Errorf("place %d: %+v", i+1, in)
		}
	}
	if w.fake.signed[0].Proof == w.fake.signed[1].Proof || w.fake.signed[0].Network != w.fake.signed[1].Network {
		t.Errorf("%+v", w.fake.signed)
	}
}

// TestNoPuzzleBeforeTheFormOpens, nor after: nobody piles up solutions.
func TestNoPuzzleBeforeTheFormOpens(t *testing.T) {
	w := guardedWorld(t, nil)
	for at, status := range map[time.Duration]int{-49 * time.Hour: 403, -2 * time.Hour: 200, 0: 410} {
		w.at(noon.Add(at))
		w.get("/lakeside-2027/challenge", asJSON...).wants(t, status)
	}
	w.get("/no-such-sale/challenge", asJSON...).wants(t, 404)
}

// TestBadSolutions: a program is told; a fan's form goes the way by mail.
func TestBadSolutions(t *testing.T) {
	w := guardedWorld(t, nil)
	old := w.solution()
	w.at(w.clock().Add(robots.ProofLife))
	for _, bad := range []string{"nonsense", old, strings.Repeat("A", 2000)} {
		w.do("POST", "/lakeside-2027", form("fan@example.org", bad), asJSON...).wants(t, 422, `"code":"bad_proof"`)
		w.do("POST", "/lakeside-2027", form("fan@example.org", bad)).wants(t, 202, "mailing a link to fan@example.org")
	}
	if len(w.fake.places) != 0 || len(w.fake.asked) != 3 {
		t.Errorf("%d places, %d mails", len(w.fake.places), len(w.fake.asked))
	}
}

// TestWithoutAProof: no place, a mail, and an honest page; no other words for
// an address that is in line.
func TestWithoutAProof(t *testing.T) {
	w := guardedWorld(t, nil)
	a := w.do("POST", "/lakeside-2027", form("Fan@Example.org", ""))
	a.wants(t, 202, "You have no place in line yet", "mailing a link to Fan@Example.org", "not", hasForm)
	if a.header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be stored")
	}
	w.do("POST", "/lakeside-2027", "email=two@example.org", asJSON...).wants(t, 202, `"confirm":"mail"`, `"until":"2027-03-12T10:00:00Z"`, "not", "number")
	w.do("POST", "/lakeside-2027", "email=nonsense").wants(t, 422)
	if len(w.fake.asked) != 2 || w.fake.asked[0].Address.Typed != "Fan@Example.org" || w.fake.asked[0].Lang != "en" {
		t.Errorf("%+v", w.fake.asked)
	}
	for code, status := range map[sale.Code]int{sale.CodeFull: 410, sale.CodeClosed: 410, sale.CodeOverloaded: 503} {
		w.fake.set(func(f *fakeLine) { f.err = sale.E(code, "No.") })
		w.do("POST", "/lakeside-2027", form("fan@example.org", "")).wants(t, status, "<h1")
	}
}

// TestMailsToStrangersAreLimited for each network, before anybody looks
// whether the address is in line.
func TestMailsToStrangersAreLimited(t *testing.T) {
	w := guardedWorld(t, func(*sale.Robots) {})
	w.srv.limits.plain, w.srv.limits.proved = nil, nil
	for i := range askLimits.Burst {
		w.do("POST", "/lakeside-2027", form(fmt.Sprintf("fan%d@example.org", i), "")).wants(t, 202)
	}
	a := w.do("POST", "/lakeside-2027", form("fan@example.org", ""))
	a.wants(t, 429, `value="fan@example.org"`)
	if a.header.Get("Retry-After") == "" || len(w.fake.asked) != askLimits.Burst {
		t.Errorf("%d mails", len(w.fake.asked))
	}
	w.do("POST", "/lakeside-2027", form("fan@example.org", w.solution())).wants(t, 303)
	w.at(w.clock().Add(40 * time.Second))
	w.do("POST", "/lakeside-2027", form("last@example.org", "")).wants(t, 202)
}

// TestProofsHaveALargerLimit: each was paid for.
func TestProofsHaveALargerLimit(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.Burst, o.Limits.PerSec = 2, 1 })
	w.fake.set(func(f *fakeLine) { f.state.Sale = guarded(nil); f.state.Sale.Caps.Standby = 100 })
	for i := range 8 {
		w.do("POST", "/lakeside-2027", form(fmt.Sprintf("fan%d@example.org", i), w.solution())).wants(t, 303)
	}
	w.do("POST", "/lakeside-2027", form("fan@example.org", w.solution())).wants(t, 429)
	w.do("POST", "/lakeside-2027", form("one@example.org", "")).wants(t, 202)
	w.do("POST", "/lakeside-2027", form("two@example.org", "")).wants(t, 202)
	w.do("POST", "/lakeside-2027", form("three@example.org", "")).wants(t, 429)
}

// TestDisposableDomains: refused with words, in the fan's language too, or
// let in; the sale's lists win.
func TestDisposableDomains(t *testing.T) {
	for policy, status := range map[sale.Disposable]int{sale.DisposableAllow: 303, sale.DisposableFlag: 303, sale.DisposableRefuse: 422} {
		w := guardedWorld(t, func(r *sale.Robots) {
			r.ProofOfWork, r.Disposable, r.Allow, r.Deny = false, policy, []string{"mailinator.com"}, []string{"bad.example"}
		})
		for i, address := range []string{"fan@inbox.YOPmail.com", "fan@bad.example"} {
			a := w.do("POST", "/lakeside-2027", form(address, ""))
			a.wants(t, status)
			if status == 422 {
				a.wants(t, 422, "Please check the address. This is a disposable address.", `value="`+address+`"`, `aria-invalid="true"`)
				w.do("POST", "/lakeside-2027", "email="+address, asJSON...).wants(t, 422, `"code":"bad_address"`, `"field":"email"`)
				continue
			}
			if len(w.fake.places) != i+1 {
				t.Errorf("%s: %s has no place", policy, address)
			}
		}
		w.do("POST", "/lakeside-2027", form("fan@mailinator.com", "")).wants(t, 303)
	}
	w := guardedWorld(t, func(r *sale.Robots) { r.Disposable = sale.DisposableRefuse })
	w.do("POST", "/lakeside-2027", form("fan@yopmail.com", "")).wants(t, 422) // not mailed either
	if len(w.fake.asked) != 0 {
		t.Error("a refused address was mailed")
	}
}

// TestTheNetworkIsKeptOnlyWhereTheSaleSays.
func TestTheNetworkIsKeptOnlyWhereTheSaleSays(t *testing.T) {
	w := guardedWorld(t, func(r *sale.Robots) { r.ProofOfWork, r.Networks = false, false })
	w.do("POST", "/lakeside-2027", form("fan@example.org", "")).wants(t, 303)
	if in := w.fake.signed[0]; in.Network != 0 {
		t.Errorf("kept %d", in.Network)
	}
}

// TestConfirm: a GET changes nothing, the button gives the place, twice the
// same.
func TestConfirm(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		w, l := realWorld(t, dsn(), guarded(nil))
		w.do("POST", "/lakeside-2027", form("Fan@example.org", "")).wants(t, 202)
		w.do("POST", "/lakeside-2027", form("first@example.org", w.solution())).wants(t, 303)
		path := "/lakeside-2027/confirm/" + w.mailed(l, "Fan@example.org")
		for range 2 {
			a := w.get(path)
			a.wants(t, 200, "Is this your address?", "Fan@example.org", `action="`+path+`"`)
			if a.header.Get("Cache-Control") != "no-store" {
				t.Error("the page may be stored")
			}
		}
		w.get(path+"?lang=en").wants(t, 200, `action="`+path+`?lang=en"`)
		if st, err := l.Sale(t.Context(), "lakeside-2027"); err != nil || st.Last != 1 {
			t.Fatalf("%d places after opening the link, %v", st.Last, err)
		}
		first := w.do("POST", path, "")
		first.wants(t, 303)
		w.get(first.header.Get("Location")).wants(t, 200, "Fan@example.org", ">2<")
		if again := w.do("POST", path, ""); again.status != 303 || again.header.Get("Location") != first.header.Get("Location") {
			t.Errorf("pressed twice: %d %s", again.status, again.header.Get("Location"))
		}
		w.do("POST", path, "", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example").wants(t, 403)
		w.do("POST", path, "", asJSON...).wants(t, 201, `"number":2`)
		for _, bad := range []string{path + "x", path[:len(path)-1], strings.ToUpper(path), "/lakeside-2027/confirm/a.b.c.d"} {
			w.get(bad).wants(t, 404, "not", "Fan@example.org")
			w.do("POST", bad, "").wants(t, 404)
		}
		// The same words for one who is in line, and no second mail.
		a, b := w.do("POST", "/lakeside-2027", form("same@example.org", "")), w.do("POST", "/lakeside-2027", form("Fan@example.org", ""))
		if strings.ReplaceAll(a.body, "same@", "Fan@") != b.body || a.status != b.status {
			t.Errorf("in line %d, not in line %d, or other words", b.status, a.status)
		}
	})
}

// TestConfirmAfterwards: the link is over with the form; who came another way
// meanwhile hears so.
func TestConfirmAfterwards(t *testing.T) {
	w := guardedWorld(t, nil)
	w.do("POST", "/lakeside-2027", form("fan@example.org", "")).wants(t, 202)
	closes := w.fake.state.Sale.Registration.Closes
	path := "/lakeside-2027/confirm/" + w.keys.Confirmation("lakeside-2027", "ref1", closes)
	w.get(path).wants(t, 200)
	for code, status := range map[sale.Code]int{sale.CodeAlreadyInLine: 409, sale.CodeFull: 410, sale.CodeClosed: 410} {
		w.fake.set(func(f *fakeLine) { f.refuse = sale.E(code, "No.") })
		w.do("POST", path, "").wants(t, status, "<h1")
	}
	w.fake.set(func(f *fakeLine) { f.refuse = nil })
	w.get("/lakeside-2027/confirm/"+w.keys.Confirmation("lakeside-2027", "ref2", closes)).wants(t, 410, "This link is over")
	w.at(closes)
	w.get(path).wants(t, 410, "This link is over", "not", "fan@example.org")
	w.do("POST", path, "").wants(t, 410)
	if len(w.fake.places) != 0 {
		t.Errorf("%d places", len(w.fake.places))
	}
}

// mailed is the token of the link that an address was mailed.
func (w *world) mailed(l *line.Line, address string) string {
	w.Helper()
	lease, ok, err := l.Acquire(w.Context(), "lakeside-2027", "test", time.Hour)
	if err != nil || !ok {
		w.Fatal(ok, err)
	}
	mails, _, err := l.LeaseMails(w.Context(), line.Hand{Leases: []line.Lease{lease}, Most: 100})
	if err != nil {
		w.Fatal(err)
	}
	for _, m := range mails {
		if m.Kind == sale.MailConfirm && m.Address == address {
			return w.keys.Confirmation("lakeside-2027", m.Ref, m.Ends)
		}
	}
	w.Fatalf("no mail to %s among %+v", address, mails)
	return ""
}

// FuzzConfirm: whatever follows /confirm/ is answered, gives no place, and
// shows nobody's address.
func FuzzConfirm(f *testing.F) {
	for _, token := range []string{"", "a.b.c.d", "kid.ref1.zzzz.AAAA", "%00", "..%2f..", strings.Repeat("a", 500)} {
		f.Add(token)
	}
	w := fuzzWorld(f)
	w.fake.state.Sale = guarded(nil)
	w.fake.asked = []line.Ask{{Sale: "lakeside-2027", Address: sale.Address{Typed: "secret@example.org", Canonical: "secret@example.org"}}}
	f.Fuzz(func(t *testing.T, token string) { w.checkConfirm(t, token) })
}
