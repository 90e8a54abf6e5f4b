package registration

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
	"github.com/inturn/inturn/templates"
)

// BenchmarkSignUp measures durable sign-ups over HTTP beside an echo handler
// that reads the same form and stores nothing, in one run:
//
//	go test -run '^$' -bench SignUp -benchtime 5s ./registration
//
// "of-nothing" is the share of that handler's rate that remains when every
// answer is durable. The load generator is beside the server on the same
// cores, and keeps each connection busy with one request after the other.
func BenchmarkSignUp(b *testing.B) {
	for _, connections := range []int{64, 256} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			var nothing float64
			b.Run("nothing", func(b *testing.B) {
				nothing = load{b, connections, serve(b, storesNothing()), signUp}.run(http.StatusSeeOther)
			})
			for name, dsn := range map[string]func(testing.TB) func() string{"sqlite": sqldbtest.SQLite, "postgres": sqldbtest.Postgres} {
				b.Run(name, func(b *testing.B) {
					rate := load{b, connections, serve(b, storing(b, dsn(b)())), signUp}.run(http.StatusSeeOther)
					b.ReportMetric(rate/nothing, "of-nothing")
				})
			}
		})
	}
}

// storesNothing is what the figure is compared with: echo, the form, a
// redirect.
func storesNothing() http.Handler {
	e := echo.New()
	e.POST("/:sale", func(c echo.Context) error {
		return c.Redirect(http.StatusSeeOther, "/"+c.Param("sale")+"/place/"+c.FormValue("email"))
	})
	return e
}

// storing is the whole registration over a real line.
func storing(b *testing.B, dsn string) http.Handler {
	b.Helper()
	l, err := line.New(b.Context(), line.Options{DB: sqldbtest.Open(b, dsn, sqldb.Options{}), Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	s := testSale()
	s.Registration = sale.Registration{Opens: time.Now().Add(-time.Hour), Closes: time.Now().Add(time.Hour)}
	s.Dispatch.Starts, s.Dispatch.Ends = time.Now().Add(2*time.Hour), time.Now().Add(3*time.Hour)
	s.Caps.Standby = 1 << 30
	for i := range s.Tickets.Types {
		s.Tickets.Types[i].Pools = []string{s.Tickets.Types[i].ID}
	}
	if _, err := l.Apply(b.Context(), s, "bench"); err != nil {
		b.Fatal(err)
	}
	keys, err := link.OpenKeys(b.TempDir()+"/keys", link.KeyOptions{Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	ts, err := templates.New()
	if err != nil {
		b.Fatal(err)
	}
	srv, err := New(Options{
		Line: l, Keys: keys, Templates: ts, URL: "http://line.example", CheckoutURL: "http://checkout.example",
		Clock: time.Now, Logger: slog.New(slog.DiscardHandler), NoLimits: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Run(ctx) }()
	b.Cleanup(func() { stop(); <-done })
	return srv.Handler()
}

// BenchmarkHandler is what a sign-up costs beside the line and the network:
// headers, reading the form, the address, the limit, the receipt, the answer.
func BenchmarkHandler(b *testing.B) {
	fake := &instantLine{state: line.State{Sale: testSale()}}
	keys, err := link.OpenKeys(b.TempDir()+"/keys", link.KeyOptions{Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	ts, err := templates.New()
	if err != nil {
		b.Fatal(err)
	}
	o := Options{
		Line: fake, Keys: keys, Templates: ts, URL: "http://line.example", CheckoutURL: "http://checkout.example",
		Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
	}
	o.Limits.PerSec, o.Limits.Burst = 10, 1<<30
	s, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	for name, h := range map[string]http.Handler{"nothing": storesNothing(), "signup": s.Handler()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			body := "lang=en&website=&email=fan%40example.org"
			for b.Loop() {
				r := httptest.NewRequest("POST", "/lakeside-2027", strings.NewReader(body))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				rec := httptest.NewRecorder()
				if h.ServeHTTP(rec, r); rec.Code != http.StatusSeeOther {
					b.Fatal(rec.Code)
				}
			}
		})
	}
}

// instantLine gives every sign-up the same place.
type instantLine struct {
	Line
	state line.State
}

func (l *instantLine) Sales(context.Context) ([]line.State, error) {
	return []line.State{l.state}, nil
}

func (l *instantLine) SignUp(context.Context, line.SignUp) (line.Registration, error) {
	return line.Registration{Number: 1, Class: sale.Guaranteed}, nil
}
