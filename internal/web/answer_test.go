package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
)

// codesOfSale reads every constant Code… from sale's errors.go.
func codesOfSale(t *testing.T) []sale.Code {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../sale/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []sale.Code
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 || !strings.HasPrefix(v.Names[0].Name, "Code") {
			return true
		}
		if lit, ok := v.Values[0].(*ast.BasicLit); ok {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, sale.Code(s))
		}
		return true
	})
	if len(codes) < 20 {
		t.Fatalf("found only %d codes", len(codes))
	}
	return codes
}

func TestWantsJSON(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, c := range []struct {
		accept, contentType string
		want                bool
	}{
		{"application/json", "", true},
		{"Application/JSON; charset=utf-8", "", true},
		{"application/problem+json", "", true},
		{"application/json, text/plain, */*", "", true},
		{"text/html, application/json;q=0.9", "", false},
		{"text/html;q=0.5, application/json;q=0.9", "", true},
		{"application/json;q=0", "", false},
		{"application/json;q=nonsense", "", false},
		{browser, "application/x-www-form-urlencoded", false},
		{browser, "application/json", false},
		{"", "", false},
		{"*/*", "application/json", true},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Accept", c.accept)
		r.Header.Set("Content-Type", c.contentType)
		if got := WantsJSON(echo.New().NewContext(r, nil)); got != c.want {
			t.Errorf("Accept %q, Content-Type %q: %v", c.accept, c.contentType, got)
		}
	}
}

func TestDecode(t *testing.T) {
	for body, want := range map[string]sale.Code{
		`{"email":"a@b.ch"}`:          "",
		`{"email":"a@b.ch"} `:         "",
		`{"email":"a@b.ch","x":1}`:    sale.CodeBadRequest,
		`{"email":"a@b.ch"}{}`:        sale.CodeBadRequest,
		`{"email":1}`:                 sale.CodeBadRequest,
		``:                            sale.CodeBadRequest,
		`[`:                           sale.CodeBadRequest,
		`{"email":"a@b.ch"} trailing`: sale.CodeBadRequest,
	} {
		var into struct {
			Email string `json:"email"`
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		if got := sale.CodeOf(Decode(echo.New().NewContext(r, nil), &into)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// TestFormIgnoresTheQuery: an address must not be able to fill in a form.
func TestFormIgnoresTheQuery(t *testing.T) {
	r := httptest.NewRequest("POST", "/?email=other@example.org", strings.NewReader("lang=en"))
	v, err := Form(echo.New().NewContext(r, nil))
	if err != nil || v.Get("email") != "" || v.Get("lang") != "en" {
		t.Errorf("%v, %v", v, err)
	}
}
