package templates

import "io"

// watchSamples show the live page with all that may stand on it.
func watchSamples() []consoleSample {
	return []consoleSample{
		{"live", "running", func(t *Templates, w io.Writer) error {
			return t.Live(w, LivePage{ConsoleFrame: consoleFrameFor("Lakeside"), Fragments: []LiveFragment{
				{Name: "now", Wide: true, HTML: "<p>now</p>"}, {Name: "mails", HTML: "<p>mails</p>"},
			}})
		}},
	}
}
