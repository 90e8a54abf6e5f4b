package registration

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/idna"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// formFuzzer posts to a server without a network in between.
type formFuzzer struct {
	fake    *fakeLine
	handler http.Handler
}

func fuzzWorld(f *testing.F) *formFuzzer {
	fake := &fakeLine{state: line.State{Sale: testSale()}, places: map[int]line.Place{}, clock: func() time.Time { return noon }}
	fake.state.Sale.Caps.Standby = 1 << 40
	clock := func() time.Time { return noon.Add(-2 * time.Hour) }
	keys, err := link.OpenKeys(f.TempDir()+"/keys", link.KeyOptions{Clock: clock})
	if err != nil {
		f.Fatal(err)
	}
	ts, err := templates.New()
	if err != nil {
		f.Fatal(err)
	}
	s, err := New(Options{
		Line: fake, Keys: keys, Templates: ts, URL: "http://line.example",
		CheckoutURL: "http://checkout.example", Clock: clock, NoLimits: true,
	})
	if err != nil {
		f.Fatal(err)
	}
	return &formFuzzer{fake, s.Handler()}
}

func (w *formFuzzer) check(t *testing.T, body string, isJSON bool, language, key string) {
	r := httptest.NewRequest("POST", "/lakeside-2027", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if isJSON {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept-Language", language)
	r.Header.Set("Idempotency-Key", key)
	before := len(w.fake.places)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	switch given := len(w.fake.places) - before; rec.Code {
	case 201, 303:
		last := w.fake.places[len(w.fake.places)]
		if _, err := sale.ParseAddress(last.Address, idna.Lookup.ToASCII); given != 1 || err != nil {
			t.Errorf("%d places given, the last to %q: %v", given, last.Address, err)
		}
	case 400, 413, 422:
		if given != 0 {
			t.Errorf("status %d, but a place was given", rec.Code)
		}
	default:
		t.Errorf("status %d for %q", rec.Code, body)
	}
}

// checkConfirm opens and presses what is no link of ours.
func (w *formFuzzer) checkConfirm(t *testing.T, token string) {
	for _, method := range []string{"GET", "POST"} {
		r := httptest.NewRequest(method, "/lakeside-2027/confirm/"+url.PathEscape(token), http.NoBody)
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		if rec.Code != 404 && rec.Code != 405 || strings.Contains(rec.Body.String(), "secret@") {
			t.Errorf("%s of %q: status %d", method, token, rec.Code)
		}
	}
	if len(w.fake.places) != 0 {
		t.Errorf("%q gave a place", token)
	}
}
