package line_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func TestStanding(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(8) {
			b.join(t, name)
		}
		b.batch(t, 3)
		s := testSale()
		s.Dispatch.Batch = 5
		if _, err := b.Write(t.Context(), s, line.Edit{Actor: "bea", Source: line.FromConsole, Base: 1}); err != nil {
			t.Fatal(err)
		}
		got, err := b.Standing(t.Context(), "lakeside")
		if err != nil || got.Waiting != 5 || got.Open != 3 || got.Unsent != 3 || !got.LastEnd.IsZero() || got.Newest.Sale.Version != 2 || got.State.Last != 8 {
			t.Errorf("%+v, %v", got, err)
		}
		mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 2})
		if err != nil || len(mails) != 2 {
			t.Fatal(mails, err)
		}
		for _, m := range mails {
			if err := b.Record(t.Context(), line.Tried{Mail: m, Result: line.ResultAccepted}); err != nil {
				t.Fatal(err)
			}
		}
		got, err = b.Standing(t.Context(), "lakeside")
		if err != nil || got.Unsent != 1 || got.Hour != 2 || !got.LastEnd.Equal(start.Add(time.Minute)) {
			t.Errorf("after two mails: %+v, %v", got, err)
		}
		_, err = b.Standing(t.Context(), "sea")
		wantCode(t, err, sale.CodeNotFound)
	})
}
