package sale

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	maxSVGDeep = 32
)

// svgElements are what a logo is drawn with. Left out on purpose: whatever
// runs (script, handlers, animate, set), loads (image, use, feImage), embeds
// another language (foreignObject), leads away (a), or can be made to cost a
// reader's machine much (use, filter, pattern).
var svgElements = []string{
	"svg", "g", "defs", "title", "desc", "style", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
	"text", "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask",
}

// looksLikeXML says whether a file means to be an SVG, well made or not.
func looksLikeXML(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(data, []byte("<"))
}

// readSVG walks through a drawing and refuses everything that is not on the
// list: a logo is shown on pages where people type their address.
func readSVG(data []byte) (width, height int, err error) {
	if !utf8.Valid(data) {
		return 0, 0, errors.New("is an SVG that is not in UTF-8")
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	s := svgReader{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, 0, errors.New("is an SVG that is not well-formed XML")
		}
		if err := s.token(token); err != nil {
			line, _ := d.InputPos()
			return 0, 0, fmt.Errorf("%w (line %d of the SVG)", err, line)
		}
	}
	if s.root.Name.Local == "" {
		return 0, 0, errors.New("is neither a PNG nor an SVG picture")
	}
	return svgSize(s.root)
}

// svgReader is where in the drawing we are.
type svgReader struct {
	root xml.StartElement
	open []string
}

func (s *svgReader) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return errors.New("has a DOCTYPE or the like; save the drawing as plain SVG")
	case xml.ProcInst:
		if t.Target != "xml" {
			return fmt.Errorf("has an instruction, %s; save the drawing as plain SVG", quote(t.Target))
		}
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		s.open = s.open[:len(s.open)-1]
	case xml.CharData:
		if n := len(s.open); n > 0 && s.open[n-1] == "style" {
			return plainStyle(string(t))
		}
	}
	return nil
}

func (s *svgReader) start(e xml.StartElement) error {
	switch name := e.Name.Local; {
	case e.Name.Space != svgSpace:
		return fmt.Errorf("has %s, which is not SVG; save the drawing as plain SVG, without the editor's own notes", quote(name))
	case !slices.Contains(svgElements, name):
		return fmt.Errorf("has %s, which a logo cannot have; turn it into paths", quote(name))
	case len(s.open) == 0 && (name != "svg" || s.root.Name.Local != ""):
		return errors.New("is not a single drawing")
	case len(s.open) >= maxSVGDeep:
		return errors.New("is nested deeper than any logo needs")
	}
	if len(s.open) == 0 {
		s.root = e.Copy()
	}
	s.open = append(s.open, e.Name.Local)
	for _, a := range e.Attr {
		if err := plainAttr(a); err != nil {
			return err
		}
	}
	return nil
}

// plainAttr takes what describes a shape.
func plainAttr(a xml.Attr) error {
	name := strings.ToLower(a.Name.Local)
	switch {
	case a.Name.Space == "xmlns" || a.Name.Space == "" && name == "xmlns":
		return nil
	case strings.HasPrefix(name, "on"):
		return fmt.Errorf("has %s, which would run a script", quote(a.Name.Local))
	case name == "href" || name == "src":
		if strings.HasPrefix(a.Value, "#") {
			return nil
		}
		return fmt.Errorf("refers to %s; a logo loads nothing from elsewhere", quote(a.Value))
	case a.Name.Space != "" && a.Name.Space != xlinkSpace && a.Name.Space != xmlSpace:
		return fmt.Errorf("has %s, which is not SVG; save the drawing as plain SVG, without the editor's own notes", quote(a.Name.Local))
	}
	return plainStyle(a.Value)
}

// styleRefers finds what a style reaches for.
var styleRefers = regexp.MustCompile(`(?i)(?:url|image|image-set|src|element)\s*\(\s*["']?`)

// plainStyle refuses a style, or a value that might be read as one, that
// reaches beyond the drawing. A backslash could hide a word from us.
func plainStyle(s string) error {
	if strings.ContainsAny(s, `@\`) {
		return errors.New(`has a style with "@" or a backslash; a logo's style is plain properties`)
	}
	for _, at := range styleRefers.FindAllStringIndex(s, -1) {
		if !strings.HasPrefix(s[at[1]:], "#") {
			return fmt.Errorf("refers to %s; a logo loads nothing from elsewhere", quote(s[at[0]:]))
		}
	}
	return nil
}

var svgNumber = regexp.MustCompile(`^\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:px)?\s*$`)

// svgSize is how large the drawing is, by its viewBox, else by its width and
// height; without either a browser would guess.
func svgSize(root xml.StartElement) (width, height int, err error) {
	attrs := map[string]string{}
	for _, a := range root.Attr {
		if a.Name.Space == "" {
			attrs[a.Name.Local] = a.Value
		}
	}
	w, h := attrs["width"], attrs["height"]
	if box, ok := attrs["viewBox"]; ok {
		parts := strings.FieldsFunc(box, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' || r == '\r' })
		if len(parts) != 4 {
			return 0, 0, errors.New("is an SVG whose viewBox is not four numbers")
		}
		w, h = parts[2], parts[3]
	}
	width, okW := svgLength(w)
	height, okH := svgLength(h)
	if !okW || !okH {
		return 0, 0, errors.New("is an SVG without a size; give it a viewBox")
	}
	return width, height, nil
}

// svgLength rounds up, so that nothing that is there becomes nothing.
func svgLength(s string) (int, bool) {
	m := svgNumber.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil || f > 1e6 {
		return 0, false
	}
	return int(math.Ceil(f)), true
}
