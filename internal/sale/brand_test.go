package sale_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/sale"
)

// TestContrast compares with figures of WCAG's own.
func TestContrast(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#ffffff", 1},
		{"#777777", "#ffffff", 4.48},
		{"#767676", "#ffffff", 4.54},
		{"#ff0000", "#ffffff", 4.00},
		{"#0000ff", "#ffff00", 8.00},
	} {
		a, _ := sale.ParseColour(tt.a)
		b, _ := sale.ParseColour(tt.b)
		if got := sale.Contrast(a, b); math.Abs(got-tt.want) > 0.005 || got != sale.Contrast(b, a) {
			t.Errorf("%s on %s: %.3f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestParseColour(t *testing.T) {
	if c, ok := sale.ParseColour("#0F6b5C"); !ok || c.String() != "#0f6b5c" {
		t.Errorf("%v, %v", c, ok)
	}
	for _, s := range []string{"", "0f6b5c", "#0f6b5", "#0f6b5c0", "#0f6b5g", "#abc", "red", "rgb(1,2,3)", "#0f6b5c\n", " #0f6b5c"} {
		if _, ok := sale.ParseColour(s); ok {
			t.Errorf("%q is taken for a colour", s)
		}
	}
}

// wants holds tones to WCAG 2.2 AA on every ground.
func wants(t interface{ Errorf(string, ...any) }, what string, tones sale.Tones, grounds []sale.Colour) {
	least := func(pair string, a, b sale.Colour, want float64) {
		if got := sale.Contrast(a, b); got < want {
			t.Errorf("%s: %s: %s on %s has %.3f, want %.1f", what, pair, a, b, got, want)
		}
	}
	for _, g := range grounds {
		least("accent", tones.Accent, g, 3)
		least("ink", tones.Ink, g, 4.5)
	}
	least("text on the accent", tones.OnAccent, tones.Accent, 4.5)
	least("text on the accent under the pointer", tones.OnAccent, tones.Hover, 4.5)
	least("ink on the soft ground", tones.Ink, tones.Soft, 4.5)
}

// TestPaletteIsReadable: whatever colours pass validation, everything that
// follows from them can be read, in both modes.
func TestPaletteIsReadable(t *testing.T) {
	house := sale.HousePalette()
	wants(t, "the house, light", house.Light, sale.LightGrounds())
	wants(t, "the house, dark", house.Dark, sale.DarkGrounds())
	if got := (sale.Brand{}).Palette(); got != house {
		t.Errorf("no brand gives %v", got)
	}
	colour := rapid.Map(rapid.Uint32Range(0, 0xffffff), func(n uint32) string { return fmt.Sprintf("#%06x", n) })
	rapid.Check(t, func(t *rapid.T) {
		s := lakeside()
		s.Brand.Accent = rapid.OneOf(rapid.Just(""), colour).Draw(t, "accent")
		s.Brand.AccentDark = rapid.OneOf(rapid.Just(""), colour).Draw(t, "accent_dark")
		if s.Validate(everyOK) != nil {
			return
		}
		p := s.Brand.Palette()
		wants(t, "light", p.Light, sale.LightGrounds())
		wants(t, "dark", p.Dark, sale.DarkGrounds())
		for said, got := range map[string]sale.Colour{s.Brand.Accent: p.Light.Accent, s.Brand.AccentDark: p.Dark.Accent} {
			if said != "" && got.String() != said {
				t.Errorf("%s became %s", said, got)
			}
		}
	})
}

// TestSuggestedColourIsTaken: what a refusal suggests, works.
func TestSuggestedColourIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "colour"))
		for _, dark := range []bool{false, true} {
			s := lakeside()
			set := func(c string) {
				s.Brand.Accent = c
				if dark {
					s.Brand.Accent, s.Brand.AccentDark = "", c
				}
			}
			set(said)
			errs := s.Validate(everyOK)
			if errs == nil {
				continue
			}
			message := errs[0].Message
			try := message[len(message)-7:]
			if set(try); s.Validate(everyOK) != nil {
				t.Fatalf("%s: %s", said, message)
			}
		}
	})
}

func TestValidateBrand(t *testing.T) {
	for _, tt := range []struct{ accent, dark, want string }{
		{"#0f6b5c", "#6fcdb8", ""},
		{"", "#6fcdb8", ""},
		{"#000000", "#ffffff", ""},
		{
			"#ffee00", "",
			"brand.accent: #ffee00 on #f4f1ea, a ground of light pages, has a contrast of 1.06:1, and buttons and focus rings need 3:1 to be seen; try #988e00",
		},
		{
			"", "#001133",
			"brand.accent_dark: #001133 on #121614, a ground of dark pages, has a contrast of 1.02:1, and buttons and focus rings need 3:1 to be seen; try #516c95",
		},
		{"teal", "", `brand.accent: "teal" is not a colour; write it like "#0f6b5c", in quotes`},
	} {
		s := lakeside()
		s.Brand = sale.Brand{Accent: tt.accent, AccentDark: tt.dark}
		got := ""
		for _, e := range s.Validate(everyOK) {
			got += e.String()
		}
		if got != tt.want {
			t.Errorf("%s, %s:\n got %s\nwant %s", tt.accent, tt.dark, got, tt.want)
		}
	}
}
