package steering_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/steering"
)

// now is 14:00 in Zurich, two hours into the sale.
var now = time.Date(2027, 3, 12, 13, 0, 0, 0, time.UTC)

func running() steering.Now {
	s := sale.Sale{
		Slug: "lakeside", Version: 3, Title: sale.Text{"en": "Lakeside"}, Timezone: "Europe/Zurich", Languages: []string{"en"}, Currency: "CHF",
		Registration: sale.Registration{Opens: now.Add(-48 * time.Hour), Closes: now.Add(24 * time.Hour)},
		Tickets: sale.Tickets{MaxPerFan: 4, Capacity: 10_000, VenueMaximum: 12_000, Types: []sale.TicketType{
			{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 10_000, Price: 8500},
		}},
		Caps:     sale.Caps{Guaranteed: 2500, Standby: 7500},
		Dispatch: sale.Dispatch{Starts: now.Add(-2 * time.Hour), Ends: now.Add(8 * 24 * time.Hour), Every: "@every 5m", Batch: 100, LinkLife: time.Hour},
		Payment:  sale.PaymentNone, Mail: sale.MailSettings{From: "Lakeside <tickets@lakeside.example>", Receipt: true},
	}
	return steering.Now{
		At: now, Sale: s, Registered: 9000, Guaranteed: 2310, Waiting: 8412, Open: 96, LastEnd: now.Add(62 * time.Minute), Next: now.Add(5 * time.Minute),
		Stock: &sale.Stock{Sale: "lakeside", Pools: []sale.PoolStock{
			{Pool: "capacity", Issued: 10_000, Available: 8000, Offered: 400, Sold: 1600},
			{Pool: "ticket", Issued: 10_000, Available: 8400, Sold: 1600},
		}},
	}
}

// every five minutes from the remembered moment or the start.
func every(s sale.Sale, remembered, _ time.Time) (time.Time, time.Time, error) {
	if remembered.IsZero() {
		remembered = s.Dispatch.Starts
	}
	return remembered, remembered.Add(5 * time.Minute), nil
}

func stopped(s *sale.Sale) { s.Dispatch.Ends = now }

// What an act is told to do is what it does, with numbers.
func TestLook(t *testing.T) {
	before := func(n *steering.Now) { // it starts tomorrow
		n.Sale.Dispatch.Starts, n.Next = now.Add(24*time.Hour), time.Time{}
		n.Open, n.LastEnd, n.Stock.Pools[0] = 0, time.Time{}, sale.PoolStock{Pool: "capacity", Issued: 10_000, Available: 10_000}
		n.Stock.Pools[1] = sale.PoolStock{Pool: "ticket", Issued: 10_000, Available: 10_000}
	}
	for name, c := range map[string]struct {
		now     func(*steering.Now)
		change  func(*sale.Sale)
		paused  bool
		does    []string
		then    []string
		refused []string
		people  int
		word    string
	}{
		"nothing": {},
		"start with many": {
			now:    func(n *steering.Now) { before(n); n.Sale.Dispatch.Batch = 500 },
			change: func(s *sale.Sale) { s.Dispatch.Starts = now },
			does:   []string{"This mails 500 people within the next minute; without it, 500 people would be mailed at 14:00 on 13 March."},
			then:   []string{"From then on at most 500 people every 5 minutes, as long as tickets are free."},
			people: 500, word: "500",
		},
		"start with few": {
			now:    before,
			change: func(s *sale.Sale) { s.Dispatch.Starts = now },
			does:   []string{"This mails 100 people within the next minute; without it, 100 people would be mailed at 14:00 on 13 March."},
			then:   []string{"From then on at most 100 people every 5 minutes, as long as tickets are free."},
			people: 100,
		},
		"start with slow mail": {
			now:    func(n *steering.Now) { before(n); n.Limits = plan.Limits{PerSecond: 10, PerHour: 60}; n.Hour = 20 },
			change: func(s *sale.Sale) { s.Dispatch.Starts = now },
			does:   []string{"This mails 100 people within the next minute; without it, 100 people would be mailed at 14:00 on 13 March.", "The mail limits (10 a second, 60 an hour) spread these mails over about 60 minutes."},
			then:   []string{"From then on at most 100 people every 5 minutes, as long as tickets are free."},
			people: 100,
		},
		"start with nobody": {
			now:    func(n *steering.Now) { before(n); n.Waiting = 0 },
			change: func(s *sale.Sale) { s.Dispatch.Starts = now },
			does:   []string{"Nobody is mailed yet: nobody waits."},
			then:   []string{"From then on at most 100 people every 5 minutes, as long as tickets are free."},
		},
		"start while paused": {
			now:    func(n *steering.Now) { before(n); n.Paused = true },
			paused: true,
			change: func(s *sale.Sale) { s.Dispatch.Starts = now },
			does:   []string{"Nobody is mailed yet: the sale is paused."},
			then:   []string{"From then on at most 100 people every 5 minutes, as long as tickets are free."},
		},
		"a larger batch": {
			change: func(s *sale.Sale) { s.Dispatch.Batch = 500 },
			does:   []string{"The next batch, at 14:05, mails 500 people instead of 100."},
			then:   []string{"From then on at most 500 people every 5 minutes, as long as tickets are free."},
			word:   "500",
		},
		"a larger batch than tickets are free": {
			now:    func(n *steering.Now) { n.Stock.Pools[0].Available = 480; n.Stock.Pools[0].Offered = 7920 },
			change: func(s *sale.Sale) { s.Dispatch.Batch = 500 },
			does:   []string{"The next batch, at 14:05, mails 120 people instead of 100."},
			then:   []string{"From then on at most 500 people every 5 minutes, as long as tickets are free."},
		},
		"a schedule by the clock": {
			change: func(s *sale.Sale) { s.Dispatch.Every = "0 12 * * *" },
			does:   []string{"This mails 100 people within the next minute; without it, 100 people would be mailed at 14:05."},
			then:   []string{"From then on at most 100 people at each moment of 0 12 * * *, as long as tickets are free."},
			people: 100,
		},
		"a smaller batch": {
			change: func(s *sale.Sale) { s.Dispatch.Batch = 1 },
			does:   []string{"The next batch, at 14:05, mails one person instead of 100."},
			then:   []string{"From then on at most one person every 5 minutes, as long as tickets are free."},
		},
		"behind mails of the last batch": {
			now:    func(n *steering.Now) { n.Unsent = 40 },
			change: func(s *sale.Sale) { s.Dispatch.Batch = 200 },
			does:   []string{"The next batch, at 14:05, mails 200 people instead of 100.", "Before that, 40 mails of the last batch have to leave."},
			then:   []string{"From then on at most 200 people every 5 minutes, as long as tickets are free."},
		},
		"without the box office": {
			now:    func(n *steering.Now) { n.Stock = nil },
			change: func(s *sale.Sale) { s.Dispatch.Batch = 200 },
			does:   []string{"The next batch, at 14:05, mails 200 people instead of 100.", "The box office cannot be asked what is free: it may be fewer."},
			then:   []string{"From then on at most 200 people every 5 minutes, as long as tickets are free."},
		},
		"another schedule": {
			change: func(s *sale.Sale) {
				s.Dispatch.Every = "@every 1m"
				s.Dispatch.Quiet = sale.QuietHours{From: 22 * 3600, To: 8 * 3600}
			},
			does: []string{
				"This mails 100 people within the next minute; without it, 100 people would be mailed at 14:05.",
				"No mail of an offer leaves between 22:00 and 08:00. Links are moved by it, never cut.",
			},
			then:   []string{"From then on at most 100 people every minute, as long as tickets are free, and nobody between 22:00 and 08:00."},
			people: 100,
		},
		"pause": {
			now: func(n *steering.Now) { n.Unsent = 6 }, paused: true,
			does: []string{
				"From now on nobody is offered anything, and no mail of an offer leaves.",
				"6 mails that have not left wait until it goes on; their hour has not begun.",
				"90 links that are out run on, the last until 15:02: a pause stops no clock. A freeze does.",
				"No batch comes: the sale is paused. Without this, 100 people would be mailed at 14:05.",
			},
			then: []string{"The form goes on taking names."},
		},
		"resume": {
			now:    func(n *steering.Now) { n.Paused, n.Unsent = true, 6; n.Next = now },
			does:   []string{"6 mails that were held back leave now.", "This mails 100 people within the next minute.", "Before that, 6 mails of the last batch have to leave."},
			then:   []string{"From then on at most 100 people every 5 minutes, as long as tickets are free."},
			people: 100,
		},
		"close the form": {
			change: func(s *sale.Sale) { s.Registration.Closes = now },
			does:   []string{"The form closes now: nobody else can join. 9,000 people stay in line, and 8,412 still wait for an offer."},
		},
		"open the form": {
			now: func(n *steering.Now) {
				before(n)
				n.Sale.Registration.Opens = now.Add(time.Hour)
				n.Registered, n.Guaranteed, n.Waiting = 0, 0, 0
			},
			change: func(s *sale.Sale) { s.Registration.Opens = now },
			does:   []string{"The form opens now, until 14:00 on 13 March. There is room for 10,000 people: 2,500 guaranteed, 7,500 on standby."},
		},
		"stop": {
			now: func(n *steering.Now) { n.Waiting = 1204 }, change: stopped,
			does: []string{
				"The sale ends now. 1,204 people wait and get no offer any more; the polite decline goes out to them.",
				"96 links that are out run on, the last until 15:02.",
			},
			then: []string{"The declines leave within minutes."},
			word: "lakeside",
		},
		"stop with slow mail": {
			now: func(n *steering.Now) { n.Limits.PerHour = 1000 }, change: stopped,
			does: []string{
				"The sale ends now. 8,412 people wait and get no offer any more; the polite decline goes out to them.",
				"96 links that are out run on, the last until 15:02.",
			},
			then: []string{"The declines leave within about 8 hours (mail limits: 1,000 an hour)."},
			word: "lakeside",
		},
		"a shorter life": {
			change: func(s *sale.Sale) { s.Dispatch.LinkLife = 30 * time.Minute },
			does:   []string{"Links that are mailed from now on work for 30 minutes instead of 1 hour.", "96 links that are out keep their end."},
		},
		"more guaranteed places than fit": {
			change:  func(s *sale.Sale) { s.Caps.Guaranteed = 2501 },
			refused: []string{"caps.guaranteed: 2,501 × 4 = 10,004 is more than the 10,000 tickets for sale"},
		},
		"more guaranteed places": {
			now:    func(n *steering.Now) { n.Sale.Caps.Guaranteed = 2310 },
			change: func(s *sale.Sale) { s.Caps.Guaranteed = 2400 },
			does: []string{
				"90 people on standby are guaranteed from now on. That cannot be taken back.",
				"The form is full at 9,900 people instead of 9,810.",
			},
			then: []string{"More places hold as soon as the box office has this version too."},
			word: "2,400",
		},
		"fewer guaranteed places than given": {
			change:  func(s *sale.Sale) { s.Caps.Guaranteed = 2000 },
			refused: []string{"caps.guaranteed: 2,000 is less than the 2,310 guarantees that are given, and nobody loses theirs; 2,310 is the least, and then nobody else gets one"},
		},
		"fewer guaranteed places": {
			change: func(s *sale.Sale) { s.Caps = sale.Caps{Guaranteed: 2310, Standby: 6690} },
			does: []string{
				"Nobody loses a guarantee; 2,310 have one. New places above number 2,310 are standby.",
				"With 9,000 people in line the form is full at once and says so. Nobody loses a place.",
			},
		},
		"fewer tickets than are out": {
			change: func(s *sale.Sale) { s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Caps.Guaranteed = 1999, 1599, 100 },
			refused: []string{
				"tickets.capacity: 1,999 is more than the 1,599 tickets of all types together",
			},
		},
		"fewer tickets than are guaranteed, sold and offered": {
			now: func(n *steering.Now) { n.Sale.Caps.Guaranteed = 2310 },
			change: func(s *sale.Sale) {
				s.Tickets.Capacity, s.Tickets.Types[0].Stock, s.Tickets.MaxPerFan = 1999, 1999, 1
				s.Caps.Guaranteed = 1000
			},
			refused: []string{
				"tickets.capacity: 2,310 fans are guaranteed their tickets already, and 2,310 × 1 = 2,310 is more than the 1,999 tickets for sale",
				"caps.guaranteed: 1,000 is less than the 2,310 guarantees that are given, and nobody loses theirs; 2,310 is the least, and then nobody else gets one",
				"tickets.capacity: 1,999 is less than the 2,000 tickets that are sold (1,600) or offered (400)",
			},
		},
		"a type that is sold left out": {
			change:  func(s *sale.Sale) { s.Tickets.Types[0].ID = "seat" },
			refused: []string{"tickets.types: ticket cannot be left out: 1,600 of it are sold"},
		},
		"more tickets": {
			change: func(s *sale.Sale) { s.Tickets.Capacity, s.Tickets.Types[0].Stock = 11_000, 11_000 },
			does:   []string{"1,000 tickets more are for sale: 11,000 in all."},
		},
		"above the venue": {
			change: func(s *sale.Sale) { s.Tickets.Capacity, s.Tickets.Types[0].Stock = 20_000, 20_000 },
			refused: []string{
				"tickets.capacity: 20,000 is more than the 12,000 that the venue holds",
				"tickets.types[0].stock: 20,000 is more than the 12,000 that the venue holds",
			},
		},
		"a price": {
			change: func(s *sale.Sale) { s.Tickets.Types[0].Price = 9000 },
			does:   []string{"Ticket costs CHF 90.00 instead of 85.00. Whoever has the page open with the old price is shown it again before buying; orders keep theirs."},
		},
		"a title": {
			change: func(s *sale.Sale) { s.Title = sale.Text{"en": "Seaside"} },
			does:   []string{"Pages show it within a second, and mails from the next one on."},
		},
		"frozen": {
			now:    func(n *steering.Now) { n.Frozen = true },
			change: func(s *sale.Sale) { s.Dispatch.Batch = 500 },
			does:   []string{"Nothing is mailed as long as the sale is frozen."},
			then:   []string{"From then on at most 500 people every 5 minutes, as long as tickets are free."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := running()
			if c.now != nil {
				c.now(&n)
			}
			to := n.Sale
			to.Tickets.Types = append([]sale.TicketType(nil), to.Tickets.Types...)
			if c.change != nil {
				c.change(&to)
			}
			e := steering.Look(n, steering.Next{Sale: to, Paused: c.paused}, every)
			var refused []string
			for _, f := range e.Refused {
				refused = append(refused, f.String())
			}
			for what, d := range map[string]string{
				"does": cmp.Diff(c.does, e.Does), "then": cmp.Diff(c.then, e.Then), "refused": cmp.Diff(c.refused, refused),
				"people": cmp.Diff(c.people, e.People), "to type": cmp.Diff(c.word, e.Confirm.Word),
			} {
				if d != "" {
					t.Errorf("%s: -want +got\n%s", what, d)
				}
			}
			if e.Confirm.Needed() != (e.Confirm.Why != "") {
				t.Errorf("to be typed: %+v", e.Confirm)
			}
		})
	}
}

func TestWhatHasToBeTyped(t *testing.T) {
	for _, c := range []struct {
		word, typed string
		want        bool
	}{
		{"1,204", "1204", true},
		{"1,204", " 1'204 ", true},
		{"1,204", "1,204", true},
		{"1,204", "1205", false},
		{"1,204", "", false},
		{"1,204", "-1204", false},
		{"1,204", "1.204", false},
		{"lakeside-2027", "lakeside-2027", true},
		{"lakeside-2027", "lakeside", false},
		{"2027-lake", "2027lake", false},
	} {
		if got := (steering.Confirm{Word: c.word}).Typed(c.typed); got != c.want {
			t.Errorf("%q for %q: %v", c.typed, c.word, got)
		}
	}
}

// A confirmation counts for what was shown: when the sale has moved so that
// the page would say something else, it is shown anew.
func TestStill(t *testing.T) {
	look := func(n steering.Now) steering.Effect {
		to := n.Sale
		to.Dispatch.Starts, to.Dispatch.Batch = now, 500
		return steering.Look(n, steering.Next{Sale: to, Paused: n.Paused}, every)
	}
	was := running()
	was.Sale.Dispatch.Starts, was.Next, was.Waiting = now.Add(time.Hour), time.Time{}, 300
	shown := was.Shown(look(was))
	for name, c := range map[string]struct {
		change func(*steering.Now)
		want   bool
	}{
		"nothing":              {func(*steering.Now) {}, true},
		"a few more wait":      {func(n *steering.Now) { n.Waiting = 330 }, true},
		"many more wait":       {func(n *steering.Now) { n.Waiting = 331 }, false},
		"fewer wait":           {func(n *steering.Now) { n.Waiting = 20 }, true},
		"another version":      {func(n *steering.Now) { n.Sale.Version++ }, false},
		"somebody paused it":   {func(n *steering.Now) { n.Paused = true }, false},
		"somebody froze it":    {func(n *steering.Now) { n.Frozen = true }, false},
		"the form has gone on": {func(n *steering.Now) { n.Registered += 1000 }, true},
	} {
		n := was
		c.change(&n)
		if got := n.Still(shown, look(n)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for word, want := range map[string]bool{"300": true, "2,000": true, "": false, "1": false, "x": false, "99999999999999999999": false} {
		other := shown
		other.Word = word
		if got := was.Still(other, look(was)); got != want {
			t.Errorf("%q was shown, and %q has to be typed: %v", word, shown.Word, got)
		}
	}
	stop := running()
	to, err := stop.Do(steering.Stop, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	ends := steering.Look(stop, to, every)
	other := stop.Shown(ends)
	if !stop.Still(other, ends) || other.Word != stop.Sale.Slug {
		t.Errorf("%q was shown and has to be typed", other.Word)
	}
	if other.Word = "x"; stop.Still(other, ends) {
		t.Error("a word that no page shows stands for the sale's own")
	}
}

func TestTakes(t *testing.T) {
	for _, c := range []struct {
		mails  int
		limits plan.Limits
		used   int
		want   time.Duration
	}{
		{1000, plan.Limits{}, 0, 0},
		{1000, plan.Limits{PerSecond: 10}, 0, 100 * time.Second},
		{1000, plan.Limits{PerHour: 1000}, 0, 0},
		{1000, plan.Limits{PerHour: 1000}, 1, time.Hour},
		{2500, plan.Limits{PerHour: 1000}, 2000, 3 * time.Hour},
	} {
		if got := steering.Takes(c.mails, c.limits, c.used); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
