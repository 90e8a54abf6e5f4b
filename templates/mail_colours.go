package templates

import "github.com/inturn/inturn/internal/sale"

// mailColours are all colours of a mail in one mode. Mail programs know no
// custom properties, so that each is written where it is used.
type mailColours struct {
	Paper, Card, Rule            string // grounds and lines
	Text, Quiet                  string
	Accent, OnAccent, Soft, Link string // the brand's
}

// mailPalette is a mail by day and by lamplight.
type mailPalette struct{ Light, Dark mailColours }

// mailPalette gives the colours of a sale's mails: the grounds of the pages,
// and the organizer's own on them.
func (t *Templates) mailPalette(b sale.Brand) mailPalette {
	key := sale.Brand{Accent: b.Accent, AccentDark: b.AccentDark}
	if done, ok := t.palettes.Load(key); ok {
		return done.(mailPalette)
	}
	own := b.Palette()
	made := mailPalette{
		Light: toned(mailColours{Paper: "#f4f2ec", Card: "#ffffff", Rule: "#dcd8cc", Text: "#1d2522", Quiet: "#5c6660"}, own.Light),
		Dark:  toned(mailColours{Paper: "#131715", Card: "#1c221f", Rule: "#353e39", Text: "#e8ebe6", Quiet: "#a5b0aa"}, own.Dark),
	}
	t.palettes.Store(key, made)
	return made
}

func toned(c mailColours, own sale.Tones) mailColours {
	c.Accent, c.OnAccent, c.Soft, c.Link = own.Accent.String(), own.OnAccent.String(), own.Soft.String(), own.Ink.String()
	return c
}
