package boxoffice

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// Books are written only over what they were read from. The sale's lock sees
// to that; should it ever fail, the conditions of the writes notice.
func TestBooksAreNotWrittenOverWhatHasChanged(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.SQLite(t)(), sqldb.Options{Unsafe: true})
	noon := time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC)
	b, err := New(t.Context(), Options{DB: db, Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		for _, q := range []string{
			`INSERT INTO sales (slug, version, feed) VALUES ('s', 0, 0)`,
			`INSERT INTO sale_versions (sale, version, document, stored) VALUES ('s', 1, '{}', 0)`,
			`INSERT INTO offers (id, sale, granted, state, reason, created, ended) VALUES ('bought', 's', 1, 'bought', '', 0, 0)`,
			`INSERT INTO orders (ref, sale, code, offer, position, version, state, total, idempotency, at, cancelled)
				VALUES ('ref', 's', 'code', 'bought', 1, 1, 'cancelled', 0, '', 0, 0)`,
		} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(k *books){
		"one of them was not open": func(k *books) { k.end(&offer{id: "bought"}, stateClosed, sale.OfferExpired) },
		"the sale's row was not lock": func(k *books) {
			k.feed.first, k.feed.last = 8, 7
			k.feed.add(sale.OutcomeClosed, "bought", sale.OfferExpired)
		},
		"it was not confirmed": func(k *books) { k.voided = append(k.voided, &order{ref: "ref"}) },
		"an account is missing": func(k *books) {
			k.ledger.move(transfer{pool: "none", source: issued, target: available, units: 1, reason: forIssue})
		},
	} {
		err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			k, err := b.open(ctx, tx, "s")
			if err != nil {
				return err
			}
			change(k)
			return k.close(ctx, tx)
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A group with a sale that does not exist is not torn apart by it.
func TestAnUnknownSaleIsItsOwnCallersAnswer(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.SQLite(t)(), sqldb.Options{Unsafe: true})
	b, err := New(t.Context(), Options{DB: db, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO sales (slug, version, feed) VALUES ('here', 0, 0)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	nothing := func(*books) error { return nil }
	results, err := b.together(t.Context(), []step{{slug: "nowhere", do: nothing}, {slug: "here", do: nothing}})
	if err != nil || sale.CodeOf(results[0].Err) != sale.CodeNotFound || results[1].Err != nil {
		t.Errorf("%v %v", results, err)
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	for want, o := range map[string]Options{
		"Options.DB":    {Clock: time.Now},
		"Options.Clock": {DB: &sqldb.DB{}},
	} {
		if _, err := New(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
