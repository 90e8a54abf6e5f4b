package templates

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

var property = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)

// palettes reads the colours of the style sheet: light, then dark on top.
func palettes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := os.ReadFile("static/inturn.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	dark, _, _ := strings.Cut(rest, "@media (prefers-contrast: more)")
	all := map[string]map[string]string{"light": {}, "dark": {}}
	for _, m := range property.FindAllStringSubmatch(light, -1) {
		all["light"][m[1]], all["dark"][m[1]] = m[2], m[2]
	}
	for _, m := range property.FindAllStringSubmatch(dark, -1) {
		all["dark"][m[1]] = m[2]
	}
	return all
}

// TestContrast holds every pair of colours that meet to WCAG 2.2 AA: 4.5 for
// words (1.4.3), 3 for what fields and signs are known by (1.4.11).
func TestContrast(t *testing.T) {
	words := [][2]string{
		{"ink", "paper"},
		{"ink", "card"},
		{"quiet", "paper"},
		{"quiet", "card"},
		{"accent-ink", "paper"},
		{"accent-ink", "card"},
		{"on-accent", "accent"},
		{"accent-ink", "accent-soft"},
		{"warm-ink", "warm-soft"},
		{"cool-ink", "cool-soft"},
		{"bad-ink", "bad-soft"},
		{"bad-ink", "card"},
	}
	things := [][2]string{
		{"edge", "paper"}, {"edge", "card"}, {"accent", "paper"}, {"accent", "card"}, {"bad-ink", "paper"},
	}
	for name, p := range palettes(t) {
		for least, pairs := range map[float64][][2]string{4.5: words, 3: things} {
			for _, pair := range pairs {
				a, known := sale.ParseColour(p[pair[0]])
				b, too := sale.ParseColour(p[pair[1]])
				if !known || !too {
					t.Fatalf("%s: no colour %v", name, pair)
				}
				if ratio := sale.Contrast(a, b); ratio < least {
					t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", name, pair[0], pair[1], ratio, least)
				}
			}
		}
	}
}
