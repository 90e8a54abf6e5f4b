package templates

import (
	"strconv"
	"strings"

	"github.com/inturn/inturn/internal/sale"
)

// Entry is the words of an entry in a fan's calendar.
type Entry struct {
	Summary string // one line
	Text    string // several
}

// OrderEntry words the entry of the event that an order is for: what was
// ordered, the code, and where the order can be seen.
func (t *Templates) OrderEntry(lang string, s sale.Sale, o sale.Order, orderURL string) (Entry, error) {
	name, err := t.Text(lang, "mail.order.code")
	if err != nil {
		return Entry{}, err
	}
	code, err := t.Text(lang, "mail.pair", "Name", name, "Value", o.Code)
	if err != nil {
		return Entry{}, err
	}
	title := s.Title.In(t.Language(lang))
	rows := []string{code}
	for _, kind := range ticketKinds(o, t.Language(lang)) {
		rows = append(rows, strconv.Itoa(kind.count)+" × "+kind.title)
	}
	return Entry{Summary: title, Text: strings.Join(append(rows, "", orderURL), "\n")}, nil
}

// OpeningEntry words the entry of the moment at which a sale's form opens.
func (t *Templates) OpeningEntry(lang string, s sale.Sale, landingURL string) (Entry, error) {
	lang = t.Language(lang)
	title := s.Title.In(lang)
	summary, err := t.Text(lang, "calendar.opening.summary", "Title", title)
	if err != nil {
		return Entry{}, err
	}
	text, err := t.Text(lang, "calendar.opening.text")
	return Entry{Summary: summary, Text: text + "\n\n" + landingURL}, err
}

// ticketKind is how many tickets of one title an order has.
type ticketKind struct {
	title string
	count int
}

// ticketKinds counts an order's tickets by title, in the order's order.
func ticketKinds(o sale.Order, lang string) []ticketKind {
	var kinds []ticketKind
	at := map[string]int{}
	for _, ticket := range o.Tickets {
		title := ticket.Title.In(lang)
		i, known := at[title]
		if !known {
			i = len(kinds)
			at[title], kinds = i, append(kinds, ticketKind{title: title})
		}
		kinds[i].count++
	}
	return kinds
}
