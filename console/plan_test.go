package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/plan"
)

// TestSteady: what does not change through a night is drawn as a level line,
// and what follows closely is left alone.
func TestSteady(t *testing.T) {
	point := func(minutes, mailed int) plan.Point {
		return plan.Point{At: noon.Add(time.Duration(minutes) * time.Minute), Mailed: mailed}
	}
	got := steady([]plan.Point{point(0, 0), point(2, 5), point(122, 10), point(242, 10)})
	want := []plan.Point{point(0, 0), point(2, 5), point(120, 5), point(122, 10), point(240, 10), point(242, 10)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := steady([]plan.Point{point(0, 1)}); len(got) != 1 {
		t.Errorf("of one point: %v", got)
	}
}
