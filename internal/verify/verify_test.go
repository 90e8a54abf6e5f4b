package verify

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) { sqldbtest.Main(m) }

const slug = "lakeside"

// sides are a line and a box office with one sale, and a clock.
type sides struct {
	testing.TB
	now           time.Time
	line          *line.Line
	box           *boxoffice.BoxOffice
	lineDB, boxDB *sqldb.DB
}

func newSides(t testing.TB, dsn func() string) *sides {
	t.Helper()
	s := &sides{TB: t, now: time.Date(2027, 3, 12, 11, 0, 0, 0, time.UTC)}
	s.lineDB, s.boxDB = sqldbtest.Open(t, dsn(), sqldb.Options{}), sqldbtest.Open(t, dsn(), sqldb.Options{})
	var err error
	s.line, err = line.New(t.Context(), line.Options{DB: s.lineDB, Clock: s.clock})
	s.must(err)
	s.box = s.openBox(s.boxDB)
	_, err = s.line.Apply(t.Context(), lakeside(s.now), "test")
	s.must(err)
	u, _, err := s.line.Unstored(t.Context(), slug, nil)
	s.must(err)
	s.must(s.box.Put(t.Context(), u.Sale, nil))
	s.must(s.line.MarkStored(t.Context(), u))
	return s
}

func (s *sides) clock() time.Time { return s.now }

func (s *sides) openBox(db *sqldb.DB) *boxoffice.BoxOffice {
	s.Helper()
	b, err := boxoffice.New(s.Context(), boxoffice.Options{DB: db, Clock: s.clock, Rand: rand.Reader})
	s.must(err)
	return b
}

func (s *sides) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// tamper does with a database what nobody may.
func (s *sides) tamper(db *sqldb.DB, q string, args ...any) {
	s.Helper()
	s.must(db.Write(s.Context(), func(ctx context.Context, tx *sqldb.Tx) error {
		done, err := tx.Exec(ctx, q, args...)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return fmt.Errorf("%s: %d rows, %w", q, n, err)
		}
		return nil
	}))
}

// wants fails unless as many problems are found as there are texts, each with
// its text.
func (s *sides) wants(b *boxoffice.BoxOffice, texts ...string) {
	s.Helper()
	found, err := Across(s.Context(), s.line, b, slug)
	s.must(err)
	if len(found) != len(texts) {
		s.Errorf("found %v, want %d", found, len(texts))
		return
	}
	for i, p := range found {
		if p.Invariant != 31 || !strings.Contains(p.String(), texts[i]) {
			s.Errorf("found %v, want %q", p, texts[i])
		}
	}
}

func lakeside(now time.Time) sale.Sale {
	return sale.Sale{
		Slug: slug, Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Organizer:    sale.Organizer{Name: "Lakeside Ltd"},
		Registration: sale.Registration{Opens: now, Closes: now.Add(time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 8, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 8, Price: 8500, Pools: []string{"ticket"}},
		}},
		Caps:     sale.Caps{Guaranteed: 1, Standby: 6},
		Dispatch: sale.Dispatch{Starts: now, Ends: now.Add(24 * time.Hour), Every: "@every 1m", Batch: 2, LinkLife: time.Hour},
		Payment:  sale.PaymentNone,
		Mail:     sale.MailSettings{From: "Lakeside <tickets@lakeside.example>"},
	}
}

// freezes has one freeze that is over and one that lasts; the box office was
// told of both.
func (s *sides) freezes() {
	s.Helper()
	for _, over := range []bool{true, false} {
		_, _, err := s.line.Freeze(s.Context(), slug, "test", "fire")
		s.must(err)
		s.now = s.now.Add(time.Minute)
		if over {
			_, _, err = s.line.Unfreeze(s.Context(), slug, "test", "out")
			s.must(err)
		}
		s.now = s.now.Add(time.Minute)
		s.must(s.line.TellFreezes(s.Context(), slug, s.box.Freeze))
	}
}

// Whatever one side has of a freeze that the other was told differently is
// found, whichever side it was changed on.
func TestFreezesAgree(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		s := newSides(t, dsn)
		s.wants(s.box)
		s.freezes()
		s.wants(s.box)
		for name, c := range map[string]struct {
			db         *sqldb.DB
			change     string // by a number of milliseconds, and back
			complaints []string
		}{
			"begun earlier at the box office": {s.boxDB, `UPDATE freezes SET began = began - $1 WHERE n = 1`, []string{"freeze 1 was told from"}},
			"begun later at the box office":   {s.boxDB, `UPDATE freezes SET began = began + $1 WHERE n = 2`, []string{"freeze 2 was told from"}},
			"longer at the box office":        {s.boxDB, `UPDATE freezes SET ended = ended + $1 WHERE n = 1`, []string{"freeze 1 was told from"}},
			"begun earlier on the line":       {s.lineDB, `UPDATE freezes SET began_at = began_at - $1 WHERE n = 1`, []string{"freeze 1 was told from"}},
			"longer on the line":              {s.lineDB, `UPDATE freezes SET ended_at = ended_at + $1 WHERE n = 1`, []string{"freeze 1 was told from"}},
			"both begun earlier on the line":  {s.lineDB, `UPDATE freezes SET began_at = began_at - $1`, []string{"freeze 1", "freeze 2"}},
		} {
			t.Run(name, func(t *testing.T) {
				in := *s
				in.TB = t
				in.tamper(c.db, c.change, 1000)
				in.wants(s.box, c.complaints...)
				in.tamper(c.db, c.change, -1000)
				in.wants(s.box)
			})
		}
	})
}

// What the box office lacks of what it was told is found too; what it may have
// heard since the line was read is none of it.
func TestFreezesThatOneSideLacks(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		s := newSides(t, dsn)
		s.freezes()

		// Told to last, and over by now: the line's next word.
		s.tamper(s.boxDB, `UPDATE freezes SET ended = began + 5000 WHERE n = 2`)
		s.wants(s.box)
		// Over on the line, but only its beginning was told.
		s.tamper(s.lineDB, `UPDATE freezes SET told = 1, ended_at = began_at + 9000 WHERE n = 2`)
		s.wants(s.box)
		s.tamper(s.lineDB, `UPDATE freezes SET told = 2 WHERE n = 2`)
		s.wants(s.box, "freeze 2 was told from")

		s.tamper(s.boxDB, `DELETE FROM freezes WHERE n = 2`)
		s.wants(s.box, "the box office has []")
		// Another one, which never had the sale.
		empty := s.openBox(sqldbtest.Open(t, dsn(), sqldb.Options{}))
		s.wants(empty, "freeze 1 was told", "freeze 2 was told")
		s.tamper(s.lineDB, `UPDATE freezes SET told = 0`)
		s.wants(empty)
	})
}

// An offer that holds tickets and that the line never made is found.
func TestOfferThatTheLineDoesNotKnow(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, dsn func() string) {
		s := newSides(t, dsn)
		_, err := s.box.Reserve(t.Context(), slug, []sale.Ask{{Offer: "stray", Most: 3}})
		s.must(err)
		s.wants(s.box, "offer stray holds 3 tickets and the line does not know it")
		_, err = s.box.Close(t.Context(), slug, sale.Closing{Offer: "stray", Reason: sale.OfferVoided})
		s.must(err)
		s.wants(s.box)
	})
}

// How the two sides may stand to each other about one offer, and how not.
func TestDiffer(t *testing.T) {
	for _, c := range []struct {
		here  sale.OfferState
		there string
		later bool // the box office decided it behind the line's cursor
		wrong bool
	}{
		{sale.OfferPlanned, "", false, false},
		{sale.OfferPlanned, "open", false, false},
		{sale.OfferPlanned, "closed", false, false},
		{sale.OfferOpen, "open", false, false},
		{sale.OfferOpen, "bought", true, false},
		{sale.OfferOpen, "bought", false, true},
		{sale.OfferOpen, "closed", false, true},
		{sale.OfferOpen, "", false, true},
		{sale.OfferClosing, "open", false, false},
		{sale.OfferClosing, "closed", false, false},
		{sale.OfferClosing, "bought", false, false},
		{sale.OfferBought, "bought", false, false},
		{sale.OfferBought, "open", true, true},
		{sale.OfferBought, "closed", false, true},
		{sale.OfferDropped, "", false, false},
		{sale.OfferDropped, "closed", false, false},
		{sale.OfferDropped, "open", false, true},
		{sale.OfferDropped, "bought", true, true},
		{sale.OfferExpired, "closed", false, false},
		{sale.OfferExpired, "open", false, true},
		{sale.OfferDeclined, "bought", true, true},
		{sale.OfferWithdrawn, "", false, true},
	} {
		why := differ(line.BookRow{State: c.here, Granted: 2}, boxoffice.OfferRow{State: c.there, Granted: 2}, c.later)
		if (why != "") != c.wrong {
			t.Errorf("%s here, %q there, later %v: %q, want a complaint: %v", c.here, c.there, c.later, why, c.wrong)
		}
	}
	for _, state := range []sale.OfferState{sale.OfferOpen, sale.OfferClosing} {
		if why := differ(line.BookRow{State: state, Granted: 2}, boxoffice.OfferRow{State: "open", Granted: 3}, false); why == "" {
			t.Errorf("%s: 2 tickets here and 3 there are no problem", state)
		}
	}
}
