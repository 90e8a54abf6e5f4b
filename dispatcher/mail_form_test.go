package dispatcher_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// part is one part of a mail, read with the standard library alone: neither
// the library that writes our mails nor the one that shows them.
type part struct {
	kind   string // media type
	params map[string]string
	name   string // of a file
	body   []byte // decoded
}

// takeApart reads a mail as it went over the wire, down to its parts.
func takeApart(t *testing.T, raw []byte) (*netmail.Message, []string, []part) {
	t.Helper()
	if len(raw) > 100<<10 {
		t.Errorf("%d bytes", len(raw))
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(raw), "\r\n"), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") || strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
		if len(line) > 78 && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("a line of %d octets that could be shorter: %q", len(line), line)
		}
	}
	msg, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	shape, parts := unpack(t, msg.Header, msg.Body)
	return msg, shape, parts
}

type header interface{ Get(name string) string }

func unpack(t *testing.T, h header, body io.Reader) (shape []string, parts []part) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	shape = []string{kind}
	if strings.HasPrefix(kind, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if err == io.EOF {
				return shape, parts
			}
			if err != nil {
				t.Fatal(err)
			}
			below, more := unpack(t, p.Header, p)
			shape, parts = append(shape, below...), append(parts, more...)
		}
	}
	switch h.Get("Content-Transfer-Encoding") {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	default:
		t.Errorf("encoded as %q", h.Get("Content-Transfer-Encoding"))
	}
	decoded, err := io.ReadAll(body)
	if err != nil || !utf8.Valid(decoded) || params["charset"] != strings.ToUpper(params["charset"]) && params["charset"] != "utf-8" {
		t.Errorf("%s: charset %q, %v", kind, params["charset"], err)
	}
	_, file, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	return shape, []part{{kind: kind, params: params, name: file["filename"], body: decoded}}
}

// TestMailsByAnotherReader: every kind of mail in every language, as a mail
// server takes it, read by a parser of somebody else's.
func TestMailsByAnotherReader(t *testing.T) {
	st := newStage(t)
	h := newHouse(t, st, sqldbtest.SQLite(t), plan{sale: func(s *sale.Sale) {
		s.Languages = st.words.Languages()
		s.Title = sale.Text{"en": "Lakeside – the Festival 2027", "de": "Seefestival 2027", "fr": "Fête du lac 2027", "nl": "Meerfestival 2027"}
		s.Mail.Receipt = true
		s.Mail.From = "Lakeside – Café <tickets@lakeside.example>"
		s.Tickets.Types[0].Stock, s.Tickets.Capacity = 100, 100
		s.Dispatch.Batch, s.Dispatch.Ends = 4, noon.Add(62*time.Minute)
		s.Event = sale.Event{Starts: noon.Add(5000 * time.Hour), Ends: noon.Add(5010 * time.Hour), Venue: "Quai d’Été 1, 8267 Berlingen"}
	}})
	langs := h.words.Languages()
	for i := range 5 * len(langs) {
		address := "fan" + string(rune('a'+i)) + "@example.org"
		_, err := h.line.SignUp(t.Context(), line.SignUp{Sale: slug, Lang: langs[i%len(langs)], Address: sale.Address{Typed: address, Canonical: address}})
		must(t, err)
	}
	for i, lang := range langs { // each language once: leaves, and asks to come in
		must(t, h.line.Withdraw(t.Context(), slug, 2*len(langs)+1+i))
		address := "asks" + lang + "@example.org"
		_, err := h.line.AskConfirm(t.Context(), line.Ask{Sale: slug, Lang: lang, Address: sale.Address{Typed: address, Canonical: address}})
		must(t, err)
		h.test("order", lang)
	}
	h.invite("joins@lakeside.example", line.Invite{Sale: slug, Role: sale.RoleViewer})
	h.beat()
	h.send(100)
	for n := 1; n <= len(langs); n++ {
		_, err := h.buy(h.lastLink(n), 2)
		must(t, err)
	}
	h.minute()
	h.send(100)
	for n := 1; n <= len(langs); n++ {
		h.cancel(n)
	}
	h.clock.Advance(62 * time.Minute)
	for range 3 {
		h.beat()
		h.send(100)
	}
	seen := map[string]bool{}
	for _, m := range h.server.Mails() {
		msg, shape, parts := takeApart(t, m.Raw)
		kind, _, _ := strings.Cut(strings.Trim(msg.Header.Get("Message-Id"), "<"), ".")
		lang := msg.Header.Get("Content-Language")
		seen[kind+" "+lang] = true
		t.Run(kind+" "+lang, func(t *testing.T) { looksRight(t, h, kind, msg, shape, parts) })
	}
	for _, kind := range sale.MailKinds() {
		for i, lang := range langs {
			if kind == sale.MailInvitation && i > 0 {
				continue // who is invited has chosen no language: it is the sale's first
			}
			if !seen[string(kind)+" "+lang] {
				t.Errorf("no %s mail in %s was looked at: %v", kind, lang, seen)
			}
		}
	}
}

func looksRight(t *testing.T, h *house, kind string, msg *netmail.Message, shape []string, parts []part) {
	t.Helper()
	want := "multipart/alternative text/plain text/html"
	if kind == "order" || kind == "test" { // of an order
		want = "multipart/mixed " + want + " text/calendar"
	}
	if got := strings.Join(shape, " "); got != want {
		t.Fatalf("it is %s, want %s", got, want)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	title := h.sale().Sale.Title.In(msg.Header.Get("Content-Language"))
	if err != nil || !strings.Contains(subject, title) {
		t.Errorf("subject %q, %v", subject, err)
	}
	if from, err := msg.Header.AddressList("From"); err != nil || from[0].Name != "Lakeside – Café" || from[0].Address != "tickets@lakeside.example" {
		t.Errorf("from %v, %v", from, err)
	}
	text, rich := string(parts[0].body), string(parts[1].body)
	link := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "https://") && link == "" {
			link = line
		}
		if utf8.RuneCountInString(line) > 78 && strings.Contains(line, " ") {
			t.Errorf("a line of %d columns: %s", utf8.RuneCountInString(line), line)
		}
	}
	if link == "" || !strings.Contains(rich, `<a href="`+link+`"`) {
		t.Errorf("the parts do not carry the same link %q", link)
	}
	if !strings.Contains(rich, `<html lang="`+msg.Header.Get("Content-Language")+`">`) {
		t.Error("the HTML part is in another language")
	}
	if kind == "order" {
		entry := parts[2]
		if entry.name != "event.ics" || entry.params["method"] != "PUBLISH" || !strings.EqualFold(entry.params["charset"], "utf-8") {
			t.Errorf("the entry is called %q, of %v", entry.name, entry.params)
		}
		if body := string(entry.body); !strings.HasPrefix(body, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(body, "END:VCALENDAR\r\n") ||
			!strings.Contains(body, "LOCATION:Quai d’Été 1\\, 8267 Berlingen\r\n") || !strings.Contains(body, "URL:"+link+"\r\n") {
			t.Errorf("the entry is %q", body)
		}
	}
}
