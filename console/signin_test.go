package console

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
)

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	b := h.stranger()
	w := b.get("/sales/lakeside-2027?x=1")
	b.want(w, 303)
	if to := w.Header().Get("Location"); to != "/signin?to=%2Fsales%2Flakeside-2027%3Fx%3D1" {
		t.Errorf("led to %q", to)
	}
	b.want(b.get("/signin?to=/sales/lakeside-2027"), 200, `value="/sales/lakeside-2027"`)
	b.want(b.post("/signin", url.Values{"address": {"viewer@lakeside.example"}, "passphrase": {"wrong"}}), 422, "do not belong together", `value="viewer@lakeside.example"`, "-wrong\"")
	b.want(b.post("/signin", url.Values{"address": {"nobody@lakeside.example"}, "passphrase": {passphrase}}), 422, "do not belong together")
	w = b.post("/signin", url.Values{"address": {" Viewer@lakeside.example"}, "passphrase": {passphrase}, "to": {"/sales/lakeside-2027"}})
	b.want(w, 303)
	if to := w.Header().Get("Location"); to != "/sales/lakeside-2027" {
		t.Errorf("led to %q", to)
	}
	for _, set := range w.Header().Values("Set-Cookie") {
		for _, want := range []string{"__Host-inturn", "Path=/", "HttpOnly", "Secure", "SameSite=Lax", "-Domain"} {
			if unwanted, not := strings.CutPrefix(want, "-"); strings.Contains(set, unwanted) == not {
				t.Errorf("cookie %q: %s", set, want)
			}
		}
	}
	b.want(b.get("/"), 200, "Lakeside Festival 2027", "-Hillside")
	b.want(b.post("/signout", nil), 303)
	b.want(b.get("/"), 303)
}

// TestNobodyIsLedAway: the way back after signing in leads to this console.
func TestNobodyIsLedAway(t *testing.T) {
	for path, want := range map[string]string{
		"/sales/x?y=1": "/sales/x?y=1", "": "/", "sales": "/", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", "/\r\nX: y": "/", "///evil.example": "/",
	} {
		if got := here(path); got != want {
			t.Errorf("here(%q) = %q, want %q", path, got, want)
		}
	}
}

// TestSessionIdles: twelve hours without a request end a session, any request
// before that keeps it.
func TestSessionIdles(t *testing.T) {
	h := newHouse(t)
	b := h.as("viewer")
	for range 3 {
		h.at(h.clock().Add(11*time.Hour + 59*time.Minute))
		b.want(b.get("/"), 200)
	}
	h.at(h.clock().Add(12 * time.Hour))
	b.want(b.get("/"), 303)
}

// TestOwnerLink: the first start's link makes one owner, once.
func TestOwnerLink(t *testing.T) {
	h := newEmptyHouse(t)
	link, err := OwnerLink(t.Context(), h.links())
	if err != nil || !strings.HasPrefix(link, "https://console.example/owner/") {
		t.Fatal(link, err)
	}
	path := strings.TrimPrefix(link, "https://console.example")
	b := h.stranger()
	b.want(b.get("/owner/other"), 410, "used, or is too old")
	b.want(b.get(path), 200, "Become the owner")
	b.want(b.get("/signin"), 200, "Nobody owns this installation yet", "inturn owner link")
	good := url.Values{"address": {"ann@lakeside.example"}, "passphrase": {passphrase}, "repeated": {passphrase}}
	for field, c := range map[string]struct{ value, says string }{
		"address":    {"ann", "address-wrong"},
		"passphrase": {"short", "At least 12"},
		"repeated":   {"another one", "not what stands above"},
	} {
		form := url.Values{"address": good["address"], "passphrase": good["passphrase"], "repeated": good["repeated"]}
		form.Set(field, c.value)
		b.want(b.post(path, form), 422, c.says, "-"+passphrase)
	}
	h.at(noon.Add(ownerLinkLife))
	b.want(b.post(path, good), 410)
	h.at(noon.Add(ownerLinkLife - time.Second))
	b.want(b.post(path, good), 303)
	b.want(b.get("/"), 200, "ann@lakeside.example", "You own this installation")
	again := h.stranger()
	again.want(again.get("/signin"), 200, "-Nobody owns")
	again.want(again.post(path, good), 410)
	if link, err := OwnerLink(t.Context(), h.links()); err != nil || link != "" {
		t.Errorf("a second owner's link %q, %v", link, err)
	}
}

// links makes one-time links that are always the same.
func (h *house) links() LinkMaker {
	return LinkMaker{Line: h.line, Clock: h.clock, Rand: zeros{}, URL: "https://console.example"}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// newEmptyHouse has nobody in it.
func newEmptyHouse(t testing.TB) *house {
	t.Helper()
	h := &house{TB: t}
	h.at(noon)
	var err error
	if h.line, err = line.New(t.Context(), line.Options{DB: openDB(t), Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	h.open()
	return h
}

// whenRead is a form's body; something happens before it arrives.
type whenRead struct {
	io.Reader
	first func()
}

func (b *whenRead) Read(p []byte) (int, error) {
	if b.first != nil {
		b.first()
		b.first = nil
	}
	return b.Reader.Read(p)
}

// TestSignedOutStaysOut: a request that is still in flight when its session is
// ended does not bring the session back with what it writes at its end.
func TestSignedOutStaysOut(t *testing.T) {
	h := newHouse(t)
	for what, end := range map[string]func(b *browser){
		"signed out": func(b *browser) { b.want(b.post("/signout", nil), 303) },
		"ended by another browser": func(b *browser) {
			b.want(h.as("viewer").post("/account/session", url.Values{"session": {tokenName(b.cookie)}}), 303)
		},
	} {
		b := h.as("viewer")
		stolen := b.cookie
		ended := &browser{house: h, cookie: stolen}
		body := &whenRead{Reader: strings.NewReader("session=none"), first: func() { end(ended) }}
		r := sameSite(httptest.NewRequest(http.MethodPost, "https://console.example/account/session", body))
		b.want(b.do(r), 303)
		again := &browser{house: h, cookie: stolen}
		if w := again.get("/account"); w.Code != 303 {
			t.Errorf("%s: the session answers %d afterwards", what, w.Code)
		}
	}
}
