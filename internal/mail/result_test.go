package mail

import (
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"

	gomail "github.com/wneessen/go-mail"

	"github.com/inturn/inturn/internal/mail/smtptest"
)

func TestOutcomeOfReplies(t *testing.T) {
	for text, want := range map[string][4]Outcome{ // MAIL, RCPT, DATA, dot
		"550 no":                              {Fault, Refused, Fault, Fault},
		"550 5.1.1 no such user":              {Fault, Refused, Refused, Refused},
		"550 5.1.10 null MX":                  {Fault, Refused, Refused, Refused},
		"553 5.1.3 bad address":               {Fault, Refused, Refused, Refused},
		"550 5.1.7 bad sender":                {Fault, Fault, Fault, Fault},
		"550 5.1.8 bad sender's domain":       {Fault, Fault, Fault, Fault},
		"552 5.2.2 mailbox full":              {Fault, Refused, Refused, Refused},
		"550 5.2.1 disabled":                  {Fault, Refused, Refused, Refused},
		"552 5.2.3 message too long":          {Fault, Refused, Fault, Fault},
		"552 5.3.4 too big":                   {Fault, Fault, Fault, Fault},
		"550 5.4.4 no route to that domain":   {Fault, Refused, Fault, Fault},
		"550 5.4.5 daily quota exceeded":      {Fault, Fault, Fault, Fault},
		"503 5.5.1 bad sequence":              {Fault, Fault, Fault, Fault},
		"503 bad sequence":                    {Fault, Fault, Fault, Fault},
		"530 5.7.0 authenticate first":        {Fault, Fault, Fault, Fault},
		"530 authenticate first":              {Fault, Fault, Fault, Fault},
		"554 5.7.1 relay access denied":       {Fault, Fault, Fault, Fault},
		"550 5.7.17 mailbox has a new owner":  {Fault, Refused, Refused, Refused},
		"550 4.1.1 confused":                  {Fault, Refused, Fault, Fault},
		"550 5.1.12345 no such code":          {Fault, Refused, Fault, Fault},
		"451 4.7.1 greylisted":                {Temporary, Temporary, Temporary, Temporary},
		"450 5.1.1 confused":                  {Temporary, Temporary, Temporary, Temporary},
		"354 go on":                           {Temporary, Temporary, Temporary, Unknown},
		"252 perhaps":                         {Temporary, Temporary, Temporary, Accepted},
		"550-5.7.1 several\r\n550 5.7.1 rows": {Fault, Fault, Fault, Fault},
	} {
		r, ok := parseReply([]byte(text + "\r\n"))
		if !ok {
			t.Errorf("%q is not understood", text)
			continue
		}
		for i, stage := range []string{StageMail, StageRcpt, StageData, StageDot} {
			if got := outcomeOf(stage, r); got != want[i] {
				t.Errorf("%q at %s: %s, want %s", text, stage, got, want[i])
			}
		}
	}
}

func TestParseReplyWantsOneWholeReply(t *testing.T) {
	for _, raw := range []string{
		"", "\r\n", "250", "250\r\n", "250 ok", "250-a\r\n", "250-a\r\n250 b", "250 a\r\n250 b\r\n", "25 ok\r\n", "2x0 ok\r\n",
		"150 ok\r\n", "650 ok\r\n", "-25 ok\r\n", "hello\r\n", "250-a\r\n550 b\r\n",
	} {
		if r, ok := parseReply([]byte(raw)); ok {
			t.Errorf("%q is %+v", raw, r)
		}
	}
}

// Go-mail's word that the server answered 250 settles the mail, whatever went
// wrong in the same call afterwards.
func TestDeliveredIsAskedFirst(t *testing.T) {
	w := &wire{above: textproto.NewConn(nowhere{}), asked: []exchange{
		{StageDot, []byte("250 ok\r\n")}, {stageReset, []byte("421 bye\r\n")},
	}}
	if res := judge(w, true, io.EOF); res.Outcome != Accepted || !res.Broken {
		t.Errorf("%+v", res)
	}
	w.asked = []exchange{{StageDot, nil}}
	if res := judge(w, true, io.EOF); res.Outcome != Accepted || !res.Broken {
		t.Errorf("%+v", res)
	}
}

type nowhere struct{}

func (nowhere) Read([]byte) (int, error)    { return 0, net.ErrClosed }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }

// A panic while the message is written must neither escape nor let the dot
// out behind half a mail.
func TestPanicInTheLibraryIsContained(t *testing.T) {
	for name, fail := range map[string]func(){
		"panic": func() { panic("odd message") },
		"exit":  func() {},
	} {
		t.Run(name, func(t *testing.T) {
			s := smtptest.Start(t, smtptest.Options{})
			config, err := Parse(s.URL())
			if err != nil {
				t.Fatal(err)
			}
			c, err := New(config, Options{}).Connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			msg := gomail.NewMsg()
			if err := errors.Join(msg.From("a@b.example"), msg.To("c@d.example")); err != nil {
				t.Fatal(err)
			}
			msg.SetBodyWriter(gomail.TypeTextPlain, func(w io.Writer) (int64, error) {
				n, _ := io.WriteString(w, strings.Repeat("half a mail\n", 1000))
				fail()
				return int64(n), errors.New("no more")
			})
			res := c.try(t.Context(), msg, "c@d.example")
			c.Close()
			s.Finish()
			if res.Outcome != Temporary || !res.Broken || s.Count() != 0 {
				t.Errorf("%+v, %d taken", res, s.Count())
			}
		})
	}
}
