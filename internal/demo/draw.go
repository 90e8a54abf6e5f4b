package demo

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// The drawing's measures in pixels.
const (
	drawWidth = 960.0
	plotLeft  = 64.0
	plotRight = 860.0
	plotTop   = 132.0
	plotBase  = 420.0
	gridTop   = 520.0
)

// drawStyle holds every colour once, for light and for dark surroundings.
const drawStyle = `
svg { color-scheme: light dark; --paper: #fdfcf9; --ink: #1d2530; --quiet: #5a6573; --grid: #e4e1d8; --sold: #177a4e; --offered: #b96d00; --waiting: #2f62c4; --none: #cfcabd; --wait: #eeebe3; }
@media (prefers-color-scheme: dark) { svg { --paper: #12161d; --ink: #edf0f4; --quiet: #9ea9b7; --grid: #2a323d; --sold: #4fc98f; --offered: #f2b348; --waiting: #82abff; --none: #4d5866; --wait: #212831; } }
text { font: 13px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--quiet); }
.title { font-size: 24px; font-weight: 650; fill: var(--ink); }
.head { font-size: 16px; font-weight: 600; fill: var(--ink); }
.end { font-weight: 600; }
.num { font-variant-numeric: tabular-nums; }
.paper { fill: var(--paper); }
.rule { stroke: var(--grid); }
.axis { stroke: var(--quiet); }
.mark { stroke: var(--quiet); stroke-dasharray: 2 4; }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.area { stroke: none; opacity: .14; }
.none { fill: var(--none); }
.wait { fill: var(--wait); }
.bound { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 3; }
`

// series is one curve of the drawing. Its colour is the custom property of
// its name.
type series struct {
	name, label string
	value       func(Sample) int
}

func curves() []series {
	return []series{
		{"waiting", "waiting fans", func(s Sample) int { return s.Waiting }},
		{"offered", "tickets offered", func(s Sample) int { return s.Offered }},
		{"sold", "tickets sold", func(s Sample) int { return s.Sold }},
	}
}

// drawing is an SVG file in the making.
type drawing struct {
	strings.Builder
	r           Report
	maxX, maxY  float64
	stepX       float64
	stepY       float64
	curve       []Sample
	gridColumns int
	cell        float64
}

// draw gives the sale as an SVG file: the curves over time, and below them
// what every number in line got.
func draw(r Report) string {
	d := &drawing{r: r, curve: thin(r.Curve, 400)}
	top := r.Tickets
	for _, s := range r.Curve {
		d.maxX = max(d.maxX, s.Seconds)
		top = max(top, s.Waiting, s.Offered, s.Sold)
	}
	d.maxX = max(d.maxX, 1)
	d.stepX, d.stepY = niceStep(d.maxX, 8), max(1, niceStep(float64(top), 5))
	d.maxY = math.Ceil(float64(top)/d.stepY) * d.stepY
	d.gridColumns = 50
	for d.gridColumns < 200 && len(r.Line) > 12*d.gridColumns {
		d.gridColumns *= 2
	}
	d.cell = (plotRight - plotLeft) / float64(d.gridColumns)
	rows := (len(r.Line) + d.gridColumns - 1) / d.gridColumns
	height := gridTop + float64(rows)*d.cell + 64

	d.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-labelledby="title desc">`,
		drawWidth, math.Ceil(height), drawWidth, math.Ceil(height))
	d.put(`<title id="title">A sale with inturn: %d tickets, %d fans</title>`, r.Tickets, r.Fans)
	d.put(`<desc id="desc">%s</desc>`, html.EscapeString(d.summary()))
	d.put("<style>%s</style>", drawStyle)
	d.put(`<rect class="paper" width="%g" height="%g"/>`, drawWidth, math.Ceil(height))
	d.put(`<text class="title" x="%g" y="48">A whole sale, in turn</text>`, plotLeft)
	d.put(`<text x="%g" y="72">%s</text>`, plotLeft, html.EscapeString(d.summary()))
	d.legend()
	d.axes()
	d.marks()
	for _, s := range curves() {
		d.curveOf(s)
	}
	d.ends()
	d.grid()
	d.put("</svg>")
	return d.String()
}

func (d *drawing) put(format string, args ...any) {
	fmt.Fprintf(d, format, args...)
	d.WriteByte('\n')
}

// summary is the sale in one sentence.
func (d *drawing) summary() string {
	r := d.r
	end := fmt.Sprintf("%d sold", r.Sales.Sold)
	if r.Times.SoldOut > 0 {
		end = fmt.Sprintf("sold out after %s", spell(r.Times.SoldOut))
	}
	return fmt.Sprintf("%s tickets, %s fans who wanted %s: %s, %s tickets passed on to the next in line.",
		thousands(r.Tickets), thousands(r.Fans), thousands(r.Demand.Wanted), end, thousands(r.Offers.Recycled))
}

func (d *drawing) x(seconds float64) float64 {
	return round(plotLeft + (plotRight-plotLeft)*max(0, seconds)/d.maxX)
}

func (d *drawing) y(v float64) float64 { return round(plotBase - (plotBase-plotTop)*v/d.maxY) }

func (d *drawing) legend() {
	x := plotLeft
	for _, s := range slices.Backward(curves()) {
		d.put(`<line class="line" stroke="var(--%s)" x1="%g" y1="97" x2="%g" y2="97"/>`, s.name, x, x+22)
		d.put(`<text x="%g" y="101.5">%s</text>`, x+30, s.label)
		x += 150
	}
}

// axes draws the rules, their figures and what they count.
func (d *drawing) axes() {
	for v := 0.0; v <= d.maxY; v += d.stepY {
		d.put(`<line class="%s" x1="%g" y1="%g" x2="%g" y2="%g"/>`, pick(v == 0, "axis", "rule"), plotLeft, d.y(v), plotRight, d.y(v))
		d.put(`<text class="num" text-anchor="end" x="%g" y="%g">%s</text>`, plotLeft-10, d.y(v)+4.5, thousands(int(v)))
	}
	for v := 0.0; v <= d.maxX; v += d.stepX {
		d.put(`<line class="axis" x1="%g" y1="%g" x2="%g" y2="%g"/>`, d.x(v), plotBase, d.x(v), plotBase+5)
		d.put(`<text class="num" text-anchor="middle" x="%g" y="%g">%g</text>`, d.x(v), plotBase+21, v)
	}
	d.put(`<text text-anchor="end" x="%g" y="%g">seconds since the form opened</text>`, plotRight, plotBase+42)
}

// marks draws the moments that matter. A label that would meet the one before
// it stands inside the plot.
func (d *drawing) marks() {
	const room = 84
	last := math.Inf(-1)
	for _, m := range []struct {
		at    float64
		label string
	}{
		{d.r.Times.LineFull, "line full"},
		{d.r.Times.FirstOffer, "offers begin"},
		{d.r.Times.SoldOut, "sold out"},
	} {
		if m.at == 0 {
			continue
		}
		x := d.x(m.at)
		d.put(`<line class="mark" x1="%g" y1="%g" x2="%g" y2="%g"/>`, x, plotTop, x, plotBase)
		if x-last >= room {
			d.put(`<text text-anchor="middle" x="%g" y="%g">%s</text>`, x, plotTop-6, m.label)
			last = x
		} else {
			d.put(`<text x="%g" y="%g">%s</text>`, x+6, plotTop+13, m.label)
		}
	}
}

func (d *drawing) curveOf(s series) {
	if len(d.curve) == 0 {
		return
	}
	var path strings.Builder
	for i, at := range d.curve {
		fmt.Fprintf(&path, "%s%g %g", pick(i == 0, "M", "L"), d.x(at.Seconds), d.y(float64(s.value(at))))
	}
	first, last := d.curve[0], d.curve[len(d.curve)-1]
	d.put(`<path class="area" fill="var(--%s)" d="%sL%g %gL%g %gZ"/>`, s.name, path.String(), d.x(last.Seconds), plotBase, d.x(first.Seconds), plotBase)
	d.put(`<path class="line" stroke="var(--%s)" d="%s"/>`, s.name, path.String())
}

// ends writes each curve's last value beside it, apart from each other.
func (d *drawing) ends() {
	if len(d.curve) == 0 {
		return
	}
	last := d.curve[len(d.curve)-1]
	all := curves()
	slices.SortFunc(all, func(a, b series) int { return b.value(last) - a.value(last) }) // the highest first
	y := math.Inf(-1)
	for _, s := range all {
		y = max(d.y(float64(s.value(last)))+4.5, y+17)
		d.put(`<text class="end num" style="fill:var(--%s)" x="%g" y="%g">%s</text>`, s.name, d.x(last.Seconds)+8, y,
			thousands(s.value(last))+" "+strings.TrimPrefix(strings.TrimSuffix(s.label, " fans"), "tickets "))
	}
}

// niceStep is 1, 2 or 5 times a power of ten so that at most n steps make up
// the whole.
func niceStep(whole float64, n int) float64 {
	raw := whole / float64(n)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= raw {
			return m * power
		}
	}
	return 10 * power
}

// thin leaves at most about n samples, the last among them.
func thin(curve []Sample, n int) []Sample {
	if len(curve) <= n {
		return curve
	}
	every := (len(curve) + n - 1) / n
	var kept []Sample
	for i := (len(curve) - 1) % every; i < len(curve); i += every {
		kept = append(kept, curve[i])
	}
	return kept
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
