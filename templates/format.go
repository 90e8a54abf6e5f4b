package templates

import (
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bojanz/currency"
	"github.com/go-playground/locales"
	"github.com/nicksnyder/go-i18n/v2/i18n"

	"github.com/inturn/inturn/internal/sale"
)

// formatter writes values in one language.
type formatter struct {
	lang  string
	texts *words
	words *i18n.Localizer
	cldr  locales.Translator
	money *currency.Formatter
	zones *sync.Map // zone name → *time.Location; reading one opens a file
}

// funcs are the functions of doc.go, bound to one language.
func (t *Templates) funcs(lang string) map[string]any {
	f := t.formatter(lang)
	all := map[string]any{
		"t":        f.message,
		"language": t.name,
		"tn":       f.plural,
		"text":     func(s sale.Text) string { return s.In(lang) },
		"said":     f.said,
		"number":   f.number,
		"money":    f.amount,
		"day":      f.day,
		"daytime":  f.daytime,
		"clock":    f.clock,
		"moment":   f.moment,
		"duration": f.duration,
		"left":     f.left,
		"iso":      func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
		"millis":   time.Time.UnixMilli,
		"digits":   digits,
		"units":    f.units,
		"asset":    t.assets.url,
		"brand":    t.brandOf,
	}
	maps.Copy(all, f.mailFuncs())
	maps.Copy(all, f.ownFuncs())
	return all
}

func (t *Templates) formatter(lang string) *formatter {
	return &formatter{
		lang:  lang,
		texts: t.words,
		words: t.localizer(lang),
		cldr:  newTranslator(lang),
		money: currency.NewFormatter(currency.NewLocale(lang)),
		zones: &t.zones,
	}
}

func (f *formatter) message(key string, values ...any) (string, error) {
	named, err := pairs(values)
	if err != nil {
		return "", fmt.Errorf("message %q: %w", key, err)
	}
	return localize(f.words, key, nil, named)
}

func (f *formatter) plural(key string, count int, values ...any) (string, error) {
	named, err := pairs(values)
	if err != nil {
		return "", fmt.Errorf("message %q: %w", key, err)
	}
	named["Count"] = f.number(count)
	return localize(f.words, key, count, named)
}

// said is a text that says so where it is in another language than the page:
// a screen reader changes its voice there.
func (f *formatter) said(s sale.Text) template.HTML {
	text := template.HTMLEscapeString(s.In(f.lang))
	in := f.foreign(s)
	if in == "" {
		return template.HTML(text) //nolint:gosec // escaped above
	}
	return template.HTML(`<span lang="` + template.HTMLEscapeString(in) + `">` + text + `</span>`) //nolint:gosec // escaped above
}

// digits is how many decimals a currency has.
func digits(code string) int {
	n, ok := currency.GetDigits(code)
	if !ok {
		return 0
	}
	return int(n)
}

func (f *formatter) number(n int) string { return f.cldr.FmtNumber(float64(n), 0) }

// amount writes money exactly: minor units become a decimal, never a float.
func (f *formatter) amount(minor int64, code string) (string, error) {
	a, err := currency.NewAmountFromInt64(minor, code)
	if err != nil {
		return "", fmt.Errorf("write money: %w", err)
	}
	return f.money.Format(a), nil
}

func (f *formatter) day(at time.Time, zone string) string {
	return f.cldr.FmtDateFull(f.in(at, zone))
}

// daytime writes a time of the day that is not one of a certain day.
func (f *formatter) daytime(seconds int) string {
	return f.cldr.FmtTimeShort(time.Unix(int64(seconds), 0).UTC())
}

// clock names the zone, since a fan may be in another one.
func (f *formatter) clock(at time.Time, zone string) (string, error) {
	local := f.in(at, zone)
	name, err := f.zone(local)
	if err != nil {
		return "", err
	}
	return f.message("time.clock", "Time", f.cldr.FmtTimeShort(local), "Zone", name)
}

func (f *formatter) moment(at time.Time, zone string) (string, error) {
	clock, err := f.clock(at, zone)
	if err != nil {
		return "", err
	}
	return f.message("time.moment", "Day", f.day(at, zone), "Clock", clock)
}

// zone is the short name of a zone at a moment where the language has one
// (CET is MEZ in German), else its offset.
func (f *formatter) zone(local time.Time) (string, error) {
	name, seconds := local.Zone()
	if name == time.UTC.String() {
		return name, nil
	}
	if own, ok := f.texts.own(f.lang, "zone.name."+name); ok {
		return own, nil
	}
	return f.message("zone.offset", "Offset", offset(seconds))
}

// offset is "+1", "-3", "+5:30", or nothing.
func offset(seconds int) string {
	if seconds == 0 {
		return ""
	}
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	hours, minutes := seconds/3600, seconds%3600/60
	if minutes == 0 {
		return sign + strconv.Itoa(hours)
	}
	return fmt.Sprintf("%s%d:%02d", sign, hours, minutes)
}

// in moves an instant to a zone. A stored sale's zone was validated, so an
// unknown one can only mean a machine without zone data: UTC then, and clock
// says so.
func (f *formatter) in(at time.Time, zone string) time.Time {
	if loc, ok := f.zones.Load(zone); ok {
		return at.In(loc.(*time.Location))
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return at.UTC()
	}
	f.zones.Store(zone, loc)
	return at.In(loc)
}

// left is duration for a page that stands still while it is read: from ten
// minutes on, seconds would only look exact.
func (f *formatter) left(d time.Duration) (string, error) {
	if d >= 10*time.Minute {
		d = d.Truncate(time.Minute)
	}
	return f.duration(d)
}

// units are the words of durations for scripts, which have the numbers put in
// their places: {"day": ["1 day", "2 days", "5 days"], …, "both": "{large} {small}"}.
// One, two and five are enough for every plural form of whole numbers that a
// language of ours may have.
func (f *formatter) units() (string, error) {
	words := map[string]any{}
	for _, unit := range []string{"day", "hour", "minute", "second"} {
		var forms []string
		for _, n := range []int{1, 2, 5} {
			s, err := f.plural("time."+unit+"s", n)
			if err != nil {
				return "", err
			}
			forms = append(forms, s)
		}
		words[unit] = forms
	}
	both, err := f.message("time.both", "Large", "{large}", "Small", "{small}")
	if err != nil {
		return "", err
	}
	words["both"] = both
	b, err := json.Marshal(words)
	return string(b), err
}

// duration writes the two largest units, cut down: what is left must never
// look longer than it is.
func (f *formatter) duration(d time.Duration) (string, error) {
	units := []struct {
		key string
		is  time.Duration
	}{
		{"time.days", 24 * time.Hour},
		{"time.hours", time.Hour},
		{"time.minutes", time.Minute},
		{"time.seconds", time.Second},
	}
	var parts []string
	for i, u := range units {
		n := int(d / u.is)
		if n <= 0 && (len(parts) > 0 || i < len(units)-1) {
			if len(parts) > 0 {
				break
			}
			continue
		}
		s, err := f.plural(u.key, max(n, 0))
		if err != nil {
			return "", err
		}
		parts = append(parts, s)
		if d -= time.Duration(n) * u.is; len(parts) == 2 {
			break
		}
	}
	if len(parts) < 2 {
		return strings.Join(parts, ""), nil
	}
	return f.message("time.both", "Large", parts[0], "Small", parts[1])
}
