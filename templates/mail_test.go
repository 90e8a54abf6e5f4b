package templates

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
)

var update = flag.Bool("update", false, "write the golden mails instead of comparing with them")

// TestGoldenMails keeps what people read from changing unseen:
//
//	go test ./templates -run Golden -update
func TestGoldenMails(t *testing.T) {
	for name, m := range mails(t, newTemplates(t), "en") {
		base := filepath.Join("testdata", "mail", strings.ReplaceAll(name, " ", "-"))
		golden(t, base+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
		golden(t, base+".html", m.HTML)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// mails renders every mail, each in the branches it has.
func mails(t *testing.T, ts *Templates, lang string) map[string]Mail {
	t.Helper()
	s, o := *sampleSale(), *sampleOrder()
	all := map[string]Mail{}
	add := func(name string, m Mail, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = m
	}
	const place = "https://line.example/lakeside-2027/place/k1.12.mac"
	m, err := ts.ReceiptMail(lang, ReceiptMail{Sale: s, Number: 1200, Class: sale.Guaranteed, PlaceURL: place})
	add("receipt", m, err)
	m, err = ts.ReceiptMail(lang, ReceiptMail{Sale: s, Number: 3200, Class: sale.Standby, PlaceURL: place})
	add("receipt standby", m, err)
	m, err = ts.OfferMail(lang, OfferMail{
		Sale: s, Number: 1200, Most: 4, Link: "https://tickets.example/c/ey.ey.x",
		Ends: noon.Add(time.Hour), Life: time.Hour, PlaceURL: place,
	})
	add("offer", m, err)
	m, err = ts.OrderMail(lang, OrderMail{Sale: s, Number: 1200, Order: o, OrderURL: "https://tickets.example/order/ref"})
	add("order", m, err)
	o.Payment = sale.PaymentNone
	m, err = ts.OrderMail(lang, OrderMail{Sale: s, Number: 1200, Order: o, OrderURL: "https://tickets.example/order/ref"})
	add("order free", m, err)
	fest := s
	fest.Event = sale.Event{Starts: noon.Add(2500 * time.Hour), Ends: noon.Add(2560 * time.Hour), Venue: "Strandweg 1, 8267 Berlingen"}
	m, err = ts.OrderMail(lang, OrderMail{Sale: fest, Number: 1200, Order: o, OrderURL: "https://tickets.example/order/ref"})
	add("order with event", m, err)
	m, err = ts.DeclineMail(lang, DeclineMail{Sale: s, Number: 3200, PlaceURL: place, SoldOut: true})
	add("decline", m, err)
	m, err = ts.DeclineMail(lang, DeclineMail{Sale: s, Number: 3200, PlaceURL: place})
	add("decline over", m, err)
	m, err = ts.WithdrawnMail(lang, WithdrawnMail{Sale: s, Number: 1200, PlaceURL: place, Until: s.Dispatch.Ends})
	add("withdrawn", m, err)
	m, err = ts.WithdrawnMail(lang, WithdrawnMail{Sale: s, Number: 1200, PlaceURL: place})
	add("withdrawn for good", m, err)
	return all
}

func TestEveryMail(t *testing.T) {
	ts := newTemplates(t)
	for _, lang := range ts.Languages() {
		for name, m := range mails(t, ts, lang) {
			t.Run(lang+"/"+name, func(t *testing.T) { checkMail(t, m, lang) })
		}
	}
}

func checkMail(t *testing.T, m Mail, lang string) {
	t.Helper()
	if m.Lang != lang || m.Subject == "" || strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("lang %q, subject %q", m.Lang, m.Subject)
	}
	for _, unwanted := range []string{"<img", "<script", "<link", "url(", "<no value>"} {
		if strings.Contains(m.HTML, unwanted) {
			t.Errorf("the HTML part contains %q", unwanted)
		}
	}
	if strings.Contains(m.Text, "&lt;") || strings.Contains(m.Text, "<no value>") || strings.Contains(m.Text, "\n\n\n") {
		t.Errorf("the text part is not plain:\n%s", m.Text)
	}
	if !strings.Contains(m.HTML, `<html lang="`+lang+`">`) {
		t.Error("the HTML part does not say its language")
	}
	if n := len(m.HTML); n > 100<<10 {
		t.Errorf("%d bytes of HTML", n)
	}
}

// TestOfferMail is what the offer's reader relies on: the link on a line of
// its own, the deadline in the sale's zone, and the duration.
func TestOfferMail(t *testing.T) {
	m := mails(t, newTemplates(t), "en")["offer"]
	for _, want := range []string{
		"\nhttps://tickets.example/c/ey.ey.x\n",
		"Friday, 12 March 2027, 13:00 CET",
		"1 hour",
		"Up to 4 tickets for Lakeside <Festival> 2027 are reserved for you.",
	} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text part lacks %q:\n%s", want, m.Text)
		}
	}
	for _, want := range []string{
		`href="https://tickets.example/c/ey.ey.x"`, ">https://tickets.example/c/ey.ey.x<",
		"Friday, 12 March 2027, 13:00 CET", "1 hour", "Lakeside &lt;Festival&gt; 2027",
	} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("the HTML part lacks %q", want)
		}
	}
	if !strings.Contains(m.Subject, "13:00 CET") {
		t.Errorf("subject %q does not say until when", m.Subject)
	}
}
