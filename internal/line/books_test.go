package line_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func TestOfferCounts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.batch(t, 3)
		b.send(t, 1, line.ResultRefused)
		got, err := b.OfferCounts(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[sale.OfferState]int{sale.OfferOpen: 2, sale.OfferClosing: 1}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if none, err := b.OfferCounts(t.Context(), "seaside"); err != nil || len(none) != 0 {
			t.Errorf("of no sale: %v, %v", none, err)
		}
	})
}
