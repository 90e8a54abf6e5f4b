package calendar_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/calendar"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

var noon = time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)

const (
	orderURL   = "https://tickets.example/order/mzxw6ytboi4dcmrthe2dkobvga"
	landingURL = "https://line.example/lakeside-2027/de"
)

func words(t testing.TB) *templates.Templates {
	t.Helper()
	w, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func lakeside() sale.Sale {
	return sale.Sale{
		Slug: "lakeside-2027", Version: 3, Timezone: "Europe/Zurich", Languages: []string{"en", "de"},
		Title:        sale.Text{"en": "Lakeside Festival 2027", "de": "Seefestival 2027"},
		Registration: sale.Registration{Opens: noon, Closes: noon.Add(48 * time.Hour)},
		Event: sale.Event{
			Starts: time.Date(2027, 7, 14, 15, 0, 0, 0, time.UTC), Ends: time.Date(2027, 7, 17, 0, 0, 0, 0, time.UTC),
			Venue: `Strandweg 1, 8267 Berlingen; "Badi"`,
		},
	}
}

func order() sale.Order {
	fri, sat := sale.Text{"en": "Friday", "de": "Freitag"}, sale.Text{"en": "Saturday", "de": "Samstag"}
	return sale.Order{Code: "K7QM-3XPA", State: sale.OrderConfirmed, At: noon.Add(90 * time.Second), Tickets: []sale.Ticket{
		{Code: "1", Title: fri}, {Code: "2", Title: sat}, {Code: "3", Title: fri},
	}}
}

// read takes a file apart as RFC 5545 says, and not as the library that wrote
// it does: lines end in CRLF and have at most 75 octets, of whole characters;
// a line that begins with a space goes on with the one before.
func read(t testing.TB, file []byte) []string {
	t.Helper()
	text, ended := strings.CutSuffix(string(file), "\r\n")
	if !ended {
		t.Fatalf("the last line does not end: %q", file)
	}
	var lines []string
	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
		if rest, more := strings.CutPrefix(line, " "); more {
			lines[len(lines)-1] += rest
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// plain undoes the escapes of a text (RFC 5545, 3.3.11).
func plain(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'n' {
				b.WriteByte('\n')
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func TestOrder(t *testing.T) {
	file, err := calendar.Order(words(t), "de", lakeside(), order(), orderURL)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//inturn//inturn//EN", "METHOD:PUBLISH",
		"BEGIN:VEVENT", "UID:order.lakeside-2027.K7QM-3XPA@tickets.example", "SEQUENCE:6",
		"SUMMARY:Seefestival 2027",
		`DESCRIPTION:Bestellcode: K7QM-3XPA\n2 × Freitag\n1 × Samstag\n\n` + orderURL,
		"DTSTAMP:20270312T120130Z", "DTSTART:20270714T150000Z", "DTEND:20270717T000000Z",
		`LOCATION:Strandweg 1\, 8267 Berlingen\; "Badi"`, "URL:" + orderURL, "STATUS:CONFIRMED",
		"END:VEVENT", "END:VCALENDAR",
	}
	if diff := cmp.Diff(want, read(t, file)); diff != "" {
		t.Error(diff)
	}
}

// TestOrderChanges: the same order keeps its entry's name, and what is later
// has the higher revision.
func TestOrderChanges(t *testing.T) {
	w, s, o := words(t), lakeside(), order()
	revisions := map[string]string{}
	for name, change := range map[string]func(){
		"1 as it was":      func() {},
		"2 cancelled":      func() { o.State = sale.OrderCancelled },
		"3 at a new time":  func() { s.Version, s.Event.Starts, o.State = 4, s.Event.Starts.Add(time.Hour), sale.OrderConfirmed },
		"4 then cancelled": func() { s.Version, o.State = 4, sale.OrderCancelled },
	} {
		s, o = lakeside(), order()
		change()
		file, err := calendar.Order(w, "en", s, o, orderURL)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(read(t, file), "\n")
		if !strings.Contains(got, "\nUID:order.lakeside-2027.K7QM-3XPA@tickets.example\n") {
			t.Errorf("%s: another name in %s", name, got)
		}
		if cancelled := strings.Contains(got, "\nSTATUS:CANCELLED\n"); cancelled != (o.State == sale.OrderCancelled) {
			t.Errorf("%s: cancelled %v", name, cancelled)
		}
		_, rest, _ := strings.Cut(got, "\nSEQUENCE:")
		revisions[name], _, _ = strings.Cut(rest, "\n")
	}
	want := map[string]string{"1 as it was": "6", "2 cancelled": "7", "3 at a new time": "8", "4 then cancelled": "9"}
	if diff := cmp.Diff(want, revisions); diff != "" {
		t.Error(diff)
	}
}

func TestOpening(t *testing.T) {
	file, err := calendar.Opening(words(t), "de", lakeside(), landingURL, noon.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(read(t, file), "\n")
	for _, want := range []string{
		"UID:opening.lakeside-2027@line.example", "DTSTART:20270312T120000Z", "DTEND:20270312T123000Z", "TRANSP:TRANSPARENT",
		"SUMMARY:Anmeldung beginnt: Seefestival 2027", `\n\n` + landingURL, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "END:VALARM",
	} {
		if !strings.Contains(got+"\n", want+"\n") {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	s := lakeside()
	s.Registration.Closes = noon.Add(time.Minute)
	if file, err = calendar.Opening(words(t), "en", s, landingURL, noon); err != nil || !strings.Contains(string(file), "DTEND:20270312T120100Z") {
		t.Errorf("a form that is open for a minute: %v\n%s", err, file)
	}
}

// TestAnyWords: whatever an organizer calls a sale and its place, it comes
// out of the file as it went in, and nothing else does.
func TestAnyWords(t *testing.T) {
	w := words(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune(`abc  ,;:\"<>'üß€日👩🏽‍🎤`)), 1, 200, -1)
		s := lakeside()
		s.Title, s.Event.Venue = sale.Text{"en": text.Draw(rt, "title")}, text.Draw(rt, "venue")
		file, err := calendar.Order(w, "en", s, order(), orderURL)
		if err != nil {
			rt.Fatal(err)
		}
		lines := read(t, file)
		if len(lines) != 17 {
			rt.Fatalf("%d lines: %q", len(lines), lines)
		}
		for name, want := range map[string]string{"SUMMARY:": s.Title["en"], "LOCATION:": s.Event.Venue} {
			for _, line := range lines {
				if got, ok := strings.CutPrefix(line, name); ok && plain(got) != want {
					rt.Errorf("%s%q, want %q", name, plain(got), want)
				}
			}
		}
	})
}
