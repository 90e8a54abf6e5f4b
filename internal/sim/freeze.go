package sim

import (
	"context"
	"time"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mail"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
)

// stretch is a freeze as the simulator saw it happen: from the second in which
// it was ordered to the one in which it was released.
type stretch struct {
	from, to time.Time // to is zero while it lasts
	ordered  time.Time // to the millisecond
	had      map[string]time.Time
}

// given is a link as a fan got it: its end, and how many freezes were over
// when it was made.
type given struct {
	ends    time.Time
	freezes int
}

// watch is the simulator's own reckoning of frozen time, which owes nothing to
// the code under test: a stopwatch that runs while the sale does. It shows, at
// the moment at, how much of the time since the epoch has counted, as far as
// the first `known` freezes are known, of which `over` are known to be over.
func (w *World) watch(at time.Time, known, over int) time.Duration {
	ran := at.Sub(epoch)
	for i, s := range w.frozen[:known] {
		if stood := at.Sub(s.from); stood > 0 {
			if i < over {
				stood = min(stood, s.to.Sub(s.from))
			}
			ran -= stood
		}
	}
	return ran
}

// alive says whether a link still has time, by the stopwatch of somebody who
// knows of so many freezes, and learns from the link of those that it counts.
func (w *World) alive(g given, at time.Time, known, over int) bool {
	end := g.ends.Sub(epoch)
	for _, s := range w.frozen[:g.freezes] {
		end -= s.to.Sub(s.from)
	}
	return w.watch(at, max(known, g.freezes), max(over, g.freezes)) < end
}

// known is what the box office has been told by now: how many freezes, and how
// many of them to their end.
func (w *World) known() (all, over int) {
	defer w.undisturbed()()
	fs, err := w.box.Freezes(w.ctx, "sim")
	w.tolerate("read freezes", err)
	return len(fs), fs.Over()
}

// undisturbed keeps faults away until the function that it gives is called.
func (w *World) undisturbed() func() {
	was := w.checking
	w.checking = true
	return func() { w.checking = was }
}

// over is how many freezes are over on the line.
func (w *World) over() int {
	n := len(w.frozen)
	if n > 0 && w.frozen[n-1].to.IsZero() {
		n--
	}
	return n
}

// freezeOrRelease is the organizer at his switch. What took effect is looked
// up, since the answer may be lost.
func (w *World) freezeOrRelease() {
	if w.over() == len(w.frozen) {
		w.freeze()
		return
	}
	w.release()
}

func (w *World) freeze() {
	before := w.offersIn(`SELECT id, COALESCE(ends, 0) FROM offers WHERE state = 'open'`)
	_, _, err := w.line().Freeze(w.ctx, "sim", "organizer", "simulated")
	w.tolerate("freeze", err)
	incidents := w.incidents()
	if len(incidents) == len(w.frozen) {
		return
	}
	s := stretch{from: w.now.Truncate(time.Second), ordered: w.now.Truncate(time.Millisecond), had: before}
	if n := len(w.frozen); n > 0 && w.frozen[n-1].to.After(s.from) {
		s.from = w.frozen[n-1].to // that second was given already
	}
	w.frozen = append(w.frozen, s)
	w.Counts["frozen"]++
	if got := incidents[len(incidents)-1].Began; !got.Equal(s.from) {
		w.fail("a freeze ordered at %v began at %v", w.now, got)
	}
}

func (w *World) release() {
	_, _, err := w.line().Unfreeze(w.ctx, "sim", "organizer", "")
	w.tolerate("release", err)
	n := len(w.frozen)
	incidents := w.incidents()
	if n == 0 || !w.frozen[n-1].to.IsZero() || incidents[n-1].Lasts() {
		return
	}
	s := &w.frozen[n-1]
	s.to = sale.UpToSecond(w.now.Truncate(time.Millisecond)) // as every recorded moment
	if s.to.Before(s.from) {
		s.to = s.from
	}
	w.Counts["released"]++
	if got := incidents[n-1].Ended; !got.Equal(s.to) {
		w.fail("a freeze released at %v ended at %v", w.now, got)
	}
	w.checkGiven(*s)
	if !w.healed && w.rand.IntN(2) == 0 {
		w.lastMoment()
	}
}

// lastMoment goes on to just before the first end of a link that freezes have
// moved, by the stopwatch, and lets its fan use it then.
func (w *World) lastMoment() {
	w.beat(0) // mostly, the box office has heard
	w.beat(1)
	var first time.Time
	var token string
	var who *fan
	for _, f := range w.fans {
		if f.wants == 0 {
			continue
		}
		for _, t := range f.tokens {
			g := w.given[t]
			ends := g.ends
			for _, s := range w.frozen[g.freezes:w.over()] {
				ends = ends.Add(s.to.Sub(s.from))
			}
			if ends.After(g.ends) && ends.After(w.now) && (first.IsZero() || ends.Before(first)) {
				first, token, who = ends, t, f
			}
		}
	}
	if who == nil {
		return
	}
	w.now = first.Add(-time.Millisecond)
	w.useLink(who, token)
	w.Counts["used at the last moment"]++
}

func (w *World) incidents() []sale.Freeze {
	defer w.undisturbed()()
	all, err := w.line().Incidents(w.ctx, "sim")
	w.tolerate("read incidents", err)
	out := make([]sale.Freeze, len(all))
	for i, inc := range all {
		out[i] = inc.Freeze
	}
	return out
}

// lives are the ends of the offers on the line that are open or being closed,
// and the zero time for those that have none yet.
func (w *World) lives() map[string]time.Time {
	return w.offersIn(`SELECT id, COALESCE(ends, 0) FROM offers WHERE state IN ('open', 'closing')`)
}

func (w *World) offersIn(query string) map[string]time.Time {
	defer w.undisturbed()()
	all := map[string]time.Time{}
	err := w.lineDB.Read(w.ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		return tx.Each(ctx, func(row sqldb.Row) error {
			var id string
			var at int64
			err := row.Scan(&id, &at)
			all[id] = sqldb.Time(at)
			return err
		}, query)
	})
	w.tolerate("read offers", err)
	return all
}

// checkGiven: every offer that had time when the clocks stopped has exactly as
// much when they go on, and none that had was made over meanwhile.
func (w *World) checkGiven(s stretch) {
	now, expired := w.lives(), w.offersIn(`SELECT id, ends FROM offers WHERE state = 'expired' OR state = 'closing' AND reason = 'expired'`)
	for id, had := range s.had {
		left := had.Sub(s.from)
		if had.IsZero() || left <= 0 {
			continue
		}
		if _, gone := expired[id]; gone {
			w.fail("offer %s expires while frozen, with %v left", id, left)
		}
		if ends, live := now[id]; live && ends.Sub(s.to) != left {
			w.fail("offer %s had %v left when the clocks stopped, and has %v when they go on", id, left, ends.Sub(s.to))
		}
		w.Counts["links given time"]++
	}
}

// checkLinks: each link that fans hold, of an offer that is open at the box
// office, is taken there up to the very millisecond that the stopwatch says.
func (w *World) checkLinks() {
	if len(w.frozen) == 0 {
		return
	}
	defer w.undisturbed()()
	keys, err := w.box.Keys(w.ctx)
	w.tolerate("read keys", err)
	v := link.NewVerifier(keys)
	known, over := w.known()
	for _, f := range w.fans {
		for _, token := range f.tokens {
			claims, _, err := v.Verify(token, w.boxNow())
			if err != nil {
				w.fail("a genuine link was refused: %v", err)
				continue
			}
			view, err := w.box.Offer(w.ctx, claims.Offer)
			if err != nil || view.State != "open" {
				continue
			}
			w.checkLink(view, claims, w.given[token], [2]int{known, over})
		}
	}
}

func (w *World) checkLink(view boxoffice.OfferView, claims link.Claims, g given, told [2]int) {
	ends, still := view.Freezes.Move(claims.End())
	moments := []time.Time{w.boxNow(), ends.Add(-time.Millisecond), ends}
	if still {
		moments = append(moments, w.boxNow().Add(1000*time.Hour))
	}
	for _, at := range moments {
		if got, want := view.Freezes.Before(at, claims.End()), w.alive(g, at, told[0], told[1]); got != want {
			w.fail("a link of offer %s: taken at %v: %v, and by the stopwatch %v", claims.Offer, at, got, want)
		}
	}
	w.Counts["links looked at"]++
}

// notFrozen is told of every mail as its hand-over begins.
func (w *World) notFrozen(m mail.Message) {
	n := len(w.frozen)
	if m.Headers["X-Inturn-Offer"] == "" || w.over() == n {
		return
	}
	if since := w.frozen[n-1].ordered; m.Date.After(since) {
		w.fail("an offer is mailed at %v, in a sale frozen since %v", m.Date, since)
	}
}

// incident is one that lasts for exactly so long, from one whole second to
// another. Meanwhile everything goes wrong that takes no time by itself.
func (w *World) incident(lasts time.Duration) {
	was := w.Scenario
	defer func() { w.Scenario = was }()
	w.MailFaults, w.Interludes = 0, 0
	w.now = sale.UpToSecond(w.now)
	for w.over() == len(w.frozen) { // until the order gets through
		w.freeze()
	}
	until := w.now.Add(lasts)
	for w.now.Before(until) && len(w.problems) == 0 {
		switch w.rand.IntN(6) {
		case 0:
			w.someoneJoins()
		case 1:
			w.send(w.rand.IntN(2), 1+w.rand.IntN(2*w.Batch))
		case 2:
			w.crash()
		case 3:
			w.someFanActs()
		default:
			w.beat(w.rand.IntN(2))
			w.check()
		}
		w.checkLinks()
		w.advance(min(time.Duration(w.rand.Int64N(int64(lasts)/10)), until.Sub(w.now)))
	}
	before := w.leftNow()
	w.now = until
	for w.over() < len(w.frozen) {
		w.release()
	}
	for told := 0; told < len(w.frozen) && len(w.problems) == 0; _, told = w.known() { // until the box office knows
		w.beat(0)
		w.beat(1)
	}
	if w.now != until {
		w.fail("telling the box office took %v", w.now.Sub(until))
	}
	w.sameLeft(before)
	w.checkLinks()
	for range 5 {
		w.lastMoment()
	}
	w.check()
}

// inTheMiddle says that it is time for the incident: many fans hold links
// with time left.
func (w *World) inTheMiddle() bool {
	if w.Incident == 0 || len(w.frozen) > 0 {
		return false
	}
	hold := 0
	for _, ends := range w.lives() {
		if ends.After(w.now) {
			hold++
		}
	}
	return 2*hold > w.Batch
}

// leftNow is how much time the box office gives each open offer's links.
func (w *World) leftNow() map[string]time.Duration {
	defer w.undisturbed()()
	keys, err := w.box.Keys(w.ctx)
	w.tolerate("read keys", err)
	v := link.NewVerifier(keys)
	left := map[string]time.Duration{}
	for _, f := range w.fans {
		for _, token := range f.tokens {
			claims, _, err := v.Verify(token, w.boxNow())
			w.tolerate("read a link", err)
			view, err := w.box.Offer(w.ctx, claims.Offer)
			if err == nil && view.State == "open" && view.Freezes.Before(w.boxNow(), claims.End()) {
				left[token] = view.Freezes.Left(w.boxNow(), claims.End())
			}
		}
	}
	return left
}

// sameLeft: nobody's link has more or less time than it had.
func (w *World) sameLeft(before map[string]time.Duration) {
	after := w.leftNow()
	for token, had := range before {
		has, there := after[token]
		if !there { // bought or given back in the last moment
			continue
		}
		if has != had {
			w.fail("a link had %v before the clocks went on, and %v after", had, has)
		}
		w.Counts["links with the time they had"]++
	}
}
