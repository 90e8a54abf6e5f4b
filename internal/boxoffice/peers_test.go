package boxoffice_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// What went wrong elsewhere and concerns stock and orders.

// eventyay #1359: a lock was skipped for speed. Here two instances sell as
// fast as they can, and the lock is what makes them count as one.
func TestEventyay1359TheLockIsNeverSkipped(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), 4*buyers)
		offers := both[0].reserve(t, 4, ones(buyers, 4)...)
		codes := stampede(func(i int) error {
			_, _, err := both[i%2].Buy(t.Context(), both[i%2].purchase(offers[i], 0, 4))
			return err
		})
		const saturdays = 4*buyers/2 + 1
		if codes[""] != saturdays/4 || codes[sale.CodeTooManyTickets] != buyers-saturdays/4 {
			t.Errorf("%v, want %d orders of 4 of the %d saturdays", codes, saturdays/4, saturdays)
		}
	})
}

// eventyay #1398: a voucher with a limit of 3 was redeemed 5 times, since the
// limit was checked before the lock.
func TestEventyay1398TheLimitIsCheckedUnderTheLock(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), 8)
		offer := both[0].reserve(t, 3, 3)[0]
		var sold atomic.Int64
		stampede(func(i int) error {
			order, repeated, err := both[i%2].Buy(t.Context(), both[i%2].purchase(offer, 1+i%3, 0))
			if err == nil && !repeated {
				sold.Add(int64(len(order.Tickets)))
			}
			return err
		})
		if n := int(sold.Load()); n < 1 || n > 3 {
			t.Errorf("%d sold on an offer of 3", n)
		} else {
			both[0].stock(t, 8-n, 0, n)
		}
	})
}

// pretix #6067: a value was read before the lock. A cut of the stock meets
// the offers that would need it: whoever comes second sees the other.
func TestPretix6067NothingIsReadBeforeTheLock(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), buyers)
		var granted, version atomic.Int64
		version.Store(1)
		codes := stampede(func(i int) error {
			if i%8 == 0 {
				v := version.Add(1)
				return both[0].Put(t.Context(), next(v, buyers/2, buyers/2), nil)
			}
			grants, err := both[1].Reserve(t.Context(), "lakeside", []sale.Ask{{Offer: fmt.Sprint("o", i), Most: 1}})
			if err == nil {
				granted.Add(int64(grants[0].Granted))
			}
			return err
		})
		s, err := both[0].Stock(t.Context(), "lakeside")
		if err != nil {
			t.Fatal(err)
		}
		if c := s.Capacity(); c.Offered != int(granted.Load()) || c.Available+c.Offered != c.Issued {
			t.Errorf("%+v after %d granted (%v)", c, granted.Load(), codes)
		}
	})
}

// Attendize #473 and #472, Hi.Events #790: cancelled tickets never came back.
func TestHiEvents790CancelledTicketsComeBack(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 4) // 3 saturdays
		order := h.buy(t, h.reserve(t, 4, 4)[0], 1, 3)
		h.reserve(t, 4, 0)
		if _, err := h.Cancel(t.Context(), "lakeside", order.Code, ""); err != nil {
			t.Fatal(err)
		}
		h.stock(t, 4, 0, 0)
		h.buy(t, h.reserve(t, 4, 4)[0], 1, 3)
		h.stock(t, 0, 0, 4)
	})
}

// verbb/events #129: limits were checked line by line, not in total.
func TestVerbbEvents129LimitsHoldInTotal(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		offer := h.reserve(t, 4, 4)[0]
		_, _, err := h.Buy(t.Context(), h.purchase(offer, 4, 4))
		refused(t, err, sale.CodeTooManyTickets)
		_, _, err = h.Buy(t.Context(), h.purchase(offer, 3, 2))
		refused(t, err, sale.CodeTooManyTickets)
		h.buy(t, offer, 2, 2)
	})
}

// pretix #1238: voiding released units that nobody had held.
func TestPretix1238VoidingReleasesWhatWasSoldOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), 8)
		offers := both[0].reserve(t, 4, 4, 4)
		order := both[0].buy(t, offers[0], 1, 0)
		codes := stampede(func(i int) error {
			_, err := both[i%2].Cancel(t.Context(), "lakeside", order.Code, "")
			return err
		})
		if codes[""] != buyers {
			t.Errorf("%v: cancelling again is fine", codes)
		}
		both[0].stock(t, 4, 4, 0)
	})
}

// pretix #1163: the voucher of a buyer who was cancelled came to life again.
func TestPretix1163ACancelledOrderDoesNotReviveItsLink(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		offer := h.reserve(t, 4, 4)[0]
		order := h.buy(t, offer, 2, 0)
		if _, err := h.Cancel(t.Context(), "lakeside", order.Code, ""); err != nil {
			t.Fatal(err)
		}
		_, _, err := h.Buy(t.Context(), h.purchase(offer, 1, 0))
		refused(t, err, sale.CodeAlreadyBought)
		same, repeated, err := h.Buy(t.Context(), h.purchase(offer, 2, 0))
		if err != nil || !repeated || same.State != sale.OrderCancelled {
			t.Errorf("the same again: %+v, repeated %v, %v", same, repeated, err)
		}
		if v, err := h.Offer(t.Context(), offer); err != nil || v.State != "bought" || v.Order.State != sale.OrderCancelled {
			t.Errorf("its page: %+v %v", v, err)
		}
		h.stock(t, 8, 0, 0)
	})
}

// pretix #5811: two vouchers at once. An offer has one order, however many
// tabs post at the same moment.
func TestPretix5811OneOrderForAnOffer(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), 8)
		offer := both[0].reserve(t, 4, 4)[0]
		var first atomic.Int64
		codes := stampede(func(i int) error {
			_, repeated, err := both[i%2].Buy(t.Context(), both[i%2].purchase(offer, 1, 1))
			if err == nil && !repeated {
				first.Add(1)
			}
			return err
		})
		if codes[""] != buyers || first.Load() != 1 {
			t.Errorf("%v, %d first orders, want 1", codes, first.Load())
		}
		both[0].stock(t, 6, 0, 2)
	})
}

// London 2012: somebody typed 20,000 seats for 10,000.
func TestLondon2012MoreCannotBeSoldThanThereIs(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		typo := lakeside(10)
		typo.Version, typo.Tickets.Capacity = 2, 20 // 10 fridays and 6 saturdays
		refused(t, h.Put(t.Context(), typo, nil), sale.CodeInvalid)
		// Typed in both places it is believed, and can be corrected until
		// the first ticket too many is offered.
		if err := h.Put(t.Context(), next(2, 20, 20), nil); err != nil {
			t.Fatal(err)
		}
		h.reserve(t, 4, 4, 4)
		if err := h.Put(t.Context(), next(3, 10, 10), nil); err != nil {
			t.Fatal(err)
		}
		h.reserve(t, 4, 0)
		h.stock(t, 2, 8, 0)
	})
}

// Let's Encrypt's certificates lived a second longer than they said: the end
// was inclusive. Here it is not.
func TestLetsEncryptsExtraSecond(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 8)
		p := h.purchase(h.reserve(t, 4, 4)[0], 1, 0)
		h.now = p.Ends
		_, _, err := h.Buy(t.Context(), p)
		refused(t, err, sale.CodeOfferOver)
		answer, err := h.Close(t.Context(), "lakeside", sale.Closing{Offer: p.Offer, Reason: sale.OfferExpired, Ends: p.Ends})
		if err != nil || answer != sale.AnswerClosed {
			t.Errorf("at the end: %q %v", answer, err)
		}
	})
}

// One bad purchase in a group is its own buyer's business.
func TestARefusalDoesNotTouchTheNeighbours(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		both := pair(t, dsn(), buyers)
		offers := both[0].reserve(t, 1, ones(buyers, 1)...)
		codes := stampede(func(i int) error {
			p := boxoffice.Purchase{Offer: offers[i], Sale: "lakeside", Quantities: sale.Quantities{"fri": 1}, Ends: noon.Add(time.Hour)}
			switch i % 4 {
			case 1:
				p.Sale = "nowhere"
			case 2:
				p.Quantities["fri"] = 2
			case 3:
				p.Ends = noon
			}
			_, _, err := both[0].Buy(t.Context(), p)
			return err
		})
		for code, n := range codes {
			if n != buyers/4 {
				t.Errorf("%q %d times, want %d", code, n, buyers/4)
			}
		}
		both[0].stock(t, 0, buyers*3/4, buyers/4)
	})
}
