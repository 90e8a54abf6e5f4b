package chart

import (
	"slices"
	"time"
)

// axes are the two axes of a chart over time, and the plot between them.
type axes struct {
	f        Frame
	plot     box
	from, to time.Time
	ticks    []float64
	keys     []key
	keysAt   []box
	marks    []placedMark
}

type placedMark struct {
	Mark
	x     float64
	label box
	text  string
}

// span is what the axes are laid out for.
type span struct {
	from, to time.Time
	most     float64
	width    float64
	keys     []key
	marks    []Mark
}

const (
	axisBelow = 40 // room for the times and the days
	markRow   = 17
)

// layOut gives everything its place: legend, marks, numbers, times, plot.
func layOut(f Frame, s span) *axes {
	if !s.to.After(s.from) {
		s.to = s.from.Add(time.Minute)
	}
	a := &axes{f: f, from: s.from, to: s.to, ticks: ticks(s.most, 5), keys: s.keys}
	var left float64
	for _, v := range a.ticks {
		left = max(left, textWidth(tickText(v)))
	}
	a.plot = box{x: left + 8, w: s.width - left - 8 - 8}
	var top float64
	a.keysAt, top = placeKeys(s.keys, s.width)
	a.placeMarks(s.marks, s.width)
	for i := range a.marks {
		a.marks[i].label.y += top
	}
	lanes := 0.0
	for _, m := range a.marks {
		lanes = max(lanes, m.label.bottom()-top)
	}
	a.plot.y = top + lanes + 8
	a.plot.h = tall - axisBelow
	return a
}

func (a *axes) height() float64 { return a.plot.bottom() + axisBelow }

// x is where a moment lies; what lies outside is drawn at the edge.
func (a *axes) x(t time.Time) float64 {
	share := float64(t.Sub(a.from)) / float64(a.to.Sub(a.from))
	return a.plot.x + min(max(share, 0), 1)*a.plot.w
}

// y is where a number lies.
func (a *axes) y(v float64) float64 {
	share := v / a.ticks[len(a.ticks)-1]
	return a.plot.bottom() - min(max(share, 0), 1)*a.plot.h
}

// placeMarks gives each label a lane of its own where it would lie on
// another. A mark outside the axis is not drawn.
func (a *axes) placeMarks(marks []Mark, width float64) {
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(p, q Mark) int { return p.At.Compare(q.At) })
	for _, m := range marks {
		if m.At.Before(a.from) || m.At.After(a.to) || m.Name == "" {
			continue
		}
		p := placedMark{Mark: m, x: a.x(m.At), text: fitted(clean(m.Name), width-8)}
		w := textWidth(p.text)
		p.label = box{x: min(max(p.x-w/2, 0), width-w), w: w, h: markRow}
		for slices.ContainsFunc(a.marks, func(o placedMark) bool { return o.label.touches(p.label) }) {
			p.label.y += markRow
			if last := a.marks[len(a.marks)-1]; p.label.x < last.x+5 { // beside the line that comes down from above
				p.label.x = min(last.x+5, width-w)
			}
		}
		a.marks = append(a.marks, p)
	}
}

// touches says whether two labels are too near to each other.
func (b box) touches(o box) bool {
	return b.x < o.right()+4 && o.x < b.right()+4 && b.y < o.bottom() && o.y < b.bottom()
}

// draw writes everything but the data: grid, numbers, times, legend, marks.
func (a *axes) draw(c *canvas) {
	c.legend(a.keys, a.keysAt)
	for _, v := range a.ticks {
		y := a.y(v)
		class := "chart-grid"
		if v == 0 {
			class = "chart-axis"
		}
		c.line(class, a.plot.x, y, a.plot.right(), y)
		c.text("chart-text chart-quiet", a.plot.x-6, y+4.5, end, tickText(v))
	}
	a.drawTimes(c)
	for _, m := range a.marks {
		c.line("chart-mark", m.x, m.label.bottom(), m.x, a.plot.bottom())
		c.text("chart-text chart-named", m.label.x+m.label.w/2, m.label.y+13, middle, m.text)
	}
}

// drawTimes writes as many round times as have room, and below them the days.
func (a *axes) drawTimes(c *canvas) {
	zone := a.f.zone()
	length := a.to.Sub(a.from)
	n := max(int(a.plot.w/64), 2)
	step := RoundStep(length, n)
	free := 0.0
	for _, t := range moments(a.from, a.to, step, zone) {
		x, text := a.x(t), momentText(t, step)
		w := textWidth(text)
		c.line("chart-axis", x, a.plot.bottom(), x, a.plot.bottom()+4)
		at := min(max(x-w/2, 0), a.plot.right()+8-w)
		if at < free {
			continue
		}
		c.text("chart-text chart-quiet", at+w/2, a.plot.bottom()+17, middle, text)
		free = at + w + 8
	}
	width := a.plot.right() + 8
	c.text("chart-text chart-quiet", width, a.plot.bottom()+35, end, fitted(spanText(a.from, a.to, zone), width))
}
