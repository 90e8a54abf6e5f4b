package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// A chart has between these many columns.
const (
	leastChart = 40
	mostChart  = 96
)

// chart draws the curves over time in text, as high as the tickets for sale.
// It has as many lines as rows says, and five more.
func chart(curve []Sample, tickets int, t Terminal, rows int) string {
	if len(curve) == 0 {
		return ""
	}
	width := min(max(t.Width-12, leastChart), mostChart)
	all := curves()
	data := make([][]float64, len(all))
	legends := make([]string, len(all))
	for i, s := range all {
		data[i] = overTime(curve, width, s.value)
		legends[i] = s.label
	}
	options := []asciigraph.Option{
		asciigraph.Width(width), asciigraph.Height(rows), asciigraph.LowerBound(0), asciigraph.UpperBound(float64(tickets)),
		asciigraph.XAxisRange(0, curve[len(curve)-1].Seconds), asciigraph.XAxisTickCount(6),
		asciigraph.XAxisValueFormatter(func(v float64) string { return fmt.Sprintf("%.0fs", v) }),
		asciigraph.YAxisValueFormatter(func(v float64) string { return strconv.Itoa(int(v + 0.5)) }),
	}
	if t.Colour {
		colours := []asciigraph.AnsiColor{asciigraph.CornflowerBlue, asciigraph.Orange, asciigraph.MediumSeaGreen}
		return asciigraph.PlotMany(data, append(options, asciigraph.SeriesColors(colours...), asciigraph.SeriesLegends(legends...))...)
	}
	marks := []string{"·", "o", "#"}
	var chars []asciigraph.CharSet
	for i, mark := range marks {
		chars = append(chars, asciigraph.CreateCharSet(mark))
		legends[i] = mark + " " + legends[i]
	}
	// asciigraph's own legend has escapes even without colours.
	return asciigraph.PlotMany(data, append(options, asciigraph.SeriesChars(chars...))...) + "\n\n      " + strings.Join(legends, "    ")
}

// overTime is one value of the sale at evenly spaced moments: samples are
// not, when the machine is busy.
func overTime(curve []Sample, n int, value func(Sample) int) []float64 {
	whole := curve[len(curve)-1].Seconds
	values := make([]float64, n)
	for i := range values {
		at := whole * float64(i) / float64(n-1)
		next, _ := slices.BinarySearchFunc(curve, at, func(s Sample, at float64) int {
			switch {
			case s.Seconds < at:
				return -1
			case s.Seconds > at:
				return 1
			}
			return 0
		})
		values[i] = float64(value(curve[min(next, len(curve)-1)]))
	}
	return values
}

// strip shows what every number in line got, one character for one number,
// or for several in a long line: the higher, the more tickets.
func strip(r Report, t Terminal) string {
	const perRow = 50
	heights := []rune("▁▂▃▄▅▆▇█")
	each := (len(r.Line) + 499) / 500
	var b strings.Builder
	for i := 0; i < len(r.Line); i += each {
		if i/each%perRow == 0 {
			fmt.Fprintf(&b, "%s%7s  ", pick(i == 0, "", "\n"), thousands(r.Line[i].Number))
		}
		group := r.Line[i:min(i+each, len(r.Line))]
		tickets, waiting := 0, 0
		for _, f := range group {
			class, n := squareOf(f)
			tickets += n
			if class == "wait" {
				waiting++
			}
		}
		most := len(group) * r.MaxPerFan
		switch {
		case tickets > 0:
			b.WriteString(t.paint(green, string(heights[(tickets*len(heights)+most-1)/most-1])))
		case 2*waiting > len(group):
			b.WriteString(t.paint(faint, "░"))
		default:
			b.WriteString("·")
		}
	}
	return b.String()
}
