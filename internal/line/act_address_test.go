package line_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// nowhere looks for a word in every text of every table of the line.
func (b *bench) nowhere(t testing.TB, word string) {
	t.Helper()
	err := b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		for _, table := range []string{
			"sales", "sale_versions", "dispatch", "registrations", "offers", "orders", "confirmations", "outbox", "mail_tries", "audit",
		} {
			rows, err := tx.Query(ctx, `SELECT * FROM `+table)
			if err != nil {
				return err
			}
			if err := eachText(rows, func(column, text string) {
				if strings.Contains(strings.ToLower(text), word) {
					t.Errorf("%s.%s still has %q: %s", table, column, word, text)
				}
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func eachText(rows *sql.Rows, visit func(column, text string)) error {
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			visit(columns[i], fmt.Sprint(v))
		}
	}
	return rows.Err()
}

// TestCorrectAddressOfABouncedOffer: he is next again by his number, before
// those behind him, and the order check agrees.
func TestCorrectAddressOfABouncedOffer(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range []string{"typo", "second", "third", "fourth"} {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		b.send(t, 1, line.ResultRefused)
		b.closeAll(t)
		b.clock.Advance(time.Minute)
		b.batch(t, 1) // the second, while the first is out
		b.send(t, 1, line.ResultAccepted)
		b.clock.Advance(time.Second)
		if p, err := b.Place(ctx, "lakeside", 1); err != nil || !p.Bounced || p.Waiting {
			t.Fatalf("before: %+v, %v", p, err)
		}
		b.done(t, b.CorrectAddress(ctx, about(1), at("right")))
		p, err := b.Place(ctx, "lakeside", 1)
		if err != nil || p.Bounced || !p.Waiting || p.Address != "right@example.org" || !p.Since.After(p.At) || p.Offer.CountsAsTurn() {
			t.Errorf("after: %+v, %v", p, err)
		}
		b.nowhere(t, "typo")
		receipt := b.one(t, line.ResultAccepted)
		if receipt.Kind != sale.MailReceipt || receipt.Address != "right@example.org" || receipt.Ref == "" || !receipt.At.Equal(p.Since) {
			t.Errorf("his receipt: %+v", receipt)
		}
		b.clock.Advance(time.Minute)
		b.batch(t, 1)
		if m := b.one(t, line.ResultAccepted); m.Number != 1 || m.Address != "right@example.org" {
			t.Errorf("next was number %d, to %s", m.Number, m.Address)
		}
	})
}

// TestCorrectAddressAfterThreeRounds clears the marks of an address that never
// took a mail, and the order check knows that he was out meanwhile.
func TestCorrectAddressAfterThreeRounds(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range []string{"typo", "second"} {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		for range 3 {
			b.batch(t, 1)
			for range 3 {
				b.send(t, 1, line.ResultTemporary)
				b.clock.Advance(31 * time.Second)
			}
			b.closeAll(t)
			b.clock.Advance(time.Second)
		}
		if p, err := b.Place(ctx, "lakeside", 1); err != nil || !p.Bounced {
			t.Fatalf("before: %+v, %v", p, err)
		}
		b.batch(t, 1) // the second
		b.send(t, 1, line.ResultAccepted)
		b.holds(t)
		b.clock.Advance(time.Second)
		b.done(t, b.CorrectAddress(ctx, about(1), at("right")))
		if n := b.scalar(t, `SELECT undelivered + bounced FROM registrations WHERE number = 1`); n != 0 {
			t.Error("the marks are still there")
		}
		b.batch(t, 1)
		if got := b.state(t, 1); got != sale.OfferOpen {
			t.Errorf("his offer is %s", got)
		}
	})
}

// TestCorrectAddressWhileOpen: what went to the wrong address does not count,
// whatever its server says, and the right one gets the same offer.
func TestCorrectAddressWhileOpen(t *testing.T) {
	for _, late := range []string{"", "dead", "alive"} {
		t.Run("bounce "+late, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.join(t, "typo")
				b.send(t, 10, line.ResultAccepted)
				ids := b.batch(t, 1)
				first := b.one(t, line.ResultAccepted)
				b.clock.Advance(50 * time.Second)
				b.done(t, b.CorrectAddress(t.Context(), about(1), at("right")))
				b.clock.Advance(20 * time.Second) // past the end that the wrong address had
				if due := b.closeAll(t); len(due) != 0 {
					t.Fatalf("closed before the right address had it: %+v", due)
				}
				if late != "" {
					if got := b.comesBack(t, first, late == "dead"); got != line.BounceAgain {
						t.Errorf("the late report came to %q", got)
					}
				}
				mails := b.send(t, 10, line.ResultAccepted)
				if len(mails) != 2 || mails[0].Offer != ids[0] || mails[0].Address != "right@example.org" || mails[1].Kind != sale.MailReceipt {
					t.Fatalf("mails %+v", mails)
				}
				if got := b.comesBack(t, mails[0], true); got != line.BounceClosing {
					t.Errorf("a report about the right address came to %q", got)
				}
				if counts, err := b.BouncedMails(t.Context(), "lakeside"); err != nil || counts[sale.MailOffer] != 1 {
					t.Errorf("bounces: %v, %v", counts, err)
				}
			})
		})
	}
}

// TestCorrectAddressDuringAHandOver: whatever the old address's server says to
// a mail that was in a worker's hands, the right address gets it next.
func TestCorrectAddressDuringAHandOver(t *testing.T) {
	for _, result := range []line.MailResult{line.ResultAccepted, line.ResultRefused, line.ResultTemporary, line.ResultUnknown, line.ResultFault, "orphaned"} {
		t.Run(string(result), func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				ctx := t.Context()
				b.join(t, "typo")
				b.send(t, 10, line.ResultAccepted)
				ids := b.batch(t, 1)
				hand := line.Hand{Leases: []line.Lease{b.lease}, Most: 10}
				mails, _, err := b.LeaseMails(ctx, hand)
				if err != nil || len(mails) != 1 {
					t.Fatal(mails, err)
				}
				b.done(t, b.CorrectAddress(ctx, about(1), at("right")))
				if result == "orphaned" {
					err = b.Orphan(ctx, b.lease, nil)
				} else {
					err = b.Record(ctx, line.Tried{Mail: mails[0], Result: result, Code: 550})
				}
				b.done(t, err)
				again := b.send(t, 10, line.ResultAccepted)
				if len(again) == 0 || again[0].Offer != ids[0] || again[0].Address != "right@example.org" {
					t.Fatalf("mails %+v", again)
				}
				if got := b.state(t, 1); got != sale.OfferOpen {
					t.Errorf("the offer is %s", got)
				}
			})
		})
	}
}

// TestCorrectAddressHasPatience: what the old address's server took of a
// mail's patience does not count against the right one, which has a whole life.
func TestCorrectAddressHasPatience(t *testing.T) {
	for _, result := range []line.MailResult{line.ResultTemporary, "orphaned"} {
		t.Run(string(result), func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				ctx := t.Context()
				b.join(t, "typo")
				b.send(t, 10, line.ResultAccepted)
				ids := b.batch(t, 1)
				b.send(t, 1, line.ResultTemporary)
				b.clock.Advance(50 * time.Second)
				mails, _, err := b.LeaseMails(ctx, line.Hand{Leases: []line.Lease{b.lease}, Most: 10})
				if err != nil || len(mails) != 1 {
					t.Fatal(mails, err)
				}
				b.done(t, b.CorrectAddress(ctx, about(1), at("right")))
				b.clock.Advance(15 * time.Second) // past the life that the first try began
				if result == "orphaned" {
					err = b.Orphan(ctx, b.lease, nil)
				} else {
					err = b.Record(ctx, line.Tried{Mail: mails[0], Result: result, Code: 450})
				}
				b.done(t, err)
				if due := b.closeAll(t); len(due) != 0 {
					t.Fatalf("closed before the right address had it: %+v", due)
				}
				if again := b.send(t, 10, line.ResultAccepted); len(again) == 0 || again[0].Offer != ids[0] || again[0].Address != "right@example.org" {
					t.Fatalf("mails %+v", again)
				}
			})
		})
	}
}

// TestCorrectAddressWhileClosing: the box office has not answered yet about an
// offer that bounced; the turn comes back with its answer.
func TestCorrectAddressWhileClosing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "typo")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		b.send(t, 1, line.ResultRefused)
		if got := b.state(t, 1); got != sale.OfferClosing {
			t.Fatalf("the offer is %s", got)
		}
		b.done(t, b.CorrectAddress(t.Context(), about(1), at("right")))
		b.closeAll(t)
		p, err := b.Place(t.Context(), "lakeside", 1)
		if err != nil || p.Bounced || !p.Waiting || p.Offer.State != sale.OfferUndelivered {
			t.Errorf("the place: %+v, %v", p, err)
		}
	})
}

func TestCorrectAddressRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range names(2) {
			b.join(t, name)
		}
		var e *sale.Error
		err := b.CorrectAddress(ctx, about(1), at("fan2"))
		if !errors.As(err, &e) || e.Code != sale.CodeAlreadyInLine || e.Fields[0].Field != "address" || !strings.Contains(e.Message, "number 2") {
			t.Errorf("a taken address: %v", err)
		}
		wantCode(t, b.CorrectAddress(ctx, about(1), at("fan1")), sale.CodeInvalid)
		for i := range 3 {
			b.done(t, b.CorrectAddress(ctx, about(1), at(fmt.Sprintf("try%d", i))))
		}
		wantCode(t, b.CorrectAddress(ctx, about(1), at("try4")), sale.CodeTooMany)
		// The old one is free for somebody else.
		if r := b.join(t, "fan1"); r.Number != 3 {
			t.Errorf("number %d", r.Number)
		}
		wantCode(t, func() error { _, err := b.SignUp(ctx, signUp("try2")); return err }(), sale.CodeAlreadyInLine)
	})
}

// TestCorrectAddressEverywhere: the places that he left under it, and a
// confirmation that was asked for, are the same person's.
func TestCorrectAddressEverywhere(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.join(t, "typo")
		if _, err := b.AskConfirm(ctx, line.Ask{Sale: "lakeside", Address: at("typo"), Lang: "en"}); err != nil {
			t.Fatal(err)
		}
		b.leave(t, 1)
		b.join(t, "typo")
		b.done(t, b.CorrectAddress(ctx, about(2), at("right")))
		b.nowhere(t, "typo")
		if n := b.scalar(t, `SELECT COUNT(*) FROM registrations WHERE address = 'right@example.org'`); n != 2 {
			t.Errorf("%d places have the right address", n)
		}
	})
}

// TestCorrectAddressAfterTheOthersWereTold: who waits again is told, too, that
// it is over.
func TestCorrectAddressAfterTheOthersWereTold(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range []string{"typo", "second"} {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		b.send(t, 1, line.ResultRefused)
		b.closeAll(t)
		if n, err := b.Tell(t.Context(), b.lease, 10); err != nil || n != 1 {
			t.Fatalf("%d were told, %v", n, err)
		}
		b.clock.Advance(time.Second)
		b.done(t, b.CorrectAddress(t.Context(), about(1), at("right")))
		if n, err := b.Tell(t.Context(), b.lease, 10); err != nil || n < 1 {
			t.Errorf("%d were told after the correction, %v", n, err)
		}
	})
}
