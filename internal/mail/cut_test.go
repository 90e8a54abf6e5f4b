package mail_test

import (
	"testing"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// sendCut sends one small mail over a connection that ends after so many
// bytes, and says whether the dialogue got to its end all the same.
func sendCut(t *testing.T, o smtptest.Options, in, out int) (whole bool) {
	t.Helper()
	done := make(chan struct{})
	o.Cut = func(int) (int, int) { return in, out }
	o.Script = func(m smtptest.Moment) smtptest.Reply {
		if m.Stage == smtptest.QUIT {
			close(done)
		}
		return smtptest.Reply{}
	}
	s, err := smtptest.Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	m := message()
	m.Text, m.HTML = "Hello.\n", ""
	config, err := mail.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c, err := mail.New(config, mail.Options{RootCAs: s.RootCAs()}).Connect(t.Context())
	if err != nil {
		s.Finish()
		if s.Count() != 0 {
			t.Fatalf("cut after %d in, %d out: nothing was sent, but taken", in, out)
		}
		return false
	}
	res := c.Send(t.Context(), m)
	c.Close()
	s.Finish()
	truthful(t, res, s.Count())
	if s.Count() > 1 {
		t.Errorf("cut after %d in, %d out: taken %d times", in, out, s.Count())
	}
	if t.Failed() {
		t.Fatalf("cut after %d bytes in, %d out", in, out)
	}
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func TestDialogueCutAtEveryByte(t *testing.T) {
	for name, o := range map[string]smtptest.Options{"plain": {}, "starttls": {StartTLS: true}, "implicit": {Implicit: true}} {
		step := 1
		if o.StartTLS || o.Implicit {
			step = 37 // handshakes are long and slow, and vary by a few bytes
		}
		t.Run(name+"/from client", func(t *testing.T) {
			t.Parallel()
			for n := 0; !sendCut(t, o, n, -1); n += step {
			}
		})
		t.Run(name+"/to client", func(t *testing.T) {
			t.Parallel()
			for n := 0; !sendCut(t, o, -1, n); n += step {
			}
		})
	}
}
