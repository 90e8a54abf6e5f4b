package chart

import "time"

// end is when the last step is over.
func (b Bins) end() time.Time { return b.Start.Add(time.Duration(len(b.Values)) * b.Step) }

// merged adds neighbours up until there are no more columns than a picture has
// room for.
func (b Bins) merged() Bins {
	for len(b.Values) > mostPoints {
		values := make([]int, (len(b.Values)+1)/2)
		for i, v := range b.Values {
			values[i/2] += max(v, 0)
		}
		b.Values, b.Step = values, 2*b.Step
	}
	return b
}

func drawColumns(f Frame, b Bins, width float64) string {
	var most float64
	for _, v := range b.Values {
		most = max(most, float64(v))
	}
	a := layOut(f, span{from: b.Start, to: b.end(), most: most, width: width, marks: b.Marks})
	return f.picture(width, a.height(), func(c *canvas) {
		c.patterns(2)
		a.draw(c)
		gap := min(2, a.plot.w/float64(len(b.Values))*0.2)
		for i, v := range b.Values {
			if v <= 0 {
				continue
			}
			left := a.x(b.Start.Add(time.Duration(i) * b.Step))
			right := a.x(b.Start.Add(time.Duration(i+1) * b.Step))
			y := a.y(float64(v))
			bar := box{left + gap/2, y, right - left - gap, a.plot.bottom() - y}
			c.rect("chart-fill chart-s1", bar)
			if b.Open && i == len(b.Values)-1 {
				c.rect("chart-over", bar, "fill", c.pattern(1)) // not over yet
			}
		}
	})
}
