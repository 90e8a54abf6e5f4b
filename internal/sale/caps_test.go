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

func TestClassOf(t *testing.T) {
	caps := sale.Caps{Guaranteed: 2500, Standby: 7500}
	tests := []struct {
		number int
		caps   sale.Caps
		class  sale.Class
		ok     bool
	}{
		{1, caps, sale.Guaranteed, true},
		{2500, caps, sale.Guaranteed, true},
		{2501, caps, sale.Standby, true},
		{10000, caps, sale.Standby, true},
		{10001, caps, "", false},
		{math.MaxInt, caps, "", false},
		{0, caps, "", false},
		{-1, caps, "", false},
		{math.MinInt, caps, "", false},
		{1, sale.Caps{Standby: 1}, sale.Standby, true},
		{2, sale.Caps{Standby: 1}, "", false},
		{1, sale.Caps{Guaranteed: 1}, sale.Guaranteed, true},
		{2, sale.Caps{Guaranteed: 1}, "", false},
		{1, sale.Caps{}, "", false},
	}
	for _, tt := range tests {
		class, ok := sale.ClassOf(tt.number, tt.caps)
		if class != tt.class || ok != tt.ok {
			t.Errorf("ClassOf(%d, %+v) = %q, %v; want %q, %v", tt.number, tt.caps, class, ok, tt.class, tt.ok)
		}
	}
}
