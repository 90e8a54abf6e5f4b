package line_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

func ask(name string) line.Ask {
	in := signUp(name)
	return line.Ask{Sale: in.Sale, Address: in.Address, Lang: "de"}
}

// asks asks for a mail and gives what it was answered.
func (b *bench) asks(t testing.TB, name string) line.Asked {
	t.Helper()
	got, err := b.AskConfirm(t.Context(), ask(name))
	if err != nil {
		t.Fatalf("ask for %s: %v", name, err)
	}
	return got
}

// count runs one query that counts.
func (b *bench) count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	err := b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, query, args...).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestConfirmByMail: the mail goes to the address as typed, and to nobody in
// line; the place is that of the moment of confirming.
func TestConfirmByMail(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		until := b.asks(t, "Anna").Until
		if want := testSale().Registration.Closes; !until.Equal(want) {
			t.Errorf("good until %s, want until the form closes, %s", until, want)
		}
		mails := b.send(t, 10, line.ResultAccepted)
		if len(mails) != 1 || mails[0].Kind != sale.MailConfirm || mails[0].Address != "Anna@example.org" || mails[0].Lang != "de" ||
			mails[0].Number != 0 || !mails[0].Ends.Equal(until) {
			t.Fatalf("%+v", mails)
		}
		c, err := b.Confirmation(t.Context(), "lakeside", mails[0].Ref)
		if err != nil || c.Address != "Anna@example.org" || !c.Ends.Equal(until) {
			t.Fatalf("%+v, %v", c, err)
		}
		_, err = b.Confirmation(t.Context(), "meadow", mails[0].Ref)
		wantCode(t, err, sale.CodeConfirmOver)
		if n := b.count(t, `SELECT COUNT(*) FROM registrations`); n != 0 {
			t.Errorf("%d places were given", n)
		}
		b.join(t, "bert")
		in := signUp("Anna")
		in.Idempotency = "confirm:" + c.Ref
		for range 2 { // a double click
			if r, err := b.SignUp(t.Context(), in); err != nil || r.Number != 2 {
				t.Errorf("number %d, %v", r.Number, err)
			}
		}
	})
}

// TestTheAnswerIsTheSame for those who are in line, and they get no mail; what
// is stored differs by the mail alone.
func TestTheAnswerIsTheSame(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "anna")
		b.send(t, 10, line.ResultAccepted) // the receipt
		in, out := b.asks(t, "anna"), b.asks(t, "bert")
		if in != out {
			t.Errorf("in line %+v, not in line %+v", in, out)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM confirmations WHERE sends = 1`); n != 2 {
			t.Errorf("%d stored, want both", n)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM outbox WHERE kind = 'confirm'`); n != 1 {
			t.Errorf("%d mails are queued, want one", n)
		}
		mails := b.send(t, 10, line.ResultAccepted)
		if len(mails) != 1 || mails[0].Address != "bert@example.org" {
			t.Errorf("%+v, want one mail to bert", mails)
		}
	})
}

// TestNobodyIsBombed: one mail in ten minutes and three a day to one mailbox,
// however its address is written.
func TestNobodyIsBombed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		s := testSale()
		s.Registration.Closes, s.Dispatch.Ends = start.Add(72*time.Hour), start.Add(100*time.Hour)
		if _, err := b.Apply(t.Context(), s, "test"); err != nil {
			t.Fatal(err)
		}
		sent := 0
		hour := func(asks int) {
			for i := range asks {
				in := ask("anna")
				in.Address.Typed = strings.Repeat("a", i+1) + "+anna@example.org"
				if _, err := b.AskConfirm(t.Context(), in); err != nil {
					t.Fatal(err)
				}
				b.clock.Advance(time.Minute)
			}
			sent += len(b.send(t, 100, line.ResultAccepted))
			b.clock.Advance(time.Hour - time.Duration(asks)*time.Minute)
		}
		hour(9)
		if sent != 1 {
			t.Errorf("%d mails within ten minutes, want 1", sent)
		}
		for range 22 {
			hour(30)
		}
		if sent != 3 {
			t.Errorf("%d mails in a day, want 3", sent)
		}
		b.clock.Advance(time.Hour)
		hour(1)
		if sent != 4 {
			t.Errorf("%d mails after a day, want 4", sent)
		}
		if n := b.count(t, `SELECT COUNT(*) FROM confirmations`); n != 1 {
			t.Errorf("%d rows for one mailbox", n)
		}
	})
}

// TestConfirmRefused: what a sign-up would be refused for, an address in line
// or not.
func TestConfirmRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		in := ask("anna")
		in.Sale = "meadow"
		_, err := b.AskConfirm(t.Context(), in)
		wantCode(t, err, sale.CodeNotFound)
		for _, name := range names(10) {
			b.join(t, name)
		}
		for _, name := range []string{"anna", "fan1"} {
			_, err = b.AskConfirm(t.Context(), ask(name))
			wantCode(t, err, sale.CodeFull)
		}
		b.clock.Advance(time.Hour)
		_, err = b.AskConfirm(t.Context(), ask("fan1"))
		wantCode(t, err, sale.CodeClosed)
		b.clock.Advance(-2 * time.Hour)
		_, err = b.AskConfirm(t.Context(), ask("fan1"))
		wantCode(t, err, sale.CodeNotOpenYet)
		if n := b.count(t, `SELECT COUNT(*) FROM confirmations`); n != 0 {
			t.Errorf("%d stored", n)
		}
	})
}

// TestConfirmationsAreForgotten with their end, and a mail that waits for its
// time goes nowhere then, nor when its address came into line another way.
func TestConfirmationsAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.asks(t, "anna")
		b.asks(t, "bert")
		b.join(t, "bert")
		mails := b.send(t, 10, line.ResultTemporary)
		if len(mails) != 2 || mails[0].Kind != sale.MailReceipt || mails[1].Address != "anna@example.org" {
			t.Fatalf("%+v, want the receipt and anna's", mails)
		}
		if err := b.ForgetConfirmations(t.Context(), b.lease); err != nil {
			t.Fatal(err)
		}
		c, err := b.Confirmation(t.Context(), "lakeside", mails[1].Ref)
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Hour)
		_, err = b.Confirmation(t.Context(), "lakeside", c.Ref)
		wantCode(t, err, sale.CodeConfirmOver)
		for range 2 {
			if err := b.ForgetConfirmations(t.Context(), b.lease); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.count(t, `SELECT COUNT(*) FROM confirmations`); n != 0 {
			t.Errorf("%d are remembered", n)
		}
		b.send(t, 10, line.ResultAccepted)
		if n := b.count(t, `SELECT COUNT(*) FROM outbox WHERE kind = 'confirm' AND state = 'cancelled' AND due_at IS NULL`); n != 2 {
			t.Errorf("%d cancelled, want both", n)
		}
	})
}

// TestHalfOfTheLimitIsKept for those who stand in line, whatever anybody asks
// for.
func TestHalfOfTheLimitIsKept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(20) {
			b.asks(t, name)
		}
		lease := func() (kinds []sale.MailKind) {
			mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 100, Limits: line.MailLimits{PerHour: 10}})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range mails {
				kinds = append(kinds, m.Kind)
				if err := b.Record(t.Context(), line.Tried{Mail: m, Result: line.ResultAccepted}); err != nil {
					t.Fatal(err)
				}
			}
			return kinds
		}
		if got := lease(); len(got) != 5 {
			t.Errorf("%v, want five", got)
		}
		if got := lease(); len(got) != 0 {
			t.Errorf("%v, want none", got)
		}
		b.join(t, "zoe")
		if got := lease(); len(got) != 1 || got[0] != sale.MailReceipt {
			t.Errorf("%v, want the receipt", got)
		}
	})
}

// TestAConfirmMailComesBack: noted, and nobody's place is touched.
func TestAConfirmMailComesBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.asks(t, "anna")
		m := b.one(t, line.ResultAccepted)
		if got := b.comesBack(t, m, true); got != line.BounceNoted {
			t.Errorf("the bounce came to %q", got)
		}
		if state, delivered, _ := b.mail(t, m.ID); state != "refused" || delivered != 0 {
			t.Errorf("the mail is %s, delivered %d", state, delivered)
		}
	})
}

// TestConfirmAfterLeaving: who joined by mail and left may join again by mail,
// at the end of the line; the old link leads to the old place.
func TestConfirmAfterLeaving(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.asks(t, "anna")
		was := b.one(t, line.ResultAccepted).Ref
		confirm := func(ref string, want int) {
			t.Helper()
			in := signUp("anna")
			in.Idempotency = "confirm:" + ref
			if r, err := b.SignUp(t.Context(), in); err != nil || r.Number != want {
				t.Errorf("number %d, %v; want %d", r.Number, err, want)
			}
		}
		confirm(was, 1)
		b.send(t, 10, line.ResultAccepted) // the receipt
		b.clock.Advance(5 * time.Minute)
		b.leave(t, 1)
		b.send(t, 10, line.ResultAccepted) // that she left
		b.asks(t, "anna")                  // too soon for a mail
		b.clock.Advance(10 * time.Minute)
		b.asks(t, "anna")
		now := b.one(t, line.ResultAccepted).Ref
		b.asks(t, "anna") // no mail, and the one that is out stays good
		if _, err := b.Confirmation(t.Context(), "lakeside", now); err != nil {
			t.Errorf("the new link: %v", err)
		}
		confirm(was, 1)
		confirm(now, 2)
		confirm(now, 2)
	})
}

// TestForgettingIsDoneInParts: those whose links end with the form are many
// and end at once; the beat's lock is not held for all of them.
func TestForgettingIsDoneInParts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.asks(t, "anna")
		err := b.db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			rows := make([][]any, 0, 1200)
			for i := range 1200 {
				rows = append(rows, []any{strconv.Itoa(i), b.lease.SaleID, strconv.Itoa(i), "", "", 0, 0, 0, int64(i)})
			}
			return tx.Insert(ctx, `INSERT INTO confirmations (ref, sale_id, identity, address, lang, since, sends, sent_at, ends)`, rows)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, left := range []int{201, 1, 1} {
			if err := b.ForgetConfirmations(t.Context(), b.lease); err != nil {
				t.Fatal(err)
			}
			if n := b.count(t, `SELECT COUNT(*) FROM confirmations`); n != left {
				t.Errorf("%d are left, want %d", n, left)
			}
		}
	})
}
