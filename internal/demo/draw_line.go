package demo

import (
	"fmt"
	"strings"
)

// squareOf says how a number's square looks: "wait" when its turn never came,
// "none" when nothing was bought, else the tickets.
func squareOf(f Fan) (class string, tickets int) {
	switch {
	case f.Tickets > 0:
		return "sold", f.Tickets
	case f.Ending == EndSoldOut || f.Ending == EndOver || f.Ending == EndUnfinished:
		return "wait", 0
	default:
		return "none", 0
	}
}

// grid draws one square for every number in line, row by row, and all squares
// of a kind as one path, so that long lines stay small files.
func (d *drawing) grid() {
	d.put(`<text class="head" x="%g" y="%g">Who got in, at which number</text>`, plotLeft, gridTop-22)
	paths := map[string]*strings.Builder{}
	for i, f := range d.r.Line {
		x, y := d.corner(i)
		class, tickets := squareOf(f)
		key := fmt.Sprintf("%s%d", class, tickets)
		if paths[key] == nil {
			paths[key] = &strings.Builder{}
		}
		side := round(d.cell * 0.84)
		fmt.Fprintf(paths[key], "M%g %gh%gv%gh%gz", round(x), round(y), side, side, -side)
		if i%d.gridColumns == 0 && (d.cell >= 12 || i/d.gridColumns%10 == 0) {
			d.put(`<text class="num" text-anchor="end" x="%g" y="%g">%s</text>`, plotLeft-10, round(y+d.cell/2+4), thousands(f.Number))
		}
	}
	for _, look := range d.looks() {
		if p := paths[look.key]; p != nil {
			d.put(`<path %s d="%s"/>`, look.attributes, p)
		}
	}
	d.bound()
	_, bottom := d.corner(max(0, len(d.r.Line)-1))
	d.gridLegend(bottom + d.cell + 28)
}

// corner is the upper left corner of the i-th square.
func (d *drawing) corner(i int) (x, y float64) {
	return plotLeft + float64(i%d.gridColumns)*d.cell, gridTop + float64(i/d.gridColumns)*d.cell
}

// look is how one kind of square is painted.
type look struct{ key, label, attributes string }

func (d *drawing) looks() []look {
	var all []look
	for n := 1; n <= d.r.MaxPerFan; n++ {
		strength := 0.3 + 0.7*float64(n)/float64(d.r.MaxPerFan)
		label := fmt.Sprint(n)
		if n == d.r.MaxPerFan {
			label = counted(n, "ticket", "tickets")
		}
		all = append(all, look{fmt.Sprintf("sold%d", n), label, fmt.Sprintf(`fill="var(--sold)" fill-opacity="%.2g"`, strength)})
	}
	return append(all,
		look{"none0", "bought nothing", `class="none"`},
		look{"wait0", "still waiting at the end", `class="wait"`})
}

// bound draws the line below the last guaranteed number.
func (d *drawing) bound() {
	n := d.r.Demand.Guaranteed
	if n == 0 || d.r.Demand.Standby == 0 {
		return
	}
	gap := d.cell * 0.08
	x, y := d.corner(n)
	x, y = round(x-gap), round(y-gap)
	left, right := round(plotLeft-gap), round(plotRight-gap)
	if n%d.gridColumns == 0 {
		d.put(`<path class="bound" d="M%g %gH%g"/>`, left, y, right)
		return
	}
	d.put(`<path class="bound" d="M%g %gH%gV%gH%g"/>`, left, round(y+d.cell), x, y, right)
}

func (d *drawing) gridLegend(y float64) {
	x := plotLeft
	for _, l := range d.looks() {
		d.put(`<path %s d="M%g %gh12v12h-12z"/>`, l.attributes, round(x), round(y-10.5))
		d.put(`<text x="%g" y="%g">%s</text>`, round(x+18), round(y), l.label)
		x += 18 + 7.2*float64(len(l.label)) + 16
	}
	if d.r.Demand.Standby > 0 {
		d.put(`<path class="bound" d="M%g %gh24"/>`, round(x), round(y-4.5))
		d.put(`<text x="%g" y="%g">guaranteed above</text>`, round(x+30), round(y))
	}
}
