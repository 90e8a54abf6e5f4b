package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
)

// dangerous adds a page and an act that ask for the passphrase again. What
// the act was given is added to done.
func dangerous(h *house) (done *[]url.Values) {
	done = new([]url.Values)
	h.s.add(route{http.MethodGet, "/sales/:sale/danger", owner, true, func(c echo.Context) error { return web.JSON(c, 200, "shown") }})
	h.s.add(route{http.MethodPost, "/sales/:sale/danger", owner, true, func(c echo.Context) error {
		form, err := web.Form(c)
		*done = append(*done, form)
		if err != nil {
			return err
		}
		return web.SeeOther(c, "/done")
	}})
	return done
}

// TestDangerAsksForThePassphraseAgain: ten minutes after it was given, what is
// dangerous waits for it; what was typed is then done as it was typed.
func TestDangerAsksForThePassphraseAgain(t *testing.T) {
	h := newHouse(t)
	done := dangerous(h)
	b := h.as("chief")
	typed := url.Values{"why": {"\"<b>\"\r\nline"}, "n": {"1", "2"}, "empty": {""}}
	const path = "/sales/lakeside-2027/danger"

	h.at(noon.Add(grace - time.Second))
	b.want(b.get(path), 200, "shown")
	b.want(b.post(path, typed), 303)
	h.at(noon.Add(grace))
	w := b.get(path + "?x=1")
	b.want(w, 303)
	if to := w.Header().Get("Location"); to != "/again?to=%2Fsales%2Flakeside-2027%2Fdanger%3Fx%3D1" {
		t.Errorf("led to %q", to)
	}
	b.want(b.post(path+"?x=1", typed), 403, `action="/sales/lakeside-2027/danger?x=1"`,
		`name="why" value="&#34;&lt;b&gt;&#34;`, `name="n" value="1"`, `name="n" value="2"`, `name="empty" value=""`, "Nothing has been done yet")
	with := func(given string) url.Values {
		form := url.Values{fieldAgain: {given}}
		for name, values := range typed {
			form[name] = values
		}
		return form
	}
	b.want(b.post(path, with("wrong")), 422, "not your passphrase", `name="n" value="2"`, "-wrong\"", "-value=\""+passphrase)
	if len(*done) != 1 {
		t.Fatalf("done %d times before the passphrase was right", len(*done)-1)
	}
	b.want(b.post(path, with(passphrase)), 303)
	if len(*done) != 2 || (*done)[1].Encode() != typed.Encode() {
		t.Errorf("done with %v, want %v", *done, typed)
	}
	b.want(b.post(path, typed), 303) // which holds again
	b.want(b.get(path), 200)
}

// TestAgainLeadsBack: a page that asks for the passphrase again is reached by
// giving it, and no other site is.
func TestAgainLeadsBack(t *testing.T) {
	h := newHouse(t)
	dangerous(h)
	b := h.as("chief")
	h.at(noon.Add(time.Hour))
	b.want(b.get("/again?to=/sales/lakeside-2027/danger"), 200, `name="to" value="/sales/lakeside-2027/danger"`)
	b.want(b.get("/again?to=https://evil.example"), 200, `name="to" value="/"`)
	b.want(b.post("/again", url.Values{"to": {"/sales/lakeside-2027/danger"}, fieldAgain: {"wrong"}}), 422, "not your passphrase", `value="/sales/lakeside-2027/danger"`)
	b.want(b.get("/sales/lakeside-2027/danger"), 303)
	for to, want := range map[string]string{"//evil.example": "/", "/sales/lakeside-2027/danger": "/sales/lakeside-2027/danger"} {
		w := b.post("/again", url.Values{"to": {to}, fieldAgain: {passphrase}})
		if b.want(w, 303); w.Header().Get("Location") != want {
			t.Errorf("led to %q, want %q", w.Header().Get("Location"), want)
		}
	}
	b.want(b.get("/sales/lakeside-2027/danger"), 200)
}

// TestAgainForProgramsAndUploads: who cannot be shown a page that repeats the
// post is refused, and the act is not done.
func TestAgainForProgramsAndUploads(t *testing.T) {
	h := newHouse(t)
	done := dangerous(h)
	b := h.as("chief")
	h.at(noon.Add(time.Hour))
	for kind, accept := range map[string]string{"application/json": "application/json", "application/x-www-form-urlencoded": "application/json"} {
		r := sameSite(httptest.NewRequest("POST", "https://console.example/sales/lakeside-2027/danger", strings.NewReader("passphrase-again="+url.QueryEscape(passphrase))))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Accept", accept)
		b.want(b.do(r), 403, `"code":"passphrase_needed"`)
	}
	r := httptest.NewRequest("GET", "https://console.example/sales/lakeside-2027/danger", nil)
	r.Header.Set("Accept", "application/json")
	b.want(b.do(r), 403, `"code":"passphrase_needed"`)
	r = sameSite(httptest.NewRequest("POST", "https://console.example/sales/lakeside-2027/danger", strings.NewReader("--x--")))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	b.want(b.do(r), 403, "choose it once more", `action="/again"`)
	if len(*done) != 0 {
		t.Errorf("done %d times", len(*done))
	}
}

// TestWhoMayNotIsNotAskedAgain: the role comes first, so that nobody is asked
// for a passphrase in vain.
func TestWhoMayNotIsNotAskedAgain(t *testing.T) {
	h := newHouse(t)
	dangerous(h)
	b := h.as("manager")
	h.at(noon.Add(time.Hour))
	b.want(b.post("/sales/lakeside-2027/danger", nil), 403, "needs the role owner", "-passphrase-again")
}

// TestEveryDangerousRouteAsksAgain walks the table.
func TestEveryDangerousRouteAsksAgain(t *testing.T) {
	h := newHouse(t)
	dangerous(h)
	b := h.as("owner")
	h.at(noon.Add(time.Hour))
	for _, r := range h.s.routes() {
		if !r.again {
			continue
		}
		w := b.do(sameSite(httptest.NewRequest(r.method, "https://console.example"+filled(r.path), nil)))
		switch to := w.Header().Get("Location"); r.method {
		case http.MethodGet:
			if w.Code != 303 || !strings.HasPrefix(to, "/again?to=") {
				t.Errorf("%s %s: %d to %q, want the way to /again", r.method, r.path, w.Code, to)
			}
		default:
			if w.Code != 403 || !strings.Contains(w.Body.String(), `name="passphrase-again"`) {
				t.Errorf("%s %s: %d, want the question for the passphrase:\n%s", r.method, r.path, w.Code, w.Body)
			}
		}
	}
}
