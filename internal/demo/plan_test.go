package demo

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSameSeedSameCrowd(t *testing.T) {
	one, again, other := newPlans(7, 450, 4, 2), newPlans(7, 450, 4, 2), newPlans(8, 450, 4, 2)
	if diff := cmp.Diff(one, again, cmp.AllowUnexported(plan{})); diff != "" {
		t.Errorf("the same seed gives another crowd:\n%s", diff)
	}
	if cmp.Equal(one, other, cmp.AllowUnexported(plan{})) {
		t.Error("another seed gives the same crowd")
	}
}

func TestPlansArePossible(t *testing.T) {
	for _, most := range []int{1, 2, 4} {
		for _, fans := range []int{1, 7, 8, 40, 450} {
			plans := newPlans(1, fans, most, 2)
			seen := map[Behaviour]int{}
			addresses := map[string]bool{}
			for _, p := range plans {
				seen[p.behaviour]++
				addresses[p.address] = true
				if p.wants < 1 || p.wants > most || p.friend < 1 || p.friend > most || p.likes < 0 || p.likes > 1 ||
					p.arrives < 0 || p.arrives >= 1 || p.thinks <= 0 || p.thinks > 0.6 {
					t.Errorf("%d fans, at most %d each: %+v", fans, most, p)
				}
			}
			if len(plans) != fans || len(addresses) != fans {
				t.Errorf("%d fans: %d plans, %d addresses", fans, len(plans), len(addresses))
			}
			if want := min(fans, len(Behaviours())); len(seen) != want {
				t.Errorf("%d fans behave in %d ways, want %d: %v", fans, len(seen), want, seen)
			}
			if !slices.IsSortedFunc(plans, func(a, b plan) int { return cmpFloat(a.arrives, b.arrives) }) {
				t.Errorf("%d fans are not in the order of arrival", fans)
			}
		}
	}
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestSharesAreAHundred(t *testing.T) {
	sum := 0
	for _, s := range shares() {
		sum += s.percent
	}
	if sum != 100 {
		t.Errorf("the shares add up to %d", sum)
	}
}
