package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

func asked(method, target string) echo.Context {
	return echo.New().NewContext(httptest.NewRequest(method, target, nil), httptest.NewRecorder())
}

func TestAskedLanguage(t *testing.T) {
	for query, want := range map[string]string{
		"": "", "?lang=": "", "?lang=de": "de", "?lang=zh-Hant-TW": "zh-Hant-TW", "?lang=DE&to=x": "DE",
		"?lang=d%22e": "", "?lang=..%2f": "", "?lang=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": "",
	} {
		c := asked("GET", "/"+query)
		if got := AskedLanguage(c); got != want {
			t.Errorf("%q asks for %q, want %q", query, got, want)
		}
		if got := LanguageQuery(c); (got == "") != (want == "") || want != "" && got != "?lang="+want {
			t.Errorf("%q is carried over as %q", query, got)
		}
	}
}

// TestAlternates: another language is the same page, with the rest of its
// address.
func TestAlternates(t *testing.T) {
	got := Alternates(asked("GET", "/x?to=a%26b&lang=en"), []string{"en", "de"})
	want := []templates.Alternate{{Lang: "en", URL: "?lang=en&to=a%26b"}, {Lang: "de", URL: "?lang=de&to=a%26b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestErrorPagesInLanguages: the links lead to what can be asked for by a
// link: the same address, or for the answer to a form the page it stands on.
func TestErrorPagesInLanguages(t *testing.T) {
	ts, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{o: Options{Templates: ts}}
	onSale := Surroundings{Frame: templates.Frame{Sale: &sale.Sale{Languages: []string{"en"}}}, Back: "/there"}
	for _, c := range []struct {
		method, target string
		in             Surroundings
		back, first    string
	}{
		{http.MethodGet, "/x?lang=en", Surroundings{}, "", "?lang=en"},
		{http.MethodPost, "/x?lang=en", onSale, "/there?lang=en", "/there?lang=en"},
		{http.MethodPost, "/x", onSale, "/there", "/there?lang=en"},
		{http.MethodPost, "/x", Surroundings{}, "", ""},
	} {
		got := s.inLanguages(asked(c.method, c.target), c.in)
		first := ""
		if len(got.Languages) > 0 {
			first = got.Languages[0].URL
		}
		if got.Lang != "en" || got.Back != c.back || first != c.first {
			t.Errorf("%s %s: %q, back %q, first %q", c.method, c.target, got.Lang, got.Back, first)
		}
	}
}
