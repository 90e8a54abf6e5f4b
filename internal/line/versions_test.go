package line_test

import (
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func TestApplyIsIdempotent(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		got, err := b.Apply(t.Context(), testSale(), "test")
		if err != nil || got.New || got.Version != 1 || got.Pending {
			t.Fatalf("%+v, %v", got, err)
		}
		s := testSale()
		s.Dispatch.Batch = 7
		got, err = b.Apply(t.Context(), s, "test")
		if err != nil || !got.New || got.Version != 2 || len(got.Changes) != 1 || !got.Pending {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

// What tightens is in force when written, what widens when both have it.
func TestTightenAtOnceWidenWhenStored(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		s := testSale()
		s.Caps = sale.Caps{Guaranteed: 6, Standby: 3}
		if _, err := b.Apply(t.Context(), s, "test"); err != nil {
			t.Fatal(err)
		}
		want := func(guaranteed, standby int) {
			t.Helper()
			st, err := b.Sale(t.Context(), "lakeside")
			if err != nil {
				t.Fatal(err)
			}
			if st.Sale.Caps != (sale.Caps{Guaranteed: guaranteed, Standby: standby}) {
				t.Fatalf("in force: %+v", st.Sale.Caps)
			}
		}
		want(4, 3)
		for _, name := range names(5) {
			b.join(t, name)
		}
		b.store(t, "lakeside")
		want(6, 3)
		p, err := b.Place(t.Context(), "lakeside", 5)
		if err != nil || p.Class != sale.Guaranteed {
			t.Errorf("number 5 was not promoted: %+v, %v", p, err)
		}
	})
}

func TestRefusedVersionIsTakenBackWhole(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		s := testSale()
		s.Caps.Standby = 1
		got, err := b.Apply(t.Context(), s, "test")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.RefuseVersion(t.Context(), "lakeside", got.Version, "no"); err != nil {
			t.Fatal(err)
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil || st.Sale.Caps.Standby != 6 || st.Pending() || st.Latest != 1 {
			t.Fatalf("%+v, %v", st, err)
		}
		if why, refused, err := b.Refusal(t.Context(), "lakeside", 2); why != "no" || !refused || err != nil {
			t.Errorf("version 2: %q %v, %v", why, refused, err)
		}
		if why, refused, err := b.Refusal(t.Context(), "lakeside", 1); why != "" || refused || err != nil {
			t.Errorf("version 1: %q %v, %v", why, refused, err)
		}
		got, err = b.Apply(t.Context(), s, "test")
		if err != nil || got.Version != 3 {
			t.Errorf("%+v, %v: a refused version's number is not used again", got, err)
		}
	})
}

func TestApplyRefusesWhatBreaksAPromise(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(4) {
			b.join(t, name)
		}
		s := testSale()
		s.Tickets.Capacity = 6
		s.Caps.Guaranteed = 3
		_, err := b.Apply(t.Context(), s, "test")
		wantCode(t, err, sale.CodeCutBelow)
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil || st.Latest != 1 {
			t.Errorf("something was stored: %+v, %v", st, err)
		}
	})
}

// A command and a dispatcher put the same version at once: one is refused, the
// other comes when the tickets in question are free again. What the box office
// has is what counts.
func TestStoredAfterAllIsInForce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		s := testSale()
		s.Caps.Standby = 1
		if _, err := b.Apply(t.Context(), s, "test"); err != nil {
			t.Fatal(err)
		}
		u, ok, err := b.Unstored(t.Context(), "lakeside", nil)
		if err != nil || !ok {
			t.Fatalf("unstored: %v %v", ok, err)
		}
		if err := b.RefuseVersion(t.Context(), "lakeside", 2, "no"); err != nil {
			t.Fatal(err)
		}
		if err := b.MarkStored(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil || st.Latest != 2 || st.Stored != 2 || st.Sale.Version != 2 || st.Sale.Caps.Standby != 1 {
			t.Errorf("latest %d, stored %d, in force %d with %d standby, %v; want version 2 whole",
				st.Latest, st.Stored, st.Sale.Version, st.Sale.Caps.Standby, err)
		}
	})
}

// A refused version's schedule is not kept: what the assigner made of it in
// the meantime could be a day away.
func TestRefusedScheduleIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		s := testSale()
		s.Dispatch.Every = "@daily"
		if _, err := b.Apply(t.Context(), s, "test"); err != nil {
			t.Fatal(err)
		}
		if err := b.Reschedule(t.Context(), b.lease, start.Add(23*time.Hour), 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := b.RefuseVersion(t.Context(), "lakeside", 2, "no"); err != nil {
			t.Fatal(err)
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil || st.Sale.Dispatch.Every != "@every 1m" || !st.NextBatch.IsZero() {
			t.Errorf("every %q, next %v, %v", st.Sale.Dispatch.Every, st.NextBatch, err)
		}
	})
}
