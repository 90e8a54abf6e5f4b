package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

const fansPath = "/sales/lakeside-2027/fans"

// full is a sale in which the first has bought, the second has an open offer,
// the third waits, and the fourth has left.
func (h *house) full() (*crowd, sale.Order) {
	h.Helper()
	c := h.crowd("lakeside-2027")
	for _, name := range []string{"one", "Two", "three", "four"} {
		c.join(name + "@fans.example")
	}
	c.must(c.line.Withdraw(h.Context(), c.slug, 4))
	c.mails(line.ResultAccepted)
	ids := c.batch(2)
	c.mails(line.ResultAccepted)
	order := c.buys(ids[0], 2)
	c.mails(line.ResultAccepted)
	c.passes(time.Second)
	return c, order
}

func why(pairs ...string) url.Values {
	form := url.Values{"why": {"asked on the phone"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func TestFindAFan(t *testing.T) {
	h := newHouse(t)
	h.full()
	for _, name := range []string{"viewer", "manager"} {
		b := h.as(name)
		b.want(b.get(fansPath), 200, "Find a fan", "not kept in any log")
		for typed, number := range map[string]int{
			"2": 2, " #2 ": 2, "two@FANS.example": 2, " TWO@fans.example ": 2, "four@fans.example": 4,
		} {
			w := b.post(fansPath, url.Values{"q": {typed}})
			if to := w.Header().Get("Location"); w.Code != 303 || to != fmt.Sprintf("%s/%d", fansPath, number) {
				t.Errorf("%q leads to %d %q", typed, w.Code, to)
			}
		}
		b.want(b.post(fansPath, url.Values{"q": {"nobody@fans.example"}}), 404, `value="nobody@fans.example"`, "has no place in this line", `id="q-wrong"`)
		b.want(b.post(fansPath, url.Values{"q": {"99"}}), 404, "There is no place 99", `value="99"`)
		b.want(b.post(fansPath, url.Values{"q": {"<nonsense>"}}), 422, `value="&lt;nonsense&gt;"`, `aria-invalid="true"`)
		for _, n := range []string{"99", "0", "-1", "x", "99999999999999999999"} {
			b.want(b.get(fansPath+"/"+n), 404)
		}
	}
	if _, err := h.line.AskConfirm(t.Context(), line.Ask{Sale: "lakeside-2027", Lang: "en", Address: sale.Address{Typed: "s@x.example", Canonical: "s@x.example"}}); err != nil {
		t.Fatal(err)
	}
	b := h.as("viewer")
	b.want(b.post(fansPath, url.Values{"q": {"s@x.example"}}), 404, "was mailed a link to confirm it")
}

func TestFanPage(t *testing.T) {
	h := newHouse(t)
	_, order := h.full()
	b := h.as("manager")
	b.want(b.get(fansPath+"/1"), 200, "one@fans.example", "The fan has bought: order "+order.Code, "Joined the line at number 1", "CHF 170.00",
		"Cancel the order", "Erase the person", "-Send the link again", "-Take the offer back", "-Take out of the line")
	b.want(b.get(fansPath+"/2"), 200, "Two@fans.example", "up to 4 tickets, open until", "Send the link again", "Take the offer back", "-Cancel the order", "Take out of the line")
	b.want(b.get(fansPath+"/3"), 200, "is the next to get an offer", "-Send the link again", "Correct the address")
	b.want(b.get(fansPath+"/4"), 200, "The fan left the line", "-Correct the address", "Erase the person")
	v := h.as("viewer")
	v.want(v.get(fansPath+"/2"), 200, "T…@f….example", "open until", "-Two@", "-<form method=\"post\" action=\"/sales/lakeside-2027/fans", "-What you can do")
}

// TestBoxOfficeIsSlow: the page says so, and does not wait for it.
func TestBoxOfficeIsSlow(t *testing.T) {
	h := newHouse(t)
	h.full()
	h.open(func(o *Options) { o.BoxOffice = absent{} })
	b := h.as("viewer")
	b.want(b.get(fansPath+"/3"), 200, "The box office does not answer")
}

type absent struct{ BoxOffice }

func (absent) Stock(ctx context.Context, _ string) (sale.Stock, error) {
	if _, ok := ctx.Deadline(); !ok {
		return sale.Stock{}, nil // and the test fails: nobody would wait for ever
	}
	return sale.Stock{}, errors.New("no answer")
}

func TestResendAndWithdraw(t *testing.T) {
	h := newHouse(t)
	c, _ := h.full()
	b := h.as("manager")
	b.want(b.post(fansPath+"/2/resend", why("why", "")), 422, "Say why.", `id="why-wrong"`, `<details class="panel act" id="resend" open>`)
	b.want(b.post(fansPath+"/2/resend", why("why", "was two@fans.example")), 422, "Leave e-mail addresses out", `value="was two@fans.example"`)
	b.want(b.post(fansPath+"/3/resend", why()), 409, "has had no offer yet")
	b.want(b.post(fansPath+"/99/resend", why()), 404)
	w := b.post(fansPath+"/2/resend", why())
	b.want(w, 303)
	b.want(b.get(w.Header().Get("Location")), 200, "is on its way again", "The link was queued to be sent again.", "by manager@lakeside.example", "Why: asked on the phone")
	if mails := c.mails(line.ResultAccepted); len(mails) != 1 || mails[0].Kind != sale.MailOffer || mails[0].Address != "Two@fans.example" {
		t.Errorf("mails: %+v", mails)
	}
	b.want(b.post(fansPath+"/3/withdraw", why()), 303)
	b.want(b.get(fansPath+"/3"), 200, "The fan is out of the line.", "Was taken out of the line.")
	b.want(b.post(fansPath+"/1/withdraw", why()), 409, "has bought")
}

func TestCorrect(t *testing.T) {
	h := newHouse(t)
	h.full()
	b := h.as("manager")
	b.want(b.post(fansPath+"/2/correct", why("address", "nonsense")), 422, `value="nonsense"`, `id="address-wrong"`, `value="asked on the phone"`)
	b.want(b.post(fansPath+"/2/correct", why("address", "three@fans.example")), 409, "stands in this line already, with number 3", `id="address-wrong"`)
	b.want(b.post(fansPath+"/2/correct", why("address", "due@fans.example")), 303)
	b.want(b.get(fansPath+"/2"), 200, "due@fans.example", "-Two@fans.example", "The address was corrected.")
}

// TestDangerousActs: each says what it will do, and is done only with the
// passphrase, which is asked for by a page that carries what was typed.
func TestDangerousActs(t *testing.T) {
	h := newHouse(t)
	c, order := h.full()
	b := h.as("manager")
	h.at(h.clock().Add(grace)) // since the sign-in
	for _, act := range []struct {
		path    string
		form    url.Values
		effects []string
		after   []string
	}{
		{fansPath + "/2/void", why(), []string{"The link stops working", "(4 tickets)", "does not wait again"}, []string{"was taken back by an organizer"}},
		{fansPath + "/1/cancel", why(), []string{order.Code, "2 tickets, CHF 170.00", "mailed that the order is cancelled"}, []string{"was cancelled", "It was asked to cancel order"}},
		{fansPath + "/3/erase", why(), []string{"removed from this sale", "cannot be undone", "-What becomes of order"}, []string{"The person was erased", "-three@"}},
	} {
		b.want(b.get(act.path), 200, append(act.effects, "What will happen", "Rather not")...)
		b.want(b.post(act.path, act.form), 403, "Passphrase", "asked on the phone", "Nothing has been done yet")
		form := url.Values{"passphrase-again": {"wrong words of a house"}}
		for k, v := range act.form {
			form[k] = v
		}
		b.want(b.post(act.path, form), 422, "This is not your passphrase")
		form.Set("passphrase-again", passphrase)
		b.want(b.post(act.path, form), 303)
		c.passes(time.Second)
		c.beat()
		page := strings.TrimSuffix(act.path, act.path[strings.LastIndex(act.path, "/"):])
		b.want(b.get(page), 200, append(act.after, "asked on the phone")...)
		h.at(h.clock().Add(grace))
	}
	stock, err := h.box.Stock(t.Context(), "lakeside-2027")
	if c := stock.Capacity(); err != nil || c.Sold != 0 || c.Offered != 0 {
		t.Errorf("stock %+v, %v", c, err)
	}
	if mails := c.mails(line.ResultAccepted); len(mails) != 1 || mails[0].Kind != sale.MailCancellation {
		t.Errorf("mails %+v", mails)
	}
}

// TestEraseAsksAboutTheOrder: with what was typed kept.
func TestEraseAsksAboutTheOrder(t *testing.T) {
	h := newHouse(t)
	_, order := h.full()
	b := h.as("manager")
	b.want(b.get(fansPath+"/1/erase"), 200, "What becomes of order "+order.Code)
	b.want(b.post(fansPath+"/1/erase", why()), 422, "say whether the order is kept", `id="order-wrong"`, `value="asked on the phone"`)
	b.want(b.post(fansPath+"/1/erase", why("order", "keep", "why", "")), 422, "Say why.", `value="keep" checked`)
	b.want(b.post(fansPath+"/1/erase", why("order", "keep")), 303)
	b.want(b.get(fansPath+"/1"), 200, "erased", "order "+order.Code+" kept", "-one@fans.example", "-What you can do")
}

func TestExportAFan(t *testing.T) {
	h := newHouse(t)
	h.full()
	b := h.as("manager")
	b.want(b.post(fansPath+"/2/export", why("why", " ")), 422, "Say why.")
	w := b.post(fansPath+"/2/export", why())
	var f line.Fan
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || w.Code != http.StatusOK || f.Address != "Two@fans.example" || f.Number != 2 {
		t.Errorf("%d %+v %v", w.Code, f, err)
	}
	if d := w.Header().Get("Content-Disposition"); d != `attachment; filename="lakeside-2027-2.json"` || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
	b.want(b.get(fansPath+"/2"), 200, "What is stored about the person was taken out.")
}

func TestNothingToTakeBack(t *testing.T) {
	h := newHouse(t)
	h.full()
	b := h.as("manager")
	b.want(b.get(fansPath+"/2/cancel"), 409, "There is no order that could be cancelled.", "Number 2", "-What will happen")
	b.want(b.get(fansPath+"/1/void"), 409, "There is no open offer to take back.", "-What will happen")
	b.want(b.get(fansPath+"/2"), 200, "<dd>English</dd>", "Export what is stored", "good for 1 hour from")
}

func TestHistoryPage(t *testing.T) {
	h := newHouse(t)
	h.full()
	b := h.as("manager")
	for i := range 60 {
		n := 2
		if i%2 == 0 {
			n = 3
		}
		b.want(b.post(fmt.Sprintf("%s/%d/export", fansPath, n), why("why", fmt.Sprintf("reason %d.", i))), 200)
	}
	v := h.as("viewer")
	first := v.get("/sales/lakeside-2027/history")
	v.want(first, 200, "reason 59.", "reason 10.", "-reason 9.", `rel="next"`, "manager@lakeside.example")
	_, rest, _ := strings.Cut(first.Body.String(), `rel="next" href="`)
	older, _, _ := strings.Cut(rest, `"`)
	v.want(v.get(strings.ReplaceAll(older, "&amp;", "&")), 200, "reason 9.", "reason 0.", "-reason 10.", "Newest")
	v.want(v.get("/sales/lakeside-2027/history?number=3"), 200, "reason 58.", "-reason 59.", `value="3"`)
	v.want(v.get("/sales/lakeside-2027/history?number=x&before=y"), 200, "reason 59.")
	v.want(v.get("/sales/lakeside-2027/history?number=77"), 200, "Nothing is written down here")
}
