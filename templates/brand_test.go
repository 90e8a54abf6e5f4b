package templates

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// sampleBrand is an organizer with everything of their own.
func sampleBrand(t testing.TB) sale.Brand {
	t.Helper()
	l, err := sale.ReadLogo([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><path d="M0 0h120v40z"/></svg>`))
	if err != nil {
		t.Fatal(err)
	}
	return sale.Brand{Accent: "#c2185b", Logo: l}
}

// declared gives a custom property's values in a style sheet: light, dark.
func declared(t *testing.T, css, name string) []string {
	t.Helper()
	var values []string
	for _, m := range regexp.MustCompile(`--`+name+`:\s*(#[0-9a-f]{6})`).FindAllStringSubmatch(css, 2) {
		values = append(values, m[1])
	}
	if len(values) != 2 {
		t.Fatalf("--%s is given %v, want light and dark", name, values)
	}
	return values
}

// TestHousePalette holds the style sheet to what package sale takes for the
// house's colours, and its grounds to those that a brand is checked against.
func TestHousePalette(t *testing.T) {
	data, err := files.ReadFile("static/inturn.css")
	if err != nil {
		t.Fatal(err)
	}
	css := string(data)
	house := sale.HousePalette()
	for i, tones := range []sale.Tones{house.Light, house.Dark} {
		for name, want := range map[string]sale.Colour{
			"accent": tones.Accent, "on-accent": tones.OnAccent, "accent-soft": tones.Soft, "accent-ink": tones.Ink,
		} {
			if got := declared(t, css, name)[i]; got != want.String() {
				t.Errorf("--%s is %s in inturn.css and %s in internal/sale/brand.go", name, got, want)
			}
		}
	}
	for _, name := range []string{"paper", "card"} {
		values := declared(t, css, name)
		between(t, name, values[0], sale.LightGrounds())
		between(t, name, values[1], sale.DarkGrounds())
	}
}

// between says that whatever can be seen on both of two grounds can be seen
// on this one.
func between(t *testing.T, name, ground string, of []sale.Colour) {
	t.Helper()
	c, ok := sale.ParseColour(ground)
	if !ok {
		t.Fatalf("%s: %q is no colour", name, ground)
	}
	black := sale.Colour{}
	light, dark := sale.Contrast(of[0], black), sale.Contrast(of[1], black)
	if at := sale.Contrast(c, black); at > light || at < dark {
		t.Errorf("%s is %s, beyond the grounds %v of internal/sale/brand.go that organizers' colours are checked against", name, c, of)
	}
}

// TestBrandOnPages: every page of a sale links the sale's own style sheet
// after the common one, and shows the logo in the place of the name.
func TestBrandOnPages(t *testing.T) {
	ts := newTemplates(t)
	s := sampleSale()
	page := func() string {
		var b bytes.Buffer
		if err := ts.LandingPage(&b, LandingPage{Frame: Frame{Lang: "en", Sale: s}, Notice: NoticeGuaranteed}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if plain := page(); strings.Contains(plain, BrandPath) || !strings.Contains(plain, `<p class="brand">Lakeside Ltd</p>`) {
		t.Errorf("without a brand: %s", plain)
	}
	s.Brand = sampleBrand(t)
	got := page()
	checkPage(t, got, "en")
	common, own := strings.Index(got, "/static/inturn."), strings.Index(got, `<link rel="stylesheet" href="/static/brand/lakeside-2027/`)
	if common < 0 || own < common {
		t.Errorf("style sheets at %d and %d", common, own)
	}
	if want := `<img class="logo" src="/static/brand/lakeside-2027/` + s.Brand.Logo.Hash + `.svg" width="120" height="40" alt="Lakeside Ltd">`; !strings.Contains(got, want) {
		t.Errorf("no %s in %s", want, got)
	}
	for _, m := range regexp.MustCompile(`"`+BrandPath+`lakeside-2027/([^"]+)"`).FindAllStringSubmatch(got, -1) {
		if data, mime, ok := ts.BrandFile(s, m[1]); !ok || len(data) == 0 || mime == "" {
			t.Errorf("%s is not served", m[1])
		}
	}
	if s.Organizer.Name = ""; !strings.Contains(page(), `alt="Lakeside &lt;Festival&gt; 2027"`) {
		t.Error("a logo without words")
	}
}

// TestBrandStyle: the style sheet says what the palette says, for screens.
func TestBrandStyle(t *testing.T) {
	ts := newTemplates(t)
	s := sampleSale()
	s.Brand = sampleBrand(t)
	data, mime, ok := ts.BrandFile(s, ts.style(s.Brand).name)
	if !ok || mime != "text/css; charset=utf-8" {
		t.Fatalf("%v, %s", ok, mime)
	}
	css, p := string(data), s.Brand.Palette()
	for i, tones := range []sale.Tones{p.Light, p.Dark} {
		for name, want := range map[string]sale.Colour{
			"accent": tones.Accent, "on-accent": tones.OnAccent, "accent-soft": tones.Soft, "accent-ink": tones.Ink, "accent-hover": tones.Hover,
		} {
			if got := declared(t, css, name)[i]; got != want.String() {
				t.Errorf("--%s is %s, want %s", name, got, want)
			}
		}
	}
	if strings.Count(css, "{") != strings.Count(css, "}") || strings.Contains(css, "%!") || !strings.HasPrefix(css, "@media screen {") {
		t.Errorf("the style sheet reads\n%s", css)
	}
	for _, other := range []string{"", "x.css", s.Brand.Logo.Hash + ".png", "../inturn.css"} {
		if _, _, ok := ts.BrandFile(s, other); ok {
			t.Errorf("%q is served", other)
		}
	}
	name := ts.style(s.Brand).name
	if s.Brand.AccentDark = "#6fcdb8"; ts.style(s.Brand).name == name {
		t.Error("another style sheet has the same name")
	}
	if _, _, ok := ts.BrandFile(sampleSale(), name); ok {
		t.Error("a sale without a brand serves one")
	}
}
