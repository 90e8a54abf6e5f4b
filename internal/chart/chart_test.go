package chart

import (
	"encoding/xml"
	"errors"
	"flag"
	"html/template"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

// drawn is what a test looks at in a picture.
type drawn struct {
	width, height float64
	labels        []label
}

type label struct {
	text string
	box  box
}

// pictures reads the pictures of a figure and fails where one is not well
// formed, has no name, or where a coordinate is no number.
func pictures(t interface{ Fatalf(string, ...any) }, figure template.HTML) []drawn {
	var all []drawn
	d := xml.NewDecoder(strings.NewReader(string(figure)))
	var text *xml.StartElement
	ids := map[string]bool{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, figure)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if id := attribute(e, "id"); id != "" {
				if ids[id] {
					t.Fatalf("the id %q is there twice", id)
				}
				ids[id] = true
			}
			if attribute(e, "style") != "" {
				t.Fatalf("an inline style: %v", e)
			}
			if e.Name.Local == "svg" {
				size := strings.Fields(attribute(e, "viewBox"))
				all = append(all, drawn{width: number(t, size[2]), height: number(t, size[3])})
			}
			if len(all) > 0 {
				all[len(all)-1].add(t, e)
			}
			text = nil
			if e.Name.Local == "text" {
				text = &e
			}
		case xml.CharData:
			if text != nil {
				all[len(all)-1].label(t, *text, string(e))
			}
		case xml.EndElement:
			text = nil
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func number(t interface{ Fatalf(string, ...any) }, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		t.Fatalf("%q is no coordinate", s)
	}
	return v
}

var inPath = regexp.MustCompile(`-?[0-9.]+(e[-+]?\d+)?|[A-Za-z]+`)

// add notes the corners of what an element covers.
func (d *drawn) add(t interface{ Fatalf(string, ...any) }, e xml.StartElement) {
	class := attribute(e, "class")
	if strings.HasPrefix(class, "chart-hatch") || strings.HasPrefix(class, "chart-dot") {
		return // within a pattern's own square
	}
	n := func(name string) float64 {
		if attribute(e, name) == "" {
			return 0
		}
		return number(t, attribute(e, name))
	}
	switch e.Name.Local {
	case "rect":
		if n("width") < 0 || n("height") < 0 {
			t.Fatalf("a rectangle inside out: %v", e)
		}
		d.corner(t, n("x"), n("y"))
		d.corner(t, n("x")+n("width"), n("y")+n("height"))
	case "line":
		d.corner(t, n("x1"), n("y1"))
		d.corner(t, n("x2"), n("y2"))
	case "circle":
		d.corner(t, n("cx"), n("cy"))
	case "path":
		var numbers []float64
		for _, word := range inPath.FindAllString(attribute(e, "d"), -1) {
			if !strings.Contains("MLZ", word) {
				numbers = append(numbers, number(t, word))
			}
		}
		for i := 0; i+1 < len(numbers); i += 2 {
			d.corner(t, numbers[i], numbers[i+1])
		}
	}
}

func (d *drawn) corner(t interface{ Fatalf(string, ...any) }, x, y float64) {
	const slack = 4.1 // a marker at the edge
	if x < -slack || y < -slack || x > d.width+slack || y > d.height+slack {
		t.Fatalf("%v, %v is outside of %v × %v", x, y, d.width, d.height)
	}
}

func (d *drawn) label(t interface{ Fatalf(string, ...any) }, e xml.StartElement, text string) {
	x, y, w := number(t, attribute(e, "x")), number(t, attribute(e, "y")), textWidth(text)
	switch attribute(e, "text-anchor") {
	case middle:
		x -= w / 2
	case end:
		x -= w
	}
	l := label{text, box{x, y - 10, w, 12}}
	if l.box.x < -0.2 || l.box.right() > d.width+0.2 || l.box.y < -0.2 || l.box.bottom() > d.height+0.2 {
		t.Fatalf("the label %q at %+v is outside of %v × %v", text, l.box, d.width, d.height)
	}
	for _, o := range d.labels {
		if l.box.x < o.box.right()-0.2 && o.box.x < l.box.right()-0.2 && l.box.y < o.box.bottom() && o.box.y < l.box.bottom() {
			t.Fatalf("the labels %q and %q lie on each other: %+v %+v", o.text, text, o.box, l.box)
		}
	}
	d.labels = append(d.labels, l)
}

var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

func zurich(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// examples are one chart of each kind, as the pages have them.
func examples(t testing.TB) map[string]template.HTML {
	zone := zurich(t)
	var signUps []int
	var at []time.Time
	sold := Series{Name: "sold"}
	offered := Series{Name: "offered"}
	free := Series{Name: "available"}
	mailed := Series{Name: "mails"}
	for i := range 60 {
		signUps = append(signUps, 900/(i+1)+i%7)
		at = append(at, noon.Add(time.Duration(i)*time.Minute))
		sold.Values = append(sold.Values, min(i*180, 9000))
		offered.Values = append(offered.Values, min(400, 10000-min(i*180, 9000)))
		free.Values = append(free.Values, 10000-min(i*180, 9000)-400)
		mailed.Values = append(mailed.Values, i*100)
	}
	marks := []Mark{{noon.Add(10 * time.Minute), "paused"}, {noon.Add(12 * time.Minute), "resumed"}, {noon.Add(50 * time.Minute), "sold out"}}
	return map[string]template.HTML{
		"columns": Columns(Frame{ID: "signups", Title: "Sign-ups per minute", Summary: "Most were 900 in the minute from 13:00.", Unit: "sign-ups", Zone: zone},
			Bins{Start: noon, Step: time.Minute, Values: signUps, Open: true}),
		"areas": Areas(Frame{ID: "units", Title: "Tickets by account", Unit: "tickets", Zone: zone, Wide: true},
			Over{At: at, Series: []Series{sold, offered, free}, Marks: marks}),
		"lines": Lines(Frame{ID: "plan", Title: "The plan", Unit: "mails", Zone: zone, Wide: true},
			Over{At: at, Series: []Series{mailed, sold, offered}, Marks: marks[2:]}),
		"meters": HorizontalBars(Frame{ID: "classes", Title: "How full it is", Unit: "places"}, Bars{Head: "Class", Rows: []Bar{
			{Name: "Guaranteed", Values: []int{2500}, Of: 2500},
			{Name: "Standby", Values: []int{1204}, Of: 7500, Note: "6 left again"},
		}}),
		"bars": HorizontalBars(Frame{ID: "domains", Title: "Mail by receiving domain <&>", Unit: "mails"}, Bars{
			Head: "Domain", Parts: []string{"accepted", "waiting", "refused", "unknown"}, Rows: []Bar{
				{Name: "gmail.example", Values: []int{800, 40, 3, 1}},
				{Name: strings.Repeat("very-long-", 10) + "domain.example", Values: []int{10, 0, 90, 0}},
				{Name: "others", Values: []int{0, 0, 0, 0}},
			},
		}),
	}
}

// TestGolden keeps the pictures as they were looked at.
func TestGolden(t *testing.T) {
	for name, figure := range examples(t) {
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(figure), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(figure)); diff != "" {
			t.Errorf("%s is drawn otherwise (-update writes it):\n%s", name, diff)
		}
		pictures(t, figure)
	}
}

// draw makes a chart of anything at all.
func anyChart(t *rapid.T, zone *time.Location) template.HTML {
	words := rapid.OneOf(rapid.StringN(0, 60, -1), rapid.SampledFrom([]string{"sold", "sold out", "<script>", strings.Repeat("W", 90), "大阪", "a\x00b\nc"}))
	values := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(-1, 20), rapid.IntRange(0, 1_000_000), rapid.Int()), 1, 300)
	f := Frame{ID: "x", Title: words.Draw(t, "title"), Summary: words.Draw(t, "summary"), Unit: words.Draw(t, "unit"), Zone: zone, Wide: rapid.Bool().Draw(t, "wide")}
	step := rapid.SampledFrom([]time.Duration{0, 1, time.Millisecond, time.Second, time.Minute, 7 * time.Minute, time.Hour, 24 * time.Hour, 400 * 24 * time.Hour}).Draw(t, "step")
	first := noon.Add(time.Duration(rapid.Int64Range(0, 400*24*3600).Draw(t, "first")) * time.Second)
	var marks []Mark
	for range rapid.IntRange(0, 6).Draw(t, "marks") {
		marks = append(marks, Mark{first.Add(time.Duration(rapid.IntRange(-2, 100).Draw(t, "mark")) * step), words.Draw(t, "name")})
	}
	n := rapid.IntRange(1, 8).Draw(t, "series")
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return Columns(f, Bins{Start: first, Step: step, Values: values.Draw(t, "values"), Open: rapid.Bool().Draw(t, "open"), Marks: marks})
	case 1:
		b := Bars{Head: words.Draw(t, "head")}
		for range n {
			b.Parts = append(b.Parts, words.Draw(t, "part"))
		}
		for range rapid.IntRange(1, 12).Draw(t, "rows") {
			b.Rows = append(b.Rows, Bar{words.Draw(t, "row"), rapid.SliceOfN(rapid.Int(), 0, n).Draw(t, "parts"), rapid.IntRange(-1, 100_000).Draw(t, "of"), words.Draw(t, "note")})
		}
		return HorizontalBars(f, b)
	}
	o := Over{Marks: marks}
	for i := range rapid.IntRange(1, 300).Draw(t, "moments") {
		o.At = append(o.At, first.Add(time.Duration(i)*step))
	}
	for range n {
		o.Series = append(o.Series, Series{words.Draw(t, "name"), values.Draw(t, "values")})
	}
	if rapid.Bool().Draw(t, "areas") {
		return Areas(f, o)
	}
	return Lines(f, o)
}

// TestAnyNumbersStayInTheBox draws charts of arbitrary numbers and words:
// well formed, every coordinate a number in the box, no label on another.
func TestAnyNumbersStayInTheBox(t *testing.T) {
	zone := zurich(t)
	rapid.Check(t, func(t *rapid.T) {
		figure := anyChart(t, zone)
		pictures(t, figure)
		if strings.Contains(string(figure), "NaN") || strings.Contains(string(figure), "<script") {
			t.Fatalf("%s", figure)
		}
	})
}

func TestNothingToDrawIsSaid(t *testing.T) {
	f := Frame{ID: "x", Title: "Sign-ups", Empty: "Nobody has signed up yet."}
	for _, figure := range []template.HTML{Columns(f, Bins{}), Areas(f, Over{}), Lines(f, Over{At: []time.Time{noon}}), HorizontalBars(f, Bars{})} {
		if !strings.Contains(string(figure), "Nobody has signed up yet.") || strings.Contains(string(figure), "<svg") {
			t.Errorf("%s", figure)
		}
	}
}

// TestEveryChartHasATable: the numbers of the picture, with a caption and
// headings, in a part that can be scrolled without a mouse.
func TestEveryChartHasATable(t *testing.T) {
	for name, figure := range examples(t) {
		for _, want := range []string{`role="img" aria-labelledby=`, `<title id=`, `<desc id=`, `<caption>`, `<th scope="col">`, `<th scope="row">`, `tabindex="0" role="region" aria-label=`} {
			if !strings.Contains(string(figure), want) {
				t.Errorf("%s has no %s", name, want)
			}
		}
	}
	if s := string(examples(t)["areas"]); !strings.Contains(s, `<th scope="row">13:59</th><td>9,000</td><td>400</td><td>600</td><td>10,000</td>`) {
		t.Errorf("the last row is missing: %s", s)
	}
}

// TestPartsHavePatterns: with colours taken away parts are told apart.
func TestPartsHavePatterns(t *testing.T) {
	s := string(examples(t)["areas"])
	for _, want := range []string{`fill="url(#units-p1)"`, `fill="url(#units-p2)"`, `<pattern id="units-p1"`, `<pattern id="units-wide-p2"`, `fill="url(#units-wide-p2)"`} {
		if !strings.Contains(s, want) {
			t.Errorf("no %s", want)
		}
	}
	lines := string(examples(t)["lines"])
	for _, want := range []string{"<circle class=\"chart-point", "<rect class=\"chart-point", "<path class=\"chart-point"} {
		if !strings.Contains(lines, want) {
			t.Errorf("no marker %s", want)
		}
	}
}

func TestTicks(t *testing.T) {
	for most, want := range map[float64][]float64{
		0: {0, 1}, 1: {0, 1}, 3: {0, 1, 2, 3}, 7: {0, 2, 4, 6, 8}, 10: {0, 2, 4, 6, 8, 10}, 2500: {0, 500, 1000, 1500, 2000, 2500},
		1204: {0, 500, 1000, 1500}, 99: {0, 20, 40, 60, 80, 100},
	} {
		if got := ticks(most, 5); !slices.Equal(got, want) {
			t.Errorf("ticks(%v) = %v, want %v", most, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1200: "−1,200"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %s", n, got)
		}
	}
	for _, c := range [][3]int{{0, 0, 0}, {1, 0, 0}, {9999, 10000, 99}, {1502, 5045, 30}, {401, 5045, 8}, {10000, 10000, 100}, {3, 2, 100}, {math.MaxInt, math.MaxInt, 100}} {
		if got := percent(c[0], c[1]); got != c[2] {
			t.Errorf("percent(%d, %d) = %d", c[0], c[1], got)
		}
	}
	for c, want := range map[[2]int]string{{0, 9}: "0 %", {0, 0}: "0 %", {1, 0}: "0 %", {1, 1000}: "under 1 %", {40, 5045}: "1 %", {9999, 10000}: "99 %", {2, 2}: "100 %"} {
		if got := Share(c[0], c[1]); got != want {
			t.Errorf("Share(%d, %d) = %s", c[0], c[1], got)
		}
	}
}

func TestTimesAreRoundInTheZone(t *testing.T) {
	zone := zurich(t)
	// The night of 28 March 2027 has no hour from 2 to 3.
	from := time.Date(2027, 3, 27, 22, 10, 0, 0, zone)
	var got []string
	for _, m := range moments(from, from.Add(8*time.Hour), 2*time.Hour, zone) {
		got = append(got, momentText(m, 2*time.Hour))
	}
	if got[0] != "00:00" {
		t.Errorf("ticks at %v", got)
	}
	if s := spanText(from, from.Add(8*time.Hour), zone); s != "27 – 28 March 2027, Europe/Zurich" {
		t.Error(s)
	}
}
