package templates

import (
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sale"
)

// TestBrandInMails: button and links of a mail wear the organizer's colours,
// which were checked against the grounds that mails lie on.
func TestBrandInMails(t *testing.T) {
	ts := newTemplates(t)
	s := sampleSale()
	s.Brand = sampleBrand(t)
	m, err := ts.ReceiptMail("en", ReceiptMail{Sale: *s, Number: 12, Class: sale.Guaranteed, PlaceURL: "https://tickets.example/lakeside-2027/place/r"})
	if err != nil {
		t.Fatal(err)
	}
	p, house := s.Brand.Palette(), sale.HousePalette()
	for _, want := range []sale.Colour{p.Light.Accent, p.Light.OnAccent, p.Light.Ink, p.Dark.Accent, p.Dark.OnAccent, p.Dark.Ink} {
		if !strings.Contains(m.HTML, want.String()) {
			t.Errorf("%s is not in the mail", want)
		}
	}
	for _, not := range []sale.Colour{house.Light.Accent, house.Dark.Accent, house.Light.Ink, house.Dark.Ink} {
		if strings.Contains(m.HTML, not.String()) {
			t.Errorf("the house's %s is in the mail", not)
		}
	}
	colours := ts.mailPalette(s.Brand)
	for _, ground := range []string{colours.Light.Paper, colours.Light.Card} {
		between(t, "a mail's ground", ground, sale.LightGrounds())
	}
	for _, ground := range []string{colours.Dark.Paper, colours.Dark.Card} {
		between(t, "a mail's ground in the dark", ground, sale.DarkGrounds())
	}
}
