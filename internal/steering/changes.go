package steering

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

// open says whether a sale's form is open now.
func (l *look) open(s sale.Sale) bool {
	return !l.n.At.Before(s.Registration.Opens) && l.n.At.Before(s.Registration.Closes)
}

func (l *look) starts() bool {
	return l.n.At.Before(l.n.Sale.Dispatch.Starts) && !l.n.At.Before(l.to.Dispatch.Starts)
}

func (l *look) resumes() bool { return l.n.Paused && !l.paused }

// form says what becomes of the form.
func (l *look) form() {
	from, to := l.n.Sale.Registration, l.to.Registration
	was, is := l.open(l.n.Sale), l.open(l.to)
	switch {
	case is && !was:
		l.does("The form opens now, until %s. %s.", l.at(to.Closes), l.places())
	case was && !is:
		l.does("The form closes now: nobody else can join. %s in line, and %s.", stay(l.n.Registered), stillWait(l.n.Waiting))
	case from != to && l.n.At.Before(to.Opens):
		l.does("The form is open from %s until %s.", l.at(to.Opens), l.at(to.Closes))
	case !from.Closes.Equal(to.Closes) && is:
		l.does("The form stays open until %s instead of %s.", l.at(to.Closes), l.at(from.Closes))
	}
}

func stay(n int) string {
	if n == 1 {
		return "One person stays"
	}
	return strings.ToUpper(people(n)[:1]) + people(n)[1:] + " stay"
}

func stillWait(n int) string {
	if n == 1 {
		return "one still waits for an offer"
	}
	return fmt.Sprintf("%s still wait for an offer", count(n))
}

// places says how many can still join.
func (l *look) places() string {
	c := l.to.Caps
	left := max(c.Guaranteed+c.Standby-l.n.Registered, 0)
	if left == 0 {
		return "It is full already: everybody is told so"
	}
	return fmt.Sprintf("There is room for %s: %s guaranteed, %s on standby",
		people(left), count(max(c.Guaranteed-l.n.Registered, 0)), count(left-max(c.Guaranteed-l.n.Registered, 0)))
}

// window says what becomes of the time in which offers are made.
func (l *look) window() {
	from, to, now := l.n.Sale.Dispatch, l.to.Dispatch, l.n.At
	switch {
	case !from.Starts.Equal(to.Starts) && now.Before(to.Starts) && now.Before(from.Starts):
		l.does("The first offers go out at %s instead of %s.", l.at(to.Starts), l.at(from.Starts))
	case !from.Starts.Equal(to.Starts) && now.Before(to.Starts):
		l.does("Offers stop now and begin again at %s.", l.at(to.Starts))
	}
	if from.Ends.Equal(to.Ends) {
		return
	}
	ended, ends := !now.Before(from.Ends), !now.Before(to.Ends)
	last := !ends && now.Add(to.LinkLife).After(to.Ends) // too late for another offer
	switch {
	case ends && !ended:
		l.does("The sale ends now. %s.", waits(l.n.Waiting, "no offer any more; the polite decline goes out to them"))
		l.outAtTheEnd()
		l.then("%s", l.declines())
		l.ask(l.to.Slug, "the declines that go out cannot be taken back")
	case last && !ended:
		l.does("No offer is made any more, since none would live for %s before the end, %s.", sale.Spelled(to.LinkLife), l.at(to.Ends))
		l.outAtTheEnd()
		l.then("At %s it ends. %s. %s", l.at(to.Ends), waits(l.n.Waiting, "the polite decline then"), l.declines())
		l.ask(l.to.Slug, "the declines that go out then cannot be taken back")
	case ended && !ends:
		l.does("The sale goes on until %s. Whoever was told that it is over stays in line and may get an offer after all.", l.at(to.Ends))
	default:
		l.does("Offers are made until %s instead of %s.", l.at(to.Ends), l.at(from.Ends))
	}
}

// waits says who waits and what they get.
func waits(n int, what string) string {
	switch n {
	case 0:
		return "Nobody waits"
	case 1:
		return "One person waits and gets " + what
	}
	return people(n) + " wait and get " + what
}

// outAtTheEnd says what becomes of links and mails that are out when a sale
// ends.
func (l *look) outAtTheEnd() {
	if l.n.Unsent > 0 {
		l.does("%s of offers that have not left yet never will; their tickets are free again.", many(l.n.Unsent, "mail", "mails"))
	}
	if out := l.n.Open - min(l.n.Unsent, l.n.Open); out > 0 {
		l.does("%s.", l.runOn(out))
	}
}

// runOn says how long links that are out work.
func (l *look) runOn(out int) string {
	until := ""
	if !l.n.LastEnd.IsZero() && l.n.LastEnd.After(l.n.At) {
		until = ", the last until " + l.at(l.n.LastEnd)
	}
	if out == 1 {
		return "One link that is out runs on" + until
	}
	return fmt.Sprintf("%s links that are out run on%s", count(out), until)
}

func (l *look) declines() string {
	takes := Takes(l.n.Waiting, l.n.Limits, l.n.Hour)
	if l.n.Waiting == 0 {
		return "There is nobody to tell."
	}
	if takes < 5*time.Minute {
		return "The declines leave within minutes."
	}
	return fmt.Sprintf("The declines leave within about %s (mail limits: %s).", sale.Takes(takes), limits(l.n.Limits))
}

// pause says what a pause stops and what it does not.
func (l *look) pause() {
	switch {
	case l.paused && !l.n.Paused:
		l.does("From now on nobody is offered anything, and no mail of an offer leaves.")
		if l.n.Unsent > 0 {
			l.does("%s that have not left wait until it goes on; their hour has not begun.", many(l.n.Unsent, "mail", "mails"))
		}
		if out := l.n.Open - min(l.n.Unsent, l.n.Open); out > 0 {
			l.does("%s: a pause stops no clock. A freeze does.", l.runOn(out))
		}
		if l.open(l.to) {
			l.then("The form goes on taking names.")
		}
	case l.resumes() && l.n.Unsent > 0:
		l.does("%s that were held back leave now.", many(l.n.Unsent, "mail", "mails"))
	}
}

// links says whose links change.
func (l *look) links() {
	from, to := l.n.Sale.Dispatch, l.to.Dispatch
	if from.LinkLife != to.LinkLife {
		l.does("Links that are mailed from now on work for %s instead of %s.", sale.Spelled(to.LinkLife), sale.Spelled(from.LinkLife))
		if l.n.Open > 0 {
			l.does("%s that are out keep their end.", many(l.n.Open, "link", "links"))
		}
	}
	if from.Quiet != to.Quiet {
		if to.Quiet.None() {
			l.does("Mails of offers leave at any hour.")
		} else {
			l.does("No mail of an offer leaves between %s. Links are moved by it, never cut.", strings.Replace(to.Quiet.String(), "-", " and ", 1))
		}
	}
}

// caps says whose place changes.
func (l *look) caps() {
	from, to := l.n.Sale.Caps, l.to.Caps
	if promoted := min(to.Guaranteed, l.n.Registered) - l.n.Guaranteed; to.Guaranteed > from.Guaranteed && promoted > 0 {
		l.does("%s on standby are guaranteed from now on. That cannot be taken back.", people(promoted))
		l.ask(count(to.Guaranteed), "a guarantee cannot be taken back")
	}
	if to.Guaranteed < from.Guaranteed {
		l.does("Nobody loses a guarantee; %s have one. New places above number %s are standby.", count(l.n.Guaranteed), count(to.Guaranteed))
	}
	was, is := from.Guaranteed+from.Standby, to.Guaranteed+to.Standby
	switch {
	case is == was:
	case is <= l.n.Registered && l.open(l.to):
		l.does("With %s in line the form is full at once and says so. Nobody loses a place.", people(l.n.Registered))
	case is < was:
		l.does("The form is full at %s people instead of %s.", count(is), count(was))
	case was <= l.n.Registered && l.open(l.to):
		l.does("The form is open again for %s.", people(is-l.n.Registered))
	default:
		l.does("The form is full at %s people instead of %s.", count(is), count(was))
	}
	if to.Guaranteed > from.Guaranteed || to.Standby > from.Standby {
		l.then("More places hold as soon as the box office has this version too.")
	}
}

// tickets says what becomes of stock and prices.
func (l *look) tickets() {
	from, to := l.n.Sale.Tickets, l.to.Tickets
	switch more := to.Capacity - from.Capacity; {
	case more > 0:
		l.does("%s more are for sale: %s in all.", many(more, "ticket", "tickets"), count(to.Capacity))
	case more < 0:
		l.does("%s are taken out of the sale, of those that are neither sold nor offered: %s in all.", many(-more, "ticket", "tickets"), count(to.Capacity))
	}
	if from.MaxPerFan != to.MaxPerFan {
		l.does("New offers are for up to %s instead of %d; those that are out stay as they are.", many(to.MaxPerFan, "ticket", "tickets"), from.MaxPerFan)
	}
	for _, t := range to.Types {
		i := slices.IndexFunc(from.Types, func(o sale.TicketType) bool { return o.ID == t.ID })
		if i >= 0 && from.Types[i].Price != t.Price {
			l.does("%s costs %s %s instead of %s. Whoever has the page open with the old price is shown it again before buying; orders keep theirs.",
				t.Title.In("en"), l.to.Currency, sale.FormatPrice(t.Price, l.to.Currency), sale.FormatPrice(from.Types[i].Price, l.n.Sale.Currency))
		}
	}
	if l.e.Venue {
		l.does("What the venue holds changes: from %s to %s.", orNone(from.VenueMaximum), orNone(to.VenueMaximum))
	}
}

func orNone(n int) string {
	if n == 0 {
		return "nothing set"
	}
	return count(n)
}

// rest says what a change does of which nothing was said yet: pages and mails
// show it.
func (l *look) rest() {
	if l.n.Frozen && len(l.e.Changes) > 0 {
		l.does("Nothing is mailed as long as the sale is frozen.")
	}
	if len(l.e.Changes) > 0 && len(l.e.Does) == 0 {
		l.does("Pages show it within a second, and mails from the next one on.")
	}
}
