package line_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// lose asks for the receipt of somebody.
func (b *bench) lose(t testing.TB, canonical string) {
	t.Helper()
	err := b.ResendReceipt(t.Context(), line.LostReceipt{
		Sale: "lakeside", Address: sale.Address{Typed: "typed@today.example", Canonical: canonical},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantReceipts sends what is due, which is so many receipts of number 1.
func (b *bench) wantReceipts(t testing.TB, when string, n int) []line.Mail {
	t.Helper()
	mails := b.send(t, 100, line.ResultAccepted)
	if len(mails) != n {
		t.Errorf("%s: %d mails, want %d", when, len(mails), n)
	}
	for _, m := range mails {
		if m.Kind != sale.MailReceipt || m.Number != 1 || m.Address != "Fan@example.org" {
			t.Errorf("%s: a %s mail of number %d to %s", when, m.Kind, m.Number, m.Address)
		}
	}
	return mails
}

// fanJoins is number 1, who types his address in his own way.
func (b *bench) fanJoins(t testing.TB) line.Registration {
	t.Helper()
	in := signUp("fan")
	in.Address.Typed = "Fan@example.org"
	r, err := b.SignUp(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	b.wantReceipts(t, "at sign-up", 1)
	return r
}

// TestResendReceipt: the same number, to the address of the sign-up, at most
// three times in any 24 hours; those of a day ago do not count any more.
func TestResendReceipt(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		was := b.fanJoins(t)
		refs := map[string]bool{"": true}
		for i := range 5 {
			b.clock.Advance(time.Hour)
			b.lose(t, "fan@example.org")
			want := 1
			if i >= 3 {
				want = 0
			}
			for _, m := range b.wantReceipts(t, "lost once more", want) {
				if refs[m.Ref] || !m.At.Equal(was.At) {
					t.Errorf("repetition %d: %+v", i, m)
				}
				refs[m.Ref] = true
			}
		}
		b.clock.Advance(20*time.Hour - time.Millisecond) // the first was 24 hours ago, nearly
		b.lose(t, "fan@example.org")
		b.wantReceipts(t, "within the day", 0)
		b.clock.Advance(time.Millisecond)
		b.lose(t, "fan@example.org")
		b.lose(t, "fan@example.org")
		b.wantReceipts(t, "the next day", 1)
		b.holds(t)
	})
}

// TestResendReceiptToNobody: who is not in line, left it or takes no mail is
// sent nothing, and the answer is the same.
func TestResendReceiptToNobody(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fanJoins(t)
		b.lose(t, "stranger@example.org")
		b.wantReceipts(t, "a stranger", 0)

		b.leave(t, 1)
		b.send(t, 10, line.ResultAccepted) // that he left
		b.lose(t, "fan@example.org")
		b.wantReceipts(t, "who left", 0)
		b.comeBack(t, 1)
		b.lose(t, "fan@example.org")
		b.wantReceipts(t, "who came back", 1)

		b.batch(t, 1)
		b.send(t, 1, line.ResultRefused)
		b.closeAll(t)
		b.lose(t, "fan@example.org")
		b.wantReceipts(t, "who takes no mail", 0)
		b.holds(t)
	})
}

// TestResendReceiptOfNoSale: a sale that sends none has none to send again.
func TestResendReceiptOfNoSale(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fanJoins(t)
		s := testSale()
		s.Mail.Receipt = false
		if _, err := b.Apply(t.Context(), s, "test"); err != nil {
			t.Fatal(err)
		}
		for _, slug := range []string{"lakeside", "seaside"} {
			wantCode(t, b.ResendReceipt(t.Context(), line.LostReceipt{Sale: slug, Address: signUp("fan").Address}), sale.CodeNotFound)
		}
		b.wantReceipts(t, "no receipts", 0)
	})
}

// TestResendReceiptAtOnce: however many ask at the same moment, in however
// many processes.
func TestResendReceiptAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fanJoins(t)
		other, err := line.New(t.Context(), line.Options{DB: b.db, Clock: b.clock.Now, Rand: chacha(2)})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range 24 {
			l := b.Line
			if i%2 == 0 {
				l = other
			}
			all.Go(func() {
				in := line.LostReceipt{Sale: "lakeside", Address: signUp([]string{"fan", "stranger"}[i%3%2]).Address}
				if err := l.ResendReceipt(t.Context(), in); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		b.wantReceipts(t, "at once", 3)
		b.holds(t)
	})
}

// TestResendReceiptWritesForEverybody: an asking is a commit, whoever asks.
func TestResendReceiptWritesForEverybody(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.fanJoins(t)
		asked := func() (n int) {
			err := b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
				return tx.QueryRow(ctx, `SELECT asked FROM dispatch`).Scan(&n)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for i, who := range []string{"fan", "stranger", "fan", "fan", "fan", "fan"} {
			b.lose(t, who+"@example.org")
			if asked() != i+1 {
				t.Errorf("asking %d, for %s, wrote nothing", i+1, who)
			}
		}
	})
}
