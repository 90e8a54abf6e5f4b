package mail_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

func message() mail.Message {
	return mail.Message{
		From: "Lakeside Café <tickets@lakeside.example>", ReplyTo: "help@lakeside.example", To: "ann@fans.example",
		Subject: "Your tickets – it is your turn", Text: "Hello\n\nhttps://checkout.example/c/" + strings.Repeat("x", 300) + "\n\n.\n..dots\n",
		HTML: "<p>Hello <a href=\"https://checkout.example/c/y\">buy</a></p>", MessageID: "offer-1.1@lakeside.example",
		Date: time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC), Lang: "en",
		Headers: map[string]string{"X-Inturn-Offer": "abc123"},
	}
}

// transport reaches s with time-outs that no healthy test comes near.
func transport(tb testing.TB, s *smtptest.Server, o mail.Options) *mail.Transport {
	tb.Helper()
	config, err := mail.Parse(s.URL())
	if err != nil {
		tb.Fatal(err)
	}
	o.RootCAs = s.RootCAs()
	return mail.New(config, o)
}

func connect(tb testing.TB, s *smtptest.Server) *mail.Conn {
	tb.Helper()
	c, err := transport(tb, s, mail.Options{}).Connect(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}

func TestSendOnOneConnection(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{StartTLS: true, Implicit: false})
	c := connect(t, s)
	for range 3 {
		want := mail.Result{Outcome: mail.Accepted, Code: 250, Stage: mail.StageDot, Text: "250 2.0.0 taken"}
		if diff := cmp.Diff(want, c.Send(t.Context(), message())); diff != "" {
			t.Fatal(diff)
		}
	}
	taken, err := s.Wait(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range taken {
		if m.Conn != 1 || !m.TLS || m.From != "tickets@lakeside.example" || !cmp.Equal(m.To, []string{"ann@fans.example"}) {
			t.Fatalf("envelope %d %v %q %q", m.Conn, m.TLS, m.From, m.To)
		}
	}
	l := taken[0].Letter(t)
	if l.Text != message().Text || l.HTML != message().HTML || l.Subject != message().Subject {
		t.Fatalf("letter arrived changed: %+v", l)
	}
}
