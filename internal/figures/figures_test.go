package figures_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sale/saletest"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// TestFollowedIsCounted: whatever happens in whatever order, who has followed
// it all along says the same as who counts everything at the end.
func TestFollowedIsCounted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		h := open(t, "sqlite::memory:")
		h.live(t, r)
	})
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := open(t, dsn())
		rapid.Check(t, func(r *rapid.T) { h.live(t, r) })
	})
}

// live is a few minutes of a sale.
func (h *house) live(t *testing.T, r *rapid.T) {
	var hands []line.Mail
	for range rapid.IntRange(1, 12).Draw(r, "steps") {
		switch rapid.IntRange(0, 6).Draw(r, "step") {
		case 0:
			h.join(t, rapid.IntRange(1, 5).Draw(r, "fans"))
		case 1:
			h.batch(t, rapid.IntRange(1, 4).Draw(r, "batch"))
		case 2:
			hands = append(hands, h.take(t, rapid.IntRange(1, 4).Draw(r, "hand"))...)
		case 3:
			for len(hands) > 0 && rapid.Bool().Draw(r, "another") {
				i := rapid.IntRange(0, len(hands)-1).Draw(r, "which")
				h.done(t, hands[i], rapid.SampledFrom([]line.MailResult{line.ResultAccepted, line.ResultTemporary, line.ResultRefused, line.ResultUnknown, line.ResultFault}).Draw(r, "result"))
				hands = append(hands[:i], hands[i+1:]...)
			}
		case 4:
			h.clock.Advance(time.Duration(rapid.IntRange(0, 200).Draw(r, "seconds")) * time.Second)
		case 5:
			h.closeDue(t)
			if h.names > 0 && rapid.Bool().Draw(r, "leaves") {
				if err := h.Withdraw(t.Context(), "lakeside", rapid.IntRange(1, h.names).Draw(r, "who")); err != nil && sale.CodeOf(err) == "" {
					t.Fatal(err)
				}
			}
		case 6:
			refresh(t, h.f)
		}
	}
	for _, m := range hands {
		h.done(t, m, line.ResultAccepted)
	}
	followed, counted := refresh(t, h.f), refresh(t, h.fresh(t))
	if diff := cmp.Diff(counted, followed, cmpopts.IgnoreFields(figures.Snapshot{}, "Queues", "QueuesAt", "BoxTook"), cmpopts.EquateEmpty()); diff != "" {
		r.Fatalf("counted (-), followed (+):\n%s", diff)
	}
	var waiting int
	err := h.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM registrations WHERE waiting = 1`).Scan(&waiting)
	})
	if err != nil || waiting != followed.Waiting {
		r.Fatalf("%d wait, it says %d (%v)", waiting, followed.Waiting, err)
	}
	if counts, err := h.OfferCounts(t.Context(), "lakeside"); err != nil || !cmp.Equal(counts, followed.Offers.States, cmpopts.EquateEmpty()) {
		r.Fatalf("offers %v, %v (%v)", followed.Offers.States, counts, err)
	}
}

// TestSignUpsByMinute: each in its minute, the last one open.
func TestSignUpsByMinute(t *testing.T) {
	h := open(t, "sqlite::memory:")
	h.join(t, 3)
	h.clock.Advance(61 * time.Second)
	h.join(t, 2)
	refresh(t, h.f)
	h.clock.Advance(2 * time.Minute)
	h.join(t, 1)
	s := refresh(t, h.f).SignUps
	want := figures.SignUps{Start: start, Step: time.Minute, Values: []int{3, 2, 0, 1}, Open: true}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	// An hour later the first minutes are out of sight; after the form they
	// are the form's last hour for ever.
	h.clock.Advance(time.Hour)
	if s := refresh(t, h.f).SignUps; s.Start != start.Add(3*time.Minute) || s.Values[0] != 1 || len(s.Values) != 61 {
		t.Errorf("%+v", s)
	}
	h.clock.Advance(100 * time.Hour)
	if s := refresh(t, h.f).SignUps; s.Start != start.Add(2*time.Hour) || s.Open || len(s.Values) != 60 {
		t.Errorf("%+v", s)
	}
	snapshot := refresh(t, h.f)
	all, err := h.f.Of("lakeside").Demand(t.Context(), snapshot, steps(30*time.Minute))
	if diff := cmp.Diff(figures.SignUps{Start: start, Step: 30 * time.Minute, Values: []int{6, 0, 0, 0, 0, 0}}, all); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestDemandOfALineThatFilled: the report looks at the time in which people
// signed up, not at that for which the form was meant to be open.
func TestDemandOfALineThatFilled(t *testing.T) {
	h := open(t, "sqlite::memory:")
	small := lakeside()
	small.Caps = sale.Caps{Guaranteed: 2, Standby: 2}
	if _, err := h.Apply(t.Context(), small, "test"); err != nil {
		t.Fatal(err)
	}
	demand := func() (figures.SignUps, time.Duration) {
		t.Helper()
		var span time.Duration
		got, err := h.f.Of("lakeside").Demand(t.Context(), refresh(t, h.f), func(d time.Duration) time.Duration {
			span = d
			return time.Minute
		})
		if err != nil {
			t.Fatal(err)
		}
		return got, span
	}
	h.join(t, 2)
	h.clock.Advance(90 * time.Second)
	h.join(t, 1)
	want := figures.SignUps{Start: start, Step: time.Minute, Values: []int{2, 1}, Open: true}
	if got, span := demand(); cmp.Diff(want, got) != "" || span != 90*time.Second+time.Millisecond {
		t.Errorf("%+v of %v", got, span)
	}
	h.clock.Advance(time.Minute)
	h.join(t, 1)
	h.clock.Advance(time.Hour)
	want.Values, want.Open = []int{2, 1, 1}, false
	if got, span := demand(); cmp.Diff(want, got) != "" || span != 150*time.Second+time.Millisecond {
		t.Errorf("%+v of %v", got, span)
	}
}

// TestAMinuteIsClosedOnlyWhenItIsSettled: a sign-up that began before a
// minute's end and was durable after it still counts in it.
func TestAMinuteIsClosedOnlyWhenItIsSettled(t *testing.T) {
	h := open(t, "sqlite::memory:")
	h.join(t, 1)
	h.clock.Advance(70 * time.Second)
	refresh(t, h.f) // asks how many there were before 9:01
	h.clock.Advance(-11 * time.Second)
	h.join(t, 1) // at 9:00:59, durable only now
	h.clock.Advance(11 * time.Second)
	if s := refresh(t, h.f).SignUps; s.Values[0] != 2 || s.Values[1] != 0 {
		t.Errorf("%+v", s)
	}
}

// TestHandOversThatWereMissing: a try whose transaction became visible after
// a later one is counted all the same.
func TestHandOversThatWereMissing(t *testing.T) {
	h := open(t, "sqlite::memory:")
	h.join(t, 3)
	for _, m := range h.take(t, 3) {
		h.done(t, m, line.ResultAccepted)
	}
	hide := func(id, to int64) {
		t.Helper()
		err := h.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE mail_tries SET id = $1 WHERE id = $2`, to, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	hide(2, -2)
	if s := refresh(t, h.f); s.Mails.Results().All() != 2 {
		t.Errorf("%+v", s.Mails)
	}
	hide(-2, 2)
	h.clock.Advance(2 * time.Second)
	if s := refresh(t, h.f); s.Mails.Results().All() != 3 {
		t.Errorf("the missing one is not counted: %+v", s.Mails)
	}
	h.clock.Advance(time.Hour)
	if s := refresh(t, h.f); s.Mails.Results().All() != 3 {
		t.Errorf("counted again: %+v", s.Mails)
	}
}

// TestDomains: the largest by name, the rest as one, and no address.
func TestDomains(t *testing.T) {
	h := open(t, "sqlite::memory:")
	h.join(t, 25)
	for _, m := range h.take(t, 100) {
		h.done(t, m, line.ResultAccepted)
	}
	s := refresh(t, h.f)
	d := s.Mails.Domains
	if len(d) != 9 || d[0].Domain != "mail1.example" || d[0].Results.All() != 3 || d[8].Domain != "" || d[8].Results.All() != 6 {
		t.Errorf("%+v", d)
	}
}

// TestUnits: balances at the end of each minute, from the first offer on.
func TestUnits(t *testing.T) {
	h := open(t, "sqlite::memory:")
	h.box.move(2, "issued", "available", 100)
	h.box.move(2, "available", "offered", 40)
	h.box.move(2, "offered", "sold", 10)
	h.box.move(3, "offered", "available", 6)
	h.clock.Advance(5 * time.Minute)
	u := refresh(t, h.f).Units
	at := func(m int) time.Time { return start.Add(time.Duration(m) * time.Minute) }
	want := figures.Units{
		Known: true, Complete: true, Moves: figures.Moves{Issued: 100, Offered: 40, Bought: 10, Returned: 6}, Accounts: []string{"sold", "offered", "available"},
		At:       []time.Time{at(2), at(3), at(4), at(5), at(6)},
		Balances: [][]int{{0, 10, 10, 10, 10}, {0, 30, 24, 24, 24}, {100, 60, 66, 66, 66}},
		Minutes:  []figures.Minute{{At: at(2), Sold: 10}},
	}
	if diff := cmp.Diff(want, u, cmpopts.IgnoreFields(figures.Units{}, "Stock")); diff != "" {
		t.Error(diff)
	}
	// A box office that does not answer takes nothing away.
	h.box.err = errors.New("gone")
	s, err := h.f.Of("lakeside").Refresh(t.Context(), 0)
	if err != nil || s.BoxErr == nil || !s.Units.Known || s.Units.Stock.Capacity().Sold != 10 {
		t.Errorf("%+v %v", s.Units, err)
	}
}

// silentBox takes what it is asked and never answers.
type silentBox struct {
	figures.BoxOffice
	asked atomic.Int32
}

func (b *silentBox) Stock(ctx context.Context, _ string) (sale.Stock, error) {
	b.asked.Add(1)
	<-ctx.Done()
	return sale.Stock{}, ctx.Err()
}

// TestSilentBoxOffice: a box office that takes the question and does not
// answer keeps the first one waiting for a moment, and nobody behind him.
func TestSilentBoxOffice(t *testing.T) {
	h := open(t, "sqlite::memory:")
	silent := &silentBox{BoxOffice: h.box}
	f, err := figures.New(figures.Options{Line: h.Line, BoxOffice: silent, Clock: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int32{1, 1, 2} {
		if want == 2 {
			h.clock.Advance(10 * time.Second)
		}
		s, err := f.Of("lakeside").Refresh(t.Context(), 0)
		if err != nil || s.BoxErr == nil || silent.asked.Load() != want {
			t.Errorf("asked %d times, want %d: %v, %v", silent.asked.Load(), want, s.BoxErr, err)
		}
	}
}

// TestExpectedEnd reckons with paces, and says why.
func TestExpectedEnd(t *testing.T) {
	h := open(t, "sqlite::memory:")
	expect := func(want string, from, to time.Duration) {
		t.Helper()
		e := refresh(t, h.f).Expected
		if e.What != want || !e.From.Equal(start.Add(from)) || !e.To.Equal(start.Add(to)) {
			t.Errorf("%s from %v to %v, want %s from %v to %v", e.What, e.From.Sub(start), e.To.Sub(start), want, from, to)
		}
	}
	h.box.move(-600, "issued", "available", 1200)
	h.clock.Advance(-time.Minute)
	expect(figures.EndsWaiting, 0, 24*time.Hour)
	h.clock.Advance(time.Minute)
	expect(figures.EndsAtEnd, 24*time.Hour, 24*time.Hour)
	h.box.move(0, "available", "offered", 300)
	h.box.move(10, "offered", "sold", 200)
	h.box.move(25, "offered", "sold", 100)
	h.clock.Advance(30 * time.Minute)
	// 100 in ten minutes, 300 in thirty; 900 are left.
	expect(figures.EndsSoldOut, 30*time.Minute+90*time.Minute, 30*time.Minute+90*time.Minute)
	h.clock.Advance(30 * time.Minute)
	expect(figures.EndsSoldOut, time.Hour+3*time.Hour, time.Hour+3*time.Hour)
	h.box.move(59, "available", "offered", 100)
	h.box.move(59, "offered", "sold", 100)
	expect(figures.EndsSoldOut, time.Hour+80*time.Minute, time.Hour+4*time.Hour) // 600 an hour, 200 an hour, 400 an hour
	h.box.move(60, "available", "offered", 800)
	h.box.move(60, "offered", "sold", 800)
	expect(figures.EndsSoldOut, time.Hour, time.Hour)
	h.clock.Advance(24 * time.Hour)
	expect(figures.EndsOver, 24*time.Hour, 24*time.Hour)
}

// TestDearCountsAreRare: what is counted whole takes at most its share of the
// time.
func TestDearCountsAreRare(t *testing.T) {
	h := open(t, "sqlite::memory:")
	h.join(t, 2)
	slow := &slowClock{clock: h.clock}
	f, err := figures.New(figures.Options{Line: h.Line, Clock: slow.time})
	if err != nil {
		t.Fatal(err)
	}
	if s := refresh(t, f); s.Queues.Withdrawn != 0 {
		t.Errorf("%+v", s.Queues)
	}
	if err := h.Withdraw(t.Context(), "lakeside", 2); err != nil {
		t.Fatal(err)
	}
	if s := refresh(t, f); s.Queues.Withdrawn != 0 || s.QueuesAt.IsZero() || s.Waiting != 1 {
		t.Errorf("counted again at once: %+v", s.Queues)
	}
	h.clock.Advance(time.Minute)
	if s := refresh(t, f); s.Queues.Withdrawn != 1 {
		t.Errorf("not counted again: %+v", s.Queues)
	}
	// Who has no time to wait is told that it was not counted.
	if f, err = figures.New(figures.Options{Line: h.Line, Clock: slow.time}); err != nil {
		t.Fatal(err)
	}
	if s, err := f.Of("lakeside").Refresh(t.Context(), 0); err != nil || !s.QueuesAt.IsZero() || s.Complete() {
		t.Errorf("%+v %v", s, err)
	}
}

// slowClock moves by a tenth of a second whenever it is asked.
type slowClock struct{ clock *saletest.Clock }

func (c *slowClock) time() time.Time {
	c.clock.Advance(100 * time.Millisecond)
	return c.clock.Now()
}

func TestMissingOptions(t *testing.T) {
	for _, o := range []figures.Options{{}, {Clock: time.Now}} {
		if _, err := figures.New(o); err == nil {
			t.Errorf("%+v is enough", o)
		}
	}
}
