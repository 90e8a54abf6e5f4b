package sale_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

var noonFrozen = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

// at is so many seconds after noon.
func at(seconds float64) time.Time {
	return noonFrozen.Add(time.Duration(seconds * float64(time.Second)))
}

// frozen makes freezes of pairs of seconds; -1 ends one that lasts.
func frozen(pairs ...float64) sale.Freezes {
	var all sale.Freezes
	for i := 0; i < len(pairs); i += 2 {
		f := sale.Freeze{N: i/2 + 1, Began: at(pairs[i])}
		if pairs[i+1] >= 0 {
			f.Ended = at(pairs[i+1])
		}
		all = append(all, f)
	}
	return all
}

func TestFreezesMoveEnds(t *testing.T) {
	for name, c := range map[string]struct {
		freezes sale.Freezes
		ends    float64
		counts  int
		want    float64
		still   bool
	}{
		"none":                                   {nil, 60, 0, 60, false},
		"moved by exactly the outage":            {frozen(30, 1230), 60, 0, 1260, false},
		"not one that was over":                  {frozen(60, 90), 60, 0, 60, false},
		"one with a second left":                 {frozen(59, 90), 60, 0, 91, false},
		"one that began before it was written":   {frozen(0, 10), 60, 1, 60, false},
		"two, one after the other":               {frozen(10, 20, 65, 75), 60, 0, 80, false},
		"the second only for the first":          {frozen(10, 20, 65, 75), 50, 0, 60, false},
		"counts the first":                       {frozen(10, 20, 65, 75), 70, 1, 80, false},
		"stands still":                           {frozen(30, -1), 60, 0, 60, true},
		"does not stand still once over":         {frozen(60, -1), 60, 0, 60, false},
		"stands still after an earlier one":      {frozen(10, 20, 65, -1), 60, 0, 70, true},
		"back to back in one second":             {frozen(10, 11, 11, 12), 15, 0, 17, false},
		"an outage of nothing":                   {frozen(10, 10), 15, 0, 15, false},
		"a clock that was set back in between":   {frozen(100, 200, 55, 65), 270, 0, 380, false},
		"counts more than there are":             {frozen(10, 20), 60, 2, 60, false},
		"counts the one that is said to last on": {frozen(10, -1), 60, 1, 60, false},
	} {
		t.Run(name, func(t *testing.T) {
			ends, still := c.freezes.Move(sale.End{At: at(c.ends), Freezes: c.counts})
			if !ends.Equal(at(c.want)) || still != c.still {
				t.Errorf("ends at %v (still %v), want %v (still %v)", ends.Sub(noonFrozen), still, c.want, c.still)
			}
		})
	}
}

func TestTimeStandsStill(t *testing.T) {
	e := sale.End{At: at(60)}
	lasts := frozen(30, -1)
	for _, now := range []float64{10, 30, 59, 60, 100000} {
		if !lasts.Before(at(now), e) || lasts.Left(at(now), e) != 30*time.Second {
			t.Errorf("at %v: before %v, left %v", now, lasts.Before(at(now), e), lasts.Left(at(now), e))
		}
	}
	over := frozen(30, 1230)
	for now, want := range map[float64]bool{1230: true, 1259.999: true, 1260: false, 1261: false} {
		if got := over.Before(at(now), e); got != want {
			t.Errorf("before its end at %v: %v", now, got)
		}
	}
	if left := over.Left(at(1230), e); left != 30*time.Second {
		t.Errorf("left after it: %v", left)
	}
	for now, want := range map[float64]float64{30: 60, 100: 130, 100.2: 131, 20: 60} {
		if got := lasts.IfReleased(at(now), e); !got.Equal(at(want)) {
			t.Errorf("released at %v it would end at %v", now, got.Sub(noonFrozen))
		}
	}
	if got := over.IfReleased(at(5000), e); !got.Equal(at(1260)) {
		t.Errorf("over, it ends at %v", got.Sub(noonFrozen))
	}
}

func TestWhereAFreezeBeginsAndEnds(t *testing.T) {
	for name, c := range map[string]struct {
		before       sale.Freezes
		begin, end   float64
		began, ended float64
	}{
		"down and up":                        {nil, 10.7, 20.3, 10, 21},
		"whole seconds":                      {nil, 10, 20, 10, 20},
		"within a second":                    {nil, 10.2, 10.7, 10, 11},
		"in the second the last one ended":   {frozen(5, 11), 10.8, 10.9, 11, 11},
		"and released in the next":           {frozen(5, 11), 10.8, 11.1, 11, 12},
		"right after the last one":           {frozen(5, 11), 11, 12, 11, 12},
		"a clock set back in the middle":     {nil, 100, 55, 100, 100},
		"a clock set back before it":         {frozen(50, 100), 55.5, 70, 55, 70},
		"a clock set back by about a second": {frozen(50, 100), 98.9, 103, 98, 103},
	} {
		t.Run(name, func(t *testing.T) {
			f := sale.Freeze{N: len(c.before) + 1, Began: c.before.BeginAt(at(c.begin))}
			f.Ended = f.EndAt(at(c.end))
			if !f.Began.Equal(at(c.began)) || !f.Ended.Equal(at(c.ended)) {
				t.Errorf("from %v to %v, want %v to %v", f.Began.Sub(noonFrozen), f.Ended.Sub(noonFrozen), c.began, c.ended)
			}
			if real := time.Duration((c.end - c.begin) * float64(time.Second)); len(c.before) == 0 && f.Outage() < real {
				t.Errorf("an outage of %v gives %v", real, f.Outage())
			}
		})
	}
}

func TestFreezesThatAreOver(t *testing.T) {
	for want, fs := range map[int]sale.Freezes{0: frozen(1, -1), 1: frozen(1, 2, 3, -1), 2: frozen(1, 2, 3, 4)} {
		if got := fs.Over(); got != want {
			t.Errorf("%v: %d are over, want %d", fs, got, want)
		}
	}
	if _, lasts := frozen(1, 2).Lasting(); lasts {
		t.Error("a freeze that is over lasts")
	}
	if (sale.Freeze{Began: at(1)}).Outage() != 0 {
		t.Error("a freeze that lasts gives something already")
	}
}
