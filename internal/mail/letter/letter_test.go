package letter

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func crlf(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n" }

func TestRead(t *testing.T) {
	raw := crlf(
		"From: =?utf-8?q?Caf=C3=A9?= <tickets@lakeside.example>", "To: <ann@fans.example>",
		"Subject: =?UTF-8?q?It_is_your_turn_=E2=80=93_now?=", "Message-ID: <a.1@lakeside.example>",
		"Date: Fri, 12 Mar 2027 12:00:00 +0100", "X-Inturn-Offer: abc", "MIME-Version: 1.0",
		"Content-Type: multipart/alternative; boundary=b", "",
		"--b", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
		"Caf=C3=A9", "", "https://checkout.example/c/aaa=", "bbb?x=3D1", "(https://r.example/p)", "--b",
		"Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64", "", "PHA+SGk8L3A+", "--b",
		"Content-Type: text/plain", "", "a second one", "--b--",
	)
	l, err := Read(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Headers.Get("X-Inturn-Offer") + " " + l.Headers.Get("From"); got != "abc Café <tickets@lakeside.example>" {
		t.Errorf("headers %q", got)
	}
	l.Headers = nil
	want := Letter{
		MessageID: "a.1@lakeside.example", From: "tickets@lakeside.example", To: "ann@fans.example",
		Subject: "It is your turn – now", Date: time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC),
		Text: "Café\n\nhttps://checkout.example/c/aaabbb?x=1\n(https://r.example/p)", HTML: "<p>Hi</p>",
	}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"https://checkout.example/c/aaabbb?x=1", "https://r.example/p"}, l.Links()); diff != "" {
		t.Error(diff)
	}
}

// What is odd about a mail leaves a gap, not an error.
func TestReadOddMail(t *testing.T) {
	for name, c := range map[string]struct{ raw, text string }{
		"no parts":          {crlf("Subject: x", "", "Hello"), "Hello\n"},
		"no headers at all": {crlf("", "Hello"), "Hello\n"},
		"unknown charset":   {crlf("Subject: x", "Content-Type: text/plain; charset=klingon", "", "Hello"), "Hello\n"},
		"bad address, date": {crlf("From: @@", "To: ,", "Date: soon", "Subject: x", "", "Hello"), "Hello\n"},
		"an attachment":     {crlf("Content-Type: application/pdf", "Content-Disposition: attachment", "", "%PDF"), ""},
	} {
		l, err := Read(strings.NewReader(c.raw))
		if err != nil || l.Text != c.text || l.HTML != "" {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
		if h, err := ReadHeader(strings.NewReader(c.raw)); err != nil || h.Subject != l.Subject || h.Text != "" {
			t.Errorf("%s: header %+v, %v", name, h, err)
		}
	}
}

func TestLongPartsAreCut(t *testing.T) {
	l, err := Read(strings.NewReader("Subject: x\r\n\r\n" + strings.Repeat("x", mostPart+100)))
	if err != nil || len(l.Text) != mostPart {
		t.Errorf("%d bytes, %v", len(l.Text), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n--b--\r\n"))
	f.Add([]byte("\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := Read(strings.NewReader(string(raw)))
		if err == nil && (len(l.Text) > mostPart || len(l.HTML) > mostPart) {
			t.Errorf("%d, %d bytes", len(l.Text), len(l.HTML))
		}
	})
}
