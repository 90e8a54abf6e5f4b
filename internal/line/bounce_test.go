package line_test

import (
	"context"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// comesBack is a bounce of a mail that was handed over.
func (b *bench) comesBack(t testing.TB, m line.Mail, dead bool) line.BounceResult {
	t.Helper()
	got, err := b.Bounce(t.Context(), line.Bounce{Try: m.TryID, Started: m.Started, Dead: dead, Status: "5.1.1"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Result != line.BounceUnknown && (got.Sale != "lakeside" || got.Number != m.Number || got.Kind != m.Kind) {
		t.Errorf("a bounce of %s mail to %d is about %+v", m.Kind, m.Number, got)
	}
	return got.Result
}

// one is the only mail that is due.
func (b *bench) one(t testing.TB, result line.MailResult) line.Mail {
	t.Helper()
	mails := b.send(t, 10, result)
	if len(mails) != 1 {
		t.Fatalf("%d mails are due, want 1", len(mails))
	}
	return mails[0]
}

func (b *bench) mail(t testing.TB, id int64) (state string, delivered, bounced int) {
	t.Helper()
	err := b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT m.state, m.delivered, (SELECT COUNT(*) FROM mail_tries t WHERE t.mail_id = m.id AND t.bounced_at IS NOT NULL)
			FROM outbox m WHERE m.id = $1`, id).Scan(&state, &delivered, &bounced)
	})
	if err != nil {
		t.Fatal(err)
	}
	return state, delivered, bounced
}

func TestLateBounceClosesItsOfferAndNoOther(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(3) {
			b.join(t, name)
		}
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 3)
		mails := b.send(t, 10, line.ResultAccepted)
		if got := b.comesBack(t, mails[1], true); got != line.BounceClosing {
			t.Fatalf("the bounce came to %q", got)
		}
		// The box office decides, as always.
		if got := b.state(t, 2); got != sale.OfferClosing {
			t.Errorf("before the box office answered, the offer is %s", got)
		}
		if got := b.comesBack(t, mails[1], true); got != line.BounceAgain {
			t.Errorf("the second report came to %q", got)
		}
		if due := b.closeAll(t); len(due) != 1 || due[0].Offer != mails[1].Offer || due[0].Reason != sale.OfferBounced {
			t.Fatalf("due %+v", due)
		}
		if a, z := b.state(t, 1), b.state(t, 3); a != sale.OfferOpen || z != sale.OfferOpen {
			t.Errorf("the others' offers are %s and %s", a, z)
		}
		p, err := b.Place(t.Context(), "lakeside", 2)
		if err != nil || p.Offer.State != sale.OfferBounced || !p.Bounced || p.Waiting {
			t.Errorf("his place: %+v, %v", p, err)
		}
		if state, delivered, _ := b.mail(t, mails[1].ID); state != "refused" || delivered != 0 {
			t.Errorf("his mail is %s, delivered %d", state, delivered)
		}
		counts, err := b.BouncedMails(t.Context(), "lakeside")
		if err != nil || len(counts) != 1 || counts[sale.MailOffer] != 1 {
			t.Errorf("counted: %v, %v", counts, err)
		}
	})
}

// A server that gave up, or refused us, leaves the fan his turn, three times.
func TestLateBounceOfAServerThatGaveUpLeavesTheTurn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		for round := 1; round <= 3; round++ {
			b.batch(t, 1)
			m := b.one(t, line.ResultAccepted)
			if got := b.comesBack(t, m, false); got != line.BounceClosing {
				t.Fatalf("round %d: %q", round, got)
			}
			b.closeAll(t)
			p, err := b.Place(t.Context(), "lakeside", 1)
			if err != nil || p.Offer.State != sale.OfferUndelivered || p.Waiting == (round == 3) || p.Bounced != (round == 3) {
				t.Fatalf("round %d: %+v, %v", round, p, err)
			}
			b.clock.Advance(time.Second)
		}
	})
}

// A second mail for the same offer may have reached him: the link runs its
// time, unless that comes back as well.
func TestLateBounceSparesWhatMayHaveArrived(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		first := b.one(t, line.ResultUnknown)
		b.clock.Advance(time.Second)
		second := b.one(t, line.ResultAccepted)
		if first.Offer != second.Offer || first.TryID == second.TryID {
			t.Fatalf("%+v\n%+v", first, second)
		}
		if got := b.comesBack(t, second, true); got != line.BounceKept {
			t.Fatalf("the second mail's bounce came to %q", got)
		}
		if due := b.closeAll(t); len(due) != 0 {
			t.Fatalf("closed although the first mail may have arrived: %+v", due)
		}
		if got := b.comesBack(t, first, true); got != line.BounceClosing {
			t.Fatalf("the first mail's bounce came to %q", got)
		}
		b.closeAll(t)
		if got := b.state(t, 1); got != sale.OfferBounced {
			t.Errorf("the offer is %s", got)
		}
	})
}

// While the mail is being handed over once more, only that result counts.
func TestLateBounceWhileTheNextHandOverIsUnderWay(t *testing.T) {
	for _, c := range []struct {
		result line.MailResult
		want   sale.OfferState
	}{
		{line.ResultAccepted, sale.OfferOpen},
		{line.ResultRefused, sale.OfferBounced},
		{line.ResultTemporary, sale.OfferOpen},
	} {
		t.Run(string(c.result), func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.join(t, "fan")
				b.send(t, 10, line.ResultAccepted)
				b.batch(t, 1)
				first := b.one(t, line.ResultUnknown)
				b.clock.Advance(time.Second)
				mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 1})
				if err != nil || len(mails) != 1 {
					t.Fatalf("%d mails, %v", len(mails), err)
				}
				if got := b.comesBack(t, first, true); got != line.BounceKept {
					t.Fatalf("the bounce came to %q", got)
				}
				tried := line.Tried{Mail: mails[0], Result: c.result}
				if c.result == line.ResultTemporary {
					tried.Retry = b.clock.Now().Add(time.Second)
				}
				if err := b.Record(t.Context(), tried); err != nil {
					t.Fatal(err)
				}
				b.closeAll(t)
				if got := b.state(t, 1); got != c.want {
					t.Errorf("the offer is %s, want %s", got, c.want)
				}
				// Whatever came of it, the offer has an end.
				b.clock.Advance(time.Second)
				b.send(t, 10, line.ResultAccepted)
				b.clock.Advance(2 * time.Minute)
				b.closeAll(t)
				if got := b.state(t, 1); got.Live() {
					t.Errorf("after its hour the offer is %s", got)
				}
			})
		})
	}
}

// A server can report a failure before we have written down that it took the
// mail.
func TestBounceBeforeTheResultIsRecorded(t *testing.T) {
	for _, result := range []line.MailResult{line.ResultAccepted, line.ResultUnknown} {
		t.Run(string(result), func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				b.join(t, "fan")
				b.send(t, 10, line.ResultAccepted)
				b.batch(t, 1)
				mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 1})
				if err != nil || len(mails) != 1 {
					t.Fatalf("%d mails, %v", len(mails), err)
				}
				if got := b.comesBack(t, mails[0], true); got != line.BounceClosing {
					t.Fatalf("the bounce came to %q", got)
				}
				if err := b.Record(t.Context(), line.Tried{Mail: mails[0], Result: result, Retry: b.clock.Now()}); err != nil {
					t.Fatal(err)
				}
				if state, delivered, _ := b.mail(t, mails[0].ID); state != "refused" || delivered != 0 {
					t.Errorf("the mail is %s, delivered %d", state, delivered)
				}
				if again := b.send(t, 10, line.ResultAccepted); len(again) != 0 {
					t.Errorf("sent again: %+v", again)
				}
				b.closeAll(t)
				if got := b.state(t, 1); got != sale.OfferBounced {
					t.Errorf("the offer is %s", got)
				}
			})
		})
	}
}

// What is over stays as it is, and so does the next offer to the same fan.
func TestBounceOfAnOfferThatIsOver(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.join(t, "ann")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 2)
		mails := b.send(t, 10, line.ResultAccepted)

		// Ann bought before her first bounce came; it is the feed that says so.
		if got := b.comesBack(t, mails[1], true); got != line.BounceClosing {
			t.Fatalf("%q", got)
		}
		order := &sale.Order{Code: "R97A-15JK", Sale: "lakeside", Offer: mails[1].Offer, State: sale.OrderConfirmed, At: b.clock.Now()}
		if err := b.Collect(t.Context(), b.lease, []sale.Outcome{{Position: 1, Kind: sale.OutcomeBought, Offer: mails[1].Offer, Order: order, At: b.clock.Now()}}); err != nil {
			t.Fatal(err)
		}
		p, err := b.Place(t.Context(), "lakeside", 2)
		if err != nil || p.Offer.State != sale.OfferBought || p.Bounced {
			t.Errorf("the buyer's place: %+v, %v", p, err)
		}

		// The fan's first offer came back undelivered; the bounce comes twice,
		// once in other words, when he has his second offer.
		b.comesBack(t, mails[0], false)
		b.closeAll(t)
		b.clock.Advance(time.Second)
		b.batch(t, 1)
		second := b.send(t, 10, line.ResultAccepted)
		if got := b.comesBack(t, mails[0], true); got != line.BounceAgain {
			t.Errorf("the old bounce came to %q", got)
		}
		if got := b.state(t, 1); got != sale.OfferOpen {
			t.Errorf("an old offer's bounce made the new one %s", got)
		}
		for _, m := range second {
			if m.Kind == sale.MailOrder {
				if got := b.comesBack(t, m, true); got != line.BounceNoted {
					t.Errorf("the order mail's bounce came to %q", got)
				}
			}
		}

		// An hour that is over is over.
		b.clock.Advance(2 * time.Minute)
		b.closeAll(t)
		for _, m := range second {
			if m.Kind == sale.MailOffer {
				if got := b.comesBack(t, m, true); got != line.BounceLate {
					t.Errorf("the bounce after the hour came to %q", got)
				}
			}
		}
		if got := b.state(t, 1); got != sale.OfferExpired {
			t.Errorf("the offer is %s", got)
		}
	})
}

// Receipts are no offers: who mistyped his address is still next in line.
func TestBounceOfAReceiptClosesNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		receipt := b.one(t, line.ResultAccepted)
		b.batch(t, 1)
		offer := b.one(t, line.ResultAccepted)
		if got := b.comesBack(t, receipt, true); got != line.BounceNoted {
			t.Errorf("the receipt's bounce came to %q", got)
		}
		if state, _, _ := b.mail(t, receipt.ID); state != "refused" {
			t.Errorf("the receipt is %s", state)
		}
		if due := b.closeAll(t); len(due) != 0 || b.state(t, 1) != sale.OfferOpen {
			t.Errorf("offer %s: due %+v", offer.Offer, due)
		}
	})
}

// What no server took cannot come back, and a row that was given twice is
// told apart by its time.
func TestBounceOfUnknownHandOvers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.send(t, 10, line.ResultAccepted)
		b.batch(t, 1)
		refused := b.one(t, line.ResultTemporary)
		later := refused
		later.Started = later.Started.Add(time.Millisecond)
		nobody := refused
		nobody.TryID = 1 << 40
		for _, m := range []line.Mail{refused, later, nobody} {
			if got := b.comesBack(t, m, true); got != line.BounceUnknown {
				t.Errorf("hand-over %d at %v: %q", m.TryID, m.Started, got)
			}
		}
		b.clock.Advance(time.Second)
		taken := b.one(t, line.ResultAccepted)
		taken.Started = taken.Started.Add(-time.Second)
		if got := b.comesBack(t, taken, true); got != line.BounceUnknown || b.state(t, 1) != sale.OfferOpen {
			t.Errorf("of another time: %q, offer %s", got, b.state(t, 1))
		}
	})
}

// TestOrphanThatCameBack: a worker died before it could record a mail that
// its server had taken and given back by then. Nobody has it, and it is not
// sent again.
func TestOrphanThatCameBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		lease := func() line.Mail {
			t.Helper()
			mails, _, err := b.LeaseMails(t.Context(), line.Hand{Leases: []line.Lease{b.lease}, Most: 10})
			if err != nil || len(mails) != 1 {
				t.Fatalf("%d mails, %v; want one", len(mails), err)
			}
			return mails[0]
		}
		for _, want := range []line.BounceResult{line.BounceNoted, line.BounceClosing} {
			m := lease()
			if got := b.comesBack(t, m, false); got != want {
				t.Errorf("%s: the bounce came to %q, want %q", m.Kind, got, want)
			}
			if err := b.Orphan(t.Context(), b.lease, nil); err != nil {
				t.Fatal(err)
			}
			b.clock.Advance(time.Second)
			if state, delivered, _ := b.mail(t, m.ID); state != "refused" || delivered != 0 {
				t.Errorf("the %s mail is %s, delivered %d", m.Kind, state, delivered)
			}
			if got := b.send(t, 10, line.ResultAccepted); len(got) != 0 {
				t.Errorf("%s mail: sent again", m.Kind)
			}
			if m.Kind == sale.MailReceipt {
				b.batch(t, 1)
			}
		}
		b.closeAll(t)
		if got := b.state(t, 1); got != sale.OfferUndelivered {
			t.Errorf("the offer is %s", got)
		}
		b.holds(t)
	})
}
