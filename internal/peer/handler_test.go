package peer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/peer"
	"github.com/inturn/inturn/internal/sale"
)

// raw is a call that a test writes by hand.
func raw(path, body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
}

// signed is a call that we have signed.
func signed(path, body string) (*http.Request, string) {
	r := raw(path, body)
	return r, peer.Sign(peer.Secret(secret), r, []byte(body), noon, "nonce")
}

// serve gives the answer and whether it is signed for the call.
func serve(h http.Handler, r *http.Request, call string) (*httptest.ResponseRecorder, bool) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w, peer.Signed(peer.Secret(secret), call, w.Code, w.Header(), w.Body.Bytes())
}

func codeIn(t testing.TB, w *httptest.ResponseRecorder) sale.Code {
	t.Helper()
	var said struct{ Code sale.Code }
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		t.Fatalf("the answer is not JSON: %q", w.Body)
	}
	return said.Code
}

const stockPath, stockBody = "/peer/v1/stock", `{"sale":"s"}`

// untouched is a body that fails the test when somebody reads it.
type untouched struct{ t *testing.T }

func (u untouched) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// Every part that is signed counts: changing any of them makes the call a
// stranger's. He gets no signature, is not called in, and his body is not read.
func TestStrangersStayOutside(t *testing.T) {
	changes := map[string]func(*http.Request){
		"method": func(r *http.Request) { r.Method = http.MethodPut },
		"path":   func(r *http.Request) { r.URL.Path = "/peer/v1/outcomes" },
		"query":  func(r *http.Request) { r.URL.RawQuery = "sale=t" },
		"time":   func(r *http.Request) { r.Header.Set("Inturn-Peer-Time", "1804939201") },
		"nonce":  func(r *http.Request) { r.Header.Set("Inturn-Peer-Nonce", "nonce2") },
		"digest": func(r *http.Request) { r.Header.Set("Inturn-Peer-Digest", strings.Repeat("0", 64)) },
		"parts moved": func(r *http.Request) {
			r.Header.Set("Inturn-Peer-Nonce", "nonc")
			r.Header.Set("Inturn-Peer-Digest", "e"+r.Header.Get("Inturn-Peer-Digest"))
		},
		"signature":        func(r *http.Request) { r.Header.Set("Inturn-Peer-Signature", strings.Repeat("0", 64)) },
		"no signature":     func(r *http.Request) { r.Header.Del("Inturn-Peer-Signature") },
		"no header at all": func(r *http.Request) { r.Header = http.Header{} },
		"another side's": func(r *http.Request) {
			peer.Sign(peer.Secret("another secret altogether"), r, []byte(stockBody), noon, "n")
		},
		"signature upper case": func(r *http.Request) {
			r.Header.Set("Inturn-Peer-Signature", strings.ToUpper(r.Header.Get("Inturn-Peer-Signature")))
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			b := &stub{}
			r, call := signed(stockPath, stockBody)
			change(r)
			r.Body = io.NopCloser(untouched{t})
			w, isSigned := serve(newHandler(t, b, atNoon), r, call)
			if w.Code != http.StatusUnauthorized || codeIn(t, w) != sale.CodeUnauthorized || w.Header().Get("Inturn-Peer-Signature") != "" || isSigned {
				t.Errorf("status %d, signed %v: %s", w.Code, isSigned, w.Body)
			}
			if b.count() != 0 {
				t.Error("the box office was called")
			}
		})
	}
}

func TestTheBodyIsTheOneThatWasSigned(t *testing.T) {
	b := &stub{}
	r, call := signed(stockPath, stockBody)
	r.Body = io.NopCloser(strings.NewReader(`{"sale":"t"}`))
	w, isSigned := serve(newHandler(t, b, atNoon), r, call)
	if codeIn(t, w) != sale.CodeUnauthorized || !isSigned || b.count() != 0 {
		t.Errorf("signed %v, %d calls: %s", isSigned, b.count(), w.Body)
	}
}

func TestClocksMayBeFiveMinutesApart(t *testing.T) {
	tests := []struct {
		apart time.Duration
		want  int
	}{
		{0, http.StatusOK},
		{5 * time.Minute, http.StatusOK},
		{-5 * time.Minute, http.StatusOK},
		{5*time.Minute + time.Second, http.StatusUnauthorized},
		{-5*time.Minute - time.Second, http.StatusUnauthorized},
		{365 * 24 * time.Hour, http.StatusUnauthorized},
	}
	for _, tt := range tests {
		b := &stub{}
		r, call := signed(stockPath, stockBody)
		w, isSigned := serve(newHandler(t, b, func() time.Time { return noon.Add(tt.apart) }), r, call)
		if w.Code != tt.want || !isSigned || b.count() != map[bool]int{true: 1}[tt.want == http.StatusOK] {
			t.Errorf("%s apart: status %d, signed %v, %d calls", tt.apart, w.Code, isSigned, b.count())
		}
		if tt.want != http.StatusOK && !strings.Contains(w.Body.String(), "clocks of the two sides") {
			t.Errorf("%s apart: %s", tt.apart, w.Body)
		}
	}
}

func TestATimeThatIsNone(t *testing.T) {
	for _, at := range []string{"", "now", "1804939200.5", "99999999999999999999", "-9223372036854775808"} {
		r := raw(stockPath, stockBody)
		peer.Sign(peer.Secret(secret), r, []byte(stockBody), noon, "nonce")
		call := peer.SignWithTime(peer.Secret(secret), r, []byte(stockBody), at)
		w, isSigned := serve(newHandler(t, &stub{}, atNoon), r, call)
		if codeIn(t, w) != sale.CodeUnauthorized || !isSigned {
			t.Errorf("%q: signed %v, %s", at, isSigned, w.Body)
		}
	}
}

func TestCallsAreDecodedStrictly(t *testing.T) {
	tests := []struct{ path, body string }{
		{"/peer/v1/stock", ``},
		{"/peer/v1/stock", `null`},
		{"/peer/v1/stock", `{`},
		{"/peer/v1/stock", `[]`},
		{"/peer/v1/stock", `"s"`},
		{"/peer/v1/stock", `{"sale":1}`},
		{"/peer/v1/stock", `{"sale":"s"}{}`},
		{"/peer/v1/stock", `{"sale":"s"} x`},
		{"/peer/v1/stock", `{"sale":"s","unheard_of":1}`},
		{"/peer/v1/put", `{"sale":{"slug":"s","lottery":true},"keys":[]}`},
		{"/peer/v1/reserve", `{"sale":"s","asks":[{"offer":"o","most":1.5}]}`},
		{"/peer/v1/reserve", `{"sale":"s","asks":[{"offer":"o","most":99999999999999999999}]}`},
		{"/peer/v1/close", `{"sale":"s","closing":{"ends":"noon"}}`},
		{"/peer/v1/cancel", `{"sale":"s","code":1}`},
		{"/peer/v1/sell", `{}`},
		{"/peer/v1/", `{}`},
		{"/peer/v2/stock", `{}`},
		{"/stock", `{"sale":"s"}`},
		{"/peer/v1/stock?sale=s", `{}`},
	}
	for _, tt := range tests {
		b := &stub{}
		r, call := signed(tt.path, tt.body)
		w, isSigned := serve(newHandler(t, b, atNoon), r, call)
		if w.Code != http.StatusBadRequest || codeIn(t, w) != sale.CodeBadRequest || !isSigned || b.count() != 0 {
			t.Errorf("%s %s: status %d, signed %v, %d calls: %s", tt.path, tt.body, w.Code, isSigned, b.count(), w.Body)
		}
	}
	r := httptest.NewRequest(http.MethodGet, stockPath, strings.NewReader(stockBody))
	call := peer.Sign(peer.Secret(secret), r, []byte(stockBody), noon, "nonce")
	if w, _ := serve(newHandler(t, &stub{}, atNoon), r, call); w.Code != http.StatusBadRequest {
		t.Errorf("GET: status %d", w.Code)
	}
}

func TestCallsAreBounded(t *testing.T) {
	body := `{"sale":"` + strings.Repeat("s", peer.MaxCall) + `"}`
	r, call := signed(stockPath, body)
	b := &stub{}
	w, isSigned := serve(newHandler(t, b, atNoon), r, call)
	if w.Code != http.StatusRequestEntityTooLarge || codeIn(t, w) != sale.CodeTooLarge || !isSigned || b.count() != 0 {
		t.Errorf("status %d, signed %v, %d calls", w.Code, isSigned, b.count())
	}

	// The client does not even send it.
	asks := make([]sale.Ask, 200_000)
	_, err := newClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("sent")
		return nil, io.EOF
	}), atNoon).Reserve(t.Context(), "s", asks)
	if sale.CodeOf(err) != sale.CodeTooLarge {
		t.Errorf("client: %v", err)
	}
}

// A page of the feed that does not fit an answer would stop the line for ever.
func TestAPageOfOutcomesAlwaysFits(t *testing.T) {
	b := &stub{}
	for i := range 3000 {
		order := &sale.Order{Code: "C", Tickets: []sale.Ticket{{Title: sale.Text{"en": strings.Repeat("long ", 2000)}}}}
		b.outcomes = append(b.outcomes, sale.Outcome{Position: int64(i + 1), Kind: sale.OutcomeBought, Order: order})
	}
	page, err := wire(t, b).Outcomes(t.Context(), "s", 0, 1<<40)
	if err != nil || len(page) == 0 || len(page) >= 3000 {
		t.Fatalf("%d outcomes, %v", len(page), err)
	}
	for i := range b.outcomes {
		b.outcomes[i].Order = nil
	}
	if page, err = wire(t, b).Outcomes(t.Context(), "s", 0, 1<<40); err != nil || len(page) != 3000 {
		t.Errorf("short ones: %d outcomes, %v", len(page), err)
	}
	b.outcomes = b.outcomes[:1]
	b.outcomes[0].Order = &sale.Order{Code: strings.Repeat("x", peer.PageBytes)}
	if page, err = wire(t, b).Outcomes(t.Context(), "s", 0, 10); err != nil || len(page) != 1 {
		t.Errorf("one that is longer than a page: %d outcomes, %v", len(page), err)
	}
}

// The caller has hung up; his call is done all the same, so that asking again
// finds it done.
func TestACallIsFinishedThoughItsCallerHungUp(t *testing.T) {
	b := &stub{answer: sale.AnswerClosed}
	ctx, hangUp := context.WithCancel(t.Context())
	b.wait = func(inside context.Context) {
		hangUp()
		if err := inside.Err(); err != nil {
			t.Errorf("inside the call: %v", err)
		}
		if _, ok := inside.Deadline(); !ok {
			t.Error("the call may take for ever")
		}
	}
	r, call := signed("/peer/v1/close", `{"sale":"s","closing":{"offer":"o1","reason":"declined","ends":"2027-03-12T12:00:00Z"}}`)
	if w, _ := serve(newHandler(t, b, atNoon), r.WithContext(ctx), call); w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	var log bytes.Buffer
	h, err := peer.NewHandler(peer.HandlerOptions{
		BoxOffice: &stub{err: io.ErrClosedPipe}, Secret: peer.Secret(secret), Clock: atNoon,
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	r, call := signed(stockPath, stockBody)
	serve(h, r, call)
	serve(h, raw(stockPath, stockBody), "")
	if said := log.String(); !strings.Contains(said, io.ErrClosedPipe.Error()) || !strings.Contains(said, "not signed") ||
		strings.Contains(said, secret) || strings.Contains(said, call) {
		t.Errorf("log:\n%s", said)
	}
}

// FuzzCall sends what a holder of the secret could send. Every answer is signed
// JSON with a status that the wire knows.
func FuzzCall(f *testing.F) {
	f.Add("put", `{"sale":{"slug":"s","version":1},"keys":[{"kid":"k","x":"AAAA","created":"2027-03-12T12:00:00Z"}]}`)
	f.Add("reserve", `{"sale":"s","asks":[{"offer":"o1","most":4}]}`)
	f.Add("close", `{"sale":"s","closing":{"offer":"o1","reason":"expired","ends":"2027-03-12T12:00:00Z"}}`)
	f.Add("outcomes", `{"sale":"s","after":-1,"limit":-1}`)
	f.Add("stock", stockBody)
	f.Add("ping", `{}`)
	f.Fuzz(func(t *testing.T, name, body string) {
		r := raw("/peer/v1/x", body)
		r.URL.Path = "/peer/v1/" + name
		call := peer.Sign(peer.Secret(secret), r, []byte(body), noon, "nonce")
		b, _ := calls(t)
		w, isSigned := serve(newHandler(t, b, atNoon), r, call)
		if !isSigned || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("signed %v: %q", isSigned, w.Body)
		}
		if ok := w.Code == http.StatusOK; ok != (codeIn(t, w) == "") || b.count() > 1 || !ok && b.count() > 0 {
			t.Fatalf("status %d, %d calls: %s", w.Code, b.count(), w.Body)
		}
	})
}

// FuzzStranger sends what anybody could send: whatever stands in the headers,
// it does not get in.
func FuzzStranger(f *testing.F) {
	f.Add("POST", "/peer/v1/stock", "1804939200", "nonce", strings.Repeat("0", 64), strings.Repeat("0", 64))
	f.Fuzz(func(t *testing.T, method, path, at, nonce, digest, signature string) {
		r := raw(stockPath, stockBody)
		r.Method, r.URL.Path = method, path
		for name, value := range map[string]string{"Time": at, "Nonce": nonce, "Digest": digest, "Signature": signature} {
			r.Header.Set("Inturn-Peer-"+name, value)
		}
		b := &stub{}
		w, _ := serve(newHandler(t, b, atNoon), r, signature)
		if w.Code != http.StatusUnauthorized || b.count() != 0 || w.Header().Get("Inturn-Peer-Signature") != "" {
			t.Fatalf("status %d, %d calls", w.Code, b.count())
		}
	})
}
