package checkout

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

const (
	form = "application/x-www-form-urlencoded"
	js   = "application/json"
)

func TestReadPurchase(t *testing.T) {
	two := sale.Quantities{"fri": 2}
	for _, test := range []struct {
		kind, body string
		want       purchase
		code       sale.Code
	}{
		{form, "qty.fri=2", purchase{Quantities: two}, ""},
		{form, "qty.fri=2&qty.sat=&qty.sun=0&version=3&button=x", purchase{Quantities: two, Version: 3}, ""},
		{form + "; charset=utf-8", "qty.fri=+2+", purchase{Quantities: two}, ""},
		{"", "qty.fri=2", purchase{Quantities: two}, ""},
		{js, `{"qty.fri":2}`, purchase{Quantities: two}, ""},
		{js, `{"qty":{"fri":2,"sat":0},"version":3}`, purchase{Quantities: two, Version: 3}, ""},
		{js + "; charset=utf-8", ` {"qty.fri" : 2} `, purchase{Quantities: two}, ""},

		{form, "", purchase{}, sale.CodeBadQuantity},
		{form, "qty.fri=0", purchase{}, sale.CodeBadQuantity},
		{form, "qty.fri=-1", purchase{}, sale.CodeBadQuantity},
		{form, "qty.fri=1.5", purchase{}, sale.CodeBadQuantity},
		{form, "qty.fri=1e3", purchase{}, sale.CodeBadQuantity},
		{form, "qty.fri=two", purchase{}, sale.CodeBadQuantity},
		{form, "qty.fri=%EF%BC%92", purchase{}, sale.CodeBadQuantity}, // a full-width 2
		{form, "qty.fri=2&qty.fri=1", purchase{}, sale.CodeBadQuantity},
		{form, "qty.fri=2&version=x", purchase{}, sale.CodeInvalid},
		{form, "qty.fri=2&version=0", purchase{}, sale.CodeInvalid},
		{form, "qty.fri=%zz", purchase{}, sale.CodeBadRequest},
		{js, `{"qty.fri":"2"}`, purchase{}, sale.CodeBadQuantity},
		{js, `{"qty.fri":""}`, purchase{}, sale.CodeBadQuantity},
		{js, `{"qty.fri":null}`, purchase{}, sale.CodeBadQuantity},
		{js, `{"qty.fri":-2}`, purchase{}, sale.CodeBadQuantity},
		{js, `{"qty.fri":2.0}`, purchase{}, sale.CodeBadQuantity},
		{js, `{"qty.fri":2,"qty.fri":1}`, purchase{}, sale.CodeBadQuantity},
		{js, `{"qty":{"fri":2},"qty.fri":2}`, purchase{}, sale.CodeBadQuantity},
		{js, `{}`, purchase{}, sale.CodeBadQuantity},
		{js, `{"qty.fri":2,"price":0}`, purchase{}, sale.CodeInvalid},
		{js, `{"qty":2}`, purchase{}, sale.CodeBadRequest},
		{js, `{"qty.fri":2} {"qty.fri":3}`, purchase{}, sale.CodeBadRequest},
		{js, `{"qty.fri":2`, purchase{}, sale.CodeBadRequest},
		{js, `[{"qty.fri":2}]`, purchase{}, sale.CodeBadRequest},
		{js, ``, purchase{}, sale.CodeBadRequest},
		{js, `null`, purchase{}, sale.CodeBadRequest},
		{"text/plain", "qty.fri=2", purchase{}, sale.CodeBadRequest},
		{"multipart/form-data; boundary=x", "--x--", purchase{}, sale.CodeBadRequest},
	} {
		r := httptest.NewRequest("POST", "/c/x?qty.fri=9&qty.sat=9", strings.NewReader(test.body)) // a query is no form
		r.Header.Set("Content-Type", test.kind)
		got, err := readPurchase(r)
		if sale.CodeOf(err) != test.code {
			t.Errorf("%s %q: %v, want code %q", test.kind, test.body, err, test.code)
		}
		if diff := cmp.Diff(test.want, got); err == nil && diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", test.kind, test.body, diff)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	for key, code := range map[string]sale.Code{
		"":                       "",
		"a-key 1":                "",
		strings.Repeat("k", 255): "",
		strings.Repeat("k", 256): sale.CodeInvalid,
		"k\u00e9y":               sale.CodeInvalid,
		"k\ty":                   sale.CodeInvalid,
	} {
		r := httptest.NewRequest("POST", "/c/x", strings.NewReader("qty.fri=2"))
		r.Header.Set("Content-Type", form)
		r.Header.Set("Idempotency-Key", key)
		got, err := readPurchase(r)
		if sale.CodeOf(err) != code || err == nil && got.Idempotency != key {
			t.Errorf("key %q: %q, %v; want code %q", key, got.Idempotency, err, code)
		}
	}
}

// Whatever a stranger posts, only whole positive numbers of tickets come out.
func FuzzReadPurchase(f *testing.F) {
	f.Add(true, `{"qty":{"fri":2},"version":3}`)
	f.Add(true, `{"qty.fri":1e9}`)
	f.Add(true, `{"qty.fri":2}}`)
	f.Add(false, "qty.fri=2&qty.sat=1&version=4")
	f.Add(false, "qty.fri=99999999999999999999")
	f.Fuzz(func(t *testing.T, isJSON bool, body string) {
		r := httptest.NewRequest("POST", "/c/x", strings.NewReader(body))
		r.Header.Set("Content-Type", form)
		if isJSON {
			r.Header.Set("Content-Type", js)
		}
		p, err := readPurchase(r)
		for id, n := range p.Quantities {
			if n < 1 {
				t.Fatalf("%q: %d of %q", body, n, id)
			}
		}
		switch code := sale.CodeOf(err); code {
		case "":
			if p.Quantities.Total() < 1 || p.Version < 0 {
				t.Fatalf("%q: accepted %+v", body, p)
			}
		case sale.CodeBadQuantity, sale.CodeInvalid, sale.CodeBadRequest:
		default:
			t.Fatalf("%q: %v", body, err)
		}
	})
}
