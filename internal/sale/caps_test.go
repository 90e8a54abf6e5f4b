package sale_test

import (
	"math"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

func TestSuggestCaps(t *testing.T) {
	tests := []struct {
		capacity, maxPerFan int
		want                sale.Caps
	}{
		{10000, 4, sale.Caps{Guaranteed: 2500, Standby: 7500}}, // the article's
		{400, 4, sale.Caps{Guaranteed: 100, Standby: 300}},     // the demo's
		{10, 4, sale.Caps{Guaranteed: 2, Standby: 6}},
		{4, 4, sale.Caps{Guaranteed: 1, Standby: 3}},
		{10_000_000, 1, sale.Caps{Guaranteed: 10_000_000, Standby: 30_000_000}},
		{math.MaxInt, 1, sale.Caps{Guaranteed: math.MaxInt, Standby: 99_999_999}},
		{0, 4, sale.Caps{}},
		{10, 0, sale.Caps{}},
		{-1, -1, sale.Caps{}},
	}
	for _, tt := range tests {
		if got := sale.SuggestCaps(tt.capacity, tt.maxPerFan); got != tt.want {
			t.Errorf("SuggestCaps(%d, %d) = %+v, want %+v", tt.capacity, tt.maxPerFan, got, tt.want)
		}
	}
}
