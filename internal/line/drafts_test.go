package line_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// somebody joins as an organizer.
func (b *bench) somebody(t testing.TB, name string) int64 {
	t.Helper()
	address := name + "@lakeside.example"
	o, err := b.AddOrganizer(t.Context(), line.NewOrganizer{Address: sale.Address{Typed: address, Canonical: address}, Passphrase: "none"}, false, "test")
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

// A draft is its organizer's alone, keeps what was typed, and is there after
// a restart.
func TestDrafts(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		b := newBench(t, dsn())
		ann, bea := b.somebody(t, "ann"), b.somebody(t, "bea")
		first, err := b.NewDraft(t.Context(), ann, map[string]string{"title.en": "Lakeside", "tickets.max_per_fan": "many"})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Minute)
		_, err = b.ChangeDraft(t.Context(), ann, first, func(f map[string]string) { f["slug"] = "lakeside"; delete(f, "title.en") })
		if err != nil {
			t.Fatal(err)
		}
		again, err := line.New(t.Context(), line.Options{DB: b.db, Clock: b.clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.Draft(t.Context(), ann, first)
		want := line.Draft{ID: first, Fields: map[string]string{"slug": "lakeside", "tickets.max_per_fan": "many"}, Changed: start.Add(time.Minute)}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v, -want +got\n%s", err, diff)
		}
		second, err := b.NewDraft(t.Context(), ann, nil)
		if err != nil {
			t.Fatal(err)
		}
		if all, err := b.Drafts(t.Context(), ann); err != nil || len(all) != 2 || all[0].ID != second || all[1].ID != first {
			t.Errorf("ann's drafts: %v, %v", all, err)
		}

		// Somebody else neither sees nor changes nor drops it.
		if all, err := b.Drafts(t.Context(), bea); err != nil || len(all) != 0 {
			t.Errorf("bea's drafts: %v, %v", all, err)
		}
		if _, err := b.Draft(t.Context(), bea, first); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("bea reads it: %v", err)
		}
		if _, err := b.ChangeDraft(t.Context(), bea, first, func(f map[string]string) { f["slug"] = "stolen" }); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("bea changes it: %v", err)
		}
		if err := b.DropDraft(t.Context(), bea, first); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Draft(t.Context(), ann, first); err != nil || got.Fields["slug"] != "lakeside" {
			t.Errorf("after bea: %v, %v", got, err)
		}
		for range 2 {
			if err := b.DropDraft(t.Context(), ann, first); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Draft(t.Context(), ann, first); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("a dropped draft: %v", err)
		}
	})
}

func TestTooManyDrafts(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		b := newBench(t, dsn())
		ann := b.somebody(t, "ann")
		var err error
		for n := 0; err == nil && n < 50; n++ {
			_, err = b.NewDraft(t.Context(), ann, nil)
		}
		if sale.CodeOf(err) != sale.CodeInvalid {
			t.Errorf("50 drafts: %v", err)
		}
	})
}

// Two windows on one draft: each writes its own step, and neither loses.
func TestTwoWindowsOnOneDraft(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		b := newBench(t, dsn())
		ann := b.somebody(t, "ann")
		id, err := b.NewDraft(t.Context(), ann, map[string]string{})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		var wg sync.WaitGroup
		for _, field := range []string{"slug", "title.en", "timezone", "currency", "payment", "dispatch.every"} {
			want[field] = "typed"
			wg.Go(func() {
				if _, err := b.ChangeDraft(t.Context(), ann, id, func(f map[string]string) { f[field] = "typed" }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got, err := b.Draft(t.Context(), ann, id); err != nil || !maps.Equal(got.Fields, want) {
			t.Errorf("%v, %v", got.Fields, err)
		}
	})
}

// What organizers look at and confirm is kept with who and when, and every
// time is in the audit log.
func TestChecklist(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		b := newBench(t, dsn())
		b.open(t, testSale())
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		if all, err := b.Checklist(t.Context(), st.ID); err != nil || len(all) != 0 {
			t.Errorf("at first: %v, %v", all, err)
		}
		for _, actor := range []string{"ann@lakeside.example", "bea@lakeside.example"} {
			b.clock.Advance(time.Hour)
			if err := b.Check(t.Context(), "lakeside", line.CheckKeys, line.Checked{Actor: actor, Detail: "on tape"}, "the keys are backed up"); err != nil {
				t.Fatal(err)
			}
		}
		all, err := b.Checklist(t.Context(), st.ID)
		want := map[line.CheckItem]line.Checked{line.CheckKeys: {At: start.Add(2 * time.Hour), Actor: "bea@lakeside.example", Detail: "on tape"}}
		if diff := cmp.Diff(want, all); diff != "" || err != nil {
			t.Errorf("%v, -want +got\n%s", err, diff)
		}
		var n int
		err = b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			return tx.QueryRow(ctx, `SELECT COUNT(*) FROM audit WHERE sale_id = $1 AND action = 'check keys' AND detail = 'the keys are backed up'`, st.ID).Scan(&n)
		})
		if err != nil || n != 2 {
			t.Errorf("%d rows in the audit log, %v", n, err)
		}
		if err := b.Check(t.Context(), "nowhere", line.CheckKeys, line.Checked{}, ""); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("a sale that is not there: %v", err)
		}
	})
}
