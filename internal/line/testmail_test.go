package line_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

const self = "olga@lakeside.example"

func (b *bench) test(t testing.TB) (ref string) {
	t.Helper()
	ref, err := b.QueueTest(t.Context(), line.TestMail{Sale: "lakeside", About: "receipt", Lang: "de", Address: self})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func (b *bench) tested(t testing.TB, ref string) line.Tested {
	t.Helper()
	got, err := b.TestMail(t.Context(), "lakeside", ref)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestTestMailLeavesBeforeReceipts and after what fans wait for; the limits
// count it; its address is gone with its result.
func TestTestMailLeavesBeforeReceipts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "anna")
		ref := b.test(t)
		if got := b.tested(t, ref); !got.Done.IsZero() || got.Result != "" || got.About != "receipt" || !got.Asked.Equal(b.clock.Now()) {
			t.Errorf("while it waits: %+v", got)
		}
		hand := line.Hand{Leases: []line.Lease{b.lease}, Most: 10, Limits: line.MailLimits{PerHour: 1}}
		mails, _, err := b.LeaseMails(t.Context(), hand)
		if err != nil || len(mails) != 1 || mails[0].Kind != sale.MailTest || mails[0].Address != self || mails[0].Lang != "de" ||
			mails[0].About != "receipt" || mails[0].Ref != ref || mails[0].Number != 0 {
			t.Fatalf("%+v, %v", mails, err)
		}
		done := line.Tried{Mail: mails[0], Result: line.ResultAccepted, Code: 250, Said: "250 2.0.0 ok"}
		for range 2 { // a repetition changes nothing
			if err := b.Record(t.Context(), done); err != nil {
				t.Fatal(err)
			}
		}
		if more, wait, err := b.LeaseMails(t.Context(), hand); err != nil || len(more) != 0 || wait <= 0 {
			t.Errorf("the limit does not count it: %+v, %s, %v", more, wait, err)
		}
		st, err := b.Sale(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		kept, err := b.Checklist(t.Context(), st.ID)
		if got := kept[line.CheckMail]; err != nil || got.Actor != self || got.Detail != ref+" accepted" {
			t.Errorf("the checklist has %+v, %v", kept, err)
		}
		if got := b.tested(t, ref); got.Result != line.ResultAccepted || got.Code != 250 || got.Said != "250 2.0.0 ok" || got.Done.IsZero() {
			t.Errorf("%+v", got)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM test_mails WHERE address <> ''`); n != 0 {
			t.Error("the address is kept")
		}
		if n := b.count(t, `SELECT COUNT(*) FROM audit WHERE action = 'test mail' AND actor = 'olga@lakeside.example'`); n != 1 {
			t.Errorf("%d audit entries", n)
		}
		_, err = b.TestMail(t.Context(), "meadow", ref)
		wantCode(t, err, sale.CodeNotFound)
		b.holds(t)
	})
}

func TestQueueTestRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		_, err := b.QueueTest(t.Context(), line.TestMail{Sale: "nowhere", About: "receipt", Lang: "en", Address: self})
		wantCode(t, err, sale.CodeNotFound)
		_, err = b.QueueTest(t.Context(), line.TestMail{Sale: "lakeside", About: "confirm", Lang: "en", Address: self})
		wantCode(t, err, sale.CodeInvalid)
		for range 20 {
			b.test(t)
			b.clock.Advance(time.Minute)
		}
		_, err = b.QueueTest(t.Context(), line.TestMail{Sale: "lakeside", About: "receipt", Lang: "en", Address: self})
		var e *sale.Error
		if !errors.As(err, &e) || e.Code != sale.CodeTooMany || e.RetryAfter <= 0 {
			t.Errorf("the 21st in an hour: %v", err)
		}
		b.clock.Advance(45 * time.Minute)
		b.test(t)
	})
}

// TestTestMailIsGivenUp when it could not be tried for an hour, and forgotten
// after a day.
func TestTestMailIsGivenUp(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ref := b.test(t)
		mails := b.send(t, 10, line.ResultFault) // tried again: no server was reached
		if got := b.tested(t, ref); len(mails) != 1 || !got.Done.IsZero() {
			t.Errorf("%+v after a fault", got)
		}
		b.clock.Advance(time.Hour)
		if mails := b.send(t, 10, line.ResultAccepted); len(mails) != 0 {
			t.Errorf("sent an hour later: %+v", mails)
		}
		if got := b.tested(t, ref); got.Result != "given up" || got.Done.IsZero() {
			t.Errorf("%+v", got)
		}
		b.holds(t)
		b.clock.Advance(24 * time.Hour)
		b.test(t)
		_, err := b.TestMail(t.Context(), "lakeside", ref)
		wantCode(t, err, sale.CodeNotFound)
	})
}

// TestTestMailComesBack: hours later, or before its own result is stored.
func TestTestMailComesBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, early := range []bool{false, true} {
			ref := b.test(t)
			mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 10})
			if err != nil || len(mails) != 1 {
				t.Fatalf("%+v, %v", mails, err)
			}
			m := mails[0]
			steps := []func() error{
				func() error {
					return b.Record(t.Context(), line.Tried{Mail: m, Result: line.ResultAccepted, Code: 250, Said: "ok"})
				},
				func() error {
					got, err := b.Bounce(t.Context(), line.Bounce{Try: m.TryID, Started: m.Started, Dead: true, Status: "5.1.1"})
					if got.Result != line.BounceNoted {
						t.Errorf("%+v", got)
					}
					return err
				},
			}
			if early {
				steps[0], steps[1] = steps[1], steps[0]
			}
			for _, step := range steps {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			if got := b.tested(t, ref); got.Result != "bounced" || got.Said != "5.1.1" || got.Done.IsZero() {
				t.Errorf("early %t: %+v", early, got)
			}
			st, err := b.Sale(t.Context(), "lakeside")
			if err != nil {
				t.Fatal(err)
			}
			kept, err := b.Checklist(t.Context(), st.ID)
			if got := kept[line.CheckMail].Detail; err != nil || !strings.HasSuffix(got, " bounced") {
				t.Errorf("early %t: the checklist has %q, %v", early, got, err)
			}
			b.holds(t)
		}
	})
}

// TestTestMailOfALostWorker is sent again, to the same address.
func TestTestMailOfALostWorker(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ref := b.test(t)
		if _, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 10}); err != nil {
			t.Fatal(err)
		}
		if err := b.Orphan(t.Context(), b.lease, nil); err != nil {
			t.Fatal(err)
		}
		if mails := b.send(t, 10, line.ResultAccepted); len(mails) != 1 || mails[0].Address != self || mails[0].Ref != ref {
			t.Errorf("%+v", mails)
		}
		b.holds(t)
	})
}

// TestChecksSeeAKeptAddress: the check that an address is gone would find one.
func TestChecksSeeAKeptAddress(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.test(t)
		set := func(due string) (found error) {
			err := b.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				if _, err := tx.Exec(ctx, `UPDATE outbox SET due_at = `+due+` WHERE kind = 'test'`); err != nil {
					return err
				}
				for _, c := range line.Checks() {
					if c.Name == "a test mail's address is gone once it is done" {
						found = c.Run(ctx, tx)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		if set("NULL") == nil {
			t.Error("an address that is kept is not found")
		}
		if err := set("1"); err != nil {
			t.Errorf("one that is needed is found: %v", err)
		}
	})
}
