package saleform

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/salefile"
)

// Values are a form's fields by name, as they were typed or are to be shown.
// A field that is not there is empty; a box that is ticked is [On].
type Values map[string]string

// On is the value of a box that is ticked.
const On = "on"

// maxRows is how many rows of ticket types a form may have: the hundred that
// a sale may have, and empty ones.
const maxRows = 120

// Of fills a form with a sale.
func Of(s sale.Sale) Values {
	v := Values{
		"slug": s.Slug, "timezone": s.Timezone, "languages": strings.Join(s.Languages, ", "), "currency": s.Currency,
		"organizer.name": s.Organizer.Name, "organizer.imprint": s.Organizer.Imprint,
		"organizer.privacy": s.Organizer.Privacy, "organizer.terms": s.Organizer.Terms,
		"payment": s.Payment, "mail.from": s.Mail.From, "mail.reply_to": s.Mail.ReplyTo,
		"brand.accent": s.Brand.Accent, "brand.accent_dark": s.Brand.AccentDark, "brand.logo": salefile.LogoURL(s.Brand.Logo),
		"embed.origins": strings.Join(s.Embed.Origins, "\n"), "dispatch.batch": count(s.Dispatch.Batch),
		"dispatch.link_life": sale.Life(s.Dispatch.LinkLife), "dispatch.quiet": s.Dispatch.Quiet.String(),
		"event.venue": s.Event.Venue,
	}
	v["dispatch.every"], _ = sale.Often(s.Dispatch.Every)
	v.texts("title", s.Title)
	v.texts("mail.alternatives", s.Mail.Alternatives)
	v.box("mail.receipt", s.Mail.Receipt)
	v.times(s)
	v.tickets(s)
	v.robots(s.Robots)
	for name, value := range v {
		if value == "" {
			delete(v, name)
		}
	}
	return v
}

func (v Values) times(s sale.Sale) {
	loc := s.Location()
	v["registration.opens"] = salefile.FormatTime(s.Registration.Opens, loc)
	v["registration.closes"] = salefile.FormatTime(s.Registration.Closes, loc)
	v["dispatch.starts"] = salefile.FormatTime(s.Dispatch.Starts, loc)
	v["dispatch.ends"] = salefile.FormatTime(s.Dispatch.Ends, loc)
	v["event.starts"] = salefile.FormatTime(s.Event.Starts, loc)
	v["event.ends"] = salefile.FormatTime(s.Event.Ends, loc)
}

func (v Values) tickets(s sale.Sale) {
	t := s.Tickets
	v["tickets.max_per_fan"], v["tickets.capacity"] = count(t.MaxPerFan), count(t.Capacity)
	if t.VenueMaximum > 0 {
		v["tickets.venue_maximum"] = count(t.VenueMaximum)
	}
	v["caps.guaranteed"], v["caps.standby"] = count(s.Caps.Guaranteed), count(s.Caps.Standby)
	digits, _ := sale.CurrencyDigits(s.Currency)
	for i, typ := range t.Types {
		v[Row(i, "was")], v[Row(i, "id")] = typ.ID, typ.ID
		v[Row(i, "stock")], v[Row(i, "price")] = count(typ.Stock), sale.FormatMoney(typ.Price, digits)
		v.texts(Row(i, "title"), typ.Title)
	}
}

// robots fills in the defaults where a sale does nothing, for whoever ticks
// the box.
func (v Values) robots(r *sale.Robots) {
	v.box("robots", r != nil)
	if r == nil {
		r = &sale.Robots{Work: sale.DefaultWork, Disposable: sale.DisposableFlag, Networks: true}
	}
	v.box("robots.proof_of_work", r.ProofOfWork)
	v.box("robots.networks", r.Networks)
	v["robots.work"], v["robots.disposable"] = count(r.Work), string(r.Disposable)
	v["robots.allow"], v["robots.deny"] = strings.Join(r.Allow, "\n"), strings.Join(r.Deny, "\n")
}

func (v Values) texts(name string, t sale.Text) {
	for lang, text := range t {
		v[name+"."+lang] = text
	}
}

func (v Values) box(name string, on bool) {
	if on {
		v[name] = On
	}
}

func count(n int) string { return strconv.Itoa(n) }

// Row names a field of a ticket type: tickets.types[1].price. The field was
// is not the file's: it holds the id that the row had when the form was
// filled, and is empty in a new row.
func Row(i int, field string) string { return "tickets.types[" + strconv.Itoa(i) + "]." + field }

var rowName = regexp.MustCompile(`^tickets\.types\[(\d{1,3})\]\.(.+)$`)

// Rows are the rows of ticket types in which anything stands, in order.
func (v Values) Rows() []int {
	seen := map[int]bool{}
	for name, value := range v {
		m := rowName.FindStringSubmatch(name)
		if m == nil || m[2] == "was" || strings.TrimSpace(value) == "" {
			continue
		}
		if i, err := strconv.Atoi(m[1]); err == nil && i < maxRows {
			seen[i] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// langTag is what may stand behind title and its like in a field's name.
var langTag = regexp.MustCompile(`^[A-Za-z0-9-]{1,35}$`)

// Languages are those that the form has texts in or names, in the sale's
// order, then by tag.
func (v Values) Languages() []string {
	langs := list(v["languages"])
	var more []string
	for name := range v {
		for _, group := range []string{"title.", "mail.alternatives."} {
			if tag, ok := strings.CutPrefix(name, group); ok && langTag.MatchString(tag) && !slices.Contains(langs, tag) && !slices.Contains(more, tag) {
				more = append(more, tag)
			}
		}
		if m := rowName.FindStringSubmatch(name); m != nil {
			if tag, ok := strings.CutPrefix(m[2], "title."); ok && langTag.MatchString(tag) && !slices.Contains(langs, tag) && !slices.Contains(more, tag) {
				more = append(more, tag)
			}
		}
	}
	slices.Sort(more)
	if len(langs) == 0 && len(more) == 0 {
		return []string{"en"}
	}
	return append(langs, more...)
}

// list reads words that are set apart by commas, blanks or lines.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n;", r) })
}

var known = regexp.MustCompile(`^(slug|timezone|languages|currency|payment|robots|` +
	`(organizer|registration|tickets|caps|dispatch|mail|brand|embed|robots|event)\.[a-z_]+|` +
	`(title|mail\.alternatives)\.[A-Za-z0-9-]{1,35}|tickets\.types\[\d{1,3}\]\.(was|id|stock|price|title\.[A-Za-z0-9-]{1,35}))$`)

// Known says whether a name may be a field's.
func Known(name string) bool { return known.MatchString(name) }
