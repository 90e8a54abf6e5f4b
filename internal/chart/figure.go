package chart

import (
	"html/template"
	"strings"
	"time"
)

// figure puts title, picture and table together.
func (f Frame) figure(empty bool, t table, draw func(width float64) string) template.HTML {
	var b strings.Builder
	b.WriteString(`<figure class="chart" id="` + escape(f.ID) + `"><figcaption class="chart-title">` + escape(f.Title) + `</figcaption>`)
	if empty {
		b.WriteString(`<p class="chart-empty">` + escape(f.Empty) + `</p></figure>`)
		return template.HTML(b.String()) //nolint:gosec // made of escaped text above
	}
	if f.Summary != "" {
		b.WriteString(`<p class="chart-says">` + escape(f.Summary) + `</p>`)
	}
	if f.Wide {
		b.WriteString(draw(narrow) + draw(wide))
	} else {
		b.WriteString(draw(narrow))
	}
	t.write(&b, f)
	b.WriteString(`</figure>`)
	return template.HTML(b.String()) //nolint:gosec // made of escaped text above
}

// picture wraps what was drawn. The ids of a narrow and a wide picture differ,
// since one that is not shown lends its patterns to nobody.
func (f Frame) picture(width, height float64, draw func(c *canvas)) string {
	c := &canvas{id: escape(f.ID)}
	class := "chart-svg"
	if f.Wide {
		class = "chart-svg chart-narrow"
	}
	if width > narrow {
		c.id, class = c.id+"-wide", "chart-svg chart-wide"
	}
	c.WriteString(`<svg class="` + class + `" viewBox="0 0 ` + num(width) + ` ` + num(height) + `" role="img" aria-labelledby="` + c.id + `-t ` + c.id + `-d">`)
	c.WriteString(`<title id="` + c.id + `-t">` + escape(f.Title) + `</title><desc id="` + c.id + `-d">` + escape(f.described()) + `</desc>`)
	draw(c)
	c.WriteString(`</svg>`)
	return c.String()
}

func (f Frame) described() string {
	if f.Summary == "" {
		return "The same numbers stand in the table below."
	}
	return f.Summary + " The same numbers stand in the table below."
}

func (f Frame) zone() *time.Location {
	if f.Zone == nil {
		return time.UTC
	}
	return f.Zone
}

// key is one entry of a legend.
type key struct {
	name string
	mark func(c *canvas, b box) // draws what it looks like
}

const (
	keySize = 12
	keyRow  = 20
	keyGap  = 14
)

// keysHeight is what a legend takes, and where each entry stands.
func placeKeys(keys []key, width float64) (at []box, height float64) {
	var x, y float64
	for _, k := range keys {
		w := min(keySize+6+textWidth(k.name), width)
		if x > 0 && x+w > width {
			x, y = 0, y+keyRow
		}
		at = append(at, box{x, y, w, keyRow})
		x += w + keyGap
	}
	if len(keys) == 0 {
		return nil, 0
	}
	return at, y + keyRow + 6
}

func (c *canvas) legend(keys []key, at []box) {
	for i, k := range keys {
		k.mark(c, box{at[i].x, at[i].y + 3, keySize, keySize})
		c.text("chart-text", at[i].x+keySize+6, at[i].y+14, start, fitted(k.name, at[i].w-keySize-6+0.1))
	}
}
