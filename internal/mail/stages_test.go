package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// misbehaviour is one class of answer.
type misbehaviour struct {
	name  string
	reply func(stage smtptest.Stage) smtptest.Reply
}

func say(text string) func(smtptest.Stage) smtptest.Reply {
	return func(smtptest.Stage) smtptest.Reply { return smtptest.Say(text) }
}

func raw(text string) func(smtptest.Stage) smtptest.Reply {
	return func(smtptest.Stage) smtptest.Reply { return smtptest.Reply{Text: text, Raw: true} }
}

var misbehaviours = []misbehaviour{
	{"2xx odd", say("299 something good")},
	{"3xx odd", say("399 go on")},
	{"421", say("421 4.3.2 closing down")},
	{"4xx", say("451 4.3.0 later")},
	{"4xx without text", say("450 ")},
	{"5xx", say("550 no")},
	{"5xx mailbox", say("550 5.1.1 no such user")},
	{"5xx policy", say("550 5.7.1 your reputation")},
	{"5xx multi-line", say("550-5.7.1 your\n550-5.7.1 reputation is\n550 5.7.1 bad")},
	{"6xx", say("650 no such class")},
	{"1xx", say("150 thinking")},
	{"garbage", say("<html>hello</html>")},
	{"bare code", say("250")},
	{"binary", raw("\x00\xff\xfe\r\n")},
	{"multi-line cut", func(smtptest.Stage) smtptest.Reply {
		return smtptest.Reply{Text: "250-and\r\n250-so on", Raw: true, Hangup: true}
	}},
	{"two replies", raw("250 one\r\n250 two\r\n")},
	{"babble without end", func(smtptest.Stage) smtptest.Reply {
		return smtptest.Reply{Text: "250-" + strings.Repeat("blah\r\n250-", 20_000), Raw: true, Hangup: true}
	}},
	{"hang-up", func(smtptest.Stage) smtptest.Reply { return smtptest.Reply{Hangup: true} }},
	{"taken, then hang-up", func(smtptest.Stage) smtptest.Reply { return smtptest.Reply{Take: true, Hangup: true} }},
	{"taken, then garbage", func(smtptest.Stage) smtptest.Reply {
		return smtptest.Reply{Take: true, Text: "¿que?"}
	}},
	{"taken, then half a 250", func(smtptest.Stage) smtptest.Reply {
		return smtptest.Reply{Take: true, Text: "250 ok", Raw: true, Hangup: true}
	}},
}

// truthful is the promise of the package, whatever the server did.
func truthful(t *testing.T, res mail.Result, taken int) {
	t.Helper()
	switch {
	case res.Outcome == mail.Accepted && taken == 0:
		t.Errorf("accepted, but the server took nothing: %+v", res)
	case res.Outcome != mail.Accepted && res.Outcome != mail.Unknown && taken > 0:
		t.Errorf("%s, but the server took it: %+v", res.Outcome, res)
	}
	if strings.Contains(res.Text, "@") {
		t.Errorf("an address in %q", res.Text)
	}
}

// sendOnce connects, sends one mail and gives its result; a failure to
// connect is a Fault or Temporary like in Send.
func sendOnce(t *testing.T, s *smtptest.Server, o mail.Options) mail.Result {
	t.Helper()
	config, err := mail.Parse(strings.Replace(s.URL(), "smtp://", "smtp://user:secret@", 1))
	if err != nil {
		t.Fatal(err)
	}
	o.RootCAs = s.RootCAs()
	c, err := mail.New(config, o).Connect(t.Context())
	if err != nil {
		return mail.Result{Outcome: mail.Fault, Stage: mail.StageConnect, Text: err.Error(), Broken: true}
	}
	defer c.Close()
	return c.Send(t.Context(), message())
}

func TestEveryMisbehaviourAtEveryStage(t *testing.T) {
	stages := []smtptest.Stage{
		smtptest.Greeting, smtptest.EHLO, smtptest.STARTTLS, smtptest.AUTH, smtptest.MAIL,
		smtptest.RCPT, smtptest.DATA, smtptest.Dot, smtptest.RSET, smtptest.QUIT,
	}
	for _, stage := range stages {
		for _, bad := range misbehaviours {
			t.Run(string(stage)+"/"+bad.name, func(t *testing.T) {
				t.Parallel()
				script := smtptest.At(stage, bad.reply(stage))
				if stage == smtptest.RSET { // it comes only after a refusal
					script = func(m smtptest.Moment) smtptest.Reply {
						switch m.Stage {
						case smtptest.RCPT:
							return smtptest.Say("450 4.2.1 busy")
						case smtptest.RSET:
							return bad.reply(stage)
						}
						return smtptest.Reply{}
					}
				}
				s := smtptest.Start(t, smtptest.Options{Script: script, StartTLS: true, Users: map[string]string{"user": "secret"}})
				// DataTimeout is what ends the wait for an answer that never ends.
				res := sendOnce(t, s, mail.Options{DataTimeout: time.Minute})
				s.Finish()
				truthful(t, res, s.Count())
				if want, ok := expected[stage][bad.name]; ok && want != outline(res) {
					t.Errorf("%s, want %s (%+v)", outline(res), want, res)
				}
			})
		}
	}
}

func outline(r mail.Result) string {
	if r.Broken {
		return string(r.Outcome) + " broken"
	}
	return string(r.Outcome)
}

// expected spells out what the promise alone does not settle.
var expected = map[smtptest.Stage]map[string]string{
	smtptest.AUTH: {"5xx": "fault broken", "garbage": "fault broken", "hang-up": "fault broken"},
	smtptest.MAIL: {
		"2xx odd": "temporary broken", "421": "temporary broken", "4xx": "temporary", "5xx": "fault", "5xx mailbox": "fault",
		"5xx policy": "fault", "garbage": "temporary broken", "hang-up": "temporary broken", "two replies": "temporary broken",
	},
	smtptest.RCPT: {
		"2xx odd": "temporary broken", "421": "temporary broken", "4xx": "temporary", "4xx without text": "temporary",
		"5xx": "refused", "5xx mailbox": "refused", "5xx policy": "fault", "5xx multi-line": "fault",
		"garbage": "temporary broken", "hang-up": "temporary broken", "two replies": "temporary broken",
	},
	smtptest.DATA: {
		"2xx odd": "temporary broken", "421": "temporary broken", "4xx": "temporary", "5xx": "fault", "5xx mailbox": "refused",
		"5xx policy": "fault", "garbage": "temporary broken", "hang-up": "temporary broken",
	},
	smtptest.Dot: {
		"2xx odd": "accepted", "3xx odd": "unknown broken", "421": "temporary broken", "4xx": "temporary",
		"5xx": "fault", "5xx mailbox": "refused", "5xx policy": "fault", "5xx multi-line": "fault", "6xx": "unknown broken",
		"garbage": "unknown broken", "multi-line cut": "unknown broken", "hang-up": "unknown broken",
		"taken, then hang-up": "unknown broken", "taken, then garbage": "unknown broken", "taken, then half a 250": "accepted broken",
		"two replies": "accepted broken",
	},
	smtptest.RSET: {
		"421": "temporary broken", "4xx": "temporary broken", "5xx": "temporary broken", "garbage": "temporary broken",
		"hang-up": "temporary broken",
	},
	smtptest.QUIT: {"5xx": "accepted", "garbage": "accepted", "hang-up": "accepted", "babble without end": "accepted"},
}

func TestSilenceAtEveryStage(t *testing.T) {
	for stage, want := range map[smtptest.Stage]string{
		smtptest.Greeting: "", smtptest.EHLO: "", smtptest.STARTTLS: "", smtptest.AUTH: "",
		smtptest.MAIL: "temporary broken", smtptest.RCPT: "temporary broken", smtptest.DATA: "temporary broken",
		smtptest.Dot: "unknown broken",
	} {
		t.Run(string(stage), func(t *testing.T) {
			t.Parallel()
			s := smtptest.Start(t, smtptest.Options{
				Script:   smtptest.At(stage, smtptest.Reply{Wait: make(chan struct{})}),
				StartTLS: true, Users: map[string]string{"user": "secret"},
			})
			config, err := mail.Parse(strings.Replace(s.URL(), "smtp://", "smtp://user:secret@", 1))
			if err != nil {
				t.Fatal(err)
			}
			o := mail.Options{RootCAs: s.RootCAs(), Timeout: time.Minute, DataTimeout: time.Millisecond}
			if want == "" {
				o.Timeout = 50 * time.Millisecond
			}
			c, err := mail.New(config, o).Connect(t.Context())
			if want == "" {
				if err == nil || !strings.Contains(err.Error(), "did not answer in time") {
					t.Fatalf("connected, or wrongly reported: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if stage != smtptest.Dot {
				c.SetTimeout(50 * time.Millisecond)
			}
			res := c.Send(t.Context(), message())
			if outline(res) != want || !strings.Contains(res.Text, "did not answer in time") {
				t.Errorf("%+v, want %s", res, want)
			}
			truthful(t, res, s.Count())
		})
	}
}

// A server may have taken the mail and never say so.
func TestSilenceAfterTaking(t *testing.T) {
	s := smtptest.Start(t, smtptest.Options{
		Script: smtptest.At(smtptest.Dot, smtptest.Reply{Take: true, Wait: make(chan struct{})}),
	})
	c, err := transport(t, s, mail.Options{DataTimeout: time.Millisecond}).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if res := c.Send(t.Context(), message()); outline(res) != "unknown broken" {
		t.Errorf("%+v", res)
	}
}
