package console

import (
	"slices"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// inWords is how a moment of a sale is written for organizers.
const inWords = "Mon 2 January 2006, 15:04 MST"

// said is a value of a change as an organizer would say it: what was chosen or
// ticked, a schedule, a length or a moment in words. Everything else is its own
// word for itself.
func (f filler) said(name, value string) string {
	switch name {
	case "dispatch.every":
		words, _ := sale.Often(value)
		return words
	case "dispatch.link_life":
		if d, err := time.ParseDuration(value); err == nil {
			return sale.Life(d)
		}
		return value
	}
	for _, g := range settingsGroups() {
		for _, d := range g.fields {
			if d.name == name {
				return f.chosen(d, value)
			}
		}
	}
	return value
}

func (f filler) chosen(d field, value string) string {
	switch d.kind {
	case "choice":
		if i := slices.IndexFunc(d.options, func(o templates.EditOption) bool { return o.Value == value }); i >= 0 {
			return d.options[i].Label
		}
	case "box":
		if words := map[string]string{"true": "yes", "false": "no"}[value]; words != "" {
			return words
		}
	case "moment":
		zone, err := time.LoadLocation(f.values["timezone"])
		if err != nil {
			zone = time.UTC
		}
		for _, layout := range []struct{ written, words string }{
			{"2006-01-02 15:04 -07:00", inWords}, {"2006-01-02 15:04:05 -07:00", "Mon 2 January 2006, 15:04:05 MST"},
		} {
			if at, err := time.Parse(layout.written, value); err == nil {
				return at.In(zone).Format(layout.words)
			}
		}
	}
	return value
}
