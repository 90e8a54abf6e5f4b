package steering

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
)

// soon is how long a batch that is due may take to begin: a beat, and room.
const soon = time.Minute

// batch is the next one of a sale: how many people it mails, and when. When
// it mails nobody, none says why.
type batch struct {
	at, following time.Time
	people        int
	none          string
}

// due says whether the batch comes at once.
func (b batch) due(now time.Time) bool { return b.people > 0 && !b.at.After(now.Add(soon)) }

// remembered is the moment that the line will still know after the change:
// another schedule forgets it.
func (l *look) remembered() time.Time {
	from, to := l.n.Sale.Dispatch, l.to.Dispatch
	if from.Every != to.Every || l.n.Sale.Timezone != l.to.Timezone || !from.Starts.Equal(to.Starts) {
		return time.Time{}
	}
	return l.n.Next
}

// next finds a sale's next batch as the dispatcher would, from here on.
func (l *look) next(s sale.Sale, remembered time.Time, paused bool) batch {
	now, d := l.n.At, s.Dispatch
	b := batch{}
	var err error
	b.at, b.following, err = l.schedule(s, remembered, now)
	if err == nil && b.at.Before(now) {
		b.at = now
	}
	free := l.free(s)
	switch {
	case err != nil:
		b.none = words(err)
	case !now.Before(d.Ends):
		b.none = "it has ended"
	case l.n.Frozen:
		b.none = "the sale is frozen"
	case paused:
		b.none = "the sale is paused"
	case b.at.Add(d.LinkLife).After(d.Ends):
		b.none = fmt.Sprintf("an offer would not live for %s before the end, %s", sale.Spelled(d.LinkLife), l.at(d.Ends))
	case l.n.Waiting == 0:
		b.none = "nobody waits"
	case l.n.Stock == nil:
		b.people = min(d.Batch, l.n.Waiting) // at most; the box office does not say what is free
	case free == 0:
		b.none = "no tickets are free"
	default:
		b.people = min(d.Batch, l.n.Waiting, free)
	}
	return b
}

// free is how many offers the tickets allow when the stock is brought to what
// the sale says.
func (l *look) free(s sale.Sale) int {
	if l.n.Stock == nil {
		return math.MaxInt
	}
	pool := l.n.Stock.Capacity()
	pool.Available += s.Tickets.Capacity - l.n.Sale.Tickets.Capacity
	return pool.Offers(s.Tickets.MaxPerFan)
}

// batches says how the next batch and those behind it change.
func (l *look) batches() {
	was := l.next(l.n.Sale, l.n.Next, l.n.Paused)
	b := l.next(l.to, l.remembered(), l.paused)
	soonNow, soonWas := b.due(l.n.At), was.due(l.n.At)
	if soonNow {
		l.e.People = b.people
	}
	same := b.people == was.people && (b.at.Equal(was.at) || soonNow && soonWas) && b.none == was.none
	if same || b.none != "" {
		if !same {
			l.noBatch(b, was)
		}
		l.pace(b)
		return
	}
	l.does("%s.", l.comes(b, was))
	if l.n.Unsent > 0 {
		l.does("Before that, %s of the last batch have to leave.", many(l.n.Unsent, "mail", "mails"))
	}
	if slow := l.slowed(b.people); slow != "" {
		l.does("%s", slow)
	}
	if l.n.Stock == nil {
		l.does("The box office cannot be asked what is free: it may be fewer.")
	}
	if more := b.people > was.people || soonNow && !soonWas; more && b.people > Many {
		l.ask(count(b.people), fmt.Sprintf("%s are mailed %s", people(b.people), l.when(b)))
	}
	l.pace(b)
}

// noBatch says why nobody is mailed any more, or not yet.
func (l *look) noBatch(b, was batch) {
	switch ends := !l.n.Sale.Dispatch.Ends.Equal(l.to.Dispatch.Ends); {
	case was.none == "" && !ends:
		l.does("No batch comes: %s. Without this, %s would be mailed %s.", b.none, people(was.people), l.when(was))
	case l.resumes() || l.starts():
		l.does("Nobody is mailed yet: %s.", b.none)
	}
}

// comes says when the next batch comes and how many it mails, beside what
// would have been.
func (l *look) comes(b, was batch) string {
	now := l.n.At
	switch {
	case b.due(now) && was.due(now), was.none == "" && b.at.Equal(was.at):
		return fmt.Sprintf("%s mails %s instead of %s", l.batchAt(b), people(b.people), count(was.people))
	case b.due(now) && was.none == "":
		return fmt.Sprintf("This mails %s within the next minute; without it, %s would be mailed %s", people(b.people), people(was.people), l.when(was))
	case b.due(now):
		return fmt.Sprintf("This mails %s within the next minute", people(b.people))
	case was.none == "":
		return fmt.Sprintf("%s mails %s; without this, %s would be mailed %s", l.batchAt(b), people(b.people), people(was.people), l.when(was))
	}
	return fmt.Sprintf("%s mails %s", l.batchAt(b), people(b.people))
}

// when is "within the next minute", or "at 14:05".
func (l *look) when(b batch) string {
	if b.due(l.n.At) {
		return "within the next minute"
	}
	return "at " + l.at(b.at)
}

func (l *look) batchAt(b batch) string {
	if b.due(l.n.At) {
		return "The next batch, within a minute,"
	}
	return "The next batch, at " + l.at(b.at) + ","
}

// slowed says what the mail limits make of so many mails.
func (l *look) slowed(mails int) string {
	takes := Takes(mails, l.n.Limits, l.n.Hour)
	if takes < 2*time.Minute {
		return ""
	}
	return fmt.Sprintf("The mail limits (%s) spread these mails over about %s.", limits(l.n.Limits), sale.Takes(takes))
}

// Takes is about how long it takes so many mails to leave under the limits, when
// so many of the hour are used up.
func Takes(mails int, m plan.Limits, used int) time.Duration {
	var takes time.Duration
	if m.PerSecond > 0 {
		takes = time.Duration(mails) * time.Second / time.Duration(m.PerSecond)
	}
	if m.PerHour > 0 && mails > m.PerHour-used {
		later := mails - max(m.PerHour-used, 0)
		hours := time.Duration((later+m.PerHour-1)/m.PerHour) * time.Hour
		takes = max(takes, hours)
	}
	return takes
}

func limits(m plan.Limits) string {
	var all []string
	if m.PerSecond > 0 {
		all = append(all, count(m.PerSecond)+" a second")
	}
	if m.PerHour > 0 {
		all = append(all, count(m.PerHour)+" an hour")
	}
	return strings.Join(all, ", ")
}

// pace says how it goes on from there, when that changes.
func (l *look) pace(b batch) {
	from, to := l.n.Sale.Dispatch, l.to.Dispatch
	changed := from.Every != to.Every || from.Batch != to.Batch || from.Quiet != to.Quiet || l.starts() || l.resumes()
	if !changed || !l.n.At.Before(to.Ends) {
		return
	}
	sentence := fmt.Sprintf("From then on at most %s %s, as long as tickets are free", people(to.Batch), often(to.Every))
	if q := to.Quiet; !q.None() {
		sentence += fmt.Sprintf(", and nobody between %s", strings.Replace(q.String(), "-", " and ", 1))
	}
	l.then("%s.", sentence)
}

// often writes a schedule as people say it: every 5 minutes.
func often(every string) string {
	if words, ok := sale.Often(every); ok {
		return words
	}
	return "at each moment of " + every
}
