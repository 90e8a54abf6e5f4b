package boxoffice_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// tables of the box office, each with what puts its rows in order.
var tables = map[string]string{
	"keys": "kid", "sales": "slug", "sale_versions": "sale, version", "accounts": "sale, pool, name",
	"offers": "id", "transfers": "id", "orders": "ref", "tickets": "ref, number", "outcomes": "sale, position",
}

// dump is all that is stored, as text.
func (h *house) dump(tb testing.TB) string {
	tb.Helper()
	var all strings.Builder
	if err := h.db.Read(tb.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		for table, order := range tables {
			if err := dumpTable(ctx, tx, &all, table, order); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	lines := strings.Split(all.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func dumpTable(ctx context.Context, tx *sqldb.Tx, to *strings.Builder, table, order string) error {
	rows, err := tx.Query(ctx, "SELECT * FROM "+table+" ORDER BY "+order)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		fmt.Fprintln(to, table, values)
	}
	return rows.Err()
}

// act is one call that writes. It is run on a sale in which offer "o" is
// open and order `code` is placed.
type act struct {
	site string // where the fault strikes
	do   func(ctx context.Context, h *house, code string) (string, error)
}

var acts = map[string]act{
	"put": {"Put", func(ctx context.Context, h *house, _ string) (string, error) {
		return "", h.Put(ctx, next(2, 12, 12), []sale.PublicKey{key("k", 1)})
	}},
	"reserve": {"Reserve", func(ctx context.Context, h *house, _ string) (string, error) {
		grants, err := h.Reserve(ctx, "lakeside", []sale.Ask{{Offer: "x", Most: 2}, {Offer: "y", Most: 4}, {Offer: "o", Most: 4}})
		return fmt.Sprint(grants), err
	}},
	"close": {"together", func(ctx context.Context, h *house, _ string) (string, error) {
		answer, err := h.Close(ctx, "lakeside", sale.Closing{Offer: "o", Reason: sale.OfferWithdrawn})
		return string(answer), err
	}},
	"close unknown": {"together", func(ctx context.Context, h *house, _ string) (string, error) {
		answer, err := h.Close(ctx, "lakeside", sale.Closing{Offer: "unknown", Reason: sale.OfferWithdrawn})
		return string(answer), err
	}},
	"decline": {"together", func(ctx context.Context, h *house, _ string) (string, error) {
		return "", h.Decline(ctx, "lakeside", "o", sale.End{At: noon.Add(time.Hour)})
	}},
	"buy": {"together", func(ctx context.Context, h *house, _ string) (string, error) {
		order, _, err := h.Buy(ctx, h.purchase("o", 1, 1))
		return fmt.Sprint(len(order.Tickets), order.Total, order.State), err
	}},
	"cancel": {"Cancel", func(ctx context.Context, h *house, code string) (string, error) {
		order, err := h.Cancel(ctx, "lakeside", code, "")
		return fmt.Sprint(len(order.Tickets), order.Total, order.State), err
	}},
}

var errBroken = errors.New("the database broke")

// rehearse prepares a sale for an act. *strike is where it breaks, and seen
// hears of every point.
func rehearse(t *testing.T, dsn string, strike *sqldb.Point, seen func(sqldb.Point)) (h *house, code string) {
	t.Helper()
	h = open(t, dsn, sqldb.Options{Unsafe: true, Fault: func(_ context.Context, p sqldb.Point) error {
		if seen != nil {
			seen(p)
		}
		if p == *strike {
			return errBroken
		}
		return nil
	}})
	if err := h.Put(t.Context(), lakeside(10), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Reserve(t.Context(), "lakeside", []sale.Ask{{Offer: "o", Most: 4}, {Offer: "bought", Most: 3}}); err != nil {
		t.Fatal(err)
	}
	return h, h.buy(t, "bought", 1, 1).Code
}

// Every call that writes fails before its effect and after it. Before, nothing
// has happened; after, everything has; and in both cases asking again gives
// the answer and leaves the stock that it would have without the fault.
func TestFaultsAtEveryCallThatWrites(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		sites := map[string]bool{}
		for name, a := range acts {
			none := sqldb.Point{}
			calm, code := rehearse(t, dsn(), &none, func(p sqldb.Point) {
				if p.Phase == sqldb.BeforeCommit {
					sites[p.Call] = true
				}
			})
			want, err := a.do(t.Context(), calm, code)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			wantStock, err := calm.Stock(t.Context(), "lakeside")
			if err != nil {
				t.Fatal(err)
			}
			for _, phase := range []sqldb.Phase{sqldb.BeforeCommit, sqldb.AfterCommit} {
				var strike sqldb.Point
				h, code := rehearse(t, dsn(), &strike, nil)
				before := h.dump(t)
				strike = sqldb.Point{Phase: phase, Call: "boxoffice.(*BoxOffice)." + a.site}
				if _, err := a.do(t.Context(), h, code); !errors.Is(err, errBroken) {
					t.Fatalf("%s, %s: got %v, want the fault", name, phase, err)
				}
				strike = sqldb.Point{}
				h.check(t)
				if changed := h.dump(t) != before; changed != (phase == sqldb.AfterCommit) {
					t.Errorf("%s, %s: changed: %v", name, phase, changed)
				}
				got, err := a.do(t.Context(), h, code)
				if err != nil || got != want {
					t.Errorf("%s again, %s: got %q (%v), want %q", name, phase, got, err, want)
				}
				gotStock, err := h.Stock(t.Context(), "lakeside")
				if err != nil || !cmp.Equal(gotStock, wantStock) {
					t.Errorf("%s, %s: %v %s", name, phase, err, cmp.Diff(wantStock, gotStock))
				}
				h.check(t)
			}
		}
		for site := range sites {
			struck := false
			for _, a := range acts {
				struck = struck || strings.HasSuffix(site, ")."+a.site)
			}
			if !struck {
				t.Errorf("no fault was put at %s", site)
			}
		}
	})
}

// reads is every call that reads.
var reads = map[string]func(ctx context.Context, h *house, order sale.Order) error{
	"Offer": func(ctx context.Context, h *house, _ sale.Order) error { _, err := h.Offer(ctx, "o"); return err },
	"Order": func(ctx context.Context, h *house, o sale.Order) error { _, _, err := h.Order(ctx, o.Ref); return err },
	"OrderByCode": func(ctx context.Context, h *house, o sale.Order) error {
		_, _, err := h.OrderByCode(ctx, "lakeside", o.Code)
		return err
	},
	"Stock": func(ctx context.Context, h *house, _ sale.Order) error {
		_, err := h.Stock(ctx, "lakeside")
		return err
	},
	"Outcomes": func(ctx context.Context, h *house, _ sale.Order) error {
		_, err := h.Outcomes(ctx, "lakeside", 0, 0)
		return err
	},
	"Sales": func(ctx context.Context, h *house, _ sale.Order) error { _, err := h.Sales(ctx); return err },
	"Keys":  func(ctx context.Context, h *house, _ sale.Order) error { _, err := h.Keys(ctx); return err },
	"Orders": func(ctx context.Context, h *house, _ sale.Order) error {
		return h.Orders(ctx, "lakeside", func(sale.Order) error { return nil })
	},
	"Offers": func(ctx context.Context, h *house, _ sale.Order) error {
		return h.Offers(ctx, "lakeside", func(boxoffice.OfferRow) error { return nil })
	},
}

func TestReadsChangeNothingAndSayWhenTheyFail(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		var strike sqldb.Point
		h, code := rehearse(t, dsn(), &strike, nil)
		order, _, err := h.OrderByCode(t.Context(), "lakeside", code)
		if err != nil {
			t.Fatal(err)
		}
		before := h.dump(t)
		for name, read := range reads {
			strike = sqldb.Point{}
			if err := read(t.Context(), h, order); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			strike = sqldb.Point{Phase: sqldb.BeforeRead, Call: "boxoffice.(*BoxOffice)." + name}
			if err := read(t.Context(), h, order); !errors.Is(err, errBroken) {
				t.Errorf("%s: got %v, want the fault", name, err)
			}
		}
		strike = sqldb.Point{}
		if h.dump(t) != before {
			t.Error("reading changed something")
		}
	})
}
