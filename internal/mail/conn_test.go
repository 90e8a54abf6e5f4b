package mail_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
)

func TestCancelledSendIsReportedTruthfully(t *testing.T) {
	for stage, want := range map[smtptest.Stage]string{
		smtptest.MAIL: "temporary broken", smtptest.RCPT: "temporary broken",
		smtptest.DATA: "temporary broken", smtptest.Dot: "unknown broken",
	} {
		t.Run(string(stage), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
				if m.Stage != stage {
					return smtptest.Reply{}
				}
				cancel()
				return smtptest.Reply{Take: true, Wait: make(chan struct{})}
			}})
			res := connect(t, s).Send(ctx, message())
			if outline(res) != want || !strings.Contains(res.Text, "canceled") {
				t.Errorf("%+v, want %s", res, want)
			}
			truthful(t, res, s.Count())
		})
	}
}

// The end comes while the server says "go ahead": the dot must stay here, and
// because it stayed the answer is not Unknown.
func TestCancelledBeforeTheDotKeepsTheDot(t *testing.T) {
	for range 30 {
		ctx, cancel := context.WithCancel(t.Context())
		s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
			if m.Stage == smtptest.DATA {
				cancel()
			}
			return smtptest.Reply{}
		}})
		res := connect(t, s).Send(ctx, message())
		s.Finish()
		if outline(res) != "temporary broken" || s.Count() != 0 {
			t.Fatalf("%+v, %d taken", res, s.Count())
		}
	}
}

// ended is a context that ends without telling anybody, as between a signal
// and the goroutine that acts on it.
type ended struct {
	context.Context
	yes atomic.Bool
}

func (e *ended) Err() error {
	if e.yes.Load() {
		return context.Canceled
	}
	return nil
}

func TestTheDotAsksTheContextItself(t *testing.T) {
	ctx := &ended{Context: context.Background()}
	s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		ctx.yes.Store(m.Stage == smtptest.DATA)
		return smtptest.Reply{}
	}})
	res := connect(t, s).Send(ctx, message())
	s.Finish()
	if outline(res) != "temporary broken" || s.Count() != 0 {
		t.Fatalf("%+v, %d taken", res, s.Count())
	}
}

func TestCancelledBeforeAnythingKeepsTheConnection(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{})
	c := connect(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if res := c.Send(ctx, message()); outline(res) != "temporary" || s.Count() != 0 {
		t.Errorf("%+v", res)
	}
	if res := c.Send(t.Context(), message()); res.Outcome != mail.Accepted || s.Mails()[0].Conn != 1 {
		t.Errorf("%+v", res)
	}
}

func TestHungUpBetweenMailsDialsAgain(t *testing.T) {
	for name, farewell := range map[string]smtptest.Reply{
		"421":     smtptest.Say("421 4.7.0 too many mails on this connection"),
		"hang-up": {Hangup: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
				if m.Stage == smtptest.MAIL && m.Nth == 2 {
					return farewell
				}
				return smtptest.Reply{}
			}})
			c := connect(t, s)
			for i := range 2 {
				if res := c.Send(t.Context(), message()); outline(res) != "accepted" {
					t.Fatalf("mail %d: %+v", i, res)
				}
			}
			if got := s.Mails(); len(got) != 2 || got[1].Conn != 2 {
				t.Errorf("%d mails, %+v", len(got), got)
			}
		})
	}
}

// A worker may connect long before there is a mail for it.
func TestHungUpBeforeTheFirstMailDialsAgain(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.MAIL && m.Conn == 1 {
			return smtptest.Reply{Hangup: true}
		}
		return smtptest.Reply{}
	}})
	if res := connect(t, s).Send(t.Context(), message()); outline(res) != "accepted" || s.Mails()[0].Conn != 2 {
		t.Fatalf("%+v", res)
	}
}

func TestHungUpForGoodIsTriedOnceMore(t *testing.T) {
	mails := 0
	s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.MAIL {
			mails = m.Nth
			if m.Nth > 1 {
				return smtptest.Say("421 4.3.2 closing down")
			}
		}
		return smtptest.Reply{}
	}})
	c := connect(t, s)
	c.Send(t.Context(), message())
	res := c.Send(t.Context(), message())
	c.Close()
	s.Close()
	if outline(res) != "temporary broken" || res.Code != 421 || mails != 3 {
		t.Errorf("%+v after %d", res, mails)
	}
}

func TestBrokenConnIsDialledAgain(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.RCPT && m.Nth == 1 {
			return smtptest.Reply{Hangup: true}
		}
		return smtptest.Reply{}
	}})
	c := connect(t, s)
	if res := c.Send(t.Context(), message()); outline(res) != "temporary broken" {
		t.Fatalf("%+v", res)
	}
	if res := c.Send(t.Context(), message()); outline(res) != "accepted" {
		t.Fatalf("%+v", res)
	}
	s.Close()
	if res := c.Send(t.Context(), message()); outline(res) != "fault broken" || res.Stage != mail.StageConnect {
		t.Fatalf("with no server left: %+v", res)
	}
}

// go-mail sends no RSET after a refused DATA; the server would refuse the next
// MAIL as nested.
func TestNextMailAfterRefusals(t *testing.T) {
	for _, stage := range []smtptest.Stage{smtptest.MAIL, smtptest.RCPT, smtptest.DATA, smtptest.Dot} {
		t.Run(string(stage), func(t *testing.T) {
			s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
				if m.Stage == stage && m.Nth == 1 {
					return smtptest.Say("452 4.2.2 full")
				}
				return smtptest.Reply{}
			}})
			c := connect(t, s)
			if res := c.Send(t.Context(), message()); outline(res) != "temporary" {
				t.Fatalf("%+v", res)
			}
			if res := c.Send(t.Context(), message()); outline(res) != "accepted" || s.Mails()[0].Conn != 1 {
				t.Fatalf("%+v", res)
			}
		})
	}
}

// What is missing of a reply may be what matters: a policy reply cut short at
// RCPT must not cost the fan the place.
func TestPolicyReplyCutAtEveryByteRefusesNobody(t *testing.T) {
	const policy = "550 5.7.1 your reputation\r\n"
	for n := range len(policy) {
		s := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.RCPT, smtptest.Reply{Text: policy[:n], Raw: true, Hangup: true})})
		if res := connect(t, s).Send(t.Context(), message()); outline(res) != "temporary broken" {
			t.Errorf("after %q: %+v", policy[:n], res)
		}
	}
}

// An answer that comes before its question is not an answer, and the mail it
// claims for itself is not sent.
func TestEarlyAnswerIsNotAccepted(t *testing.T) {
	for _, answer := range []string{"554 5.7.1 no", "250 2.0.0 taken"} {
		s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
			switch m.Stage {
			case smtptest.DATA:
				return smtptest.Reply{Text: "354 go ahead\r\n250 2.0.0 taken\r\n", Raw: true}
			case smtptest.Dot:
				return smtptest.Say(answer)
			}
			return smtptest.Reply{}
		}})
		c := connect(t, s)
		res := c.Send(t.Context(), message())
		c.Close()
		s.Finish()
		if outline(res) != "temporary broken" || s.Count() != 0 {
			t.Errorf("%+v, %d taken", res, s.Count())
		}
	}
}

// Each round trip counts when a batch goes out: no RSET after a mail that was
// taken, no NOOP before the next, and no SMTPUTF8, which we do not need.
func TestDialogueIsAsShortAsCanBe(t *testing.T) {
	var heard []string
	s := smtptest.Start(t, smtptest.Options{Script: func(m smtptest.Moment) smtptest.Reply {
		heard = append(heard, m.Line)
		return smtptest.Reply{}
	}})
	c := connect(t, s)
	c.Send(t.Context(), message())
	c.Send(t.Context(), message())
	c.Close()
	s.Close()
	mail := []string{"MAIL FROM:<tickets@lakeside.example> BODY=8BITMIME", "RCPT TO:<ann@fans.example>", "DATA", "."}
	want := slices.Concat(mail, mail, []string{"QUIT"})
	if diff := cmp.Diff(want, heard[2:]); diff != "" { // after the greeting and EHLO
		t.Error(diff)
	}
}

func TestAuthAndTLS(t *testing.T) {
	users := map[string]string{"user": "p@ss:w/rd"}
	for name, o := range map[string]smtptest.Options{
		"starttls plain": {StartTLS: true, Users: users},
		"starttls login": {StartTLS: true, Users: users, Mechanisms: "LOGIN"},
		"implicit plain": {Implicit: true, Users: users},
		"implicit login": {Implicit: true, Users: users, Mechanisms: "LOGIN"},
		"none plain":     {Users: users},
		"none login":     {Users: users, Mechanisms: "LOGIN"},
	} {
		t.Run(name, func(t *testing.T) {
			hello := ""
			o.Script = func(m smtptest.Moment) smtptest.Reply {
				if m.Stage == smtptest.EHLO {
					hello = m.Line
				}
				return smtptest.Reply{}
			}
			s := smtptest.Start(t, o)
			config, err := mail.Parse(strings.Replace(s.URL(), "smtp://", "smtp://user:p%40ss%3Aw%2Frd@", 1))
			if err != nil {
				t.Fatal(err)
			}
			c, err := mail.New(config, mail.Options{RootCAs: s.RootCAs(), Name: "line.lakeside.example"}).Connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if res := c.Send(t.Context(), message()); res.Outcome != mail.Accepted {
				t.Fatalf("%+v", res)
			}
			c.Close()
			s.Close()
			m := s.Mails()[0]
			if m.User != "user" || m.TLS != (o.StartTLS || o.Implicit) || hello != "EHLO line.lakeside.example" {
				t.Errorf("user %q, tls %v, %q", m.User, m.TLS, hello)
			}
		})
	}
}

func TestConnectRefuses(t *testing.T) {
	users := map[string]string{"user": "right-horse"}
	for name, c := range map[string]struct {
		server smtptest.Options
		url    func(string) string
		roots  bool
		want   string
	}{
		"wrong password": {
			smtptest.Options{StartTLS: true, Users: users},
			func(u string) string { return strings.Replace(u, "smtp://", "smtp://user:wrong-horse@", 1) },
			true, "535",
		},
		"no AUTH offered": {
			smtptest.Options{StartTLS: true},
			func(u string) string { return strings.Replace(u, "smtp://", "smtp://user:right-horse@", 1) },
			true, "AUTH",
		},
		"no STARTTLS offered": {
			smtptest.Options{Users: users},
			func(u string) string {
				return strings.Replace(strings.Replace(u, "none", "starttls", 1), "smtp://", "smtp://user:right-horse@", 1)
			},
			true, "STARTTLS",
		},
		"a certificate nobody vouches for": {
			smtptest.Options{StartTLS: true, Users: users},
			func(u string) string { return strings.Replace(u, "smtp://", "smtp://user:right-horse@", 1) },
			false, "certificate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			heard := ""
			c.server.Script = func(m smtptest.Moment) smtptest.Reply {
				heard += string(m.Stage) + " "
				return smtptest.Reply{}
			}
			s := smtptest.Start(t, c.server)
			config, err := mail.Parse(c.url(s.URL()))
			if err != nil {
				t.Fatal(err)
			}
			o := mail.Options{}
			if c.roots {
				o.RootCAs = s.RootCAs()
			}
			conn, err := mail.New(config, o).Connect(t.Context())
			if err == nil {
				conn.Close()
				t.Fatal("connected")
			}
			if sale.CodeOf(err) != sale.CodeUnavailable || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "horse") {
				t.Errorf("%v", err)
			}
			s.Close()
			if name != "wrong password" && strings.Contains(heard, "AUTH") {
				t.Errorf("the password was shown to a server that must not see it: %s", heard)
			}
		})
	}
}

func TestConnectHeedsItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := smtptest.Start(t, smtptest.Options{Script: func(smtptest.Moment) smtptest.Reply {
		cancel()
		return smtptest.Reply{Wait: make(chan struct{})}
	}})
	_, err := transport(t, s, mail.Options{}).Connect(ctx)
	var e *sale.Error
	if !errors.As(err, &e) || e.Code != sale.CodeUnavailable || !strings.Contains(e.Message, "canceled") {
		t.Errorf("%v", err)
	}
}

// An answer without end is not collected for ever.
func TestEndlessAnswerIsCutShort(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.RCPT, smtptest.Reply{
		Text: strings.Repeat("250-blah\r\n", 10_000), Raw: true,
	})})
	res := connect(t, s).Send(t.Context(), message())
	if outline(res) != "temporary broken" || !strings.Contains(res.Text, "does not end") {
		t.Errorf("%+v", res)
	}
}

// go-mail leaves the connection open when a step after dialling fails.
func TestFailedConnectHangsUp(t *testing.T) {
	hungUp := make(chan struct{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		defer close(hungUp)
		c, err := ln.Accept()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "220 hello\r\n550 no EHLO\r\n550 no HELO\r\n")
		_, _ = io.Copy(io.Discard, c) // until the other side hangs up
	}()
	config, err := mail.Parse("smtp://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mail.New(config, mail.Options{}).Connect(t.Context()); err == nil {
		t.Fatal("connected")
	}
	<-hungUp
}
