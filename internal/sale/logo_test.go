package sale_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

const plainSVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><path d="M0 0h120v40z" fill="#0f6b5c"/></svg>`

// pngOf draws a picture, of noise when it shall not be small.
func pngOf(t testing.TB, width, height int, noise bool) []byte {
	t.Helper()
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range p.Pix {
		if noise {
			p.Pix[i] = uint8(r.Uint32())
		}
	}
	p.Set(0, 0, color.Black)
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadLogo(t *testing.T) {
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"PNG":                 {pngOf(t, 60, 20, false), "png, 60 × 20"},
		"SVG":                 {[]byte(plainSVG), "svg, 120 × 40"},
		"with a declaration":  {[]byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<!-- ours -->" + plainSVG), "svg, 120 × 40"},
		"with a BOM":          {[]byte("\ufeff" + plainSVG), "svg, 120 × 40"},
		"by width and height": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="99.5px" height="40"><g/></svg>`), "svg, 100 × 40"},
		"with inner references": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0,0 9 9"><style>.a{fill:url(#g)}</style><defs>
			<linearGradient id="g"><stop offset="1" style="stop-color:#fff"/></linearGradient></defs><circle class="a" r="3" fill="url('#g')"/></svg>`), "svg, 9 × 9"},
	} {
		l, err := sale.ReadLogo(tt.data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasPrefix(l.String(), tt.want+",") || !bytes.Equal(l.Data, tt.data) || len(l.Hash) != 16 {
			t.Errorf("%s: %v", name, l)
		}
	}
}

// TestReadLogoRefuses: one entry for each thing that a stranger's picture
// might bring along.
func TestReadLogoRefuses(t *testing.T) {
	svg := func(inner string) []byte {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">` + inner + `</svg>`)
	}
	whole := pngOf(t, 9, 9, false)
	const magicAndHead = 33
	moving := append(append([]byte{}, whole[:magicAndHead]...), "\x00\x00\x00\x00acTL"...)
	moving = binary.BigEndian.AppendUint32(moving, crc32.ChecksumIEEE([]byte("acTL")))
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":              {nil, "is empty"},
		"too large":            {pngOf(t, 90, 90, true), "has 32,5"},
		"a GIF":                {[]byte("GIF89a"), "neither a PNG nor an SVG"},
		"a page":               {[]byte("<!doctype html><p>hi</p>"), "DOCTYPE"},
		"HTML":                 {[]byte("<html><body/></html>"), "not SVG"},
		"half a PNG":           {whole[:40], "a PNG that cannot be read"},
		"two things at once":   {append(append([]byte{}, whole...), "<script>"...), "something behind the end"},
		"moving PNG":           {append(moving, whole[magicAndHead:]...), "moves"},
		"too wide":             {pngOf(t, 130, 10, false), "no side may be more than 12 times the other"},
		"too many pixels":      {pngOf(t, 5000, 500, false), "is 5000 × 500 large"},
		"script":               {svg(`<script>alert(1)</script>`), `has "script"`},
		"handler":              {svg(`<path onload="alert(1)"/>`), "would run a script"},
		"handler on the root":  {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" OnLoad="x()"/>`), "would run a script"},
		"foreignObject":        {svg(`<foreignObject/>`), `has "foreignObject"`},
		"link":                 {svg(`<a href="#x"/>`), `has "a"`},
		"image":                {svg(`<image href="#x"/>`), `has "image"`},
		"use":                  {svg(`<use href="#x"/>`), `has "use"`},
		"animation":            {svg(`<path><animate/></path>`), `has "animate"`},
		"HTML inside":          {svg(`<b xmlns="http://www.w3.org/1999/xhtml"/>`), "not SVG"},
		"editor's notes":       {svg(`<x:y xmlns:x="http://inkscape"/>`), "plain SVG"},
		"editor's attributes":  {svg(`<path xmlns:x="http://inkscape" x:label="a"/>`), "plain SVG"},
		"outer reference":      {svg(`<path xlink:href="https://evil.example/x"/>`), "loads nothing from elsewhere"},
		"script reference":     {svg(`<linearGradient href="javascript:alert(1)"/>`), "loads nothing from elsewhere"},
		"outer paint":          {svg(`<path fill="URL( https://evil.example/x)"/>`), "loads nothing from elsewhere"},
		"outer style":          {svg(`<style>.a{background:url("//evil.example")}</style>`), "loads nothing from elsewhere"},
		"image-set":            {svg(`<style>.a{background:image-set("x.png" 1x)}</style>`), "loads nothing from elsewhere"},
		"import":               {svg(`<style>@import "x.css";</style>`), `with "@"`},
		"hidden by escapes":    {svg(`<style>.a{background:\75rl(x)}</style>`), "backslash"},
		"hidden by an entity":  {svg(`<path style="background:u&#114;l(x)"/>`), "loads nothing from elsewhere"},
		"in CDATA":             {svg(`<style><![CDATA[.a{background:url(x)}]]></style>`), "loads nothing from elsewhere"},
		"entities":             {[]byte(`<!DOCTYPE svg [<!ENTITY a "b">]>` + plainSVG), "DOCTYPE"},
		"unknown entity":       {svg(`<desc>&a;</desc>`), "not well-formed"},
		"stylesheet":           {[]byte(`<?xml-stylesheet href="x.css"?>` + plainSVG), "instruction"},
		"another encoding":     {[]byte(`<?xml version="1.0" encoding="UTF-16"?>` + plainSVG), "not well-formed"},
		"not UTF-8":            {svg("<desc>\xff</desc>"), "not in UTF-8"},
		"not closed":           {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">`), "not well-formed"},
		"two drawings":         {[]byte(plainSVG + plainSVG), "not a single drawing"},
		"not a drawing":        {[]byte(`<g xmlns="http://www.w3.org/2000/svg"/>`), "not a single drawing"},
		"a comment only":       {[]byte(`<!-- svg -->`), "neither a PNG nor an SVG"},
		"deep":                 {svg(strings.Repeat("<g>", 40) + strings.Repeat("</g>", 40)), "nested deeper"},
		"no size":              {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "without a size"},
		"size in percent":      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"/>`), "without a size"},
		"half a viewBox":       {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9"/>`), "not four numbers"},
		"nothing to be seen":   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 0"/>`), "is 9 × 0 large"},
		"larger than anything": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000000 900000"/>`), "large"},
	} {
		l, err := sale.ReadLogo(tt.data)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v; want %q", name, l, err, tt.want)
		}
	}
}

// TestValidateLogo: what came over the wire is looked at once more.
func TestValidateLogo(t *testing.T) {
	good := func() *sale.Logo {
		l, err := sale.ReadLogo([]byte(plainSVG))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for name, change := range map[string]func(*sale.Logo){
		"type":   func(l *sale.Logo) { l.Type = "text/html" },
		"height": func(l *sale.Logo) { l.Height++ },
		"hash":   func(l *sale.Logo) { l.Hash = "../../x" },
		"data":   func(l *sale.Logo) { l.Data = []byte(strings.Replace(plainSVG, "<path", "<script", 1)) },
	} {
		s := lakeside()
		if s.Brand.Logo = good(); s.Validate(everyOK) != nil {
			t.Fatal(s.Validate(everyOK))
		}
		if change(s.Brand.Logo); len(s.Validate(everyOK)) != 1 {
			t.Errorf("%s: %v", name, s.Validate(everyOK))
		}
	}
}

func FuzzReadLogo(f *testing.F) {
	f.Add([]byte(plainSVG))
	f.Add(pngOf(f, 9, 9, false))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := sale.ReadLogo(data)
		if err != nil {
			return
		}
		s := lakeside()
		s.Brand.Logo = l
		if errs := s.Validate(everyOK); errs != nil {
			t.Fatal(errs)
		}
		low := strings.ToLower(string(data))
		if l.Type == sale.LogoSVG && (strings.Contains(low, "<script") || strings.Contains(low, "<foreignobject")) &&
			!strings.Contains(low, "<!--") && !strings.Contains(low, "cdata") {
			t.Fatalf("let through: %q", data)
		}
	})
}
