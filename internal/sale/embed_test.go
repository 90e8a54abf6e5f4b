package sale_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func TestValidateEmbed(t *testing.T) {
	for origin, want := range map[string]string{
		"https://festival.example":      "",
		"https://www.festival.example":  "",
		"https://festival.example:8443": "",
		"http://localhost:8080":         "",
		"http://127.0.0.1:4000":         "",
		"http://[::1]:4000":             "",
		"https://xn--bcher-kva.example": "",

		"":                              "is missing",
		"festival.example":              "is not the origin",
		"https://":                      "is not the origin",
		"https://*.festival.example":    "is not the origin",
		"https://bücher.example":        "as xn--",
		"https://a.example; script-src": "is not the origin",
		"https://a.example,b":           "is not the origin",
		"null":                          "is not the origin",
		"javascript:alert(1)":           "is not the origin",
		"http://festival.example":       "does not begin with https://",
		"ftp://festival.example":        "does not begin with https://",
		"https://festival.example/":     "write https://festival.example",
		"https://festival.example/page": "write https://festival.example",
		"https://festival.example?a":    "write https://festival.example",
		"https://Festival.example":      "write https://festival.example",
		"https://festival.example:443":  "write https://festival.example",
		"https://me@festival.example":   "write https://festival.example",
		"http://localhost:80":           "write http://localhost",
		"https://a.example\nb":          "line break",
	} {
		s := lakeside()
		s.Embed.Origins = []string{origin}
		errs := s.Validate(everyOK)
		switch {
		case want == "" && errs != nil:
			t.Errorf("%s: %v", origin, errs)
		case want != "" && (len(errs) != 1 || errs[0].Field != "embed.origins[0]" || !strings.Contains(errs[0].Message, want)):
			t.Errorf("%s: %v, want %q", origin, errs, want)
		}
	}
	s := lakeside()
	s.Embed.Origins = []string{"https://a.example", "https://a.example"}
	if errs := s.Validate(everyOK); len(errs) != 1 || errs[0].String() != `embed.origins[1]: "https://a.example" is there already` {
		t.Error(errs)
	}
	s.Embed = sale.Embed{}
	for i := range 21 {
		s.Embed.Origins = append(s.Embed.Origins, fmt.Sprintf("https://%d.example", i))
	}
	if errs := s.Validate(everyOK); len(errs) != 1 || !strings.Contains(errs[0].Message, "at most 20") {
		t.Error(errs)
	}
}
