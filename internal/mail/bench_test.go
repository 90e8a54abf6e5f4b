package mail_test

import (
	"testing"

	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/mail/smtptest"
)

// One connection kept open against one dialled for each mail, on loopback
// without TLS, where dialling is at its cheapest.
func BenchmarkSend(b *testing.B) {
	b.Run("reuse", func(b *testing.B) {
		s := smtptest.Start(b, smtptest.Options{Discard: true})
		c := connect(b, s)
		for b.Loop() {
			if res := c.Send(b.Context(), message()); res.Outcome != mail.Accepted {
				b.Fatalf("%+v", res)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	})
	b.Run("dial", func(b *testing.B) {
		s := smtptest.Start(b, smtptest.Options{Discard: true})
		t := transport(b, s, mail.Options{})
		for b.Loop() {
			c, err := t.Connect(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if res := c.Send(b.Context(), message()); res.Outcome != mail.Accepted {
				b.Fatalf("%+v", res)
			}
			c.Close()
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	})
}
