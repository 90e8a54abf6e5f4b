package registration

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
	"github.com/inturn/inturn/templates"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

// realWorld is a server over a real line. The clock stands when the form is
// open.
func realWorld(t *testing.T, dsn string, s sale.Sale) (*world, *line.Line) {
	t.Helper()
	db := sqldbtest.Open(t, dsn, sqldb.Options{})
	clock := func() time.Time { return noon.Add(-2 * time.Hour) }
	l, err := line.New(t.Context(), line.Options{DB: db, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Tickets.Types {
		s.Tickets.Types[i].Pools = []string{s.Tickets.Types[i].ID}
	}
	if _, err := l.Apply(t.Context(), s, "test"); err != nil {
		t.Fatal(err)
	}
	return newWorld(t, func(o *Options) { o.Line, o.NoLimits = l, true }), l
}

// TestCapsUnderLoad: forty fans at once for ten guaranteed and ten standby
// places get exactly those, densely numbered, and the rest the notice.
func TestCapsUnderLoad(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		s := testSale()
		s.Caps = sale.Caps{Guaranteed: 10, Standby: 10}
		s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Tickets.Types[1].Stock = 20, 10, 10
		w, _ := realWorld(t, dsn(), s)
		const fans = 40
		answers := make([]answer, fans)
		var wg sync.WaitGroup
		for i := range fans {
			wg.Go(func() {
				answers[i] = w.do("POST", "/lakeside-2027", fmt.Sprintf("email=fan%d@example.org", i), asJSON...)
			})
		}
		wg.Wait()
		var numbers []int
		for _, a := range answers {
			if a.status == 410 {
				a.wants(t, 410, `"code":"full"`)
				continue
			}
			var got signUpJSON
			a.into(t, &got)
			want := sale.Guaranteed
			if got.Number > 10 {
				want = sale.Standby
			}
			if a.status != 201 || got.Class != want {
				t.Errorf("%d: %+v", a.status, got)
			}
			numbers = append(numbers, got.Number)
		}
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != i+1 {
				t.Fatalf("numbers %v", numbers)
			}
		}
		if len(numbers) != 20 {
			t.Errorf("%d places given", len(numbers))
		}
		w.get(landing).wants(t, 200, saysFull)
		// Being in line already comes before full.
		w.do("POST", "/lakeside-2027", "email="+addressOf(answers), asJSON...).wants(t, 409, "already_in_line", "not", `"number"`)
	})
}

// addressOf gives the address of one fan who got a place.
func addressOf(answers []answer) string {
	i := slices.IndexFunc(answers, func(a answer) bool { return a.status == 201 })
	return fmt.Sprintf("fan%d@example.org", i)
}

// TestLineLife walks one fan through the real line: in, again, out, back in
// under the old number, out, and in again at the end.
func TestLineLife(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		w, _ := realWorld(t, dsn(), testSale())
		a := w.do("POST", "/lakeside-2027", "email=Fan.One%2Btickets@gmail.com", "Idempotency-Key", "k1")
		path := a.header.Get("Location")
		a.wants(t, 303)
		if b := w.do("POST", "/lakeside-2027", "email=Fan.One%2Btickets@gmail.com", "Idempotency-Key", "k1"); b.status != 303 || b.header.Get("Location") != path {
			t.Errorf("the same key again: %d to %s", b.status, b.header.Get("Location"))
		}
		w.do("POST", "/lakeside-2027", "email=other@example.org", "Idempotency-Key", "k1", "Accept", "application/json").
			wants(t, 409, "idempotency_reused")
		same := []string{"Idempotency-Key", "k1", "Accept", "application/json"}
		asked := w.do("POST", "/lakeside-2027", "email=Fan.One%2Btickets@gmail.com", same...)
		asked.wants(t, 201, `"number":1`, path)
		w.do("POST", "/lakeside-2027", "email=fanone@gmail.com", asJSON...).wants(t, 409, "already_in_line", "not", "Fan.One")
		w.get(path).wants(t, 200, "Fan.One&#43;tickets@gmail.com", "You are in line")
		w.do("POST", path+"/withdraw", "").wants(t, 303)
		w.get(path).wants(t, 200, "You have left the line", "/rejoin")
		w.do("POST", path+"/rejoin", "").wants(t, 303)
		w.get(path).wants(t, 200, "You are in line")
		w.do("POST", path+"/withdraw", "").wants(t, 303)
		w.do("POST", "/lakeside-2027", "email=fanone@gmail.com", asJSON...).wants(t, 201, `"number":2`)
		if again := w.do("POST", "/lakeside-2027", "email=Fan.One%2Btickets@gmail.com", same...); again.status != 201 || again.body != asked.body {
			t.Errorf("the same key after leaving and joining again: %d %s, want %s", again.status, again.body, asked.body)
		}
		w.do("POST", path+"/rejoin", "", asJSON...).wants(t, 409, "too_late")
		w.do("POST", "/another-sale", "email=fan@example.org", asJSON...).wants(t, 404)
	})
}

// TestFormTimes: the line decides on the form's times, by its own clock.
func TestFormTimes(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		for notice, move := range map[templates.Notice]func(*sale.Registration){
			templates.NoticeBefore: func(r *sale.Registration) { r.Opens = noon.Add(-90 * time.Minute) },
			templates.NoticeClosed: func(r *sale.Registration) { r.Closes = noon.Add(-2 * time.Hour) },
		} {
			s := testSale()
			move(&s.Registration)
			w, _ := realWorld(t, dsn(), s)
			a := w.do("POST", "/lakeside-2027", "email=fan@example.org", asJSON...)
			want, code := 410, `"code":"closed"`
			if notice == templates.NoticeBefore {
				want, code = 403, `"code":"not_open_yet"`
			}
			a.wants(t, want, code)
		}
	})
}

// TestGetChangesNothing asks for everything that can be asked for and
// compares every table of the line before and after.
func TestGetChangesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		w, l := realWorld(t, dsn(), testSale())
		path := w.do("POST", "/lakeside-2027", "email=fan@example.org").header.Get("Location")
		before := dump(t, l.DB())
		for _, p := range []string{
			"/", "/lakeside-2027", landing, landing + "/calendar.ics", path, path + "?leave=1", path + "/withdraw", path + "/rejoin", "/healthz", "/readyz",
			"/.well-known/jwks.json", "/robots.txt", "/lakeside-2027?email=other@example.org",
		} {
			for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
				w.do(method, p, "")
				w.do(method, p, "", asJSON...)
			}
		}
		if diff := cmp.Diff(before, dump(t, l.DB())); diff != "" {
			t.Error(diff)
		}
	})
}

// dump writes every row of every table as text.
func dump(t *testing.T, db *sqldb.DB) []string {
	t.Helper()
	var all []string
	err := db.Read(t.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		all = nil
		tables := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
		if tx.Dialect().Name == "postgres" {
			tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name`
		}
		names, err := rowsOf(ctx, tx, tables)
		if err != nil {
			return err
		}
		for _, name := range names {
			rows, err := rowsOf(ctx, tx, `SELECT * FROM `+name)
			if err != nil {
				return err
			}
			slices.Sort(rows)
			all = append(all, name+":\n"+strings.Join(rows, "\n"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(all, "\n"), "fan@example.org") {
		t.Fatal("the dump misses the registrations")
	}
	return all
}

func rowsOf(ctx context.Context, tx *sqldb.Tx, query string) ([]string, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		var row []string
		for _, v := range values {
			row = append(row, v.String)
		}
		all = append(all, strings.Join(row, "|"))
	}
	return all, rows.Err()
}

// TestNewSaleIsThereAtOnce: a sale that was applied a moment ago takes
// sign-ups, so the place pages that they lead to are there too, before the
// board is read again.
func TestNewSaleIsThereAtOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		w, l := realWorld(t, dsn(), testSale())
		w.get("/lakeside-2027/en").wants(t, 200) // the board is read
		s := testSale()
		s.Slug = "lakeside-2028"
		if _, err := l.Apply(t.Context(), s, "test"); err != nil {
			t.Fatal(err)
		}
		var got signUpJSON
		w.do("POST", "/lakeside-2028", "email=fan@example.org", asJSON...).into(t, &got)
		w.get(strings.TrimPrefix(got.PlaceURL, w.srv.o.URL)).wants(t, 200, "fan@example.org")
		w.get("/lakeside-2029/en").wants(t, 404)
	})
}
