package line_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// TestJourneys: who bought, who had an offer, who left, who waits.
func TestJourneys(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(5) {
			b.join(t, name)
			b.clock.Advance(time.Second)
		}
		b.clock.Advance(5 * time.Second) // it is ten past
		ids := b.batch(t, 3)
		b.clock.Advance(2 * time.Second)
		b.send(t, 2, line.ResultAccepted)
		b.send(t, 1, line.ResultRefused)
		b.clock.Advance(3 * time.Second)
		order := sale.Order{Code: "AAAA", Offer: ids[0], State: sale.OrderConfirmed, At: b.clock.Now()}
		if err := b.Collect(t.Context(), b.lease, []sale.Outcome{{Position: 1, Kind: sale.OutcomeBought, Offer: ids[0], Order: &order, At: b.clock.Now()}}); err != nil {
			t.Fatal(err)
		}
		b.closeAll(t)
		if err := b.Withdraw(t.Context(), "lakeside", 4); err != nil {
			t.Fatal(err)
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
		want := []line.Journey{
			{Number: 1, At: at(0), Offered: at(10), Mailed: at(12), Bought: at(15)},
			{Number: 2, At: at(1), Offered: at(10), Has: true},
			{Number: 3, At: at(2), Offered: at(10), Bounced: true},
			{Number: 4, At: at(3), Left: true},
			{Number: 5, At: at(4)},
		}
		got, err := b.Journeys(t.Context(), st.ID, 0, 10)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if got, err = b.Journeys(t.Context(), st.ID, 3, 1); err != nil || len(got) != 1 || got[0].Number != 4 {
			t.Errorf("from after 3: %v %v", got, err)
		}
		order.State = sale.OrderCancelled
		if err := b.Collect(t.Context(), b.lease, []sale.Outcome{{Position: 2, Kind: sale.OutcomeCancelled, Offer: ids[0], Order: &order, At: b.clock.Now()}}); err != nil {
			t.Fatal(err)
		}
		if got, err = b.Journeys(t.Context(), st.ID, 0, 1); err != nil || !got[0].Cancelled || got[0].Bought.IsZero() {
			t.Errorf("cancelled: %+v %v", got, err)
		}
	})
}

func TestSteps(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, paused := range []bool{true, false} {
			b.clock.Advance(time.Minute)
			if err := b.SetPaused(t.Context(), "lakeside", paused, "ada@office.example"); err != nil {
				t.Fatal(err)
			}
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		steps, err := b.Steps(t.Context(), st.ID, "pause", "resume")
		if err != nil || len(steps) != 2 || steps[0].Action != "pause" || steps[1].Action != "resume" || !steps[1].At.Equal(start.Add(2*time.Minute)) {
			t.Errorf("%+v %v", steps, err)
		}
	})
}
