package salefile

import (
	"fmt"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/inturn/inturn/internal/sale"
)

// Format writes a sale as a sale file with every field, that [Read] reads
// back as the same sale. A sale's version becomes the file's: what the file
// was written from. The pools are not part of a file.
func Format(s sale.Sale) []byte {
	digits, _ := sale.CurrencyDigits(s.Currency)
	loc := s.Location()
	at := func(t time.Time) string { return FormatTime(t, loc) }
	f := file{
		Slug: s.Slug, Title: quoted(s.Title), Timezone: s.Timezone, Languages: s.Languages, Currency: s.Currency,
		Registration: registration{at(s.Registration.Opens), at(s.Registration.Closes)},
		Tickets:      tickets{MaxPerFan: s.Tickets.MaxPerFan, Capacity: s.Tickets.Capacity, VenueMaximum: s.Tickets.VenueMaximum},
		Caps:         caps(s.Caps),
		Dispatch: dispatch{
			at(s.Dispatch.Starts), at(s.Dispatch.Ends), words(s.Dispatch.Every), s.Dispatch.Batch, sale.FormatLife(s.Dispatch.LinkLife),
			words(s.Dispatch.Quiet.String()),
		},
		Payment: s.Payment,
		Mail: mail{
			words(s.Mail.From), words(s.Mail.ReplyTo), s.Mail.Receipt, quoted(s.Mail.Alternatives),
		},
		Robots: formatRobots(s.Robots),
	}
	if o := s.Organizer; o != (sale.Organizer{}) {
		f.Organizer = &organizer{words(o.Name), words(o.Imprint), words(o.Privacy), words(o.Terms)}
	}
	if b := s.Brand; !b.IsZero() {
		f.Brand = &brand{words(b.Accent), words(b.AccentDark), words(LogoURL(b.Logo))}
	}
	if !s.Embed.IsZero() {
		f.Embed = &embed{}
		for _, origin := range s.Embed.Origins {
			f.Embed.Origins = append(f.Embed.Origins, words(origin))
		}
	}
	f.Event = eventOf(s.Event, loc)
	f.Texts = formatTexts(s.Texts)
	for _, t := range s.Tickets.Types {
		f.Tickets.Types = append(f.Tickets.Types, ticketType{t.ID, quoted(t.Title), t.Stock, sale.FormatMoney(t.Price, digits)})
	}
	out, err := yaml.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("salefile: strings and numbers cannot be marshalled: %v", err))
	}
	if s.Version > 0 {
		out = append(fmt.Appendf(nil, "# The version this file was written from. As long as it stands here, nobody's\n"+
			"# later changes can be overwritten without a word.\nversion: %d\n", s.Version), out...)
	}
	return out
}

// words are an organizer's own. They are always written in double quotes: the
// library leaves some plain that it then reads as something else ("? a").
type words string

// MarshalYAML writes Go's quoting, all of which is YAML's too.
func (w words) MarshalYAML() ([]byte, error) { return []byte(strconv.Quote(string(w))), nil }

func quoted(t sale.Text) map[string]words {
	q := make(map[string]words, len(t))
	for lang, text := range t {
		q[lang] = words(text)
	}
	return q
}

// The shape of a file, for writing.
type (
	file struct {
		Slug         string           `yaml:"slug"`
		Title        map[string]words `yaml:"title"`
		Timezone     string           `yaml:"timezone"`
		Languages    []string         `yaml:"languages,flow"`
		Currency     string           `yaml:"currency"`
		Organizer    *organizer       `yaml:"organizer,omitempty"`
		Registration registration     `yaml:"registration"`
		Tickets      tickets          `yaml:"tickets"`
		Caps         caps             `yaml:"caps"`
		Dispatch     dispatch         `yaml:"dispatch"`
		Payment      string           `yaml:"payment"`
		Mail         mail             `yaml:"mail"`
		Brand        *brand           `yaml:"brand,omitempty"`
		Embed        *embed           `yaml:"embed,omitempty"`
		Robots       *robots          `yaml:"robots,omitempty"`
		Event        *event           `yaml:"event,omitempty"`
		Texts        yaml.MapSlice    `yaml:"texts,omitempty"`
	}
	organizer struct {
		Name    words `yaml:"name,omitempty"`
		Imprint words `yaml:"imprint,omitempty"`
		Privacy words `yaml:"privacy,omitempty"`
		Terms   words `yaml:"terms,omitempty"`
	}
	registration struct {
		Opens  string `yaml:"opens"`
		Closes string `yaml:"closes"`
	}
	tickets struct {
		MaxPerFan    int          `yaml:"max_per_fan"`
		Capacity     int          `yaml:"capacity"`
		VenueMaximum int          `yaml:"venue_maximum,omitempty"`
		Types        []ticketType `yaml:"types"`
	}
	ticketType struct {
		ID    string           `yaml:"id"`
		Title map[string]words `yaml:"title"`
		Stock int              `yaml:"stock"`
		Price string           `yaml:"price"`
	}
	caps struct {
		Guaranteed int `yaml:"guaranteed"`
		Standby    int `yaml:"standby"`
	}
	dispatch struct {
		Starts   string `yaml:"starts"`
		Ends     string `yaml:"ends"`
		Every    words  `yaml:"every"`
		Batch    int    `yaml:"batch"`
		LinkLife string `yaml:"link_life"`
		Quiet    words  `yaml:"quiet,omitempty"`
	}
	mail struct {
		From         words            `yaml:"from"`
		ReplyTo      words            `yaml:"reply_to,omitempty"`
		Receipt      bool             `yaml:"receipt"`
		Alternatives map[string]words `yaml:"alternatives,omitempty"`
	}
	brand struct {
		Accent     words `yaml:"accent,omitempty"`
		AccentDark words `yaml:"accent_dark,omitempty"`
		Logo       words `yaml:"logo,omitempty"`
	}
	embed struct {
		Origins []words `yaml:"origins"`
	}
)
