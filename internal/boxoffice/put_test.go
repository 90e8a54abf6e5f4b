package boxoffice_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// next is a later version with another capacity and stock of fridays.
func next(version int64, capacity, fri int) sale.Sale {
	s := lakeside(capacity)
	s.Version = version
	s.Tickets.Types[0].Stock = fri
	return s
}

func TestPutWidensAndCuts(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		if err := h.Put(t.Context(), next(2, 20, 20), nil); err != nil {
			t.Fatal(err)
		}
		h.stock(t, 20, 0, 0)
		if err := h.Put(t.Context(), next(5, 4, 4), nil); err != nil {
			t.Fatal(err)
		}
		h.stock(t, 4, 0, 0)
		sales, err := h.Sales(t.Context())
		if err != nil || len(sales) != 1 || sales[0].Version != 5 {
			t.Errorf("sales in force: %v %v", sales, err)
		}
	})
}

func TestPutRefusesACutWithTheNumbersAndKeepsNothingOfIt(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		offers := h.reserve(t, 4, 4, 4)
		h.buy(t, offers[0], 3, 0)
		h.stock(t, 3, 4, 3)

		err := h.Put(t.Context(), next(2, 6, 2), []sale.PublicKey{key("late", 1)})
		refused(t, err, sale.CodeCutBelow)
		var e *sale.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]sale.FieldError{
			{Field: "tickets.capacity", Message: "6 is less than the 7 tickets that are sold (3) or offered (4)"},
			{Field: "tickets.types[0].stock", Message: "2 is less than the 3 tickets that are sold (3) or offered (0)"},
		}, e.Fields); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(e.Message, "6 is less than the 7 tickets") {
			t.Errorf("the message has no numbers: %s", e.Message)
		}
		h.stock(t, 3, 4, 3)
		if keys, err := h.Keys(t.Context()); err != nil || len(keys) != 0 {
			t.Errorf("keys of a refused version: %v %v", keys, err)
		}
		if s, err := h.Sales(t.Context()); err != nil || s[0].Version != 1 {
			t.Errorf("in force: %v %v", s, err)
		}
		// Exactly what is committed can be kept.
		if err := h.Put(t.Context(), next(2, 7, 7), nil); err != nil {
			t.Fatal(err)
		}
		h.stock(t, 0, 4, 3)
	})
}

func TestPutLeavesOutATypeOnlyWhileNoneIsSold(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		only := func(version int64, types ...sale.TicketType) sale.Sale {
			s := lakeside(10)
			s.Version, s.Tickets.Types = version, types
			return s
		}
		fri, sat := lakeside(10).Tickets.Types[0], lakeside(10).Tickets.Types[1]
		if err := h.Put(t.Context(), only(2, fri), nil); err != nil {
			t.Fatal(err)
		}
		if err := h.Put(t.Context(), only(3, fri, sat), nil); err != nil {
			t.Fatal(err)
		}
		h.buy(t, h.reserve(t, 4, 4)[0], 0, 1)
		err := h.Put(t.Context(), only(4, fri), nil)
		refused(t, err, sale.CodeCutBelow)
		if !strings.Contains(err.Error(), "sat cannot be left out, since 1 of it are sold") {
			t.Error(err)
		}
	})
}

func TestPutIsIdempotentAndRefusesTheOld(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		if err := h.Put(t.Context(), lakeside(10), nil); err != nil {
			t.Errorf("the same version again: %v", err)
		}
		refused(t, h.Put(t.Context(), lakeside(11), nil), sale.CodeStale)
		if err := h.Put(t.Context(), next(2, 12, 12), nil); err != nil {
			t.Fatal(err)
		}
		refused(t, h.Put(t.Context(), lakeside(10), nil), sale.CodeStale)
		h.stock(t, 12, 0, 0)
	})
}

func TestPutRefusesWhatMakesNoSense(t *testing.T) {
	h := open(t, sqldbtest.SQLite(t)(), sqldb.Options{})
	bad := lakeside(10)
	bad.Version = 0
	refused(t, h.Put(t.Context(), bad, nil), sale.CodeInvalid)
	bad = lakeside(10)
	bad.Tickets.Types[0].ID = sale.CapacityPool
	refused(t, h.Put(t.Context(), bad, nil), sale.CodeInvalid)
	bad = lakeside(10)
	bad.Tickets.Capacity = 17 // 10 fridays and 6 saturdays
	refused(t, h.Put(t.Context(), bad, nil), sale.CodeInvalid)
	short := key("short", 1)
	short.X = short.X[1:]
	refused(t, h.Put(t.Context(), lakeside(10), []sale.PublicKey{short}), sale.CodeInvalid)
	if s, err := h.Sales(t.Context()); err != nil || len(s) != 0 {
		t.Errorf("stored: %v %v", s, err)
	}
}

func key(kid string, fill byte) sale.PublicKey {
	return sale.PublicKey{KID: kid, X: bytes.Repeat([]byte{fill}, 32), Created: noon.Add(time.Duration(fill) * time.Second)}
}

func TestKeysAreKeptForEverUnderTheirNames(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := fresh(t, dsn(), 10)
		for _, keys := range [][]sale.PublicKey{{key("b", 2)}, {key("b", 2), key("a", 1)}, nil} {
			if err := h.Put(t.Context(), lakeside(10), keys); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, h.Put(t.Context(), lakeside(10), []sale.PublicKey{key("a", 9)}), sale.CodeInvalid)
		got, err := h.Keys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]sale.PublicKey{key("a", 1), key("b", 2)}, got); diff != "" {
			t.Error(diff)
		}
	})
}
