package sale

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Colour is an sRGB colour, opaque.
type Colour struct{ R, G, B uint8 }

var colourForm = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// ParseColour reads #rrggbb.
func ParseColour(s string) (Colour, bool) {
	if !colourForm.MatchString(s) {
		return Colour{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return Colour{}, false
	}
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// String writes #rrggbb, in lower case.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// Contrast is the contrast ratio of two colours, 1 to 21 (WCAG 2.2, contrast
// ratio). It does not matter which of the two is the text.
func Contrast(a, b Colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is the relative luminance (WCAG 2.2).
func (c Colour) luminance() float64 {
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// curved is the inverse of linear, for what lies between 0 and 1.
func curved(x float64) uint8 {
	if x <= 0.0031308 {
		x *= 12.92
	} else {
		x = 1.055*math.Pow(x, 1/2.4) - 0.055
	}
	return uint8(math.Round(255 * x))
}

// oklab is a colour as the eye has it (Björn Ottosson, 2020): how light it
// is, 0 to 1, and two axes of hue. Moved along l alone, a colour keeps its
// hue, which it does not in sRGB.
type oklab struct{ l, a, b float64 }

func (c Colour) oklab() oklab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return oklab{
		l: 0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		a: 1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		b: 0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// rgb gives the nearest sRGB colour of the same lightness and hue: what sRGB
// does not have is given less chroma.
func (o oklab) rgb() Colour {
	if c, ok := o.scaled(1).inside(); ok {
		return c
	}
	least, most := 0.0, 1.0
	for range 20 {
		if mid := (least + most) / 2; o.scaled(mid).fits() {
			least = mid
		} else {
			most = mid
		}
	}
	c, _ := o.scaled(least).inside()
	return c
}

func (o oklab) scaled(chroma float64) oklab { return oklab{o.l, o.a * chroma, o.b * chroma} }

func (o oklab) fits() bool {
	_, ok := o.inside()
	return ok
}

// inside gives the colour cut to sRGB, and whether nothing had to be cut.
func (o oklab) inside() (Colour, bool) {
	l, m, s := o.l+0.3963377774*o.a+0.2158037573*o.b, o.l-0.1055613458*o.a-0.0638541728*o.b, o.l-0.0894841775*o.a-1.2914855480*o.b
	l, m, s = l*l*l, m*m*m, s*s*s
	r := 4.0767416621*l - 3.3077115913*m + 0.2309699292*s
	g := -1.2684380046*l + 2.6097574011*m - 0.3413193965*s
	b := -0.0041960863*l - 0.7034186147*m + 1.7076147010*s
	const slack = 1e-4
	ok := min(r, g, b) >= -slack && max(r, g, b) <= 1+slack
	cut := func(x float64) uint8 { return curved(min(max(x, 0), 1)) }
	return Colour{cut(r), cut(g), cut(b)}, ok
}

// readable moves a colour as little as possible, to the light or to the dark,
// until it has at least so much contrast with every ground, and keeps its
// hue. A colour that has it already comes back as it is. Grounds are all
// dark, or all light, so white or black is always far enough.
func (c Colour) readable(least float64, toLight bool, grounds ...Colour) Colour {
	if c.against(grounds) >= least {
		return c
	}
	o := c.oklab()
	near, far := o.l, 0.0
	if toLight {
		far = 1
	}
	for range 20 {
		mid := (near + far) / 2
		if (oklab{mid, o.a, o.b}).rgb().against(grounds) >= least {
			far = mid
		} else {
			near = mid
		}
	}
	return oklab{far, o.a, o.b}.rgb()
}

// against is the contrast with that ground which it is least with.
func (c Colour) against(grounds []Colour) float64 {
	least := math.Inf(1)
	for _, g := range grounds {
		least = min(least, Contrast(c, g))
	}
	return least
}
