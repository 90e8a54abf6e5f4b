package chart

import (
	"math"
	"strconv"
)

const (
	barRow    = 44 // name and numbers, then the bar
	barHeight = 16
)

// meters says whether each row is measured by its own whole.
func (b Bars) meters() bool {
	for _, r := range b.Rows {
		if r.Of <= 0 {
			return false
		}
	}
	return true
}

// sum is how much a row is in all.
func (r Bar) sum() int {
	var n int
	for _, v := range r.Values {
		n += max(v, 0)
		if n < 0 {
			return math.MaxInt
		}
	}
	return n
}

// percent is the share in whole percent, rounded, but 100 only of the whole; 0
// when the whole is nothing.
func percent(part, whole int) int {
	switch {
	case whole <= 0 || part <= 0:
		return 0
	case part >= whole:
		return 100
	}
	return min(int(math.Round(float64(part)/float64(whole)*100)), 99)
}

// Share writes the share in percent: what is not nothing is never "0 %".
func Share(part, whole int) string {
	n := percent(part, whole)
	if n == 0 && part > 0 && whole > 0 {
		return "under 1 %"
	}
	return strconv.Itoa(n) + " %"
}

// says is what stands at the end of a row.
func (r Bar) says() string {
	s := Number(r.sum())
	if r.Of > 0 {
		s += " of " + Number(r.Of) + " · " + Share(r.sum(), r.Of)
	}
	if r.Note != "" {
		s += " · " + r.Note
	}
	return clean(s)
}

func drawBars(f Frame, b Bars, width float64) string {
	meters := b.meters()
	var most float64
	for _, r := range b.Rows {
		most = max(most, float64(r.sum()), float64(r.Of))
	}
	var keys []key
	if len(b.Parts) > 1 {
		for j, name := range b.Parts {
			keys = append(keys, key{name, func(c *canvas, b box) { c.painted(j, b) }})
		}
	}
	at, top := placeKeys(keys, width)
	height := top + barRow*float64(len(b.Rows))
	return f.picture(width, height, func(c *canvas) {
		c.patterns(len(b.Parts))
		c.legend(keys, at)
		for i, r := range b.Rows {
			whole := most
			if meters {
				whole = max(float64(r.Of), float64(r.sum()))
			}
			drawBar(c, r, box{0, top + barRow*float64(i), width, barRow}, max(whole, 1))
		}
	})
}

func drawBar(c *canvas, r Bar, at box, whole float64) {
	says := fitted(r.says(), at.w*0.7)
	room := at.w - textWidth(says) - 10
	c.text("chart-text chart-named", at.x, at.y+14, start, fitted(clean(r.Name), room))
	c.text("chart-text", at.right(), at.y+14, end, says)
	track := box{at.x, at.y + 20, at.w, barHeight}
	if r.Of > 0 {
		track.w = at.w * min(float64(r.Of)/whole, 1)
	}
	c.rect("chart-track", track, "rx", "3")
	x := at.x
	for j, v := range r.Values {
		w := at.w * float64(max(v, 0)) / whole
		if w <= 0 {
			continue
		}
		w = min(max(w, 1), at.right()-x)
		c.painted(j, box{x, at.y + 20, w, barHeight})
		x += w
	}
}
