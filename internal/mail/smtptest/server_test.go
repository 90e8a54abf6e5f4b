package smtptest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// talk plays one client's lines and gives the codes answered.
func talk(t *testing.T, s *Server, lines ...string) []string {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, strings.Join(lines, "\r\n")+"\r\n"); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for in := bufio.NewScanner(c); in.Scan(); {
		if text := in.Text(); len(text) > 3 && text[3] == ' ' {
			codes = append(codes, text[:3])
		}
	}
	return codes
}

func TestOrderIsDemanded(t *testing.T) {
	s := Start(t, Options{})
	got := talk(t, s, "EHLO me", "RCPT TO:<a@b>", "DATA", "MAIL FROM:<c@d>", "MAIL FROM:<c@d>", "DATA", "RSET",
		"MAIL FROM:<c@d>", "RCPT TO:<a@b>", "DATA", "Subject: x", "", "..dot", ".", "STARTTLS", "WHAT", "QUIT")
	want := strings.Fields("220 250 503 503 250 503 503 250 250 250 354 250 502 500 221")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	mails, err := s.Wait(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	wantMail := []Mail{{Conn: 1, From: "c@d", To: []string{"a@b"}, Raw: []byte("Subject: x\r\n\r\n.dot\r\n")}}
	if diff := cmp.Diff(wantMail, mails); diff != "" {
		t.Error(diff)
	}
}

// Per recipient and per connection: a script sees both.
func TestScriptPerRecipient(t *testing.T) {
	s := Start(t, Options{Script: func(m Moment) Reply {
		switch {
		case m.Stage == RCPT && m.To == "gone@b":
			return Say("550 5.1.1 gone")
		case m.Stage == Dot && m.Conn == 2:
			return Reply{Take: true, Hangup: true}
		case m.Stage == Dot && m.Mail.To[0] == "full@b":
			return Say("452 4.2.2 full")
		}
		return Reply{}
	}})
	mail := func(to string) []string {
		return talk(t, s, "EHLO me", "MAIL FROM:<c@d>", "RCPT TO:<"+to+">", "DATA", "Subject: x", "", ".", "QUIT")
	}
	for i, c := range []struct{ to, last string }{{"full@b", "452 221"}, {"a@b", "250 354"}, {"gone@b", "550 503 500 500 500 221"}} {
		if got := strings.Join(mail(c.to), " "); !strings.HasSuffix(got, c.last) {
			t.Errorf("%d: %s, want …%s", i, got, c.last)
		}
	}
	if s.Count() != 1 || s.Mails()[0].Conn != 2 {
		t.Errorf("%+v", s.Mails())
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(t, Options{}).Wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
