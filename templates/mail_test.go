package templates

import (
	"flag"
	"maps"
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
	ts := newTemplates(t)
	for _, lang := range ts.Languages() {
		for name, m := range mails(t, ts, lang) {
			base := filepath.Join("testdata", "mail", lang, strings.ReplaceAll(name, " ", "-"))
			golden(t, base+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
			golden(t, base+".html", m.HTML)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
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

// Links as long as they are.
const (
	sampleLink = "https://tickets.example/c/eyJhbGciOiJFZERTQSIsImtpZCI6Im9oNXBxIiwidHlwIjoiaW50dXJuLW9mZmVyK2p3dCJ9." +
		"eyJpc3MiOiJpbnR1cm4vbGluZSIsInN1YiI6IjR4ZHRjNmFxM2V6Z2htIiwiYXVkIjpbImludHVybi9ib3gtb2ZmaWNlIl0sInNhbGUiOiJsYWtlc2lkZS0yMDI3In0." +
		"Q2FsbEl0QVNpZ25hdHVyZU9mU2l4dHlGb3VyQnl0ZXNXaGljaEVkMjU1MTlBbHdheXNIYXM"
	samplePlace      = "https://line.example/lakeside-2027/place/k1.1200.mm3x7q2a.5pHc2rGk9dWmZt4yB8uJ1A"
	sampleInvitation = "https://console.example/invitation/mzxw6ytb.mzxw6ytboi4dcmrthe2dkobvga.u3tik0.MUX7phBnNS3XSywNPMsAhQ"
	sampleOrderURL   = "https://tickets.example/order/mzxw6ytboi4dcmrthe2dkobvga"
)

// mailSale is the sale of the sample mails, and what was bought in it.
func mailSale() (sale.Sale, sale.Order) {
	s, o := *sampleSale(), *sampleOrder()
	s.Title = sale.Text{"en": "Lakeside <Festival> 2027", "de": "Seefestival 2027", "fr": "Festival du lac 2027", "nl": "Meerfestival 2027"}
	s.Mail.Alternatives = sale.Text{
		"en": "Come to the open rehearsal.\nIt is free.", "de": "Kommen Sie zur offenen Probe.\nSie kostet nichts.",
		"fr": "Venez à la répétition publique.\nElle est gratuite.", "nl": "Kom naar de open repetitie.\nDie is gratis.",
	}
	fri := sale.Text{"en": "Friday", "de": "Freitag", "fr": "Vendredi", "nl": "Vrijdag"}
	child := sale.Text{"en": "Friday, child up to 12", "de": "Freitag, Kind bis 12", "fr": "Vendredi, enfant jusqu’à 12 ans", "nl": "Vrijdag, kind tot 12"}
	o.Tickets = []sale.Ticket{
		{Code: "T-1A2B3C", Type: "fri", Title: fri, Price: 8500},
		{Code: "T-4D5E6F", Type: "fri", Title: fri, Price: 8500},
		{Code: "T-7G8H9J", Type: "child", Title: child},
	}
	return s, o
}

// mails renders every mail, each in the branches it has.
func mails(t *testing.T, ts *Templates, lang string) map[string]Mail {
	t.Helper()
	s, o := mailSale()
	all := map[string]Mail{}
	add := func(name string, m Mail, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = m
	}
	m, err := ts.ReceiptMail(lang, ReceiptMail{Sale: s, Number: 1200, Class: sale.Guaranteed, PlaceURL: samplePlace})
	add("receipt", m, err)
	m, err = ts.ReceiptMail(lang, ReceiptMail{Sale: s, Number: 3200, Class: sale.Standby, PlaceURL: samplePlace})
	add("receipt standby", m, err)
	m, err = ts.OfferMail(lang, OfferMail{
		Sale: s, Number: 1200, Most: 4, Link: sampleLink,
		Ends: noon.Add(time.Hour), Life: time.Hour, PlaceURL: samplePlace,
	})
	add("offer", m, err)
	m, err = ts.OrderMail(lang, OrderMail{Sale: s, Number: 1200, Order: o, OrderURL: sampleOrderURL})
	add("order", m, err)
	o.Payment = sale.PaymentNone
	m, err = ts.OrderMail(lang, OrderMail{Sale: s, Number: 1200, Order: o, OrderURL: sampleOrderURL})
	add("order free", m, err)
	fest := s
	fest.Event = sale.Event{Starts: noon.Add(2500 * time.Hour), Ends: noon.Add(2560 * time.Hour), Venue: "Strandweg 1, 8267 Berlingen"}
	m, err = ts.OrderMail(lang, OrderMail{Sale: fest, Number: 1200, Order: o, OrderURL: sampleOrderURL})
	add("order with event", m, err)
	m, err = ts.CancellationMail(lang, CancellationMail{Sale: s, Number: 1200, Order: o, OrderURL: sampleOrderURL})
	add("cancellation", m, err)
	m, err = ts.DeclineMail(lang, DeclineMail{Sale: s, Number: 3200, PlaceURL: samplePlace, SoldOut: true})
	add("decline", m, err)
	m, err = ts.DeclineMail(lang, DeclineMail{Sale: s, Number: 3200, PlaceURL: samplePlace})
	add("decline over", m, err)
	branded := s
	branded.Brand = sale.Brand{Accent: "#8a1c5a"}
	m, err = ts.ReceiptMail(lang, ReceiptMail{Sale: branded, Number: 1200, Class: sale.Guaranteed, PlaceURL: samplePlace})
	add("receipt branded", m, err)
	m, err = ts.WithdrawnMail(lang, WithdrawnMail{Sale: s, Number: 1200, PlaceURL: samplePlace, Until: s.Dispatch.Ends})
	add("withdrawn", m, err)
	m, err = ts.WithdrawnMail(lang, WithdrawnMail{Sale: s, Number: 1200, PlaceURL: samplePlace})
	add("withdrawn for good", m, err)
	m, err = ts.ConfirmMail(lang, ConfirmMail{Sale: s, Until: noon.Add(24 * time.Hour), Link: sampleConfirm})
	add("confirm", m, err)
	for _, role := range sale.Roles() {
		m, err = ts.InvitationMail(lang, InvitationMail{Sale: s, Inviter: "ann@lakeside.example", Role: role, Until: noon.Add(168 * time.Hour), Link: sampleInvitation})
		add("invitation as "+string(role), m, err)
	}
	m, err = ts.InvitationMail(lang, InvitationMail{Sale: s, Inviter: "ann@lakeside.example", Role: sale.RoleOwner, Everything: true, Until: noon.Add(168 * time.Hour), Link: sampleInvitation})
	add("invitation to everything", m, err)
	maps.Copy(all, ownMails(t, ts, lang))
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

// TestReceiptIsTrueAtNight: nobody is told of mails that no quiet hour lets out.
func TestReceiptIsTrueAtNight(t *testing.T) {
	d := ReceiptMail{Sale: *sampleSale(), Number: 12, Class: sale.Guaranteed, PlaceURL: samplePlace}
	d.Sale.Dispatch.Starts = time.Date(2027, 3, 12, 0, 25, 0, 0, time.UTC)
	d.Sale.Dispatch.Quiet = sale.QuietHours{From: 22 * 3600, To: 8 * 3600}
	m, err := newTemplates(t).ReceiptMail("en", d)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(m.Text), " ")
	if want := "Friday, 12 March 2027, 08:00 CET"; !strings.Contains(text, want) || !strings.Contains(m.HTML, want) {
		t.Errorf("the receipt lacks %q:\n%s", want, m.Text)
	}
	if strings.Contains(text, "01:25") {
		t.Errorf("the receipt promises mails at night:\n%s", m.Text)
	}
}

// TestOfferMail is what the offer's reader relies on: the link on a line of
// its own, the deadline in the sale's zone, and the duration.
func TestOfferMail(t *testing.T) {
	m := mails(t, newTemplates(t), "en")["offer"]
	for _, want := range []string{
		"\n" + sampleLink + "\n",
		"Friday, 12 March 2027, 13:00 CET",
		"1 hour",
		"Up to 4 tickets for Lakeside <Festival> 2027 are reserved for you.",
	} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text part lacks %q:\n%s", want, m.Text)
		}
	}
	for _, want := range []string{
		`href="` + sampleLink + `"`, ">" + sampleLink + "<",
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
