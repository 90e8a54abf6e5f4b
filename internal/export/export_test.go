package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/export"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

var noon = time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)

func lakeside() sale.Sale {
	return sale.Sale{
		Slug: "lakeside", Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: noon, Closes: noon.Add(time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 1, Capacity: 10_000_000, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 10_000_000, Price: 8500, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 4, Standby: 90_000_000},
		Dispatch: sale.Dispatch{Starts: noon, Ends: noon.Add(24 * time.Hour), Every: "@every 1m", Batch: 3, LinkLife: time.Minute},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>"},
	}
}

// house is a line with one sale, and a ledger of its own making.
type house struct {
	testing.TB
	*line.Line
	db    *sqldb.DB
	lease line.Lease
}

func open(t testing.TB, dsn string) *house {
	t.Helper()
	h := &house{TB: t, db: sqldbtest.Open(t, dsn, sqldb.Options{})}
	var err error
	h.Line, err = line.New(t.Context(), line.Options{DB: h.db, Clock: func() time.Time { return noon }})
	h.must(err)
	_, err = h.Apply(t.Context(), lakeside(), "house")
	h.must(err)
	u, _, err := h.Unstored(t.Context(), "lakeside", nil)
	h.must(err)
	h.must(h.MarkStored(t.Context(), u))
	h.lease, _, err = h.Acquire(t.Context(), "lakeside", "house", time.Hour)
	h.must(err)
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// fill has n people in line, as if they had signed up long ago.
func (h *house) fill(n int) {
	h.Helper()
	const chunk = 50_000
	for from := 1; from <= n; from += chunk {
		to := min(from+chunk-1, n)
		h.must(h.db.Write(h.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO registrations (sale_id, number, address, identity, class, lang, at)
				WITH RECURSIVE n (i) AS (SELECT $1 + 0 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
				SELECT $3, i, 'fan' || i || '@example.org', '1:fan' || i || '@example.org', 'standby', 'en', $4 FROM n`,
				from, to, h.lease.SaleID, sqldb.Millis(noon))
			return err
		}))
	}
}

// ledger is a box office whose ledger has so many rows, and fails after some.
type ledger struct{ rows, fails int }

func (l ledger) Ledger(_ context.Context, _ string, after int64, limit int) (page []sale.Transfer, err error) {
	for id := after + 1; id <= int64(l.rows) && len(page) < limit; id++ {
		if l.fails > 0 && id > int64(l.fails) {
			return nil, errors.New("the box office does not answer")
		}
		page = append(page, sale.Transfer{ID: id, At: noon, Pool: "capacity", Source: "available", Target: "offered", Units: 4, Reason: "reserve", Offer: "o"})
	}
	return page, nil
}

func (h *house) source() export.Source {
	return export.Source{Line: h.Line, Ledger: ledger{rows: 2500}, Sale: "lakeside", Addresses: true}
}

func (h *house) take(src export.Source, what string, f export.Format) string {
	h.Helper()
	e, err := src.Open(h.Context(), what, f)
	h.must(err)
	var b bytes.Buffer
	h.must(e.Write(h.Context(), &b))
	return b.String()
}

// TestEverySheet: CSV and JSON have the same rows and columns.
func TestEverySheet(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		h := open(t, dsn())
		h.play()
		for what, rows := range map[string]int{"registrations": 2503, "offers": 3, "orders": 1, "ledger": 2500, "audit": 1} {
			table, err := csv.NewReader(strings.NewReader(h.take(h.source(), what, export.CSV))).ReadAll()
			h.must(err)
			if len(table) < rows+1 || (what != "audit" && len(table) != rows+1) {
				t.Fatalf("%s: %d rows, want %d", what, len(table)-1, rows)
			}
			var objects []map[string]any
			h.must(json.Unmarshal([]byte(h.take(h.source(), what, export.JSON)), &objects))
			if len(objects) != len(table)-1 {
				t.Fatalf("%s: %d objects, %d rows", what, len(objects), len(table)-1)
			}
			for i, o := range objects {
				if len(o) != len(table[0]) {
					t.Fatalf("%s: %d columns in JSON, %d in CSV", what, len(o), len(table[0]))
				}
				for j, column := range table[0] {
					if got, want := table[i+1][j], asCell(o[column]); got != want {
						t.Errorf("%s, row %d, %s: %q as CSV, %q as JSON", what, i, column, got, want)
					}
				}
			}
		}
	})
}

func asCell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.0f", v)
	default:
		return export.FormulaSafe(fmt.Sprint(v))
	}
}

// play is some people, offers and an order; more than two pages of people.
func (h *house) play() {
	h.Helper()
	ctx := h.Context()
	h.fill(2500)
	h.must(h.db.Write(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sales SET last_number = 2500, last_at = $1`, sqldb.Millis(noon))
		return err
	}))
	for _, name := range []string{"=sum(a1)", "+49", "-x"} {
		_, err := h.SignUp(ctx, line.SignUp{Sale: "lakeside", Lang: "en", Address: sale.Address{Typed: name + "@example.org", Canonical: name + "@example.org"}})
		h.must(err)
	}
	asks, err := h.PlanBatch(ctx, h.lease, line.Plan{Most: 3, Each: 1, Next: noon.Add(time.Minute), Period: time.Minute})
	h.must(err)
	var grants []sale.Grant
	for _, a := range asks {
		grants = append(grants, sale.Grant{Offer: a.Offer, Granted: a.Most})
	}
	h.must(h.OpenBatch(ctx, h.lease, grants))
	o := &sale.Order{Code: "K7QM", Offer: asks[0].Offer, State: sale.OrderConfirmed, Currency: "CHF", Total: 8500, At: noon, Tickets: []sale.Ticket{{Code: "K7QM-1", Type: "ticket"}}}
	h.must(h.Collect(ctx, h.lease, []sale.Outcome{{Position: 1, Kind: sale.OutcomeBought, Offer: asks[0].Offer, Order: o, At: noon}}))
	h.must(h.WithdrawFor(ctx, line.Act{Sale: "lakeside", Number: 9, Actor: "ann", Why: `said "no", =2+3`}))
}

// TestCSV is the letter of RFC 4180, and no cell is a formula.
func TestCSV(t *testing.T) {
	h := open(t, "sqlite:"+t.TempDir()+"/line.db")
	h.play()
	text := h.take(h.source(), "registrations", export.CSV)
	lines := strings.SplitAfter(text, "\r\n")
	if lines[0] != "number,class,address,language,joined,waiting,bounced,undelivered,withdrawn,erased,address_corrected\r\n" {
		t.Errorf("header %q", lines[0])
	}
	want := []string{
		"2501,standby,'=sum(a1)@example.org,en,2027-03-12T11:00:00.000Z,true,false,0,,,\r\n",
		"2502,standby,'+49@example.org,en,2027-03-12T11:00:00.000Z,true,false,0,,,\r\n",
		"2503,standby,'-x@example.org,en,2027-03-12T11:00:00.000Z,true,false,0,,,\r\n",
		"",
	}
	if diff := cmp.Diff(want, lines[len(lines)-4:]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if audit := h.take(h.source(), "audit", export.CSV); !strings.Contains(audit, `,ann,withdraw,9,,"said ""no"", =2+3"`) {
		t.Error(audit)
	}
}

// TestFormulaSafe is the list of what could start one.
func TestFormulaSafe(t *testing.T) {
	for _, cell := range []string{"=1+1", "+1", "-1", "@a", "\tx", "\rx", "=cmd|' /C calc'!A0"} {
		if got := export.FormulaSafe(cell); got != "'"+cell {
			t.Errorf("%q becomes %q", cell, got)
		}
	}
	for _, cell := range []string{"", "a", "1", "a=1", "'=1", "ann@example.org", "ä"} {
		if got := export.FormulaSafe(cell); got != cell {
			t.Errorf("%q becomes %q", cell, got)
		}
	}
}

// TestWithoutAddresses: there is not even a column.
func TestWithoutAddresses(t *testing.T) {
	h := open(t, "sqlite:"+t.TempDir()+"/line.db")
	h.play()
	src := h.source()
	src.Addresses = false
	for _, what := range export.What() {
		for _, f := range []export.Format{export.CSV, export.JSON} {
			if text := h.take(src, what, f); strings.Contains(text, "@example.org") || strings.Contains(text, "address,") || strings.Contains(text, `"address"`) {
				t.Errorf("%s as %s has addresses", what, f)
			}
		}
	}
	if text := h.take(src, "orders", export.CSV); !strings.HasPrefix(text, "code,state,number,offer,") || !strings.Contains(text, "K7QM,confirmed,1,") {
		t.Error(text)
	}
}

func TestRefusals(t *testing.T) {
	h := open(t, "sqlite:"+t.TempDir()+"/line.db")
	for _, c := range []struct {
		what string
		f    export.Format
		slug string
	}{{"people", export.CSV, "lakeside"}, {"", export.CSV, "lakeside"}, {"audit", "xlsx", "lakeside"}, {"audit", "", "lakeside"}, {"audit", export.CSV, "nowhere"}} {
		src := h.source()
		src.Sale = c.slug
		if _, err := src.Open(t.Context(), c.what, c.f); sale.CodeOf(err) != sale.CodeNotFound {
			t.Errorf("%+v: %v", c, err)
		}
	}
	src := h.source()
	src.Ledger = ledger{rows: 10, fails: 1}
	if _, err := src.Open(t.Context(), "ledger", export.CSV); err == nil {
		t.Error("a ledger that cannot be read is opened")
	}
}

// TestEmpty is a sale to which nothing happened.
func TestEmpty(t *testing.T) {
	h := open(t, "sqlite:"+t.TempDir()+"/line.db")
	if got := h.take(h.source(), "offers", export.JSON); got != "[\n]\n" {
		t.Errorf("%q", got)
	}
	if got := h.take(h.source(), "orders", export.CSV); strings.Count(got, "\r\n") != 1 {
		t.Errorf("%q", got)
	}
}

// TestBreaksOff: what broke off is an error, and no JSON document.
func TestBreaksOff(t *testing.T) {
	h := open(t, "sqlite:"+t.TempDir()+"/line.db")
	src := h.source()
	src.Ledger = ledger{rows: 5000, fails: 2000}
	for _, f := range []export.Format{export.CSV, export.JSON} {
		e, err := src.Open(t.Context(), "ledger", f)
		h.must(err)
		var b bytes.Buffer
		if err := e.Write(t.Context(), &b); err == nil {
			t.Errorf("%s: a ledger without its end is written as if it were whole", f)
		}
		if b.Len() < 10_000 || f == export.JSON && json.Valid(b.Bytes()) {
			t.Errorf("%s: %d bytes, valid %v", f, b.Len(), json.Valid(b.Bytes()))
		}
		if e, err = src.Open(t.Context(), "ledger", f); err == nil {
			err = e.Write(t.Context(), full{})
		}
		if err == nil {
			t.Errorf("%s: nobody takes what is written, and that is no error", f)
		}
	}
}

// full is a disk that is.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
