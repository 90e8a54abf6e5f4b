package dispatcher_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/mail/smtptest"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// A sale with a long outbox and one with a short one get their mails out in
// turn: the connections are everybody's.
func TestSalesShareTheConnections(t *testing.T) {
	st := newStage(t)
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := newHouse(t, st, dsn, plan{sale: func(s *sale.Sale) { s.Mail.Receipt = true }})
		other := lakeside()
		other.Slug, other.Mail.Receipt, other.Mail.From = "seaside", true, "Seaside <tickets@seaside.example>"
		_, err := h.line.Apply(t.Context(), other, "test")
		must(t, err)
		for _, sold := range []string{slug, other.Slug} {
			for i := range 8 {
				address := fmt.Sprintf("fan%d@%s.example", i, sold)
				_, err := h.line.SignUp(t.Context(), line.SignUp{
					Sale: sold, Lang: "en", Address: sale.Address{Typed: address, Canonical: address},
				})
				must(t, err)
			}
		}
		h.beat() // both leases are held before the first mail leaves

		h.Workers = 1
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- h.Run(ctx) }()
		mails, err := h.server.Wait(ctx, 8)
		stop()
		must(t, err)
		must(t, <-ran)
		if n := of("seaside", mails[:8]); n < 3 || n > 5 {
			t.Errorf("of the first 8 mails %d are about one of two sales, want half", n)
		}
	})
}

func of(sold string, mails []smtptest.Mail) int {
	n := 0
	for _, m := range mails {
		if strings.HasSuffix(m.To[0], "@"+sold+".example") { // the fans of a sale, in this test
			n++
		}
	}
	return n
}
