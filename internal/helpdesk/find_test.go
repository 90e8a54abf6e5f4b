package helpdesk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/helpdesk"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// TestFind: a number as people write it, and an address in any spelling.
func TestFind(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.SQLite(t)(), sqldb.Options{})
	l, err := line.New(t.Context(), line.Options{DB: db, Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	s := running().Sale
	s.Title, s.Languages, s.Organizer = sale.Text{"en": "Lakeside"}, []string{"en"}, sale.Organizer{Name: "Lakeside Ltd"}
	s.Registration = sale.Registration{Opens: noon, Closes: noon.Add(time.Hour)}
	s.Tickets = sale.Tickets{MaxPerFan: 1, Capacity: 5000, Types: []sale.TicketType{{ID: "ticket", Title: s.Title, Stock: 5000, Pools: []string{"ticket"}}}}
	s.Caps, s.Payment, s.Mail = sale.Caps{Guaranteed: 1, Standby: 4999}, sale.PaymentNone, sale.MailSettings{From: "tickets@lakeside.example"}
	s.Dispatch.Every = "@every 1m"
	if _, err := l.Apply(t.Context(), s, "test"); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		a, err := helpdesk.ParseAddress(fmt.Sprintf("Fan.%d@GMail.com", n))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.SignUp(t.Context(), line.SignUp{Sale: "lakeside", Lang: "en", Address: a}); err != nil {
			t.Fatal(err)
		}
	}
	err = db.Write(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE registrations SET number = 1412 WHERE number = 3`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string][]int{
		"1": {1}, " 2 ": {2}, "#1": {1}, "1412": {1412}, "1,412": {1412}, "1.412": {1412}, "1 412": {1412}, "1’412": {1412}, "1\u202f412": {1412}, "#1,412": {1412},
		"fan1@gmail.com": {1}, "FAN.1+tickets@googlemail.com": {1}, " f.a.n.2@gmail.com\t": {2}, "nobody@gmail.com": nil,
	} {
		found, err := helpdesk.Find(t.Context(), l, "lakeside", typed)
		if err != nil || !slices.Equal(found.Numbers, want) {
			t.Errorf("%q finds %v, %v; want %v", typed, found.Numbers, err, want)
		}
	}
	for typed, want := range map[string]sale.Code{
		"77": sale.CodeNotFound, "0": sale.CodeNotFound, "99999999999": sale.CodeNotFound, "1,41": sale.CodeBadAddress, "": sale.CodeBadAddress, "-1": sale.CodeBadAddress,
		"x": sale.CodeBadAddress, "a@b": sale.CodeBadAddress,
	} {
		if _, err := helpdesk.Find(t.Context(), l, "lakeside", typed); sale.CodeOf(err) != want {
			t.Errorf("%q: %v, want %s", typed, err, want)
		}
	}
}
