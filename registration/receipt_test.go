package registration

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
	"github.com/inturn/inturn/internal/web"
)

const (
	lostPage = "/lakeside-2027/receipt"
	saysSent = "is in line, its receipt has been mailed again"
)

// TestLostReceiptSaysNothing: who is in line, who is not and who asked too
// often get the same answer, byte by byte but for the address they typed.
func TestLostReceiptSaysNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		w, l := realWorld(t, dsn(), testSale())
		w.do("POST", "/lakeside-2027", "email=Fan.One%2Btickets@gmail.com").wants(t, 303)
		want := map[bool]string{}
		for i, who := range []string{"fanone@gmail.com", "nobody@gmail.com", "fan.one@googlemail.com", "fanone@gmail.com", "fanone@gmail.com"} {
			for _, json := range []bool{true, false} {
				header := []string{"Accept", "text/html"}
				if json {
					header = asJSON
				}
				if i > 1 && json {
					continue // he asks four times in all
				}
				a := w.do("POST", lostPage, "email="+who, header...)
				a.wants(t, 202, "not", "Fan.One", `"number"`, "k1.")
				body := strings.ReplaceAll(a.body, who, "ADDRESS")
				if i == 0 {
					want[json] = body
				}
				if body != want[json] {
					t.Errorf("asking %d: %s", i, a.body)
				}
			}
		}
		if n := receipts(t, l); n != 4 {
			t.Errorf("%d receipts, want the first and three repetitions", n)
		}
	})
}

// receipts sends what is due, which are receipts of number 1 to the address
// as typed at sign-up.
func receipts(t *testing.T, l *line.Line) int {
	t.Helper()
	lease, ok, err := l.Acquire(t.Context(), "lakeside-2027", "test", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	mails, _, err := l.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{lease}, Most: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if m.Kind != sale.MailReceipt || m.Number != 1 || m.Address != "Fan.One+tickets@gmail.com" {
			t.Errorf("a %s mail of number %d to %s", m.Kind, m.Number, m.Address)
		}
	}
	return len(mails)
}

// TestLostReceiptPages: where it is asked for, in the reader's language.
func TestLostReceiptPages(t *testing.T) {
	w := newWorld(t, nil)
	w.get(lostPage).wants(t, 200, "Receipt lost?", hasForm, `action="`+lostPage+`"`, "not", saysSent)
	w.get(lostPage+"?lang=en").wants(t, 200, `name="lang" value="en"`)
	w.get("/lakeside-2027/en").wants(t, 200, `href="`+lostPage+`?lang=en"`)
	w.do("POST", lostPage, "email=Fan@example.org&lang=en").wants(t, 202, "If Fan@example.org "+saysSent, "three times a day", "not", hasForm)
	w.do("POST", lostPage, `{"email":"Fan@example.org"}`, "Content-Type", "application/json", "Accept", "application/json").wants(t, 202, saysSent)
	w.do("POST", lostPage, "email=nobody").wants(t, 422, hasForm, `aria-invalid="true"`, `value="nobody"`)
	w.do("POST", lostPage, "email=nobody", asJSON...).wants(t, 422, "bad_address")
	w.do("POST", lostPage, "email=fan@example.org&website=x").wants(t, 422, hasForm)
	w.do("POST", lostPage, "email=fan@example.org", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").wants(t, 403)
	w.do("POST", "/another/receipt", "email=fan@example.org", asJSON...).wants(t, 404)
	if n := len(w.fake.lost); n != 2 || w.fake.lost[0].Address.Canonical != "fan@example.org" || w.fake.lost[0].Sale != "lakeside-2027" {
		t.Errorf("asked for %+v", w.fake.lost)
	}
}

// TestLostReceiptOnEveryLine: open, full, closed, and for those who are in line
// already. Before it opens nobody has one.
func TestLostReceiptOnEveryLine(t *testing.T) {
	w := newWorld(t, nil)
	link := `href="` + lostPage + `?lang=en"`
	for what, now := range map[string]time.Time{"open": noon.Add(-2 * time.Hour), "closed": noon} {
		w.at(now)
		if a := w.get("/lakeside-2027/en"); !strings.Contains(a.body, link) {
			t.Errorf("%s: no way to a lost receipt", what)
		}
	}
	w.at(noon.Add(-72 * time.Hour))
	w.get("/lakeside-2027/en").wants(t, 200, "not", link)
	w.fake.set(func(f *fakeLine) { f.state.Last = 4 })
	w.reread()
	w.at(noon.Add(-2 * time.Hour))
	w.get("/lakeside-2027/en").wants(t, 200, saysFull, link)

	w.fake.set(func(f *fakeLine) { f.err = sale.E(sale.CodeAlreadyInLine, "This address is already in line.") })
	w.do("POST", "/lakeside-2027", "email=Fan@example.org").
		wants(t, 409, `action="`+lostPage+`"`, `name="email" value="Fan@example.org"`, "Mail the receipt again")
}

// TestNoReceiptsToLose: a sale that sends none.
func TestNoReceiptsToLose(t *testing.T) {
	w := newWorld(t, nil)
	w.fake.set(func(f *fakeLine) { f.state.Sale.Mail.Receipt = false })
	w.reread()
	w.get("/lakeside-2027/en").wants(t, 200, "not", lostPage)
	w.get(lostPage).wants(t, 404)
	w.do("POST", lostPage, "email=fan@example.org", asJSON...).wants(t, 404, "not_found")
	w.fake.set(func(f *fakeLine) { f.err = sale.E(sale.CodeAlreadyInLine, "This address is already in line.") })
	w.do("POST", "/lakeside-2027", "email=fan@example.org").wants(t, 409, "not", lostPage)
}

// TestLostReceiptLimits: who asks need not be the owner, so a network causes
// no more of these mails than of others to strangers, however many sign-ups
// it may send; and what it asks for takes nobody's sign-up away.
func TestLostReceiptLimits(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits = web.LimitOptions{PerSec: 1000, Burst: 1000} })
	for range 100 {
		w.do("POST", lostPage, "email=fan@example.org").wants(t, 202)
	}
	a := w.do("POST", lostPage, "email=fan@example.org")
	a.wants(t, 429, hasForm, "Nothing is lost")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.do("POST", "/lakeside-2027", "email=fan@example.org").wants(t, 303)
	if len(w.fake.lost) != 100 {
		t.Errorf("asked for %d", len(w.fake.lost))
	}
}
