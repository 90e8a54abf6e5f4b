package boxoffice_test

import (
	"testing"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// TestFlowsComeInPages: a ledger that is longer than one answer is read on
// from the position of the last, without one transfer left out or told twice.
func TestFlowsComeInPages(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 100_000)
		for range 21 { // a thousand transfers each
			asks := make([]int, 1000)
			for i := range asks {
				asks[i] = 1
			}
			h.reserve(t, 1, asks...)
		}
		var offered, pages int
		var position int64
		for more := true; more; pages++ {
			f, err := h.Flows(t.Context(), "lakeside", position)
			if err != nil {
				t.Fatal(err)
			}
			for _, flow := range f.Flows {
				if flow.Target == "offered" {
					offered += flow.Units
				}
			}
			position, more = f.Position, f.More
		}
		if offered != 21_000 || pages != 3 {
			t.Errorf("%d units were offered in %d pages", offered, pages)
		}
	})
}

func TestFlowsOfNonsense(t *testing.T) {
	h := fresh(t, "sqlite::memory:", 10)
	for _, slug := range []string{"", "nobody", "a\x00b"} {
		if _, err := h.Flows(t.Context(), slug, 0); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("%q: %v", slug, err)
		}
	}
}
