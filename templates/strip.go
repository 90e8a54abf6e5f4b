package templates

// Strip is the line drawn as a row of strokes: one for every person while
// they are few, one for as many as it takes when they are many.
type Strip struct {
	Width   int // of the drawing, in its own units
	Percent int // of the room there is
	Marks   []Mark
}

// Mark is one stroke. Kind is "done" when everybody in it has had their turn,
// "you" when the fan is in it, "chance" when it is on standby, else "next".
type Mark struct {
	X, Y, Height int
	Kind         string
}

const (
	stripMost = 48 // strokes
	stripStep = 6  // units from one to the next
)

// newStrip draws the numbers 1 to last.
func newStrip(last, reached, guaranteed, you int) Strip {
	n := min(last, stripMost)
	if n < 1 {
		return Strip{}
	}
	s := Strip{Width: n * stripStep, Percent: max(n*100/stripMost, 1)}
	for i := range n {
		from, to := i*last/n+1, (i+1)*last/n
		m := Mark{X: i * stripStep, Y: 6, Height: 16, Kind: "next"}
		switch {
		case from <= you && you <= to:
			m.Kind, m.Y, m.Height = "you", 0, 28
		case to <= reached:
			m.Kind = "done"
		case from > guaranteed:
			m.Kind = "chance"
		}
		s.Marks = append(s.Marks, m)
	}
	return s
}

// Strip draws everybody up to this fan, and how far the line has got.
func (d *PlacePage) Strip() Strip { return newStrip(d.Number, d.Reached, d.Number, d.Number) }
