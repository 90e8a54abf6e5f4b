package line_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

func TestFind(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.join(t, "other")
		b.join(t, "fan")
		b.leave(t, 2)
		b.join(t, "fan")
		b.leave(t, 3)
		b.join(t, "fan")
		for name, want := range map[string][]int{"fan": {4, 3, 2}, "other": {1}, "nobody": nil} {
			// Whatever was typed: what is compared is the canonical form.
			f, err := b.Find(ctx, "lakeside", sale.Address{Typed: strings.ToUpper(name) + "@Example.org", Canonical: name + "@example.org"})
			if err != nil || !slices.Equal(f.Numbers, want) || !f.Asked.IsZero() {
				t.Errorf("%s: %+v, %v", name, f, err)
			}
		}
		if _, err := b.AskConfirm(ctx, line.Ask{Sale: "lakeside", Address: at("stranger"), Lang: "en"}); err != nil {
			t.Fatal(err)
		}
		if f, err := b.Find(ctx, "lakeside", at("stranger")); err != nil || len(f.Numbers) != 0 || !f.Asked.Equal(b.clock.Now()) {
			t.Errorf("a stranger: %+v, %v", f, err)
		}
		_, err := b.Find(ctx, "nowhere", at("fan"))
		wantCode(t, err, sale.CodeNotFound)
		// Not in another sale, where the same address stands too.
		other := testSale()
		other.Slug = "other"
		if _, err := b.Apply(ctx, other, "test"); err != nil {
			t.Fatal(err)
		}
		if f, err := b.Find(ctx, "other", at("fan")); err != nil || len(f.Numbers) != 0 {
			t.Errorf("in another sale: %+v, %v", f, err)
		}
	})
}

func TestQueue(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(5) {
			b.join(t, name)
		}
		b.leave(t, 2)
		b.batch(t, 1)
		s, err := b.Queue(t.Context(), "lakeside", 5)
		if err != nil || s != (line.Queue{Ahead: 2, Untried: 1}) {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, name := range names(3) {
			b.join(t, name)
		}
		for n := 1; n <= 3; n++ {
			b.done(t, b.WithdrawFor(ctx, about(n)))
		}
		var got []string
		before := int64(0)
		for {
			page, err := b.History(ctx, line.HistoryPage{Sale: "lakeside", Before: before, Most: 2})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				got = append(got, fmt.Sprintf("%s %d", e.Action, e.Number))
				before = e.ID
			}
		}
		if diff := cmp.Diff([]string{"withdraw 3", "withdraw 2", "withdraw 1"}, got[:3]); diff != "" || got[len(got)-1] == "withdraw 1" {
			t.Errorf("(-want +got):\n%s\n%v", diff, got)
		}
		one, err := b.History(ctx, line.HistoryPage{Sale: "lakeside", Number: 2, Most: 10})
		want := []line.AuditEntry{{ID: one[0].ID, At: one[0].At, Actor: "ada@office.example", Action: "withdraw", Number: 2, Why: about(2).Why}}
		if diff := cmp.Diff(want, one); diff != "" || err != nil {
			t.Errorf("(-want +got):\n%s %v", diff, err)
		}
		_, err = b.History(ctx, line.HistoryPage{Sale: "nowhere", Most: 10})
		wantCode(t, err, sale.CodeNotFound)
	})
}

// life plays everything that leaves rows about one fan.
func (b *bench) life(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	in := signUp("person")
	in.Idempotency, in.Network, in.Proof = "key", -5, "nonce"
	if _, err := b.SignUp(ctx, in); err != nil {
		t.Fatal(err)
	}
	b.join(t, "other")
	if _, err := b.AskConfirm(ctx, line.Ask{Sale: "lakeside", Address: at("person"), Lang: "en"}); err != nil {
		t.Fatal(err)
	}
	b.send(t, 10, line.ResultAccepted)
	ids := b.batch(t, 2)
	b.send(t, 1, line.ResultUnknown)
	b.buys(t, 1, ids[0], "ONE")
	b.done(t, b.CancelOrder(ctx, about(1)))
}

// TestFanIsComplete: every column of every table that says something about a
// person is in what is handed out to him, or stands here with the reason why
// it is not.
func TestFanIsComplete(t *testing.T) {
	exported := map[string]string{ // column → where it stands; "" with a reason behind
		"registrations.sale_id": "sale", "registrations.number": "number", "registrations.address": "address",
		"registrations.identity": "compared_as", "registrations.class": "class", "registrations.lang": "lang", "registrations.at": "joined",
		"registrations.idem": "idempotency_key_hash", "registrations.network": "network_hash", "registrations.proof": "proof",
		"registrations.waiting": "waiting", "registrations.withdrawing": "leaving", "registrations.withdrawn_at": "withdrawn",
		"registrations.erased_at": "erased", "registrations.undelivered": "undelivered", "registrations.bounced": "bounced",
		"registrations.corrected_at": "corrected",

		"offers.id": "offers.id", "offers.sale_id": "sale", "offers.number": "number", "offers.batch": "offers.batch", "offers.most": "offers.most",
		"offers.granted": "offers.granted", "offers.state": "offers.state", "offers.reason": "offers.reason", "offers.ends": "offers.ends",
		"offers.planned_at": "offers.planned", "offers.opened_at": "offers.opened", "offers.over_at": "offers.over", "offers.returned_at": "offers.returned",

		"orders.sale_id": "sale", "orders.code": "orders.order", "orders.number": "number", "orders.offer": "orders.order", "orders.state": "orders.order",
		"orders.doc": "orders.order", "orders.at": "orders.order", "orders.cancel_at": "orders.cancel_asked", "orders.cancel_why": "orders.cancel_why",

		"confirmations.ref": "confirmation.ref", "confirmations.sale_id": "sale", "confirmations.identity": "compared_as",
		"confirmations.address": "confirmation.address", "confirmations.lang": "confirmation.lang", "confirmations.since": "confirmation.since",
		"confirmations.sends": "confirmation.sends", "confirmations.sent_at": "confirmation.sent", "confirmations.ends": "confirmation.ends",

		"outbox.id": "mails.id", "outbox.sale_id": "sale", "outbox.kind": "mails.kind", "outbox.number": "number", "outbox.ref": "mails.ref",
		"outbox.state": "mails.state", "outbox.due_at": "mails.due", "outbox.delivered": "mails.delivered", "outbox.created_at": "mails.created",
		"outbox.priority": "", "outbox.tries": "", "outbox.tried": "", "outbox.first_at": "", "outbox.give_up_at": "", "outbox.started_at": "", "outbox.fence": "", // how sending works; the tries stand in mails.tries

		"mail_tries.id": "mails.tries", "mail_tries.mail_id": "mails.id", "mail_tries.sale_id": "sale", "mail_tries.started_at": "mails.tries",
		"mail_tries.done_at": "mails.tries", "mail_tries.result": "mails.tries", "mail_tries.code": "mails.tries",
		"mail_tries.bounced_at": "mails.tries", "mail_tries.bounce": "mails.tries", "mail_tries.ends": "mails.tries", "mail_tries.freezes": "mails.tries", "mail_tries.fence": "", "mail_tries.quiet": "", // of the dispatcher, and the sale's hours

		"audit.id": "audit.id", "audit.at": "audit.at", "audit.actor": "audit.actor", "audit.action": "audit.action", "audit.sale_id": "sale",
		"audit.number": "audit.number", "audit.detail": "audit.detail", "audit.why": "audit.why",
	}
	each(t, func(t *testing.T, b *bench) {
		b.life(t)
		f, err := b.Fan(t.Context(), "lakeside", 1)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, table := range []string{"registrations", "offers", "orders", "confirmations", "outbox", "mail_tries", "audit"} {
			for _, column := range b.columns(t, table) {
				name := table + "." + column
				known[name] = true
				if _, ok := exported[name]; !ok {
					t.Errorf("nobody said whether %s is handed out", name)
				}
			}
		}
		for name := range exported {
			if !known[name] {
				t.Errorf("there is no %s", name)
			}
		}
		doc, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`"address":"person@example.org"`, `"compared_as":"person@example.org"`, `"network_hash":"fffffffffffffffb"`, `"proof":"nonce"`,
			`"idempotency_key_hash":"`, `"code":"ONE"`, `"result":"unknown"`, `"cancel_why":"the fan asked on the phone"`, `"action":"cancel"`, `"sends":1`,
		} {
			if !strings.Contains(string(doc), want) {
				t.Errorf("%s is missing in\n%s", want, doc)
			}
		}
		if strings.Contains(string(doc), "other@") {
			t.Errorf("somebody else is in\n%s", doc)
		}
		for _, path := range exported {
			if part, _, _ := strings.Cut(path, "."); part != "" && !strings.Contains(strings.Join(jsonNames(f), " "), part) {
				t.Errorf("nothing is called %q", part)
			}
		}
		_, err = b.Fan(t.Context(), "lakeside", 3)
		wantCode(t, err, sale.CodeNotFound)
	})
}

// jsonNames are the names that the document may have.
func jsonNames(f line.Fan) []string {
	f.Promoted, f.Withdrawn, f.Erased, f.Corrected = start, start, start, start
	f.Leaving = true
	doc, _ := json.Marshal(f)
	var all map[string]any
	_ = json.Unmarshal(doc, &all)
	var names []string
	for name := range all {
		names = append(names, name)
	}
	return names
}

func (b *bench) columns(t testing.TB, table string) (names []string) {
	t.Helper()
	err := b.db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `SELECT * FROM `+table+` WHERE 1 = 0`)
		if err != nil {
			return err
		}
		defer rows.Close()
		if names, err = rows.Columns(); err != nil {
			return err
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestFanAfterErasing: what is left says nothing about who it was.
func TestFanAfterErasing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.life(t)
		b.done(t, b.Erase(t.Context(), about(1), line.KeepOrder))
		f, err := b.Fan(t.Context(), "lakeside", 1)
		if err != nil || f.Erased.IsZero() || len(f.Offers) != 1 {
			t.Fatalf("%+v, %v", f, err)
		}
		doc, err := json.Marshal(f)
		if err != nil || strings.Contains(string(doc), "person") || f.ComparedAs != "" || f.Network != "" || f.Idempotency != "" || f.Confirmation != nil {
			t.Errorf("%s, %v", doc, err)
		}
	})
}

// TestPromotionIsKnown: a version that was written after the sign-up made the
// place guaranteed.
func TestPromotionIsKnown(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, name := range names(6) {
			b.join(t, name)
		}
		b.clock.Advance(time.Minute)
		wider := testSale()
		wider.Caps.Guaranteed = 5
		if _, err := b.Apply(t.Context(), wider, "test"); err != nil {
			t.Fatal(err)
		}
		b.store(t, "lakeside")
		for n, promoted := range map[int]time.Time{4: {}, 5: start.Add(time.Minute), 6: {}} {
			f, err := b.Fan(t.Context(), "lakeside", n)
			if err != nil || !f.Promoted.Equal(promoted) {
				t.Errorf("number %d: %v, %v", n, f.Promoted, err)
			}
		}
	})
}

// BenchmarkHelp is what the pages about one fan read, at the end of lines of
// different lengths: the cost must not grow with the line.
func BenchmarkHelp(b *testing.B) {
	for _, rows := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("line=%d", rows), func(b *testing.B) {
			l := newBench(b, "sqlite:"+b.TempDir()+"/line.db")
			l.open(b, bigSale())
			l.fill(b, rows)
			last := sale.Address{Canonical: fmt.Sprintf("old%d@example.org", rows)}
			for what, read := range map[string]func() error{
				"find":  func() error { _, err := l.Find(b.Context(), "lakeside", last); return err },
				"fan":   func() error { _, err := l.Fan(b.Context(), "lakeside", rows); return err },
				"queue": func() error { _, err := l.Queue(b.Context(), "lakeside", rows); return err },
				"history": func() error {
					_, err := l.History(b.Context(), line.HistoryPage{Sale: "lakeside", Most: 50})
					return err
				},
			} {
				b.Run(what, func(b *testing.B) {
					for b.Loop() {
						if err := read(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
