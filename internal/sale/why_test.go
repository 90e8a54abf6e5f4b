package sale_test

import (
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// TestCheckWhy: a reason is something that can be read, in one line, and
// leads to nobody.
func TestCheckWhy(t *testing.T) {
	for typed, want := range map[string]string{
		" asked on the phone ":      "asked on the phone",
		"a\u200dfamily \u200f":      "a\u200dfamily",
		strings.Repeat("ü", 300):    strings.Repeat("ü", 300),
		strings.Repeat("ü", 301):    "",
		"":                          "",
		" \t ":                      "",
		"\u202e":                    "",
		"\ufeff \u200b\u2066":       "",
		"two\nlines":                "",
		"a\x00b":                    "",
		"a\xffb":                    "",
		"write to bob@x.example":    "",
		"at 10:00 @ the box office": "at 10:00 @ the box office",
	} {
		got, err := sale.CheckWhy(typed)
		if got != want || (err == nil) != (want != "") || (err != nil && sale.CodeOf(err) != sale.CodeInvalid) {
			t.Errorf("%q gave %q, %v", typed, got, err)
		}
	}
}
