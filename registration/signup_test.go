package registration

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

func TestSignUp(t *testing.T) {
	w := newWorld(t, nil)
	a := w.do("POST", "/lakeside-2027", "email=Fan%40Example.org&lang=en&website=")
	path := a.header.Get("Location")
	if a.status != 303 || path != "/lakeside-2027/place/"+w.keys.Receipt("lakeside-2027", 1, w.clock()) || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d to %q", a.status, path)
	}
	w.get(path).wants(t, 200, "Your number", ">1<", "Fan@Example.org", "Guaranteed")

	for _, contentType := range []string{"application/x-www-form-urlencoded", "application/json"} {
		body := "email=two@example.org"
		if contentType == "application/json" {
			body = `{"email":"three@example.org"}`
		}
		a = w.do("POST", "/lakeside-2027", body, "Content-Type", contentType, "Accept", "application/json")
		var got signUpJSON
		a.into(t, &got)
		if a.status != 201 || got.Number < 2 || got.PlaceURL != "http://line.example"+a.header.Get("Location") {
			t.Errorf("%s: %d %+v", contentType, a.status, got)
		}
		w.get(strings.TrimPrefix(got.PlaceURL, "http://line.example"), asJSON...).wants(t, 200, fmt.Sprintf(`"number":%d,`, got.Number))
	}
}

// TestOtherSitesMayPostTheForm: an organizer's own page may carry the form,
// but nothing else that changes anything.
func TestOtherSitesMayPostTheForm(t *testing.T) {
	w := newWorld(t, nil)
	cross := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://partner.example"}
	a := w.do("POST", "/lakeside-2027", "email=fan@example.org", cross...)
	if a.status != 303 {
		t.Fatalf("the form: %d", a.status)
	}
	path := a.header.Get("Location")
	w.do("POST", path+"/withdraw", "", cross...).wants(t, 403)
	w.do("POST", path+"/rejoin", "", cross...).wants(t, 403)
	if len(w.fake.moved) != 0 {
		t.Errorf("moved %v", w.fake.moved)
	}
}

// TestRefusedSignUps: every code has its status, its page and its JSON; what
// was typed is still in the form wherever trying again makes sense.
func TestRefusedSignUps(t *testing.T) {
	const typed = `value="fan&#43;x@example.org"`
	for _, c := range []struct {
		err    *sale.Error
		status int
		words  []string
	}{
		{sale.E(sale.CodeAlreadyInLine, "In line."), 409, []string{"already in line", "fan&#43;x@example.org", "not", hasForm}},
		{sale.E(sale.CodeNotOpenYet, "Not yet."), 403, []string{saysBefore, "not", hasForm}},
		{sale.E(sale.CodeClosed, "Closed."), 410, []string{saysClosed, "open rehearsal", "not", hasForm}},
		{sale.E(sale.CodeFull, "Full."), 410, []string{saysFull, "open rehearsal", "not", hasForm}},
		{&sale.Error{Code: sale.CodeOverloaded, Message: "Busy.", RetryAfter: time.Second}, 503, []string{typed, "press the button again"}},
		{sale.E(sale.CodeKeyReused, "Used."), 409, []string{"not", hasForm}},
	} {
		w := newWorld(t, nil)
		w.get(landing)
		w.fake.set(func(f *fakeLine) { f.err = c.err })
		a := w.do("POST", "/lakeside-2027", "email=fan%2Bx@example.org")
		a.wants(t, c.status, c.words...)
		a = w.do("POST", "/lakeside-2027", "email=fan%2Bx@example.org", asJSON...)
		a.wants(t, c.status, `"code":"`+string(c.err.Code)+`"`, "not", "number", "place_url")
		if got := a.header.Get("Retry-After") != ""; got != (c.err.RetryAfter > 0) {
			t.Errorf("%s: Retry-After %v", c.err.Code, got)
		}
	}
}

// TestAlreadySaysWhereTheReceiptWent, and nothing about its number.
func TestAlreadySaysWhereTheReceiptWent(t *testing.T) {
	w := newWorld(t, nil)
	w.get(landing)
	w.fake.set(func(f *fakeLine) { f.err = sale.E(sale.CodeAlreadyInLine, "In line.") })
	w.do("POST", "/lakeside-2027", "email=fan@example.org", asJSON...).wants(t, 409, "was mailed to fan@example.org")
	w.fake.set(func(f *fakeLine) { f.err, f.state.Sale.Mail.Receipt = nil, false })
	w.reread()
	w.fake.set(func(f *fakeLine) { f.err = sale.E(sale.CodeAlreadyInLine, "In line.") })
	w.do("POST", "/lakeside-2027", "email=fan@example.org", asJSON...).wants(t, 409, "already in line", "not", "was mailed")
	w.do("POST", "/lakeside-2027", "email=fan@example.org").wants(t, 409, "already in line", "not", "was mailed")
}

// TestBadInput: a clear text, the right status, and nothing reaches the line.
func TestBadInput(t *testing.T) {
	w := newWorld(t, nil)
	w.get(landing)
	const urlencoded, jsonType = "application/x-www-form-urlencoded", "application/json"
	for _, c := range []struct {
		contentType, body string
		status            int
		code              string
	}{
		{urlencoded, "", 422, "bad_address"},
		{urlencoded, "email=", 422, "bad_address"},
		{urlencoded, "email=nonsense", 422, "bad_address"},
		{urlencoded, "email=a@b.ch%0d%0aBcc:x@y.ch", 422, "bad_address"},
		{urlencoded, "email=%zz", 400, "bad_request"},
		{urlencoded, "email=fan@example.org&website=http://spam.example", 422, "invalid"},
		{urlencoded, "email=" + strings.Repeat("a", 4<<10), 413, "too_large"},
		{jsonType, `{"email":`, 400, "bad_request"},
		{jsonType, `{"email":"fan@example.org","admin":true}`, 400, "bad_request"},
		{jsonType, `{"email":["fan@example.org"]}`, 400, "bad_request"},
		{jsonType, `{"email":"fan@example.org"} {}`, 400, "bad_request"},
		{"multipart/form-data; boundary=x", "--x--", 422, "bad_address"},
	} {
		a := w.do("POST", "/lakeside-2027", c.body, "Content-Type", c.contentType, "Accept", "application/json")
		a.wants(t, c.status, `"code":"`+c.code+`"`)
		a = w.do("POST", "/lakeside-2027", c.body, "Content-Type", c.contentType, "Accept", "text/html")
		a.wants(t, c.status, "<h1")
	}
	long := strings.Repeat("k", maxKey+1)
	w.do("POST", "/lakeside-2027", "email=fan@example.org", "Idempotency-Key", long).wants(t, 400)
	w.do("POST", "/lakeside-2027?email=fan@example.org", "").wants(t, 422)
	if len(w.fake.places) != 0 {
		t.Errorf("the line was given %v", w.fake.places)
	}
	w.do("POST", "/lakeside-2027", "email=no%22quotes@x").wants(t, 422, `value="no&#34;quotes@x"`, `aria-invalid="true"`, "not", `no"quotes`)
	for _, body := range []string{"email=fan@example.org", "email=nonsense", ""} {
		w.do("POST", "/no-such-sale", body).wants(t, 404, "not", hasForm)
		w.do("POST", "/healthz", body, asJSON...).wants(t, 404, `"code":"not_found"`)
	}
}

// TestLineDown: a database that does not answer is said to be that, with the
// form still filled in, and its cause is nobody's business.
func TestLineDown(t *testing.T) {
	w := newWorld(t, nil)
	w.get(landing)
	w.fake.set(func(f *fakeLine) { f.err = errors.New("disk I/O error on /var/lib/inturn") })
	a := w.do("POST", "/lakeside-2027", "email=fan@example.org")
	a.wants(t, 503, `value="fan@example.org"`, "not", "/var/lib")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.get(landing).wants(t, 200, hasForm)
	w.get("/lakeside-2027/place/"+w.keys.Receipt("lakeside-2027", 1, w.clock())).wants(t, 503, "not", "/var/lib")
}

func TestLimits(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.Burst, o.Limits.PerSec = 2, 1 })
	w.get(landing)
	for i := range 2 {
		w.do("POST", "/lakeside-2027", fmt.Sprintf("email=fan%d@example.org", i)).wants(t, 303)
	}
	a := w.do("POST", "/lakeside-2027", "email=fan2@example.org")
	a.wants(t, 429, "press the button again", `value="fan2@example.org"`)
	if a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	w.get(landing).wants(t, 200)
	w.at(w.clock().Add(time.Second))
	w.do("POST", "/lakeside-2027", "email=fan2@example.org").wants(t, 303)

	off := newWorld(t, func(o *Options) { o.Limits.Burst, o.NoLimits = 1, true })
	for i := range 3 {
		off.do("POST", "/lakeside-2027", fmt.Sprintf("email=fan%d@example.org", i)).wants(t, 303)
	}
}

// TestNothingAboutPeopleInTheLog: neither addresses nor receipts.
func TestNothingAboutPeopleInTheLog(t *testing.T) {
	w := newWorld(t, nil)
	a := w.do("POST", "/lakeside-2027", "email=fan@example.org")
	w.get(a.header.Get("Location"))
	w.fake.set(func(f *fakeLine) { f.err = errors.New("database is gone") })
	w.do("POST", a.header.Get("Location")+"/withdraw", "").wants(t, 503)
	w.do("POST", "/lakeside-2027", "email=other@example.org").wants(t, 503)
	w.stop()
	written := w.log.String()
	receipt := w.keys.Receipt("lakeside-2027", 1, w.clock())
	for _, unwanted := range []string{"example.org", receipt, strings.Split(receipt, ".")[3]} {
		if strings.Contains(written, unwanted) {
			t.Errorf("the log contains %q:\n%s", unwanted, written)
		}
	}
	if !strings.Contains(written, "/:sale/place/:receipt/withdraw") || !strings.Contains(written, "database is gone") {
		t.Errorf("the log lacks what happened:\n%s", written)
	}
}

// FuzzSignUpForm: whatever is posted is answered with a status of ours, never
// with a crash, and only an address that the grammar takes gets a place.
func FuzzSignUpForm(f *testing.F) {
	for _, body := range []string{
		"email=fan@example.org", "email=fan%40example.org&lang=en", `{"email":"fan@example.org"}`, `{"email":"fan@example.org"`,
		"email=a@b.ch;email=c@d.ch", "email=a@b.ch&email=c@d.ch", "website=x&email=a@b.ch", "email=\x00@\xff", "%", "",
		"email=f%C3%A4n@example.org&lang=%00", `{"email":null}`, `[]`, "email=" + strings.Repeat("a@", 300),
	} {
		f.Add(body, false, "en", "")
		f.Add(body, true, "de;q=0.1", "key")
	}
	w := fuzzWorld(f)
	f.Fuzz(func(t *testing.T, body string, isJSON bool, language, key string) {
		w.check(t, body, isJSON, language, key)
	})
}
