package line_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// TestGivenBefore counts by binary search what a count of all rows says.
func TestGivenBefore(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var at []time.Time
		for i := range 10 {
			b.join(t, fmt.Sprint("fan", i))
			at = append(at, b.clock.Now())
			if i%3 != 1 { // some have the same moment
				b.clock.Advance(time.Duration(i*700) * time.Millisecond)
			}
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		var moments []time.Time
		var want []int
		for m := start.Add(-time.Second); m.Before(b.clock.Now().Add(2 * time.Second)); m = m.Add(100 * time.Millisecond) {
			moments = append(moments, m)
			n := 0
			for _, a := range at {
				if a.Before(m) {
					n++
				}
			}
			want = append(want, n)
		}
		got, err := b.GivenBefore(t.Context(), st.ID, 0, moments)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v %v, want %v", got, err, want)
		}
		// From a count that is known already.
		if got, err = b.GivenBefore(t.Context(), st.ID, want[20], moments[20:]); err != nil || !slices.Equal(got, want[20:]) {
			t.Errorf("%v %v, want %v", got, err, want[20:])
		}
	})
}

func TestBatchTallies(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(6) {
			b.join(t, name)
		}
		b.batch(t, 3)
		b.send(t, 2, line.ResultAccepted)
		b.send(t, 1, line.ResultRefused)
		b.closeAll(t)
		b.batch(t, 2)
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.BatchTallies(t.Context(), st.ID, 1, st.Batch)
		if err != nil {
			t.Fatal(err)
		}
		want := []line.BatchTally{
			{Batch: 1, State: sale.OfferBounced, Offers: 1, Mailed: 1},
			{Batch: 1, State: sale.OfferOpen, Offers: 2, Mailed: 2},
			{Batch: 2, State: sale.OfferOpen, Offers: 2},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if got, err := b.BatchTallies(t.Context(), st.ID, 2, 2); err != nil || len(got) != 1 {
			t.Errorf("batch 2 alone: %v %v", got, err)
		}
	})
}

// TestHandOvers: every try, with a domain and no address.
func TestHandOvers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.batch(t, 1)
		b.send(t, 1, line.ResultAccepted)
		b.clock.Advance(time.Second)
		b.send(t, 1, line.ResultTemporary)
		mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 1})
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.HandOversAfter(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		want := []line.HandOver{
			{Kind: sale.MailOffer, Domain: "example.org", Done: true, Result: line.ResultAccepted, At: start},
			{Kind: sale.MailReceipt, Domain: "example.org", Done: true, Result: line.ResultTemporary, At: start.Add(time.Second)},
			{Kind: sale.MailReceipt, Domain: "example.org", At: start.Add(time.Second)},
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(line.HandOver{}, "ID", "SaleID")); diff != "" {
			t.Error(diff)
		}
		if err := b.Record(t.Context(), line.Tried{Mail: mails[0], Result: line.ResultAccepted}); err != nil {
			t.Fatal(err)
		}
		again, err := b.HandOvers(t.Context(), []int64{got[2].ID, 99_999})
		if err != nil || len(again) != 1 || !again[0].Done || again[0].Result != line.ResultAccepted {
			t.Errorf("asked again: %+v %v", again, err)
		}
		if rest, err := b.HandOversAfter(t.Context(), got[1].ID, 10); err != nil || len(rest) != 1 {
			t.Errorf("after the second: %+v %v", rest, err)
		}
	})
}

func TestQueuesAndSigns(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(5) {
			b.join(t, name)
		}
		b.batch(t, 2)
		b.send(t, 1, line.ResultAccepted)
		if err := b.Withdraw(t.Context(), "lakeside", 5); err != nil {
			t.Fatal(err)
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		q, err := b.Queues(t.Context(), st)
		if err != nil {
			t.Fatal(err)
		}
		want := line.Queues{Withdrawn: 1, Mails: map[sale.MailKind]int{sale.MailOffer: 1, sale.MailReceipt: 5, sale.MailWithdrawn: 1}, Bounced: map[sale.MailKind]int{}}
		if diff := cmp.Diff(want, q); diff != "" {
			t.Error(diff)
		}
		if n, err := b.Waiting(t.Context(), st); err != nil || n != 2 {
			t.Errorf("%d wait (%v)", n, err)
		}
		signs, err := b.Signs(t.Context(), st.ID)
		if err != nil || !signs.Holder || !signs.LeaseUntil.Equal(start.Add(time.Hour)) || !signs.LastSignUp.Equal(start) {
			t.Errorf("%+v %v", signs, err)
		}
	})
}
