package chart

import (
	"html"
	"math"
	"strconv"
	"strings"
)

// The text of a picture is 13 units high. How wide a letter is depends on the
// reader's font; what is reckoned with is wider than any common one.
const (
	fontSize   = 13
	letter     = 7.6
	wideLetter = 13.5
)

// textWidth is how much room a text is given.
func textWidth(s string) float64 {
	var w float64
	for _, r := range s {
		switch {
		case r >= 0x1100, strings.ContainsRune("WM@%mw—", r):
			w += wideLetter
		case strings.ContainsRune(" .,:;il|'!", r):
			w += letter * 0.66
		default:
			w += letter
		}
	}
	return w
}

// fitted shortens a text to what has room.
func fitted(s string, room float64) string {
	if textWidth(s) <= room {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 0; n-- {
		if short := string(runes[:n]) + "…"; textWidth(short) <= room {
			return short
		}
	}
	return ""
}

// clean takes out what no XML may carry.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < 0x20 || r == 0x7f || r == 0xfffe || r == 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

func escape(s string) string { return html.EscapeString(clean(s)) }

// canvas collects the elements of one picture.
type canvas struct {
	strings.Builder
	id string
}

// num writes a coordinate: one decimal, and never anything that is no number.
func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

func (c *canvas) element(name, class string, attributes ...string) {
	c.WriteString("<" + name + ` class="` + class + `"`)
	for i := 0; i+1 < len(attributes); i += 2 {
		c.WriteString(" " + attributes[i] + `="` + attributes[i+1] + `"`)
	}
	c.WriteString("/>")
}

// box is a rectangle of a picture.
type box struct{ x, y, w, h float64 }

func (b box) right() float64  { return b.x + b.w }
func (b box) bottom() float64 { return b.y + b.h }

func (c *canvas) rect(class string, b box, attributes ...string) {
	c.element("rect", class, append([]string{"x", num(b.x), "y", num(b.y), "width", num(max(b.w, 0)), "height", num(max(b.h, 0))}, attributes...)...)
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	c.element("line", class, "x1", num(x1), "y1", num(y1), "x2", num(x2), "y2", num(y2))
}

// Where a text stands relative to its x.
const (
	start  = "start"
	middle = "middle"
	end    = "end"
)

func (c *canvas) text(class string, x, y float64, anchor, s string) {
	if s == "" {
		return
	}
	c.WriteString(`<text class="` + class + `" x="` + num(x) + `" y="` + num(y) + `" text-anchor="` + anchor + `">` + escape(s) + `</text>`)
}

// painted fills a rectangle in the style of a series: its colour, and its
// pattern over it.
func (c *canvas) painted(style int, b box) {
	style %= styles
	c.rect("chart-fill chart-s"+strconv.Itoa(style+1), b)
	if style > 0 {
		c.rect("chart-over", b, "fill", c.pattern(style))
	}
}

func (c *canvas) pattern(style int) string { return "url(#" + c.id + "-p" + strconv.Itoa(style) + ")" }

// hatches are the patterns of the second series and those after it, in a
// square of eight units.
var hatches = [...]string{ //nolint:gochecknoglobals // never changed: an array of words
	1: `<path class="chart-hatch" d="M-2 2L2 -2M0 8L8 0M6 10L10 6"/>`,
	2: `<circle class="chart-dot" cx="2" cy="2" r="1.3"/><circle class="chart-dot" cx="6" cy="6" r="1.3"/>`,
	3: `<path class="chart-hatch" d="M0 2H8M0 6H8"/>`,
	4: `<path class="chart-hatch" d="M-2 6L2 10M0 0L8 8M6 -2L10 2M0 8L8 0"/>`,
	5: `<path class="chart-hatch" d="M2 0V8M6 0V8"/>`,
}

// patterns writes those that n series need.
func (c *canvas) patterns(n int) {
	if n < 2 {
		return
	}
	c.WriteString("<defs>")
	for i := 1; i < min(n, styles); i++ {
		c.WriteString(`<pattern id="` + c.id + "-p" + strconv.Itoa(i) + `" width="8" height="8" patternUnits="userSpaceOnUse">` + hatches[i] + `</pattern>`)
	}
	c.WriteString("</defs>")
}
