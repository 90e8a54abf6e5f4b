package console

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// The sale of the benchmarks: a million in line, two fifths of them with an
// offer, three fifths of those with an order.
const (
	benchPlaces = 1_000_000
	benchOffers = benchPlaces * 2 / 5
	benchBatch  = 100
)

// wholeHouse is a house with such a sale, written past all rules.
func wholeHouse(b *testing.B) *house {
	b.Helper()
	h := newHouse(b)
	s := lakeside()
	s.Tickets.Capacity, s.Tickets.Types = benchPlaces, s.Tickets.Types[:1]
	s.Tickets.Types[0].Stock = benchPlaces
	s.Caps = sale.Caps{Guaranteed: benchPlaces / 4, Standby: benchPlaces * 3 / 4}
	h.apply(s)
	st, err := h.line.Sale(b.Context(), s.Slug)
	if err != nil {
		b.Fatal(err)
	}
	h.fillLine(b, st.ID)
	h.fillBoxOffice(b, s.Slug)
	return h
}

// ticking has the console's clock run: what may take a while is told by it.
func ticking() func(*Options) {
	began := time.Now()
	return func(o *Options) { o.Clock = func() time.Time { return noon.Add(time.Since(began)) } }
}

// pour writes rows, some thousands in a transaction.
func pour(b *testing.B, db *sqldb.DB, into string, count int, row func(i int) []any) {
	b.Helper()
	const most = 20_000
	for from := 0; from < count; from += most {
		rows := make([][]any, 0, most)
		for i := from; i < min(from+most, count); i++ {
			if r := row(i); r != nil {
				rows = append(rows, r)
			}
		}
		err := db.Write(b.Context(), func(ctx context.Context, tx *sqldb.Tx) error { return tx.Insert(ctx, into, rows) })
		if err != nil {
			b.Fatal(err)
		}
	}
}

// joined is when a number of the benchmarks was given: all within two days.
func joined(number int) int64 {
	return noon.Add(-48*time.Hour + time.Duration(number)*48*time.Hour/(benchPlaces+1)).UnixMilli()
}

// fate is what became of an offer.
func fate(number int) string {
	switch {
	case number > benchOffers-20*benchBatch && number%5 > 2:
		return "open"
	case number%5 < 3:
		return "bought"
	case number%10 == 3:
		return "declined"
	}
	return "expired"
}

func offerID(number int) string { return fmt.Sprintf("offer-%d", number) }

func (h *house) fillLine(b *testing.B, id int64) {
	b.Helper()
	db, now := h.line.DB(), noon.UnixMilli()
	pour(b, db, `INSERT INTO registrations (sale_id, number, address, identity, class, lang, at, waiting)`, benchPlaces, func(i int) []any {
		n, class, waiting := i+1, "guaranteed", 1
		if n > benchPlaces/4 {
			class = "standby"
		}
		if n <= benchOffers {
			waiting = 0
		}
		address := fmt.Sprintf("fan%d@mail%d.example", n, n%17)
		return []any{id, n, address, fmt.Sprintf("%d:%s", id, address), class, "en", joined(n), waiting}
	})
	pour(b, db, `INSERT INTO offers (id, sale_id, number, batch, most, granted, state, ends, planned_at, opened_at, over_at)`, benchOffers, func(i int) []any {
		n, over := i+1, any(now)
		if fate(n) == "open" {
			over = nil
		}
		return []any{offerID(n), id, n, i/benchBatch + 1, 4, 4, fate(n), now / 1000 * 1000, now - 7200_000, now - 7200_000, over}
	})
	pour(b, db, `INSERT INTO orders (sale_id, code, number, offer, state, doc, at)`, benchOffers, func(i int) []any {
		if n := i + 1; fate(n) == "bought" {
			return []any{id, fmt.Sprintf("C%d", n), n, offerID(n), "confirmed", `{"code":"C"}`, now - 3600_000}
		}
		return nil
	})
	mail := `INSERT INTO outbox (id, sale_id, kind, number, ref, priority, state, tries, tried, delivered, created_at)`
	try := `INSERT INTO mail_tries (id, mail_id, sale_id, fence, started_at, done_at, result, code)`
	pour(b, db, mail, benchPlaces+benchOffers, func(i int) []any {
		if i < benchPlaces {
			return []any{i + 1, id, "receipt", i + 1, "", sale.MailReceipt.Priority(), "accepted", 1, 1, 1, joined(i + 1)}
		}
		n := i - benchPlaces + 1
		return []any{i + 1, id, "offer", n, offerID(n), sale.MailOffer.Priority(), "accepted", 1, 1, 1, now}
	})
	pour(b, db, try, benchPlaces+benchOffers, func(i int) []any {
		return []any{i + 1, i + 1, id, 1, now - 7000_000, now - 7000_000, "accepted", 250}
	})
	err := db.Write(b.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sales SET last_number = $1, last_at = $2, guaranteed_given = $3 WHERE id = $4`, benchPlaces, joined(benchPlaces), benchPlaces/4, id)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE dispatch SET batch = $1, reached = $2, next_at = $3, period = 60000 WHERE sale_id = $4`, benchOffers/benchBatch, benchOffers, now+60_000, id)
		}
		if err == nil && !strings.Contains(tx.Dialect().Name, "postgres") {
			_, err = tx.Exec(ctx, `ANALYZE`)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func (h *house) fillBoxOffice(b *testing.B, slug string) {
	b.Helper()
	db := h.boxDB
	pour(b, db, `INSERT INTO offers (id, sale, granted, state, reason, created, ended)`, benchOffers, func(i int) []any {
		n := i + 1
		switch fate(n) {
		case "open":
			return []any{offerID(n), slug, 4, "open", "", 1, nil}
		case "bought":
			return []any{offerID(n), slug, 4, "bought", "", 1, 2}
		}
		return []any{offerID(n), slug, 4, "closed", "expired", 1, 2}
	})
	into := `INSERT INTO transfers (sale, pool, source, target, units, reason, offer, at)`
	moment := func(n int) int64 {
		return noon.Add(-2*time.Hour + time.Duration(n)*2*time.Hour/benchOffers).UnixMilli()
	}
	sold, offered := 0, 0
	pour(b, db, into, 2*benchOffers, func(i int) []any {
		n := i/2 + 1
		if i%2 == 0 {
			offered += 4
			return []any{slug, "capacity", "available", "offered", 4, "reserve", offerID(n), moment(n)}
		}
		switch fate(n) {
		case "open":
			return nil
		case "bought":
			sold, offered = sold+4, offered-4
			return []any{slug, "capacity", "offered", "sold", 4, "buy", offerID(n), moment(n)}
		}
		offered -= 4
		return []any{slug, "capacity", "offered", "available", 4, "close", offerID(n), moment(n)}
	})
	err := db.Write(b.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		for name, units := range map[string]int{"sold": sold, "offered": offered, "available": benchPlaces - sold - offered} {
			if _, err := tx.Exec(ctx, `UPDATE accounts SET balance = $1 WHERE sale = $2 AND pool = 'capacity' AND name = $3`, units, slug, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPagesOfAMillion asks for every page of a sale with a million
// registrations: right after the console has started, when nothing is known,
// and again. None may take 200 ms.
func BenchmarkPagesOfAMillion(b *testing.B) {
	h := wholeHouse(b)
	cookie := h.as("owner").cookie
	h.open(ticking())
	for _, r := range h.s.routes() {
		if r.method != http.MethodGet || strings.HasSuffix(r.path, "/live") || strings.Contains(r.path, "/export/") {
			continue
		}
		path := filled(r.path)
		b.Run("cold"+path, func(b *testing.B) {
			measure(b, func() *browser { // a console that has just started
				b.StopTimer()
				defer b.StartTimer()
				h.s.reports.end()
				h.open(ticking())
				return &browser{house: h, cookie: cookie}
			}, path)
		})
		b.Run("warm"+path, func(b *testing.B) { measure(b, func() *browser { return &browser{house: h, cookie: cookie} }, path) })
	}
	h.s.reports.end()
}

// measure asks for a page, and says how long it took at the most.
func measure(b *testing.B, open func() *browser, path string) {
	b.Helper()
	var slowest time.Duration
	size := 0
	for b.Loop() {
		at := open()
		began := time.Now()
		w := at.get(path)
		slowest = max(slowest, time.Since(began))
		if w.Code >= 500 {
			b.Fatalf("%s: %d", path, w.Code)
		}
		size = w.Body.Len()
	}
	b.ReportMetric(float64(slowest.Milliseconds()), "ms-slowest")
	b.ReportMetric(float64(size)/1024, "KB")
	if slowest > 200*time.Millisecond {
		b.Errorf("%s took %v", path, slowest)
	}
}

// BenchmarkReportOfAMillion makes the whole report, and says how long it is
// until it can be seen.
func BenchmarkReportOfAMillion(b *testing.B) {
	h := wholeHouse(b)
	for b.Loop() {
		b.StopTimer()
		h.s.reports.end()
		h.open(ticking())
		b.StartTimer()
		for {
			report, _, err := h.s.reports.get(b.Context(), "lakeside-2027")
			if err != nil {
				b.Fatal(err)
			}
			if report != nil {
				break
			}
		}
	}
	h.s.reports.end()
}

// BenchmarkSignUpsBesideWatchers lets 64 sign up as fast as they can, with and
// without 50 who watch the sale live, in turn in one run, and says how much is
// left of the rate.
func BenchmarkSignUpsBesideWatchers(b *testing.B) {
	h := newHouse(b)
	s := lakeside()
	s.Tickets.Capacity, s.Tickets.Types[0].Stock = 10_000_000, 10_000_000
	s.Caps = sale.Caps{Guaranteed: 2_500_000, Standby: 9_000_000}
	h.apply(s)
	viewer := h.as("viewer")
	url, stop := h.onAir()
	h.s.hub.every = lookEvery
	defer stop()
	var with, without []float64
	const rounds, length = 10, 2 * time.Second
	var next atomic.Int64
	b.ResetTimer()
	for range b.N {
		h.rush(b, &next, length) // warms up
		for round := range rounds {
			if round%2 == 0 {
				without = append(without, h.rush(b, &next, length))
				continue
			}
			leave := h.crowdOf(b, 50, url, viewer.cookie)
			with = append(with, h.rush(b, &next, length))
			leave()
		}
	}
	b.StopTimer()
	median := func(all []float64) float64 { slices.Sort(all); return all[len(all)/2] }
	b.ReportMetric(median(without), "sign-ups/s-alone")
	b.ReportMetric(median(with), "sign-ups/s-watched")
	b.ReportMetric(median(with)/median(without), "ratio")
}

// rush signs up for a while, and gives the rate.
func (h *house) rush(b *testing.B, next *atomic.Int64, length time.Duration) float64 {
	b.Helper()
	var done atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range 64 {
		all.Go(func() {
			for time.Since(began) < length {
				address := fmt.Sprintf("fan%d@mail.example", next.Add(1))
				_, err := h.line.SignUp(b.Context(), line.SignUp{Sale: "lakeside-2027", Lang: "en", Address: sale.Address{Typed: address, Canonical: address}})
				if err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

// crowdOf has people watch, who read everything they are told.
func (h *house) crowdOf(b *testing.B, people int, url, cookie string) (leave func()) {
	b.Helper()
	var all sync.WaitGroup
	var streams []*tuned
	for range people {
		s := h.tune(url, cookie)
		streams = append(streams, s)
		first := make(chan struct{})
		all.Go(func() {
			r := bufio.NewReader(s.answer.Body)
			for once := sync.OnceFunc(func() { close(first) }); ; once() {
				if _, err := r.ReadString('\n'); err != nil {
					return
				}
			}
		})
		<-first
	}
	return func() {
		for _, s := range streams {
			s.answer.Body.Close()
		}
		all.Wait()
	}
}
