package templates

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// BrandPath is where every listener serves what makes a sale look like its
// organizer's own: BrandPath + slug + "/" + name. Names change with their
// content, so that browsers may keep them for a year.
const BrandPath = StaticPath + "brand/"

// brand is how a sale looks. Fields of what it does not have are empty.
type brand struct {
	Style string // URL of the sale's own style sheet
	Logo  *logo
}

// logo is the organizer's picture. Its size is its own, not what it is shown
// in: browsers keep its place free by it.
type logo struct {
	URL           string
	Width, Height int
	Alt           string
}

// brandOf is brand for templates; s may be nil, for a page of no sale.
func (t *Templates) brandOf(s *sale.Sale) brand {
	if s == nil || s.Brand.IsZero() {
		return brand{}
	}
	b := brand{Style: BrandPath + s.Slug + "/" + t.style(s.Brand).name}
	if l := s.Brand.Logo; l != nil {
		b.Logo = &logo{
			URL: BrandPath + s.Slug + "/" + logoName(l), Width: l.Width, Height: l.Height,
			Alt: cmp.Or(s.Organizer.Name, s.Title.In(fallback)),
		}
	}
	return b
}

// style is a sale's own style sheet under its name.
type style struct {
	name string
	data []byte
}

// styleKey is what a style sheet depends on.
type styleKey struct {
	accent, dark  string
	width, height int // of the logo
}

// style makes a style sheet once: what follows from its colours takes a while
// to reckon.
func (t *Templates) style(b sale.Brand) style {
	key := styleKey{accent: b.Accent, dark: b.AccentDark}
	if b.Logo != nil {
		key.width, key.height = b.Logo.Width, b.Logo.Height
	}
	if done, ok := t.styles.Load(key); ok {
		return done.(style)
	}
	var data []byte
	if b.Coloured() {
		p := b.Palette()
		data = fmt.Appendf(data, colourRules, properties(p.Light), properties(p.Dark))
	}
	if b.Logo != nil {
		data = fmt.Appendf(data, logoRules, b.Logo.Width, b.Logo.Height)
	}
	sum := sha256.Sum256(data)
	made := style{name: hex.EncodeToString(sum[:8]) + ".css", data: data}
	t.styles.Store(key, made)
	return made
}

// colourRules leave print alone: paper has colours of its own. Under the
// pointer a button goes away from its text's colour, not towards it.
const colourRules = `@media screen {
:root {
%s}
}
@media screen and (prefers-color-scheme: dark) {
:root {
%s}
}
button:not(.plain):hover, .button:not(.plain):hover { filter: none; background: var(--accent-hover); }
`

// logoRules make a logo as high as a head is, or lower where that would be too
// wide. Its width is reckoned here, since a drawing need not have one. In
// dark mode it stands on a light ground too: hardly any is drawn for the dark.
const logoRules = `.logo { display: block; box-sizing: content-box; width: min(2.75rem * %[1]d / %[2]d, 15rem, 60vw); height: auto; aspect-ratio: %[1]d / %[2]d; }
@media screen and (prefers-color-scheme: dark) {
.logo { padding: .375rem .625rem; border-radius: .5rem; background: #fffefa; }
}
`

// properties are the custom properties of inturn.css that a brand replaces.
func properties(t sale.Tones) string {
	var b strings.Builder
	for _, p := range []struct {
		name string
		is   sale.Colour
	}{
		{"accent", t.Accent},
		{"on-accent", t.OnAccent},
		{"accent-hover", t.Hover},
		{"accent-soft", t.Soft},
		{"accent-ink", t.Ink},
	} {
		fmt.Fprintf(&b, "--%s: %s;\n", p.name, p.is)
	}
	return b.String()
}

func logoName(l *sale.Logo) string { return l.Hash + "." + l.Ext() }

// BrandFile gives a file of a sale's brand and its media type. A name that is
// not the one of today, such as an older version's, is not there.
func (t *Templates) BrandFile(s *sale.Sale, name string) (data []byte, mime string, ok bool) {
	if !s.Brand.IsZero() {
		if made := t.style(s.Brand); made.name == name {
			return made.data, kinds[".css"], true
		}
	}
	if l := s.Brand.Logo; l != nil && name == logoName(l) {
		return l.Data, l.Type, true
	}
	return nil, "", false
}
