package line_test

import (
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// TestSetLanguage: every mail that has not left yet is written in the
// language that the fan chose last, and nobody else's.
func TestSetLanguage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.join(t, "other")
		for range 2 {
			if err := b.SetLanguage(t.Context(), "lakeside", 1, "nl"); err != nil {
				t.Fatal(err)
			}
		}
		langs := map[int]string{}
		for _, m := range b.send(t, 10, line.ResultAccepted) {
			langs[m.Number] = m.Lang
		}
		if langs[1] != "nl" || langs[2] != "en" {
			t.Errorf("receipts leave in %v", langs)
		}
		if err := b.SetLanguage(t.Context(), "lakeside", 3, "nl"); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("a place that is not there: %v", err)
		}
		if err := b.SetLanguage(t.Context(), "seaside", 1, "nl"); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("a sale that is not there: %v", err)
		}
	})
}
