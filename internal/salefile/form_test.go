package salefile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
)

// TestFormIsReadBack fills forms with sales made at random, with texts made to
// be taken for YAML, and reads them: the console's form and the file give the
// same sale.
func TestFormIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySale(t)
		filled := saleform.Of(s)
		back, wrong := saleform.Parse(s, filled, nil)
		if wrong != nil {
			t.Fatalf("%v", wrong)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Fatalf("-filled +read\n%s", diff)
		}
		if diff := cmp.Diff(filled, saleform.Of(back)); diff != "" {
			t.Fatalf("-form +form\n%s", diff)
		}
		// As a new sale: nothing of the form depends on what it was filled with.
		fresh, wrong := saleform.Parse(sale.Sale{}, filled, nil)
		fresh.Texts = s.Texts // which the form does not show
		if diff := cmp.Diff(s, fresh); diff != "" || wrong != nil {
			t.Fatalf("%v -filled +read\n%s", wrong, diff)
		}
	})
}
