package chart

import (
	"html/template"
	"time"
)

// Frame is what stands around the data of any chart.
type Frame struct {
	ID      string // unique on its page: a letter, then letters, digits, hyphens
	Title   string // the figure's caption
	Summary string // what the picture says, in a sentence: its description, also shown below the title
	Empty   string // what is said in place of the picture when there is nothing to draw
	Unit    string // what the numbers count: "sign-ups"
	Zone    *time.Location
	Wide    bool // has room for two widths
}

// Mark is a moment that is named in a chart over time: "sold out", "now".
type Mark struct {
	At   time.Time
	Name string
}

// Bins are counts in steps of equal length from Start: value i counts what
// happened from Start + i·Step until before the next.
type Bins struct {
	Start  time.Time
	Step   time.Duration
	Values []int
	Open   bool // the last step is not over yet
	Marks  []Mark
}

// Series is one named run of values, one for each moment of its chart.
type Series struct {
	Name   string
	Values []int // negative: nothing is known, and nothing drawn
}

// Over is several series over the same moments, which ascend.
type Over struct {
	At     []time.Time
	Series []Series
	Marks  []Mark
}

// Bar is one row of a bar chart: what it is made of, one value for each part.
type Bar struct {
	Name   string
	Values []int
	Of     int    // the whole that the row is a part of; 0 for none
	Note   string // a few words more
}

// Bars are rows on one scale. Where every row has an Of, each is a meter on a
// scale of its own.
type Bars struct {
	Head  string   // what the rows are: "class"
	Parts []string // what each value of a row is; with one, no legend is drawn
	Rows  []Bar
}

// Columns draws counts in steps of time.
func Columns(f Frame, b Bins) template.HTML {
	b = b.merged()
	return f.figure(len(b.Values) == 0 || b.Step <= 0, b.table(f), func(width float64) string { return drawColumns(f, b, width) })
}

// Areas draws series stacked on each other, the first at the bottom. Together
// they are the whole.
func Areas(f Frame, o Over) template.HTML {
	o = o.thinned()
	return f.figure(o.empty(), o.table(f, true), func(width float64) string { return drawAreas(f, o, width) })
}

// Lines draws series beside each other, each with dashes and markers of its
// own.
func Lines(f Frame, o Over) template.HTML {
	o = o.thinned()
	return f.figure(o.empty(), o.table(f, false), func(width float64) string { return drawLines(f, o, width) })
}

// HorizontalBars draws rows with their numbers.
func HorizontalBars(f Frame, b Bars) template.HTML {
	return f.figure(len(b.Rows) == 0, b.table(f), func(width float64) string { return drawBars(f, b, width) })
}

// The widths of pictures, and how high a chart over time is.
const (
	narrow = 360
	wide   = 960
	tall   = 230
)

// styles is how many series are told apart; more begin again.
const styles = 6
