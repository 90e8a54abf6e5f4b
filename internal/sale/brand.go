package sale

import (
	"math"
	"strconv"
)

// Brand is the organizer's own look. The zero value is the house's.
//
// Accent colours buttons, focus rings and progress bars of light pages,
// AccentDark those of dark ones; both are #rrggbb. Everything else that is
// coloured by them follows: see [Brand.Palette].
type Brand struct {
	Accent     string `json:"accent,omitempty"`
	AccentDark string `json:"accent_dark,omitempty"`
	Logo       *Logo  `json:"logo,omitempty"`
}

// The contrasts that WCAG 2.2 AA asks for: of text (1.4.3), and of what is
// not text but has to be seen (1.4.11).
const (
	contrastText    = 4.5
	contrastShape   = 3.0
	contrastDerived = 6.0 // of a dark accent that we choose ourselves
)

// Tones are the colours of one mode that follow from an accent.
type Tones struct {
	Accent   Colour // buttons, focus rings, progress bars; 3:1 on every ground
	OnAccent Colour // text on Accent, black or white; 4.5:1
	Hover    Colour // Accent under the pointer, further from OnAccent
	Soft     Colour // a quiet ground of the same hue
	Ink      Colour // links, and text on Soft; 4.5:1 on every ground and on Soft
}

// Palette is what a brand looks like in light and in dark.
type Palette struct{ Light, Dark Tones }

// HousePalette is what pages and mails wear without a brand.
func HousePalette() Palette {
	return Palette{
		Light: Tones{Accent: rgb(0x0f6b5c), OnAccent: rgb(0xffffff), Hover: rgb(0x005f51), Soft: rgb(0xdcefe9), Ink: rgb(0x0b5246)},
		Dark:  Tones{Accent: rgb(0x6fcdb8), OnAccent: rgb(0x06241d), Hover: rgb(0x7bdac4), Soft: rgb(0x17392f), Ink: rgb(0x9be3d2)},
	}
}

// LightGrounds are the lightest and the darkest that light pages and mails lie
// on: what can be seen against both can be seen on everything between. A test
// of package templates holds the style sheet and the mails to them.
func LightGrounds() []Colour { return []Colour{rgb(0xffffff), rgb(0xf4f1ea)} }

// DarkGrounds are [LightGrounds] by lamplight.
func DarkGrounds() []Colour { return []Colour{rgb(0x1c221f), rgb(0x121614)} }

func rgb(n uint32) Colour { return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)} }

// IsZero says whether the sale wears the house's look.
func (b Brand) IsZero() bool { return b == Brand{} }

// Coloured says whether the brand has a colour of its own.
func (b Brand) Coloured() bool { return b.Accent != "" || b.AccentDark != "" }

// Palette gives every colour that follows from a valid brand. Without a
// colour of its own for the dark, the light one's hue is made light enough.
func (b Brand) Palette() Palette {
	p := HousePalette()
	accent, light := ParseColour(b.Accent)
	dark, own := ParseColour(b.AccentDark)
	switch {
	case light && !own && accent.against(DarkGrounds()) < contrastText:
		dark, own = accent.readable(contrastDerived, true, DarkGrounds()...), true
	case light && !own:
		dark, own = accent, true
	}
	if light {
		p.Light = tones(accent, false)
	}
	if own {
		p.Dark = tones(dark, true)
	}
	return p
}

// tones derives one mode. The figures beside lightness were chosen so that
// the house's own accents give about the house's own tones.
func tones(accent Colour, dark bool) Tones {
	grounds, soft, chroma := LightGrounds(), 0.935, 0.24
	if dark {
		grounds, soft, chroma = DarkGrounds(), 0.315, 0.45
	}
	t := Tones{Accent: accent, OnAccent: rgb(0xffffff)}
	white := Contrast(t.OnAccent, accent) >= contrastText
	if !white {
		t.OnAccent = rgb(0x000000)
	}
	o := accent.oklab()
	t.Hover = o.lighter(!white).rgb()
	t.Soft = oklab{soft, o.a * chroma, o.b * chroma}.rgb()
	t.Ink = accent.readable(contrastText, dark, append(grounds, t.Soft)...)
	return t
}

// lighter moves a colour one step, visibly and not far.
func (o oklab) lighter(yes bool) oklab {
	const step = 0.04
	if yes {
		return oklab{min(o.l+step, 1), o.a, o.b}
	}
	return oklab{max(o.l-step, 0), o.a, o.b}
}

// brand checks the colours against the pages' grounds, and the logo.
func (c *checker) brand() {
	b := c.s.Brand
	c.accent("brand.accent", b.Accent, false)
	c.accent("brand.accent_dark", b.AccentDark, true)
	if b.Logo != nil {
		if err := b.Logo.check(); err != nil {
			c.fail("brand.logo", "%s", err)
		}
	}
}

// accent refuses a colour that nobody could see, with the figure and the
// nearest colour of its hue that will do.
func (c *checker) accent(field, s string, dark bool) {
	if s == "" {
		return
	}
	colour, ok := ParseColour(s)
	if !ok {
		c.fail(field, `%s is not a colour; write it like "#0f6b5c", in quotes`, quote(s))
		return
	}
	grounds, pages := LightGrounds(), "light"
	if dark {
		grounds, pages = DarkGrounds(), "dark"
	}
	if colour.against(grounds) >= contrastShape {
		return
	}
	worst := grounds[0]
	for _, g := range grounds {
		if Contrast(colour, g) < Contrast(colour, worst) {
			worst = g
		}
	}
	c.fail(field, "%s on %s, a ground of %s pages, has a contrast of %s:1, and buttons and focus rings need 3:1 to be seen; try %s",
		colour, worst, pages, figure(Contrast(colour, worst)), colour.readable(contrastShape, dark, grounds...))
}

// figure writes a contrast with two decimals, cut down: what falls short must
// not look as if it did not.
func figure(contrast float64) string {
	return strconv.FormatFloat(math.Floor(contrast*100)/100, 'f', 2, 64)
}

func (d *description) brand(b Brand) {
	d.add("brand.accent", b.Accent)
	d.add("brand.accent_dark", b.AccentDark)
	if b.Logo != nil {
		d.add("brand.logo", b.Logo.String())
	}
}
