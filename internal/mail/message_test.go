package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

func TestMessageAsWritten(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	m := message()
	m.To = "ann+lakeside@Bücher.example"
	m.From, m.MessageID = "Lakeside Café <tickets@Seebühne.example>", "receipt."+strings.Repeat("long-slug-", 9)+".1@Seebühne.example"
	m.Headers["List-Unsubscribe"] = "<https://registration.example/lakeside/place/" + strings.Repeat("r", 120) + "/withdraw>"
	if res := connect(t, s).Send(t.Context(), m); res.Outcome != mail.Accepted {
		t.Fatalf("%+v", res)
	}
	taken := s.Mails()[0]
	if taken.To[0] != "ann+lakeside@xn--bcher-kva.example" || len(taken.To) != 1 {
		t.Errorf("recipients %q", taken.To)
	}
	top, body, _ := strings.Cut(string(taken.Raw), "\r\n\r\n")
	for _, r := range top {
		if r > 126 {
			t.Fatalf("%q in the header", r)
		}
	}
	for _, line := range strings.Split(string(taken.Raw), "\r\n") {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	if strings.Index(body, "text/plain") > strings.Index(body, "text/html") {
		t.Error("the HTML part comes first")
	}
	l := taken.Letter(t)
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "X-Inturn-Offer": "abc123", "Content-Language": "en",
		"Message-Id": "<receipt." + strings.Repeat("long-slug-", 9) + ".1@xn--seebhne-q2a.example>", "User-Agent": "", "X-Mailer": "", "Cc": "", "Bcc": "",
		"Date": "Fri, 12 Mar 2027 12:00:00 +0000", "From": "Lakeside Café <tickets@xn--seebhne-q2a.example>",
		"Reply-To": "<help@lakeside.example>", "To": "<ann+lakeside@xn--bcher-kva.example>",
		"List-Unsubscribe": m.Headers["List-Unsubscribe"],
	} {
		if got := l.Headers.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if links := l.Links(); len(links) != 1 || !strings.HasSuffix(links[0], "xxx") {
		t.Errorf("links %q", links)
	}
}

// The envelope's sender may be another than From, and stays out of the mail.
func TestEnvelope(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	m := message()
	m.Envelope = "bounces+a2b7@Tickets.Bücher.example"
	if res := connect(t, s).Send(t.Context(), m); res.Outcome != mail.Accepted {
		t.Fatalf("%+v", res)
	}
	taken := s.Mails()[0]
	if taken.From != "bounces+a2b7@tickets.xn--bcher-kva.example" || strings.Contains(string(taken.Raw), "bounces+") {
		t.Errorf("sent from %q:\n%s", taken.From, taken.Raw)
	}
	if l := taken.Letter(t); l.From != "tickets@lakeside.example" {
		t.Errorf("From is %q", l.From)
	}
}

// go-mail CVE-2025-59937 and its kin: nothing in a Message may become a
// command, a header or a second recipient. Nothing is sent at all.
func TestInjectionIsRefused(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	c := connect(t, s)
	for name, change := range map[string]func(*mail.Message){
		"To with a line":        func(m *mail.Message) { m.To = "ann@fans.example\r\nRCPT TO:<eve@evil.example>" },
		"To with two":           func(m *mail.Message) { m.To = "ann@fans.example, eve@evil.example" },
		"To quoted":             func(m *mail.Message) { m.To = `"ann@fans.example> ORCPT=x"@fans.example` },
		"To with angle":         func(m *mail.Message) { m.To = "ann@fans.example>" },
		"To with a name":        func(m *mail.Message) { m.To = "Ann <ann@fans.example>" },
		"To with two ats":       func(m *mail.Message) { m.To = "ann@eve@fans.example" },
		"To with a literal":     func(m *mail.Message) { m.To = "ann@[127.0.0.1]" },
		"To beyond ASCII":       func(m *mail.Message) { m.To = "änn@fans.example" },
		"To without domain":     func(m *mail.Message) { m.To = "ann@" },
		"To missing":            func(m *mail.Message) { m.To = "" },
		"To too long":           func(m *mail.Message) { m.To = strings.Repeat("a", 65) + "@fans.example" },
		"Subject with a line":   func(m *mail.Message) { m.Subject = "Hi\r\nBcc: eve@evil.example" },
		"From with a line":      func(m *mail.Message) { m.From = "A\nBcc: eve@evil.example <a@b.example>" },
		"Envelope with a line":  func(m *mail.Message) { m.Envelope = "a@b.example\r\nRCPT TO:<eve@evil.example>" },
		"Envelope with a name":  func(m *mail.Message) { m.Envelope = "Eve <eve@evil.example>" },
		"Envelope too long":     func(m *mail.Message) { m.Envelope = strings.Repeat("a", 65) + "@b.example" },
		"From not an address":   func(m *mail.Message) { m.From = "Lakeside" },
		"ReplyTo with a line":   func(m *mail.Message) { m.ReplyTo = "a@b.example\nX: y" },
		"header with a line":    func(m *mail.Message) { m.Headers = map[string]string{"X-A": "b\nBcc: eve@evil.example"} },
		"header name":           func(m *mail.Message) { m.Headers = map[string]string{"Bcc": "eve@evil.example"} },
		"header name with line": func(m *mail.Message) { m.Headers = map[string]string{"X-A: b\nBcc": "eve@evil.example"} },
		"attachment's name": func(m *mail.Message) {
			m.Attachments = []mail.Attachment{{Name: "a.ics\r\nBcc: x", Type: "text/calendar", Data: []byte("x")}}
		},
		"attachment's path": func(m *mail.Message) {
			m.Attachments = []mail.Attachment{{Name: "../a.ics", Type: "text/calendar", Data: []byte("x")}}
		},
		"attachment's type": func(m *mail.Message) {
			m.Attachments = []mail.Attachment{{Name: "a.ics", Type: "text/calendar\r\nX: y", Data: []byte("x")}}
		},
		"attachment empty": func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a.ics", Type: "text/calendar"}} },
		"Message-ID":       func(m *mail.Message) { m.MessageID = "a@b>\r\nBcc: eve@evil.example" },
		"Lang":             func(m *mail.Message) { m.Lang = "en\r\nBcc: eve@evil.example" },
		"Message-ID half":  func(m *mail.Message) { m.MessageID = "offer-1.1" },
		"no Date":          func(m *mail.Message) { m.Date = time.Time{} },
		"no Text":          func(m *mail.Message) { m.Text = "" },
	} {
		m := message()
		change(&m)
		res := c.Send(t.Context(), m)
		want := "fault"
		if strings.HasPrefix(name, "To ") {
			want = "refused"
		}
		if outline(res) != want || res.Stage != mail.StageMessage || strings.Contains(res.Text, "evil") {
			t.Errorf("%s: %+v, want %s", name, res, want)
		}
	}
	if res := c.Send(t.Context(), message()); res.Outcome != mail.Accepted || s.Count() != 1 {
		t.Errorf("%+v, %d taken", res, s.Count())
	}
}

// Lines that look like SMTP in the text stay text.
func TestTextThatLooksLikeTheEnd(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	m := message()
	m.Text, m.HTML = "one\n.\nMAIL FROM:<eve@evil.example>\n..\n.\n\n.two\n", ""
	if res := connect(t, s).Send(t.Context(), m); res.Outcome != mail.Accepted || s.Count() != 1 {
		t.Fatalf("%+v, %d taken", res, s.Count())
	}
	if l := s.Mails()[0].Letter(t); strings.TrimSpace(l.Text) != strings.TrimSpace(m.Text) {
		t.Errorf("%q", l.Text)
	}
}

// The watch for the final dot sees it wherever the writer's buffer happens to
// be full: within the five bytes that end a mail, above all.
func TestEverySizeOfMail(t *testing.T) {
	const buffer = 4096 // of textproto's writer
	s := smtptest.Start(t, smtptest.Options{})
	c := connect(t, s)
	m := message()
	m.HTML, m.Text = "", "x"
	c.Send(t.Context(), m)
	padding := buffer - len(s.Mails()[0].Raw) - 250 // soft line breaks take some
	sizes := map[int]bool{}
	for n := range 250 {
		m.Text = strings.Repeat("x", padding+n)
		if res := c.Send(t.Context(), m); outline(res) != "accepted" || res.Stage != mail.StageDot {
			t.Fatalf("%d: %+v", n, res)
		}
		sizes[len(s.Mails()[n+1].Raw)] = true
	}
	for size := buffer - 2; size <= buffer+1; size++ {
		if sizes[size] {
			return
		}
	}
	t.Error("no mail filled the buffer just so")
}
