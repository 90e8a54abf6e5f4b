package salefile

import (
	"maps"

	"github.com/goccy/go-yaml"

	"github.com/inturn/inturn/internal/sale"
)

// ownTexts reads the organizer's own words. What is left empty counts as left
// out: inturn's words stand there then.
func (r *reader) ownTexts(top section, lang string) sale.Texts {
	var names []string
	for _, p := range sale.TextPlaces() {
		names = append(names, p.Name)
	}
	s := top.sub("texts", names...)
	var all sale.Texts
	for _, name := range names {
		words := s.texts(name, lang)
		maps.DeleteFunc(words, func(_, text string) bool { return text == "" })
		if len(words) == 0 {
			continue
		}
		if all == nil {
			all = sale.Texts{}
		}
		all[name] = words
	}
	return all
}

// formatTexts writes them in the order of the places.
func formatTexts(t sale.Texts) yaml.MapSlice {
	var all yaml.MapSlice
	for _, p := range sale.TextPlaces() {
		if len(t[p.Name]) > 0 {
			all = append(all, yaml.MapItem{Key: p.Name, Value: quoted(t[p.Name])})
		}
	}
	return all
}
