package chart

import (
	"math"
	"strconv"
	"strings"
	"time"
)

func (o Over) empty() bool { return len(o.At) == 0 || len(o.Series) == 0 }

// mostPoints is how many moments are drawn; of more, evenly chosen ones are.
const mostPoints = 240

// thinned leaves out moments that nobody could tell apart.
func (o Over) thinned() Over {
	if len(o.At) <= mostPoints {
		return o
	}
	var at []time.Time
	series := make([]Series, len(o.Series))
	for i := range series {
		series[i].Name = o.Series[i].Name
	}
	for _, i := range evenly(len(o.At), mostPoints) {
		at = append(at, o.At[i])
		for j, s := range o.Series {
			series[j].Values = append(series[j].Values, s.value(i))
		}
	}
	return Over{At: at, Series: series, Marks: o.Marks}
}

// evenly chooses at most n of count places, the first and the last among
// them.
func evenly(count, n int) []int {
	var all []int
	if count <= n {
		for i := range count {
			all = append(all, i)
		}
		return all
	}
	for i := range n {
		all = append(all, i*(count-1)/(n-1))
	}
	return all
}

// value is what a series has at a moment; negative when nothing is known.
func (s Series) value(i int) int {
	if i >= len(s.Values) {
		return -1
	}
	return s.Values[i]
}

// known is a value for stacking: what is not known adds nothing.
func (s Series) known(i int) float64 { return float64(max(s.value(i), 0)) }

func drawAreas(f Frame, o Over, width float64) string {
	sums := make([]float64, len(o.At))
	var most float64
	for i := range o.At {
		for _, s := range o.Series {
			sums[i] += s.known(i)
		}
		most = max(most, sums[i])
	}
	keys := make([]key, len(o.Series))
	for j, s := range o.Series {
		keys[j] = key{s.Name + " " + Number(max(s.value(len(o.At)-1), 0)), func(c *canvas, b box) { c.painted(j, b) }}
	}
	a := layOut(f, span{from: o.At[0], to: o.At[len(o.At)-1], most: most, width: width, keys: keys, marks: o.Marks})
	return f.picture(width, a.height(), func(c *canvas) {
		c.patterns(len(o.Series))
		a.draw(c)
		below := make([]float64, len(o.At))
		for j, s := range o.Series {
			above := make([]float64, len(o.At))
			for i := range above {
				above[i] = below[i] + s.known(i)
			}
			c.area(a, o.At, below, above, j)
			below = above
		}
	})
}

// area fills what is between two curves.
func (c *canvas) area(a *axes, at []time.Time, below, above []float64, style int) {
	var d strings.Builder
	point := func(t time.Time, v float64) {
		if d.Len() == 0 {
			d.WriteByte('M')
		} else {
			d.WriteByte('L')
		}
		d.WriteString(num(a.x(t)) + " " + num(a.y(v)))
	}
	if len(at) == 1 { // one moment is drawn as if it had lasted
		at = []time.Time{at[0], a.to}
		below, above = []float64{below[0], below[0]}, []float64{above[0], above[0]}
	}
	for i, t := range at {
		point(t, above[i])
	}
	for i := len(at) - 1; i >= 0; i-- {
		point(at[i], below[i])
	}
	d.WriteByte('Z')
	style %= styles
	c.element("path", "chart-fill chart-s"+strconv.Itoa(style+1), "d", d.String())
	if style > 0 {
		c.element("path", "chart-over", "d", d.String(), "fill", c.pattern(style))
	}
}

func drawLines(f Frame, o Over, width float64) string {
	var most float64
	for i := range o.At {
		for _, s := range o.Series {
			most = max(most, s.known(i))
		}
	}
	keys := make([]key, len(o.Series))
	for j, s := range o.Series {
		keys[j] = key{s.Name, func(c *canvas, b box) {
			style := strconv.Itoa(j%styles + 1)
			c.line("chart-line chart-l"+style, b.x, b.y+b.h/2, b.right(), b.y+b.h/2)
			c.marker(j, b.x+b.w/2, b.y+b.h/2)
		}}
	}
	a := layOut(f, span{from: o.At[0], to: o.At[len(o.At)-1], most: most, width: width, keys: keys, marks: o.Marks})
	return f.picture(width, a.height(), func(c *canvas) {
		a.draw(c)
		for j, s := range o.Series {
			c.curve(a, o.At, s, j)
		}
	})
}

// curve draws one line, broken where nothing is known, with a marker at about
// every 48th unit.
func (c *canvas) curve(a *axes, at []time.Time, s Series, style int) {
	var d strings.Builder
	pen := false
	for i, t := range at {
		v := s.value(i)
		if v < 0 {
			pen = false
			continue
		}
		if pen {
			d.WriteByte('L')
		} else {
			d.WriteByte('M')
		}
		pen = true
		d.WriteString(num(a.x(t)) + " " + num(a.y(float64(v))))
	}
	if d.Len() == 0 {
		return
	}
	c.element("path", "chart-line chart-l"+strconv.Itoa(style%styles+1), "d", d.String())
	next := math.Inf(-1)
	for i, t := range at {
		if x := a.x(t); s.value(i) >= 0 && (x >= next || i == len(at)-1) {
			c.marker(style, x, a.y(float64(s.value(i))))
			next = x + 48
		}
	}
}

// marker is the sign of a series: circle, square, triangle, diamond, cross,
// bar.
func (c *canvas) marker(style int, x, y float64) {
	style %= styles
	class := "chart-point chart-s" + strconv.Itoa(style+1)
	at := func(dx, dy float64) string { return num(x+dx) + " " + num(y+dy) }
	switch style {
	case 0:
		c.element("circle", class, "cx", num(x), "cy", num(y), "r", "3.5")
	case 1:
		c.rect(class, box{x - 3, y - 3, 6, 6})
	case 2:
		c.element("path", class, "d", "M"+at(0, -4)+"L"+at(4, 3)+"L"+at(-4, 3)+"Z")
	case 3:
		c.element("path", class, "d", "M"+at(0, -4)+"L"+at(4, 0)+"L"+at(0, 4)+"L"+at(-4, 0)+"Z")
	case 4:
		c.element("path", class, "d", "M"+at(-4, -1)+"L"+at(4, -1)+"L"+at(4, 1)+"L"+at(-4, 1)+"Z")
	default:
		c.element("path", class, "d", "M"+at(-1, -4)+"L"+at(1, -4)+"L"+at(1, 4)+"L"+at(-1, 4)+"Z")
	}
}
