package templates

import (
	"html/template"
	"io"
)

// watchSamples show the live page with all that may stand on it.
func watchSamples() []consoleSample {
	return []consoleSample{
		{"live", "running", func(t *Templates, w io.Writer) error {
			return t.Live(w, LivePage{ConsoleFrame: consoleFrameFor("Lakeside"), Fragments: []LiveFragment{
				{Name: "now", Wide: true, HTML: "<p>now</p>"}, {Name: "mails", HTML: "<p>mails</p>"},
			}})
		}},
		{"report", "counting", func(t *Templates, w io.Writer) error {
			return t.Report(w, ReportPage{ConsoleFrame: consoleFrameFor("Report"), Counting: "The report is being made."})
		}},
		{"report", "made", func(t *Templates, w io.Writer) error {
			return t.Report(w, ReportPage{
				ConsoleFrame: consoleFrameFor("Report"), At: "noon", Standing: "It goes on.", Figures: []LiveFigure{{"Demand", "3", "<places>"}},
				Parts: []ReportPart{{Title: "Times", Says: "Fast.", Charts: []template.HTML{"<p>chart</p>"}, Tables: []ReportTable{{Caption: "Times", Head: []string{"a", "b"}, Rows: [][]string{{"1", "2"}}}}}},
			})
		}},
	}
}
