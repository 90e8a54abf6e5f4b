package dispatcher_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// firstEdition is 6 tickets, offers two at a time from one minute after noon,
// each good for four minutes.
func firstEdition(s *sale.Sale) {
	s.Tickets.Capacity, s.Tickets.Types[0].Stock = 6, 6
	s.Caps.Guaranteed, s.Mail.Receipt = 1, true
	s.Dispatch.Starts, s.Dispatch.LinkLife = noon.Add(time.Minute), 4*time.Minute
}

// secondEdition has two tickets more.
func secondEdition(s *sale.Sale) {
	firstEdition(s)
	s.Tickets.Capacity, s.Tickets.Types[0].Stock = 8, 8
}

// thirdEdition has fewer than are sold.
func thirdEdition(s *sale.Sale) {
	firstEdition(s)
	s.Tickets.Capacity, s.Tickets.Types[0].Stock = 2, 2
}

// TestEveryCallSiteFailing plays a whole small sale once for each place at
// which a fault can strike, and lets it strike exactly there: a transaction
// before and after its commit, a call before and after it arrives, a
// connection, a hand-over; the caller goes on, or dies, or hangs until another
// has its place. The sale must complete with every promise kept.
//
// Which places there are is read from the sources: a new one that no sale
// comes to fails this test. INTURN_FAULTS=all plays every mode everywhere.
func TestEveryCallSiteFailing(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	sites := allSites(t)
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		calm := newTheatre(t, st, dsn, strike{})
		calm.play()
		sites := ofSales(t, sites, calm.seen)
		for _, site := range sites {
			if calm.seen[site] <= given[site] {
				t.Errorf("the sale does not come to: %s", site)
			}
		}
		for site := range calm.seen {
			if !slices.Contains(sites, site) {
				t.Errorf("the sale comes to a place that the sources do not show: %s", site)
			}
		}
		if t.Failed() {
			return
		}
		t.Logf("%d call sites", len(sites))
		strikes := strikesAt(sites, os.Getenv("INTURN_FAULTS") == "all", strings.HasSuffix(t.Name(), "/postgres"))
		var mu sync.Mutex // the lanes take their databases from one source
		name := func() string {
			mu.Lock()
			defer mu.Unlock()
			return dsn()
		}
		const lanes = 2
		for lane := range lanes {
			t.Run(fmt.Sprint("lane ", lane), func(t *testing.T) {
				t.Parallel()
				for i := lane; i < len(strikes); i += lanes {
					s := strikes[i]
					t.Run(fmt.Sprintf("%s %s", s.site, s.mode), func(t *testing.T) {
						w := newTheatre(t, st, name, s)
						w.play()
						if !w.struck {
							t.Error("the fault did not strike")
						}
					})
				}
			})
		}
	})
}

// strikesAt are the first time at each site. When not all are asked for, a read
// fails in one of the modes, since it has nothing to leave half done, and not on
// PostgreSQL, where everything else does in one of them. With -short only some
// sites are struck.
func strikesAt(sites []string, long, postgres bool) (all []strike) {
	for i, site := range sites {
		if testing.Short() && i%12 != 0 {
			continue
		}
		read := strings.HasPrefix(site, string(sqldb.BeforeRead))
		for j, m := range modes {
			every, one := !read && !postgres, (!read || !postgres) && i%len(modes) == j
			if long || every || one {
				all = append(all, strike{site, given[site] + 1, m})
			}
		}
	}
	return all
}

// play is the sale from its first edition to its end.
func (w *theatre) play() {
	w.Helper()
	w.Cleanup(w.house.hangUp)
	w.edition(firstEdition)
	for n := 1; n <= 4; n++ {
		w.enter(n)
	}
	w.beat() // before its start
	w.purchase(w.await(1), 1)
	second := w.await(2)
	w.scene("decline", func() error { return w.box.Decline(w.Context(), slug, second.Offer, second.End()) })
	for _, paused := range []bool{true, false} {
		w.scene("pause", func() error { return w.line.SetPaused(w.Context(), slug, paused, "organizer") })
		w.minute()
	}
	w.scene("freeze", func() error {
		_, _, err := w.line.Freeze(w.Context(), slug, "organizer", "an incident")
		return err
	})
	w.minute()
	w.scene("release", func() error {
		_, _, err := w.line.Unfreeze(w.Context(), slug, "organizer", "")
		return err
	})
	w.minute()
	for n := 5; n <= 12; n++ {
		w.enter(n)
	}
	w.scene("withdraw", func() error { return w.line.Withdraw(w.Context(), slug, 5) })
	w.scene("withdraw", func() error { return w.line.Withdraw(w.Context(), slug, 6) })
	w.scene("restore", func() error { return w.line.Restore(w.Context(), slug, 5) })
	w.stranger()
	w.scene("lose a receipt", func() error {
		address := "fan4@example.org"
		return w.line.ResendReceipt(w.Context(), line.LostReceipt{Sale: slug, Address: sale.Address{Typed: address, Canonical: address}})
	})
	w.scene("language", func() error { return w.line.SetLanguage(w.Context(), slug, 5, "nl") })
	w.purchase(w.await(4), 2)
	w.beat()
	w.help()
	w.edition(secondEdition)
	w.minute()
	w.edition(thirdEdition)
	w.refused()
	w.cancelFirst()
	w.sellOut()
	w.reads()
	w.close()
	w.judge()
}

// stranger asks for a mail that confirms an address, gets it, looks at its
// link, and leaves it at that.
func (w *theatre) stranger() {
	w.Helper()
	const address = "stranger@example.org"
	w.scene("ask", func() error {
		_, err := w.line.AskConfirm(w.Context(), line.Ask{
			Sale: slug, Lang: "en", Address: sale.Address{Typed: address, Canonical: address},
		})
		return err
	})
	w.beat()
	token := ""
	for _, m := range w.server.Mails() {
		if slices.Contains(m.To, address) {
			_, token, _ = strings.Cut(w.letter(m).Text, "/confirm/")
		}
	}
	if token == "" {
		return // its mail waits for its next try
	}
	token, _, _ = strings.Cut(token, "\n")
	w.scene("open", func() error {
		ref, err := w.keys.ReadConfirmation(slug, token, w.clock.Now())
		if err != nil {
			return err
		}
		_, err = w.line.Confirmation(w.Context(), slug, ref)
		return err
	})
}

func (w *theatre) edition(change func(*sale.Sale)) {
	w.Helper()
	s := lakeside()
	change(&s)
	w.scene("apply", func() error {
		_, err := w.line.Apply(w.Context(), s, "organizer")
		return err
	})
	w.scene("write the same", func() error {
		_, err := w.line.Write(w.Context(), s, line.Edit{Actor: "organizer", Source: line.FromFile})
		return err
	})
}

// refused: the box office does not take the third edition, and the second is
// in force again.
func (w *theatre) refused() {
	w.Helper()
	w.clock.Advance(time.Minute)
	w.scene("refuse", func() error {
		err := w.BeatAll(w.Context())
		if sale.CodeOf(err) == sale.CodeCutBelow {
			err = nil
		}
		return err
	})
	w.beat()
	w.look(func() {
		if st := w.house.sale(); st.Pending() || st.Sale.Tickets.Capacity != 8 {
			w.Errorf("after the refusal: %d tickets, pending %v", st.Sale.Tickets.Capacity, st.Pending())
		}
	})
}

// cancelFirst: the first fan's one ticket comes back.
func (w *theatre) cancelFirst() {
	w.Helper()
	w.scene("cancel", func() error {
		order, _, err := w.box.OrderByCode(w.Context(), slug, w.orders[w.links(1)[0].Offer])
		if err != nil {
			return err
		}
		if _, _, err = w.box.Order(w.Context(), order.Ref); err != nil {
			return err
		}
		_, err = w.box.Cancel(w.Context(), slug, order.Code, "returned")
		return err
	})
}

// sellOut: the fifth fan does nothing with his link, the sixth has left, the
// seventh's mail comes back; from the eighth on they buy what they are offered.
func (w *theatre) sellOut() {
	w.Helper()
	for range 300 {
		w.minute()
		for _, m := range w.offerMails(7) {
			w.scene("bounce", func() error { return w.comesBack(m, "5.1.1").err })
		}
		for n := 8; n <= 12; n++ {
			all := w.links(n)
			if len(all) > 0 && w.clock.Now().Before(all[len(all)-1].Ends) && w.orders[all[0].Offer] == "" {
				w.purchase(all[len(all)-1], 2)
			}
		}
		if w.done() {
			return
		}
	}
	w.look(func() { w.Fatalf("the sale does not complete: %+v, offers %q", w.stock(), w.states(12)) })
}

func (w *theatre) done() (done bool) {
	w.look(func() {
		c := w.stock()
		done = c.Available == 0 && c.Offered == 0 &&
			w.count(`SELECT COUNT(*) FROM offers WHERE state IN ('planned', 'open', 'closing')`) == 0 &&
			w.count(`SELECT COUNT(*) FROM outbox WHERE due_at IS NOT NULL OR state IN ('queued', 'sending')`) == 0
	})
	return done
}

// reads is what pages and lists read.
func (w *theatre) reads() {
	w.Helper()
	ctx := w.Context()
	for what, read := range map[string]func() error{
		"place":     func() error { _, err := w.line.Place(ctx, slug, 1); return err },
		"exhausted": func() error { _, err := w.line.Exhausted(ctx, slug); return err },
		"door list": func() error { return w.line.Orders(ctx, slug, func(line.DoorRow) error { return nil }) },
		"books":     func() error { _, err := w.line.Books(ctx, slug); return err },
		"report":    func() error { return w.line.EachSigned(ctx, slug, func(line.Signed) error { return nil }) },
		"metrics":   func() error { _, err := w.line.OfferCounts(ctx, slug); return err },
		"bounces":   func() error { _, err := w.line.BouncedMails(ctx, slug); return err },
		"refusal":   func() error { _, _, err := w.line.Refusal(ctx, slug, 3); return err },
		"version":   func() error { _, err := w.line.Version(ctx, slug, 2); return err },
		"standing":  func() error { _, err := w.line.Standing(ctx, slug); return err },
		"try": func() error {
			_, err := w.line.Try(ctx, lakeside(), line.Edit{Source: line.FromFile})
			return err
		},
		"links out":  func() error { _, err := w.line.LinksOut(ctx, 1, w.clock.Now()); return err },
		"incidents":  func() error { _, err := w.line.Incidents(ctx, slug); return err },
		"told":       func() error { _, err := w.line.ToldFreezes(ctx, slug); return err },
		"freezes":    func() error { _, err := w.box.Freezes(ctx, slug); return err },
		"orders":     func() error { return w.box.Orders(ctx, slug, func(sale.Order) error { return nil }) },
		"offers":     func() error { return w.box.Offers(ctx, slug, func(boxoffice.OfferRow) error { return nil }) },
		"box office": func() error { _, err := w.box.Sales(ctx); return err },
		"style":      func() error { _, err := w.box.Sale(ctx, slug); return err },
	} {
		w.scene(what, read)
	}
}

// close: at the sale's end those who still wait are told, and the dispatcher
// gives its lease back.
func (w *theatre) close() {
	w.Helper()
	w.clock.Advance(200 * time.Hour)
	w.beat()
	w.beat()
	w.scene("release", func() error {
		w.clock.Advance(15 * time.Second) // whoever has it lets it run out
		lease, _, err := w.line.Acquire(w.Context(), slug, "last", time.Minute)
		if err != nil {
			return err
		}
		return w.line.Release(w.Context(), lease)
	})
}

// judge looks at what must be true in the end, whatever failed.
func (w *theatre) judge() {
	w.Helper()
	w.look(func() {
		if c := w.stock(); c.Sold != 8 || c.Available != 0 || c.Offered != 0 {
			w.Errorf("stock: %+v", c)
		}
		if !w.done() {
			w.Error("something is left to do")
		}
		if n := w.count(`SELECT COUNT(*) FROM confirmations`); n != 0 {
			w.Errorf("%d strangers are remembered", n)
		}
		if n := len(w.letters(12)); n == 0 {
			w.Error("the last one was told nothing")
		}
		if w.answers() {
			w.holds()
		}
	})
}

// answers: every answered registration and order is there.
func (w *theatre) answers() bool {
	w.Helper()
	for number, address := range w.answered {
		if got := w.place(number).Address; got != address {
			w.Errorf("number %d was answered to %s and belongs to %q", number, address, got)
		}
	}
	there := map[string]string{}
	must(w, w.box.Offers(w.Context(), slug, func(r boxoffice.OfferRow) error {
		there[r.ID] = r.Order
		return nil
	}))
	for offer, code := range w.orders {
		if there[offer] != code {
			w.Errorf("order %s was answered, and there is %q", code, there[offer])
		}
	}
	n := 0
	must(w, w.lineDB.Read(w.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM registrations`).Scan(&n)
	}))
	if n != len(w.answered) {
		w.Errorf("%d registrations, %d were answered", n, len(w.answered))
	}
	return !w.Failed()
}
