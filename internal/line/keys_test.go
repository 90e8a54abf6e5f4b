package line_test

import (
	"slices"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// TestANewKeySignsOnceItIsKnown: a key signs only when the box office has it,
// and not before every process there can know of it. The first key has
// nothing before it and signs at once.
func TestANewKeySignsOnceItIsKnown(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		want := func(when string, kids ...string) {
			t.Helper()
			got, err := b.SigningKeys(t.Context(), "lakeside")
			if err != nil || !slices.Equal(got, kids) {
				t.Errorf("%s: %v, %v, want %v", when, got, err, kids)
			}
		}
		put := func(kid string) {
			t.Helper()
			key := sale.PublicKey{KID: kid, X: make([]byte, 32), Created: b.clock.Now()}
			if err := b.MarkStored(t.Context(), line.Unstored{Sale: testSale(), Keys: []sale.PublicKey{key}}); err != nil {
				t.Fatal(err)
			}
		}
		want("the first key", "k1")
		b.clock.Advance(time.Hour)
		put("a2")
		want("just stored", "k1", "a2")
		b.clock.Advance(sale.KeySettles - time.Millisecond)
		want("not everybody knows it", "k1", "a2")
		b.clock.Advance(time.Millisecond)
		want("everybody knows it", "a2", "k1")
		put("z3")
		put("b4")
		want("two at once", "a2", "k1", "b4", "z3")
	})
}
