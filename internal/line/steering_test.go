package line_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
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
		if err := b.Withdraw(t.Context(), "lakeside", 7); err != nil { // before his turn
			t.Fatal(err)
		}
		got, err := b.Standing(t.Context(), "lakeside")
		if err != nil || got.Waiting != 4 || got.Open != 3 || got.Unsent != 3 || !got.LastEnd.IsZero() || got.Newest.Sale.Version != 2 || got.State.Last != 8 {
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

// BenchmarkStanding is what a page reads that steers a sale with a million
// people in line, all of whom wait: within a tenth of what a page may take.
func BenchmarkStanding(b *testing.B) {
	sqldbtest.EachB(b, func(b *testing.B, dsn func() string) {
		l := newBench(b, dsn())
		l.open(b, bigSale())
		l.fill(b, 1_000_000)
		for b.Loop() {
			if _, err := l.Standing(b.Context(), "lakeside"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestCountOfThoseWhoWait holds the quick count against the slow one: before
// and after turns, with people who left before and after theirs, and with
// those whose turn comes again.
func TestCountOfThoseWhoWait(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		counts := func(when string) {
			t.Helper()
			got, err := b.Standing(t.Context(), "lakeside")
			if want := b.count(t, `SELECT COUNT(*) FROM registrations WHERE waiting = 1`); err != nil || got.Waiting != want {
				t.Errorf("%s: %d wait, counted one by one %d, %v", when, got.Waiting, want, err)
			}
		}
		leaves := func(number int) {
			t.Helper()
			if err := b.Withdraw(t.Context(), "lakeside", number); err != nil {
				t.Fatal(err)
			}
		}
		counts("nobody")
		for _, name := range names(9) {
			b.join(t, name)
		}
		counts("nobody reached")
		leaves(2)
		leaves(8)
		counts("two left")
		asks, err := b.PlanBatch(t.Context(), b.lease, line.Plan{Most: 3, Each: 2})
		if err != nil || len(asks) != 3 {
			t.Fatal(asks, err)
		}
		counts("a batch planned")
		grants := []sale.Grant{{Offer: asks[0].Offer, Granted: 2}, {Offer: asks[1].Offer}, {Offer: asks[2].Offer, Granted: 2}}
		if err := b.OpenBatch(t.Context(), b.lease, grants); err != nil {
			t.Fatal(err)
		}
		counts("one dropped, and next again")
		leaves(4)
		counts("one left behind his turn")
		if err := b.Restore(t.Context(), "lakeside", 8); err != nil {
			t.Fatal(err)
		}
		counts("one came back")
	})
}
