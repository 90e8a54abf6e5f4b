package line_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestWhatTheBoxOfficeIsTold(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		untold := func(want ...sale.Freeze) sale.Freezes {
			t.Helper()
			got, err := b.UntoldFreezes(ctx, "lakeside")
			if err != nil || !cmp.Equal(got, sale.Freezes(want)) {
				t.Errorf("untold %+v, %v; want %+v", got, err, want)
			}
			return got
		}
		tell := func(told sale.Freezes) {
			t.Helper()
			if err := b.FreezesTold(ctx, "lakeside", told); err != nil {
				t.Fatal(err)
			}
		}
		untold()
		one := b.freeze(t).Freeze
		first := untold(one)
		tell(first)
		untold()
		b.clock.Advance(second)
		over := b.release(t).Freeze
		tell(first) // late, and says nothing of the end
		second := untold(over)
		two := b.freeze(t).Freeze
		tell(second)
		third := untold(over, two)
		if told, err := b.ToldFreezes(ctx, "lakeside"); err != nil || !cmp.Equal(told, second) {
			t.Errorf("told %+v, %v", told, err)
		}
		tell(third)
		tell(first)
		if told, err := b.ToldFreezes(ctx, "lakeside"); err != nil || !cmp.Equal(told, third) {
			t.Errorf("told %+v, %v", told, err)
		}
		untold()
	})
}

// A box office that has not got the sale has nothing to go by a freeze at.
func TestNobodyIsToldBeforeTheSaleIsStored(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		b := newBench(t, dsn())
		if _, err := b.Apply(t.Context(), testSale(), "test"); err != nil {
			t.Fatal(err)
		}
		b.freeze(t)
		if got, err := b.UntoldFreezes(t.Context(), "lakeside"); err != nil || len(got) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		b.store(t, "lakeside")
		if got, err := b.UntoldFreezes(t.Context(), "lakeside"); err != nil || len(got) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// A place that is read while an offer is live comes with the freezes that its
// end counts, from the same moment.
func TestAPlaceComesWithItsFreezes(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.batch(t, 1)
		b.send(t, 10, line.ResultAccepted)
		b.freeze(t)
		p, err := b.Place(t.Context(), "lakeside", 1)
		if _, lasts := p.Freezes.Lasting(); err != nil || !lasts {
			t.Errorf("%+v, %v", p, err)
		}
		b.clock.Advance(second)
		b.release(t)
		if p, err = b.Place(t.Context(), "lakeside", 1); err != nil || p.Freezes.Over() != 1 {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

// Each check finds what it is for.
func TestChecksOfFreezes(t *testing.T) {
	for name, c := range map[string]struct{ damage, check string }{
		"an end that was not moved":     {`UPDATE offers SET ends = ends - 120000 WHERE state = 'open'`, "a live offer ends as its mail and the freezes say"},
		"an end that was moved twice":   {`UPDATE offers SET ends = ends + 120000 WHERE state = 'open'`, "a live offer ends as its mail and the freezes say"},
		"an offer that expired frozen":  {`UPDATE offers SET state = 'expired', over_at = ends - 60000 WHERE state = 'open'`, "no offer expires while the clocks stand still"},
		"an offer planned while frozen": {`UPDATE offers SET planned_at = planned_at + 90000`, "no offer is planned while frozen"},
		"a mail that left while frozen": {`UPDATE mail_tries SET started_at = started_at + 90000`, "no offer is planned while frozen"},
		"a freeze that is gone":         {`DELETE FROM freezes WHERE n = 1`, "freezes are dense, and one lasts at most"},
		"one that is over lasts":        {`UPDATE freezes SET ended_at = NULL, told = 0 WHERE n = 1`, "freezes are dense, and one lasts at most"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, sqldbtest.SQLite(t)())
			b.open(t, testSale())
			b.join(t, "fan")
			b.batch(t, 1)
			b.send(t, 10, line.ResultAccepted) // until 60 s
			b.clock.Advance(30 * second)
			b.freeze(t)
			b.clock.Advance(2 * time.Minute)
			b.release(t) // at 150 s; until 180 s
			b.clock.Advance(10 * second)
			b.freeze(t)
			b.clock.Advance(10 * second)
			b.release(t) // at 170 s; until 190 s
			b.holds(t)
			ctx := context.WithoutCancel(t.Context())
			err := b.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, c.damage)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]bool{}
			err = b.db.Read(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
				for _, check := range line.Checks() {
					if check.Run(ctx, tx) != nil {
						found[check.Name] = true
					}
				}
				return nil
			})
			if err != nil || !found[c.check] {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}
