package line_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

func TestSignUpGivesDenseNumbersAndClasses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for i, name := range names(10) {
			r := b.join(t, name)
			want := sale.Guaranteed
			if i >= 4 {
				want = sale.Standby
			}
			if r.Number != i+1 || r.Class != want {
				t.Errorf("%s: number %d, class %s; want %d, %s", name, r.Number, r.Class, i+1, want)
			}
		}
		_, err := b.SignUp(t.Context(), signUp("late"))
		wantCode(t, err, sale.CodeFull)
	})
}

// The three notices switch exactly at the caps, however many come at once.
func TestSignUpUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		seen := map[int]sale.Class{}
		full := 0
		var group sync.WaitGroup
		for _, name := range names(50) {
			group.Go(func() {
				r, err := b.SignUp(t.Context(), signUp(name))
				mu.Lock()
				defer mu.Unlock()
				switch sale.CodeOf(err) {
				case "":
					if _, twice := seen[r.Number]; twice {
						t.Errorf("number %d was given twice", r.Number)
					}
					seen[r.Number] = r.Class
				case sale.CodeFull:
					full++
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if len(seen) != 10 || full != 40 {
			t.Fatalf("%d in line and %d refused, want 10 and 40", len(seen), full)
		}
		for n, class := range seen {
			if (n <= 4) != (class == sale.Guaranteed) {
				t.Errorf("number %d is %s", n, class)
			}
		}
	})
}

func TestSignUpTwiceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		_, err := b.SignUp(t.Context(), signUp("fan"))
		wantCode(t, err, sale.CodeAlreadyInLine)
		b.join(t, "other")
		b.clock.Advance(2 * time.Hour)
		_, err = b.SignUp(t.Context(), signUp("fan"))
		wantCode(t, err, sale.CodeAlreadyInLine) // before closed
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 2 {
			t.Errorf("%d receipts, want 2", len(got))
		}
	})
}

func TestSignUpSameAddressInOneGroup(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		codes := map[sale.Code]int{}
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				_, err := b.SignUp(t.Context(), signUp("fan"))
				mu.Lock()
				codes[sale.CodeOf(err)]++
				mu.Unlock()
			})
		}
		group.Wait()
		if codes[""] != 1 || codes[sale.CodeAlreadyInLine] != 19 {
			t.Errorf("got %v", codes)
		}
	})
}

func TestSignUpIdempotencyKey(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		in := signUp("fan")
		in.Idempotency = "key-1"
		first, err := b.SignUp(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := b.SignUp(t.Context(), in)
		if err != nil || again.Number != first.Number || !again.Repeated {
			t.Errorf("again: %+v, %v", again, err)
		}
		other := signUp("other")
		other.Idempotency = "key-1"
		_, err = b.SignUp(t.Context(), other)
		wantCode(t, err, sale.CodeKeyReused)

		// Whatever happens meanwhile, the same request has the same answer: the
		// fan left, joined again under another key, and the form closed.
		same := func(when string) {
			t.Helper()
			got, err := b.SignUp(t.Context(), in)
			if err != nil || got.Number != first.Number || got.Class != first.Class || !got.At.Equal(first.At) || !got.Repeated {
				t.Errorf("%s: %+v, %v", when, got, err)
			}
			_, err = b.SignUp(t.Context(), other)
			wantCode(t, err, sale.CodeKeyReused)
		}
		b.leave(t, 1)
		same("after leaving")
		rejoin := signUp("fan")
		rejoin.Idempotency = "key-2"
		if r, err := b.SignUp(t.Context(), rejoin); err != nil || r.Number != 2 {
			t.Errorf("again in line: %+v, %v", r, err)
		}
		same("after joining again")
		b.clock.Advance(time.Hour)
		same("after the form closed")
		if st, err := b.Sale(t.Context(), "lakeside"); err != nil || st.Last != 2 {
			t.Errorf("%d places given, %v", st.Last, err)
		}
	})
}

// TestSignUpIdempotencyKeyAtOnce: a client that asks again before it was
// answered, with many others in the same group.
func TestSignUpIdempotencyKeyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var group sync.WaitGroup
		numbers := make([]int, 8)
		for i := range numbers {
			group.Go(func() {
				in := signUp("fan")
				in.Idempotency = "key-1"
				r, err := b.SignUp(t.Context(), in)
				if err != nil {
					t.Error(err)
				}
				numbers[i] = r.Number
			})
		}
		group.Wait()
		for _, n := range numbers {
			if n != 1 {
				t.Errorf("answered %v", numbers)
			}
		}
	})
}

func TestSignUpWindow(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.clock.Advance(-time.Second)
		_, err := b.SignUp(t.Context(), signUp("early"))
		wantCode(t, err, sale.CodeNotOpenYet)
		var e *sale.Error
		if !errors.As(err, &e) || e.RetryAfter != time.Second {
			t.Errorf("RetryAfter: %v", err)
		}
		b.clock.Advance(time.Second)
		b.join(t, "punctual")
		b.clock.Advance(time.Hour)
		_, err = b.SignUp(t.Context(), signUp("late"))
		wantCode(t, err, sale.CodeClosed)
		in := signUp("nobody")
		in.Sale = "no-such-sale"
		_, err = b.SignUp(t.Context(), in)
		wantCode(t, err, sale.CodeNotFound)
	})
}

// A clock that steps back reorders nothing.
func TestSignUpClockStepsBack(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.clock.Advance(10 * time.Minute)
		first := b.join(t, "first")
		b.clock.Advance(-5 * time.Minute)
		second := b.join(t, "second")
		if second.At.Before(first.At) {
			t.Errorf("number 2 at %v, number 1 at %v", second.At, first.At)
		}
	})
}

func TestJoinAgainAfterWithdrawing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.join(t, "fan")
		b.join(t, "other")
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 2 {
			t.Fatalf("%d receipts", len(got))
		}
		if err := b.Withdraw(t.Context(), "lakeside", 1); err != nil {
			t.Fatal(err)
		}
		again := b.join(t, "fan")
		if again.Number != 3 {
			t.Errorf("number %d, want 3: a new number at the end", again.Number)
		}
		if got := b.send(t, 10, line.ResultAccepted); len(got) != 1 || got[0].Kind != sale.MailWithdrawn || got[0].Back {
			t.Errorf("a second receipt for the same address: %+v", got)
		}
		wantCode(t, b.Restore(t.Context(), "lakeside", 1), sale.CodeTooLate)
	})
}

// A ticket holder cannot leave and join again for a second helping; whose
// order was cancelled can.
func TestNobodyLeavesWithTickets(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		fan := b.join(t, "fan")
		ids := b.batch(t, 1)
		order := sale.Order{Code: "ABCD", Ref: "ref", Sale: "lakeside", Offer: ids[0], State: sale.OrderConfirmed, At: start}
		collect := func(position int64, kind sale.OutcomeKind) {
			t.Helper()
			o := sale.Outcome{Position: position, Kind: kind, Offer: ids[0], Order: &order, At: start}
			if err := b.Collect(t.Context(), b.lease, []sale.Outcome{o}); err != nil {
				t.Fatal(err)
			}
			if err := b.Withdraw(t.Context(), "lakeside", fan.Number); err != nil {
				t.Fatal(err)
			}
		}
		collect(1, sale.OutcomeBought)
		_, err := b.SignUp(t.Context(), signUp("fan"))
		wantCode(t, err, sale.CodeAlreadyInLine)
		order.State = sale.OrderCancelled
		collect(2, sale.OutcomeCancelled)
		if again := b.join(t, "fan"); again.Number != 2 {
			t.Errorf("number %d after a cancelled order, want 2", again.Number)
		}
	})
}

// TestNoSaleOfThatText: strangers put anything into an address. What no
// database takes as text is a sale that does not exist, not a failure.
func TestNoSaleOfThatText(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, slug := range []string{"\x00", "lakeside\x00", "\xff\xfe", ""} {
			in := signUp("fan")
			in.Sale = slug
			_, err := b.SignUp(t.Context(), in)
			wantCode(t, err, sale.CodeNotFound)
			_, err = b.Sale(t.Context(), slug)
			wantCode(t, err, sale.CodeNotFound)
		}
	})
}
