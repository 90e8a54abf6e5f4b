package templates

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func preview(s sale.Sale, lang string) Preview {
	return Preview{Sale: s, Lang: lang, Now: noon, PlaceURL: samplePlace, Link: sampleLink, OrderURL: sampleOrderURL}
}

// shown renders where a text stands: the page, or both parts of the mail.
func shown(t *testing.T, ts *Templates, place string, d Preview) (subject string, parts []string) {
	t.Helper()
	var b bytes.Buffer
	m, isMail, err := ts.Preview(&b, place, d)
	if err != nil {
		t.Fatalf("%s: %v", place, err)
	}
	if !isMail {
		return "", []string{b.String()}
	}
	return m.Subject, []string{m.Text, m.HTML}
}

// withText is a sale with one own text in one language.
func withText(place, lang, words string) sale.Sale {
	s, _ := mailSale()
	s.Languages = []string{"en", "de", "fr", "nl"}
	if place == "alternatives" {
		s.Mail.Alternatives = sale.Text{lang: words}
		return s
	}
	s.Texts = sale.Texts{place: {lang: words}}
	return s
}

// TestOwnTexts writes every placeholder of every place in every language: each
// becomes its value, and inturn's words give way where they are replaced.
func TestOwnTexts(t *testing.T) {
	ts := newTemplates(t)
	for _, lang := range ts.Languages() {
		for _, p := range sale.TextPlaces() {
			words := "Ours:"
			for _, name := range p.Placeholders {
				words += " " + strings.ToUpper(name) + "={" + name + "};"
			}
			_, before := shown(t, ts, p.Name, preview(withText("", "", ""), lang))
			subject, parts := shown(t, ts, p.Name, preview(withText(p.Name, lang, words), lang))
			if p.Subject {
				parts = []string{subject}
			}
			for i, part := range parts {
				part = strings.Join(strings.Fields(part), " ")
				if !strings.Contains(part, "Ours: TITLE=") || strings.Contains(part, "={") {
					t.Errorf("%s, %s: %q", lang, p.Name, part)
				}
				for _, name := range p.Placeholders {
					if strings.Contains(part, strings.ToUpper(name)+"=;") {
						t.Errorf("%s, %s: {%s} became nothing", lang, p.Name, name)
					}
				}
				if p.Subject || !strings.Contains(before[i], "Ours") {
					continue
				}
				t.Errorf("%s, %s: own words without any", lang, p.Name)
			}
		}
	}
}

// TestOwnValues looks at what each placeholder became.
func TestOwnValues(t *testing.T) {
	ts := newTemplates(t)
	for words, want := range map[string][3]string{
		"{title} by {organizer}":             {"landing", "en", "Lakeside &lt;Festival&gt; 2027 by Lakeside Ltd"},
		"{opens} to {closes}":                {"landing", "en", "Wednesday, 10 March 2027, 12:00 CET to Friday, 12 March 2027, 11:00 CET"},
		"{first_batch}, {ends}":              {"landing", "de", "Freitag, 12. März 2027, 12:00 Uhr MEZ, Samstag, 20. März 2027, 12:00 Uhr MEZ"},
		"{life}; {most}":                     {"landing", "fr", "1\u00a0heure; 4"},
		"{number} is {class}":                {"place_standby", "en", "1,234 is Standby"},
		"{number} ist {class}":               {"place_guaranteed", "de", "1.234 ist Garantiert"},
		"{until} – {clock} – {most}":         {"offer", "nl", "vrijdag 12 maart 2027 om 13:00 CET – 13:00 CET – 4"},
		"{code}: {tickets} for {total}":      {"order", "en", "SAMPLE-1: 2 for CHF\u00a085.00"},
		"{code}: {tickets} kosten {total}":   {"order", "de", "SAMPLE-1: 2 kosten 85,00\u00a0CHF"},
		"{organizer} sells {title} to {ends": {"landing", "en", "Leave your e-mail address"},
	} {
		_, parts := shown(t, ts, want[0], preview(withText(want[0], want[1], words), want[1]))
		if html := parts[len(parts)-1]; !strings.Contains(html, want[2]) {
			t.Errorf("%s in %s: no %q", words, want[1], want[2])
		}
	}
}

// TestOwnTextsStayInTheirLanguage: a page in another language has nothing of
// them, and inturn's words.
func TestOwnTextsStayInTheirLanguage(t *testing.T) {
	ts := newTemplates(t)
	for _, p := range sale.TextPlaces() {
		for _, other := range []string{"de", "fr", "nl"} {
			subject, parts := shown(t, ts, p.Name, preview(withText(p.Name, "en", "Hello there"), other))
			plainSubject, plainParts := shown(t, ts, p.Name, preview(withText("", "", ""), other))
			if subject != plainSubject || !slices.Equal(parts, plainParts) {
				t.Errorf("%s in %s is not as without own words", p.Name, other)
			}
		}
	}
	s := withText("landing_full", "de-CH", "Alles weg.")
	s.Languages = []string{"de-CH"}
	if _, parts := shown(t, ts, "landing_full", preview(s, "de-CH")); !strings.Contains(parts[0], "Alles weg.") {
		t.Error("a region's words are not shown in its base")
	}
}

// TestOwnTextsReplace: where own words stand instead of inturn's, those are
// gone; everywhere else they stay, and the facts do in any case.
func TestOwnTextsReplace(t *testing.T) {
	ts := newTemplates(t)
	for place, facts := range map[string][]string{
		"landing":          {"-Leave your e-mail address and get a number", "-Register now, and your turn is guaranteed"},
		"landing_before":   {"Please come back then", "-Wednesday, 10 March 2027, 12:00 CET", "-Registration opens"},
		"landing_full":     {"As many people have registered", "-This line is full"},
		"landing_closed":   {"The time to join this line has passed", "-Registration is over"},
		"place_guaranteed": {"Your turn is guaranteed. Up to", "-Guaranteed", "-1,234"},
		"place_standby":    {"You are on standby. There is no guarantee", "-Standby", "-1,234"},
		"receipt":          {"-You are in line for", "-Your turn is guaranteed"},
		"offer":            {"-are reserved for you", "-Your link is good until Friday, 12 March 2027, 13:00 CET"},
		"order":            {"-You have 2 tickets", "-SAMPLE-1"},
	} {
		_, parts := shown(t, ts, place, preview(withText(place, "en", "Hello there"), "en"))
		for _, part := range parts {
			part = strings.Join(strings.Fields(part), " ")
			for _, fact := range facts {
				fact, stays := strings.CutPrefix(fact, "-")
				if strings.Contains(part, fact) != stays {
					t.Errorf("%s: %q is there: %t", place, fact, !stays)
				}
			}
		}
	}
}

// TestOwnOrderPage: the page of an order says what its mail says, unless the
// order is cancelled.
func TestOwnOrderPage(t *testing.T) {
	ts := newTemplates(t)
	s := withText("order", "en", "Bring a towel for {total}.")
	for state, want := range map[sale.OrderState]bool{sale.OrderConfirmed: true, sale.OrderCancelled: false} {
		o := *sampleOrder()
		o.State = state
		var b bytes.Buffer
		if err := ts.OrderPage(&b, OrderPage{Frame: Frame{Lang: "en", Sale: &s}, Order: o}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "<p class=\"words\">Bring a towel for CHF\u00a0170.00.</p>"); got != want {
			t.Errorf("%s: %t", state, got)
		}
	}
}

// TestOwnTextsInTheEmbeddedForm: other sites' frames say the same.
func TestOwnTextsInTheEmbeddedForm(t *testing.T) {
	ts := newTemplates(t)
	for place, d := range map[string]EmbedPage{
		"landing_full":   {LandingPage: LandingPage{Notice: NoticeFull}},
		"landing_before": {LandingPage: LandingPage{Notice: NoticeBefore}},
		"place_standby":  {Done: &EmbedPlace{Number: 7, Class: sale.Standby}},
	} {
		s := withText(place, "en", "Hello there")
		d.Frame = Frame{Lang: "en", Sale: &s}
		var b bytes.Buffer
		if err := ts.EmbedPage(&b, d); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), `<p class="words">Hello there</p>`) {
			t.Errorf("%s: not in the embedded form", place)
		}
	}
}

// TestOwnTextsAreText: markup is shown, never obeyed, and addresses become
// links on pages only.
func TestOwnTextsAreText(t *testing.T) {
	const words = "<script>alert(1)</script> \"&\" 'x'\nmore <b>\n\nSee https://lakeside.example/a?b=1&c=2. Or javascript:alert(1) or http://x.example"
	ts := newTemplates(t)
	for _, place := range append(names(), "alternatives") {
		subject, parts := shown(t, ts, place, preview(withText(place, "en", words), "en"))
		if strings.Contains(place, "subject") {
			if strings.ContainsAny(subject, "\r\n") || !strings.Contains(subject, "<script>alert(1)</script>") {
				t.Errorf("%s: %q", place, subject)
			}
			if html := parts[1]; strings.Contains(html, "<script>alert") {
				t.Errorf("%s: markup in the mail's title", place)
			}
			continue
		}
		html := parts[len(parts)-1]
		if strings.Contains(html, "<script>alert") || !strings.Contains(html, "&lt;script&gt;alert(1)&lt;/script&gt;") || strings.Contains(html, "more <b>") {
			t.Errorf("%s: markup", place)
		}
		const link = `<a href="https://lakeside.example/a?b=1&amp;c=2" rel="noreferrer">https://lakeside.example/a?b=1&amp;c=2</a>.`
		if page := len(parts) == 1; page != strings.Contains(html, link) {
			t.Errorf("%s: a link: %t", place, !page)
		}
		if strings.Contains(html, `href="javascript`) || strings.Contains(html, `href="http://x`) || strings.Contains(html, "#ZgotmplZ") {
			t.Errorf("%s: a link that is none", place)
		}
		if len(parts) == 2 && !strings.Contains(parts[0], "https://lakeside.example/a?b=1&c=2") {
			t.Errorf("%s: the text part lacks the address", place)
		}
	}
}

func names() []string {
	var all []string
	for _, p := range sale.TextPlaces() {
		all = append(all, p.Name)
	}
	return all
}

// TestOwnTextsNobodyChecked: whatever a stored sale says, a subject stays one
// line, and words that cannot be expanded give way to inturn's.
func TestOwnTextsNobodyChecked(t *testing.T) {
	ts := newTemplates(t)
	for _, p := range sale.TextPlaces() {
		if p.Subject {
			subject, _ := shown(t, ts, p.Name, preview(withText(p.Name, "en", "A\r\nBcc: all@b.example\n\nB"), "en"))
			if subject != "A Bcc: all@b.example B" {
				t.Errorf("%s: %q", p.Name, subject)
			}
		}
		for _, words := range []string{"Hello {venue}", "{{.Sale}}", "{title", " \n"} {
			subject, parts := shown(t, ts, p.Name, preview(withText(p.Name, "en", words), "en"))
			wantSubject, want := shown(t, ts, p.Name, preview(withText("", "", ""), "en"))
			if subject != wantSubject || !slices.Equal(parts, want) {
				t.Errorf("%s: %q is shown", p.Name, words)
			}
		}
	}
}

// TestOwnTextsWrap: the text part of a mail keeps to its columns, whatever
// was typed.
func TestOwnTextsWrap(t *testing.T) {
	words := "  a row that begins with blanks and goes on and on and on, far beyond the columns of a mail  \n-- \n\n\n\n" + strings.Repeat("word ", 60)
	ts := newTemplates(t)
	for _, place := range []string{"receipt", "offer", "order"} {
		m, _, err := ts.Preview(nil, place, preview(withText(place, "en", words), "en"))
		if err != nil {
			t.Fatal(err)
		}
		checkMail(t, m, "en")
		for line := range strings.Lines(m.Text) {
			if line = strings.TrimSuffix(line, "\n"); wide(line) > mailColumns && strings.Contains(line, " ") {
				t.Errorf("%s: a line of %d columns: %s", place, wide(line), line)
			}
		}
		if strings.Count(m.Text, "\n-- \n") != 1 {
			t.Errorf("%s: signed before its end:\n%s", place, m.Text)
		}
	}
}

// TestOwnTextsWeigh: pages and mails with the longest words stay within their
// limits.
func TestOwnTextsWeigh(t *testing.T) {
	ts := newTemplates(t)
	s := withText("", "", "")
	s.Texts = sale.Texts{}
	for _, p := range sale.TextPlaces() {
		s.Texts[p.Name] = sale.Text{"en": strings.Repeat("\"", p.Most)}
	}
	for _, place := range names() {
		_, parts := shown(t, ts, place, preview(s, "en"))
		if n := len(parts[len(parts)-1]); n > 50<<10 {
			t.Errorf("%s: %d bytes", place, n)
		}
	}
}

// ownMails are golden mails with own texts in all four languages.
func ownMails(t *testing.T, ts *Templates, lang string) map[string]Mail {
	t.Helper()
	s, _ := mailSale()
	s.Languages = []string{"en", "de", "fr", "nl"}
	s.Texts = sale.Texts{
		"receipt_subject": {"en": "{title}: number {number}", "de": "{title}: Nummer {number}", "fr": "{title} : numéro {number}", "nl": "{title}: nummer {number}"},
		"receipt": {
			"en": "Thank you. Who plays when:\nhttps://lakeside.example/programme\n\nThe first mails leave on {first_batch}, and nobody has to hurry before that.",
			"de": "Danke. Wer wann spielt:\nhttps://lakeside.example/programm\n\nDie ersten Mails gehen am {first_batch} hinaus, und vorher muss sich niemand beeilen.",
			"fr": "Merci. Qui joue quand :\nhttps://lakeside.example/programme\n\nLes premiers mails partent le {first_batch}, et personne n’a besoin de se presser avant.",
			"nl": "Bedankt. Wie speelt wanneer:\nhttps://lakeside.example/programma\n\nDe eerste mails gaan {first_batch} weg, en daarvoor hoeft niemand zich te haasten.",
		},
		"offer_subject": {"en": "{title}, until {clock}", "de": "{title}, bis {clock}", "fr": "{title}, jusqu’à {clock}", "nl": "{title}, tot {clock}"},
		"offer":         {"en": "Up to {most} tickets & <b>one</b> lake.", "de": "Bis zu {most} Karten & <b>ein</b> See.", "fr": "Jusqu’à {most} billets & <b>un</b> lac.", "nl": "Tot {most} tickets & <b>één</b> meer."},
		"order_subject": {"en": "Order {code}", "de": "Bestellung {code}", "fr": "Commande {code}", "nl": "Bestelling {code}"},
		"order":         {"en": "{tickets} for {total}: see you soon.", "de": "{tickets} für {total}: bis bald.", "fr": "{tickets} pour {total} : à bientôt.", "nl": "{tickets} voor {total}: tot ziens."},
	}
	all := map[string]Mail{}
	for _, kind := range []string{"receipt", "offer", "order"} {
		m, err := ts.SampleMail(kind, preview(s, lang))
		if err != nil {
			t.Fatal(err)
		}
		all[kind+" own words"] = m
	}
	return all
}

// TestSampleMails: every mail that fans in line get can be looked at before.
func TestSampleMails(t *testing.T) {
	ts := newTemplates(t)
	for _, name := range sale.SampleMails() {
		m, err := ts.SampleMail(name, preview(withText("", "", ""), "de"))
		if err != nil || m.Lang != "de" {
			t.Errorf("%s: %q, %v", name, m.Lang, err)
		}
	}
	if _, err := ts.SampleMail("confirm", preview(withText("", "", ""), "de")); sale.CodeOf(err) != sale.CodeNotFound {
		t.Errorf("of none: %v", err)
	}
	s := withText("", "", "")
	s.Tickets.MaxPerFan = 1
	if o := SampleOrder(s, noon.Add(time.Hour)); len(o.Tickets) != 1 || o.Total != o.Tickets[0].Price {
		t.Errorf("%+v", o)
	}
}
