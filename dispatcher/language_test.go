package dispatcher_test

import (
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// TestMailsInTheFansLanguage: each mail is written in the language of its
// fan, else in the first of the sale's, which may leave English out.
func TestMailsInTheFansLanguage(t *testing.T) {
	eachHouse(t, plan{sale: func(s *sale.Sale) {
		s.Languages = []string{"nl", "de", "fr"}
		s.Title = sale.Text{"nl": "Meerfestival", "de": "Seefestival", "fr": "Festival du Lac"}
		s.Mail.Receipt = true
	}}, func(t *testing.T, h *house) {
		for address, lang := range map[string]string{"d@example.org": "de", "f@example.org": "fr", "n@example.org": "nl", "e@example.org": "en", "x@example.org": ""} {
			_, err := h.line.SignUp(t.Context(), line.SignUp{Sale: slug, Lang: lang, Address: sale.Address{Typed: address, Canonical: address}})
			must(t, err)
		}
		h.beat()
		h.send(10)
		words := map[string][]string{
			"d@example.org": {"de", "Seefestival", "Ihr"},
			"f@example.org": {"fr", "Festival du Lac", "Vous"},
			"n@example.org": {"nl", "Meerfestival", "Je "},
			"e@example.org": {"nl", "Meerfestival", "Je "},
			"x@example.org": {"nl", "Meerfestival", "Je "},
		}
		for number := 1; number <= len(words); number++ {
			want := words[h.place(number).Address]
			for _, l := range h.letters(number) {
				if l.Headers.Get("Content-Language") != want[0] || !strings.Contains(l.HTML, `lang="`+want[0]+`"`) ||
					!strings.Contains(l.Subject, want[1]) || !strings.Contains(l.Text, want[2]) {
					t.Errorf("to %s: %q in %q, want %q", l.To, l.Subject, l.Headers.Get("Content-Language"), want)
				}
			}
			if len(h.letters(number)) == 0 {
				t.Errorf("no mail to number %d", number)
			}
		}
	})
}
