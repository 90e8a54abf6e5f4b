package sim

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/dispatcher"
	"github.com/inturn/inturn/internal/chart"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/plan"
)

func forecast(t testing.TB, s Scenario, a plan.Assumptions) plan.Forecast {
	t.Helper()
	of := s.sale()
	moments, err := dispatcher.Moments(of)
	if err != nil {
		t.Fatal(err)
	}
	f, err := plan.Predict(plan.Question{Sale: of, Moments: moments, Limits: plan.Limits(s.Limits), Assumptions: a})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// part is so much of the article's sale, without receipts: the forecast looks
// at what comes after them.
func part(of int) Scenario {
	s := Article()
	s.Tickets, s.Capacity = []int{10_000 / of}, 10_000/of
	s.Guaranteed, s.Standby, s.Batch = 2500/of, 7500/of, 500/of
	s.NoReceipts = true
	return s
}

func rehearse(t testing.TB, s Scenario, a plan.Assumptions, seed uint64) Rehearsal {
	t.Helper()
	r, err := Rehearse(t.Context(), stage(t), s, a, seed)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Error(p)
	}
	if r.SoldOut.IsZero() {
		t.Fatal("not sold out")
	}
	return r
}

// compare gives how far the simulator's curves leave the forecast's at most,
// each within one scheduled moment, in percent of what is for sale and of what
// is mailed in all, and how much earlier or later 95 in a hundred are sold.
func compare(s Scenario, f plan.Forecast, r Rehearsal) (sold, mailed float64, late time.Duration) {
	nearly := f.ForSale * 95 / 100
	var reached time.Time
	for _, p := range r.Points {
		before, after := pointAt(f.Points, p.At.Add(-s.Every)), pointAt(f.Points, p.At.Add(s.Every))
		sold = max(sold, 100*float64(outside(p.Sold, before.Sold, after.Sold))/float64(f.ForSale))
		mailed = max(mailed, 100*float64(outside(p.Mailed, before.Mailed, after.Mailed))/float64(f.Mailed))
		if reached.IsZero() && p.Sold >= nearly {
			reached = p.At
		}
	}
	return sold, mailed, f.Reached(nearly).Sub(reached)
}

// outside is how far n is from the range.
func outside(n, from, to int) int { return max(from-n, n-to, 0) }

// TestForecast holds the forecast against what the simulator does with the
// same sale and fans who draw for themselves what the forecast deals out
// evenly. Of a tenth of the article's sale, 333 buyers, chance alone moves the
// curves by three in a hundred.
func TestForecast(t *testing.T) {
	for name, change := range map[string]func(*Scenario, *plan.Assumptions){
		"as it is":    func(*Scenario, *plan.Assumptions) {},
		"mail limits": func(s *Scenario, _ *plan.Assumptions) { s.Limits = line.MailLimits{PerHour: 3 * s.Batch} },
		"small batches, few buyers": func(s *Scenario, a *plan.Assumptions) {
			s.Batch, a.Buys, a.Declines, a.Tickets = 12, 0.45, 0.25, 3.4
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := part(10)
			if testing.Short() {
				s = part(40)
			}
			a := plan.Assume(s.sale())
			change(&s, &a)
			sold, mailed, late := compare(s, forecast(t, s, a), rehearse(t, s, a, uint64(number(t, "INTURN_SIM_FIRST", 1))))
			t.Logf("sold differs by %.1f %%, mailed by %.1f %%, 95 %% sold %s later", sold, mailed, late)
			if most := 4.5; !testing.Short() && (sold > most || mailed > most) {
				t.Errorf("sold differs by %.1f %% of what there is, mailed by %.1f %% of all mails", sold, mailed)
			}
			if late.Abs() > s.LinkLife {
				t.Errorf("95 %% are sold %s later than the simulator has them", late)
			}
		})
	}
}

// TestForecastPicture draws the article's whole sale for the documentation,
// forecast and simulator in one chart, and wants them as near to each other as
// the text beside it says.
func TestForecastPicture(t *testing.T) {
	folder := os.Getenv("INTURN_SIM_DOCS")
	if folder == "" {
		return // half a minute; make forecast
	}
	s := part(1)
	a := plan.Assume(s.sale())
	f, r := forecast(t, s, a), rehearse(t, s, a, 1)
	sold, mailed, late := compare(s, f, r)
	t.Logf("sold differs by %.1f %%, mailed by %.1f %%, 95 %% sold %s later; sold out after %s and %s", sold, mailed, late, f.SoldOut.Sub(epoch), r.SoldOut.Sub(epoch))
	if sold > 2 || mailed > 2 {
		t.Errorf("sold differs by %.1f %%, mailed by %.1f %%", sold, mailed)
	}
	if err := os.WriteFile(filepath.Join(folder, "forecast.svg"), []byte(picture(f, r)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// pointAt is the last point not after t.
func pointAt(points []plan.Point, t time.Time) plan.Point {
	n := sort.Search(len(points), func(i int) bool { return points[i].At.After(t) })
	if n == 0 {
		return plan.Point{At: t}
	}
	return points[n-1]
}

// picture is the wide chart by itself, with the colours of the console's.
func picture(f plan.Forecast, r Rehearsal) string {
	const most = 120
	over := chart.Over{Series: []chart.Series{
		{Name: "mails, forecast"}, {Name: "mails, simulator"}, {Name: "tickets sold, forecast"}, {Name: "tickets sold, simulator"},
	}}
	until := epoch.Add(6 * time.Hour)
	for i := range most {
		at := epoch.Add(until.Sub(epoch) * time.Duration(i) / (most - 1))
		played, foretold := pointAt(r.Points, at), pointAt(f.Points, at)
		over.At = append(over.At, at)
		for j, v := range []int{foretold.Mailed, played.Mailed, foretold.Sold, played.Sold} {
			over.Series[j].Values = append(over.Series[j].Values, v)
		}
	}
	html := string(chart.Lines(chart.Frame{
		ID: "forecast", Title: "The forecast of the article's sale, and what the simulator then does", Zone: zone(), Wide: true, Unit: "mails and tickets",
	}, over))
	_, svg, _ := strings.Cut(html, `<svg class="chart-svg chart-wide"`)
	svg, _, _ = strings.Cut(svg, "</svg>")
	head, drawn, _ := strings.Cut(svg, ">")
	return `<svg xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif"` + head + "><style>" + paint + `</style><rect class="paper" width="100%" height="100%"/>` + drawn + "</svg>\n"
}

// paint is templates/static/chart.css for a picture that stands alone.
const paint = `
svg { --a: #0f6b5c; --b: #b1760c; --c: #4468ab; --d: #a6452f; --ink: #1c2a2a; --quiet: #51605f; --line: #dfe5e3; --paper: #ffffff; }
@media (prefers-color-scheme: dark) {
  svg { --a: #6fcdb8; --b: #e0b050; --c: #8fb0ea; --d: #f08f78; --ink: #e8eeec; --quiet: #a9b8b5; --line: #34423f; --paper: #16201e; }
}
.paper { fill: var(--paper); }
.chart-text { font-size: 13px; fill: var(--ink); } .chart-quiet { fill: var(--quiet); }
.chart-grid { stroke: var(--line); } .chart-axis { stroke: var(--quiet); }
.chart-line { fill: none; stroke-width: 2.25; stroke-linejoin: round; }
.chart-l1 { stroke: var(--a); } .chart-l2 { stroke: var(--b); stroke-dasharray: 7 4; } .chart-l3 { stroke: var(--c); stroke-dasharray: 2 4; } .chart-l4 { stroke: var(--d); stroke-dasharray: 10 4 2 4; }
.chart-s1 { fill: var(--a); } .chart-s2 { fill: var(--b); } .chart-s3 { fill: var(--c); } .chart-s4 { fill: var(--d); }
.chart-point { stroke: var(--paper); }
`
