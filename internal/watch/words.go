package watch

import (
	"time"

	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/templates"
)

// long writes a moment with its day and its zone.
func (v view) long(t time.Time) string { return t.In(v.zone).Format("2 January 2006, 15:04 MST") }

// now is the sale at a glance.
func (v view) now() templates.LiveNow {
	st := v.State
	n := templates.LiveNow{At: v.At.In(v.zone).Format("15:04:05 MST"), Alerts: v.alerts()}
	if !v.Complete() {
		n.Counting = "What happened before is still being counted; some charts are not complete yet."
	}
	joined := templates.LiveFigure{Label: "In line", Value: chart.Number(st.Last)}
	if last, before := v.SignUps.Last(); v.SignUps.Open {
		joined.Note = "+" + chart.Number(last+before) + " in the last two minutes"
	}
	turn := templates.LiveFigure{Label: "Turn has come up to", Value: "nobody yet"}
	if st.Reached > 0 {
		turn.Value = "number " + chart.Number(st.Reached)
		turn.Note = chart.Number(v.Waiting) + " are waiting"
	}
	n.Figures = []templates.LiveFigure{joined, turn, v.sold(), v.nextBatch(), v.expectedEnd()}
	return n
}

func (v view) sold() templates.LiveFigure {
	f := templates.LiveFigure{Label: "Sold", Value: "not known"}
	if c := v.Units.Stock.Capacity(); v.Units.Known {
		f.Value = chart.Number(c.Sold)
		f.Note = "of " + chart.Number(c.Issued) + " tickets, " + chart.Share(c.Sold, c.Issued)
	}
	return f
}

// nextBatch says when the next offers are made, or why none are.
func (v view) nextBatch() templates.LiveFigure {
	st, d := v.State, v.State.Sale.Dispatch
	f := templates.LiveFigure{Label: "Next batch"}
	switch {
	case !v.At.Before(d.Ends):
		f.Value, f.Note = "none", "the sale has ended"
	case st.Frozen:
		f.Value, f.Note = "none", "the clocks stand still"
	case st.Paused:
		f.Value, f.Note = "none", "the sale is paused"
	case v.At.Before(d.Starts):
		f.Value, f.Note = v.clock(d.Starts), "when offers begin"
	case v.At.Add(d.LinkLife).After(d.Ends):
		f.Value, f.Note = "none", "too little time is left for a link's whole life"
	case st.SoldOut:
		f.Value, f.Note = "when tickets come back", "everything is sold"
	case st.NextBatch.IsZero():
		f.Value, f.Note = "not known", "no dispatcher has looked at this sale yet"
	default:
		f.Value = v.clock(st.NextBatch)
		if st.Period < time.Minute {
			f.Value = st.NextBatch.In(v.zone).Format("15:04:05")
		}
		f.Note = "up to " + chart.Number(d.Batch) + " people, batch " + chart.Number(int(st.Batch)+1)
	}
	return f
}

// expectedEnd says when the sale is expected to be over, and why.
func (v view) expectedEnd() templates.LiveFigure {
	e := v.Expected
	f := templates.LiveFigure{Label: "Expected end"}
	span := v.clock(e.From)
	if to := v.clock(e.To); to != span {
		span += " to " + to
	}
	switch e.What {
	case figures.EndsOver:
		f.Label, f.Value = "Ended", v.clock(e.To)
	case figures.EndsStanding:
		f.Value, f.Note = "not before it goes on", "its own end is "+v.clock(e.To)
	case figures.EndsWaiting:
		f.Value, f.Note = v.clock(e.To), "at the latest; offers begin "+v.clock(e.From)
	case figures.EndsSoldOut:
		f.Value, f.Note = span, "sold out, at "+pace(e.Pace)+" an hour"
		if e.From.Equal(v.At) {
			f.Value, f.Note = "sold out", "what comes back is offered until "+v.clock(v.State.Sale.Dispatch.Ends)
		}
	case figures.EndsNobody:
		f.Value, f.Note = span, "when everybody in line has had a turn"
	default:
		f.Value, f.Note = v.clock(e.To), "the sale's own end"
	}
	return f
}

func pace(p [2]int) string {
	if p[0] == p[1] {
		return chart.Number(p[0])
	}
	return chart.Number(p[0]) + " to " + chart.Number(p[1])
}
