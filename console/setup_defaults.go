package console

import (
	_ "embed" // zones.txt
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
)

//go:embed zones.txt
var zonesText string

// zones are the names to choose a time zone from, Europe's first.
func zones() []string { return strings.Fields(zonesText) }

// currencies to choose from; any other can be typed.
func currencies() []string {
	return []string{"EUR", "CHF", "GBP", "USD", "CAD", "CZK", "DKK", "HUF", "NOK", "PLN", "SEK"}
}

// wall is how times of the day are typed.
const wall = "2006-01-02T15:04"

// starting are the fields of a new draft: a sale such as the article's, the
// form open for two days from a Wednesday in the week after next. A fan's
// browser need not run scripts to have them.
func starting(now time.Time, zone string) saleform.Values {
	day := now.AddDate(0, 0, 10)
	for day.Weekday() != time.Wednesday {
		day = day.AddDate(0, 0, 1)
	}
	at := func(days, hour int) string {
		return time.Date(day.Year(), day.Month(), day.Day()+days, hour, 0, 0, 0, time.UTC).Format(wall)
	}
	return saleform.Values{
		"languages": "en", "timezone": zone, "payment": sale.PaymentNone,
		"registration.opens": at(0, 10), "registration.closes": at(2, 10), "dispatch.starts": at(2, 12), "dispatch.ends": at(10, 12),
		"tickets.max_per_fan": "4", "dispatch.every": "@every 5m", "dispatch.link_life": "1 hour", "dispatch.quiet": "22:00-08:00", "mail.receipt": saleform.On,
	}
}

// zoneNamed is the zone that somebody means who typed a city alone, whatever
// its signs; what is no city of a zone is left as it was typed.
func zoneNamed(typed string) string {
	if slices.Contains(zones(), typed) {
		return typed
	}
	meant := bareName(typed)
	for _, zone := range zones() {
		if city := zone[strings.LastIndex(zone, "/")+1:]; meant != "" && (meant == bareName(zone) || meant == bareName(city)) {
			return zone
		}
	}
	return typed
}

// bareName is a name without its signs, in either way to leave them out.
func bareName(name string) string { return barelyWritten.Replace(slugOf(name)) }

var barelyWritten = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")

func currencyOf(zone string) string {
	switch {
	case zone == "Europe/Zurich" || zone == "Europe/Vaduz":
		return "CHF"
	case zone == "Europe/London":
		return "GBP"
	case zone == "America/New_York" || zone == "America/Chicago" || zone == "America/Los_Angeles":
		return "USD"
	}
	return "EUR"
}

// homeZone is a guess at where somebody is, by the languages that the browser
// asks for.
func homeZone(acceptLanguage string) string {
	for asked := range strings.SplitSeq(acceptLanguage, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(asked), ";")
		language, region, _ := strings.Cut(tag, "-")
		for _, known := range []struct{ language, region, zone string }{
			{"", "CH", "Europe/Zurich"},
			{"", "AT", "Europe/Vienna"},
			{"", "BE", "Europe/Brussels"},
			{"", "LU", "Europe/Luxembourg"},
			{"", "GB", "Europe/London"},
			{"", "IE", "Europe/Dublin"},
			{"", "US", "America/New_York"},
			{"nl", "", "Europe/Amsterdam"},
			{"de", "", "Europe/Berlin"},
			{"fr", "", "Europe/Paris"},
			{"it", "", "Europe/Rome"},
			{"es", "", "Europe/Madrid"},
			{"da", "", "Europe/Copenhagen"},
			{"sv", "", "Europe/Stockholm"},
			{"pl", "", "Europe/Warsaw"},
		} {
			if known.region != "" && strings.EqualFold(region, known.region) || known.language != "" && strings.EqualFold(language, known.language) {
				return known.zone
			}
		}
	}
	return "Europe/Amsterdam"
}

// completed are the fields of a draft with everything that follows from the
// others where nothing was typed: the currency from the zone, the address from
// the title, ids of ticket types from their names, the sender from the
// organizer, the batch from the places. Numbers are written as a sale file has them.
func (s *Server) completed(typed saleform.Values, who string) saleform.Values {
	v := saleform.Values{}
	spoken := languagesOf(typed)
	for name, value := range typed {
		if lang, ok := titleIn(name); ok && len(spoken) > 0 && !slices.Contains(spoken, lang) {
			continue // of a language that is not ticked
		}
		v[name] = strings.TrimSpace(saleform.Meant(name, value))
	}
	v["timezone"] = zoneNamed(v["timezone"])
	if strings.TrimSpace(v["currency"]) == "" {
		v["currency"] = currencyOf(v["timezone"])
	}
	if strings.TrimSpace(v["slug"]) == "" {
		v["slug"] = slugOf(v["title."+first(spoken)])
	}
	var ids []string
	for _, i := range v.Rows() {
		id := unlike(slugOf(v[saleform.Row(i, "title."+first(spoken))]), "ticket", ids)
		ids = append(ids, id)
		v[saleform.Row(i, "id")] = id
	}
	if strings.TrimSpace(v["mail.from"]) == "" {
		v["mail.from"] = sender(v["organizer.name"], who)
	}
	if v["dispatch.every"] == otherEvery {
		v["dispatch.every"] = saleform.Meant("dispatch.every", v["every.other"])
	}
	if strings.TrimSpace(v["dispatch.batch"]) == "" {
		v["dispatch.batch"] = strconv.Itoa(s.suggestedBatch(v))
	}
	return v
}

// otherEvery is the choice of a schedule that is typed.
const otherEvery = "other"

// titleIn is the language of a title's or a ticket title's field.
func titleIn(name string) (lang string, ok bool) {
	at := strings.LastIndex(name, "title.")
	if at < 0 || at > 0 && !strings.HasPrefix(name, "tickets.types[") {
		return "", false
	}
	return name[at+len("title."):], true
}

func languagesOf(v saleform.Values) []string { return strings.Fields(v["languages"]) }

func first(langs []string) string {
	if len(langs) == 0 {
		return "en"
	}
	return langs[0]
}

// plainLetters are what is written for letters with signs.
var plainLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "oe", "œ", "oe",
	"à", "a", "á", "a", "â", "a", "ã", "a", "å", "a", "ç", "c", "č", "c", "è", "e", "é", "e", "ê", "e", "ë", "e", "ě", "e",
	"ì", "i", "í", "i", "î", "i", "ï", "i", "ñ", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ř", "r", "š", "s",
	"ù", "u", "ú", "u", "û", "u", "ů", "u", "ý", "y", "ž", "z", "ł", "l", "'", "", "’", "")

// slugOf makes an address of a title: "" when nothing is left of it.
func slugOf(title string) string {
	var b strings.Builder
	for _, r := range plainLetters.Replace(strings.ToLower(title)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	const most = 40
	slug := b.String()
	if len(slug) > most {
		slug = slug[:most]
	}
	return strings.Trim(slug, "-")
}

// unlike gives an id that nobody has yet.
func unlike(id, otherwise string, taken []string) string {
	if id == "" || id == sale.CapacityPool {
		id = otherwise
	}
	for n, base := 2, id; slices.Contains(taken, id); n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	return id
}

// sender suggests what mails come from: the organizer's name at the domain of
// whoever sets the sale up.
func sender(name, who string) string {
	_, domain, ok := strings.Cut(who, "@")
	if !ok {
		return ""
	}
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"\<>@,;:()[].`, r) || r < ' ' {
			return -1
		}
		return r
	}, name))
	if name == "" {
		return "tickets@" + domain
	}
	return name + " <tickets@" + domain + ">"
}

// suggestedBatch mails the guaranteed fans within about two hours, as far as
// the mail limits let it.
func (s *Server) suggestedBatch(v saleform.Values) int {
	number := func(name string) int {
		n, err := strconv.Atoi(v[name])
		if err != nil {
			return 0
		}
		return n
	}
	guaranteed := number("caps.guaranteed")
	if guaranteed == 0 {
		stock := number("tickets.capacity")
		if stock == 0 {
			for _, i := range v.Rows() {
				stock += number(saleform.Row(i, "stock"))
			}
		}
		guaranteed = sale.SuggestCaps(stock, number("tickets.max_per_fan")).Guaranteed
	}
	period := 5 * time.Minute
	if every, ok := strings.CutPrefix(v["dispatch.every"], "@every "); ok {
		if d, err := time.ParseDuration(every); err == nil && d > 0 {
			period = d
		}
	}
	return plan.SuggestBatch(guaranteed, period, s.o.Place.MailLimits)
}
