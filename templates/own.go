package templates

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// ownFuncs are the functions that put an organizer's own words in their
// places. Each gives "" where he wrote none in the page's language, or none
// that can be shown: inturn's words stand there then. What comes out is text,
// which templates escape like any other.
func (f *formatter) ownFuncs() map[string]any {
	return map[string]any{
		"own":        func(s sale.Sale, place string) (string, error) { return f.own(s, place, nil) },
		"ownPlace":   f.ownPlace,
		"ownOffer":   f.ownOffer,
		"ownOrder":   f.ownOrder,
		"ownEnd":     f.ownEnd,
		"paragraphs": sale.Paragraphs,
		"plain":      plain,
		"foreign":    f.foreign,
	}
}

func (f *formatter) ownPlace(s sale.Sale, place string, number int, class sale.Class) (string, error) {
	known, err := f.placeValues(number, class)
	if err != nil {
		return "", err
	}
	return f.own(s, place, known)
}

func (f *formatter) ownOffer(s sale.Sale, place string, d OfferMail) (string, error) {
	known, err := f.offerValues(d)
	if err != nil {
		return "", err
	}
	return f.own(s, place, known)
}

func (f *formatter) ownOrder(s sale.Sale, place string, o sale.Order) (string, error) {
	known, err := f.orderValues(o)
	if err != nil {
		return "", err
	}
	return f.own(s, place, known)
}

func (f *formatter) ownEnd(s sale.Sale, place string, number int) (string, error) {
	return f.own(s, place, f.endValues(number))
}

func (f *formatter) placeValues(number int, class sale.Class) (map[string]string, error) {
	word, err := f.message("place.class." + string(class))
	return map[string]string{"number": f.number(number), "class": word}, err
}

func (f *formatter) offerValues(d OfferMail) (map[string]string, error) {
	until, err := f.moment(d.Ends, d.Sale.Timezone)
	if err != nil {
		return nil, err
	}
	clock, err := f.clock(d.Ends, d.Sale.Timezone)
	if err != nil {
		return nil, err
	}
	life, err := f.duration(d.Life)
	return map[string]string{"number": f.number(d.Number), "most": f.number(d.Most), "until": until, "clock": clock, "life": life}, err
}

func (f *formatter) orderValues(o sale.Order) (map[string]string, error) {
	total, err := f.message("checkout.free")
	if err == nil && o.Total != 0 {
		total, err = f.amount(o.Total, o.Currency)
	}
	return map[string]string{"code": o.Code, "tickets": f.number(len(o.Tickets)), "total": total}, err
}

func (f *formatter) endValues(number int) map[string]string {
	return map[string]string{"number": f.number(number)}
}

// own expands the words for a place with the values that the page or mail
// knows and those that every page of the sale does. Only what the place lists
// is ever handed to them.
func (f *formatter) own(s sale.Sale, place string, known map[string]string) (string, error) {
	words := s.Texts.In(place, f.lang)
	p, ok := sale.TextPlaceOf(place)
	if words == "" || !ok {
		return "", nil
	}
	values, err := f.values(s, p, known)
	if err != nil {
		return "", err
	}
	text, ok := sale.Expand(words, values)
	if !ok || strings.TrimSpace(text) == "" {
		return "", nil // words that an older version of inturn took
	}
	return text, nil
}

// values are those of all the placeholders of a place, and no others.
func (f *formatter) values(s sale.Sale, p sale.TextPlace, known map[string]string) (map[string]string, error) {
	values := map[string]string{}
	for _, name := range p.Placeholders {
		value, ok := known[name]
		if !ok {
			var err error
			if value, err = f.ofSale(s, name); err != nil {
				return nil, err
			}
		}
		values[name] = value
	}
	return values, nil
}

// ofSale is the value of a placeholder that the sale alone gives.
func (f *formatter) ofSale(s sale.Sale, name string) (string, error) {
	moments := map[string]func() time.Time{
		"opens":       func() time.Time { return s.Registration.Opens },
		"closes":      func() time.Time { return s.Registration.Closes },
		"first_batch": s.FirstMails,
		"ends":        func() time.Time { return s.Dispatch.Ends },
	}
	if at, ok := moments[name]; ok {
		return f.moment(at(), s.Timezone)
	}
	switch name {
	case "title":
		return s.Title.In(f.lang), nil
	case "organizer":
		return cmp.Or(s.Organizer.Name, s.Title.In(f.lang)), nil
	case "life":
		return f.duration(s.Dispatch.LinkLife)
	case "most":
		return f.number(s.Tickets.MaxPerFan), nil
	}
	return "", fmt.Errorf("own words: %q has no value", name)
}

// plain writes words as the text part of a mail has them: paragraphs and
// lines, without the blanks that would make a row of a line.
func plain(words string) string {
	var b strings.Builder
	for i, paragraph := range sale.Paragraphs(words) {
		if i > 0 {
			b.WriteString("\n\n")
		}
		for _, p := range paragraph {
			if p.Break {
				p.Text = "\n"
			}
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// foreign is the language that text is shown in where it is not the page's;
// "" where it is. A screen reader changes its voice there.
func (f *formatter) foreign(s sale.Text) string {
	in := s.Pick(f.lang)
	if base, _, _ := strings.Cut(in, "-"); base == f.lang {
		return ""
	}
	return in
}
