package steering

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
)

// Many is how many people may be mailed at once on one click. More have to be
// typed.
const Many = 250

// Now is a sale as it stands.
type Now struct {
	At         time.Time
	Sale       sale.Sale // the newest version: what a change replaces
	Paused     bool
	Frozen     bool
	Registered int       // numbers given
	Guaranteed int       // of them guaranteed
	Waiting    int       // who may still get an offer
	Open       int       // links that are out
	LastEnd    time.Time // when the last of them ends; zero when no clock runs
	Unsent     int       // mails of offers that never left
	Next       time.Time // the next scheduled moment; zero when none is known
	Stock      *sale.Stock
	Limits     plan.Limits
	Hour       int // mails of the last hour
}

// Next is what a sale is to be.
type Next struct {
	Sale   sale.Sale
	Paused bool
}

// Schedule gives the moment of a sale's next batch and the one after it, from
// the moment that the line remembers, zero for none.
type Schedule func(s sale.Sale, remembered, now time.Time) (next, following time.Time, err error)

// Effect is what a change does. With anything in Refused, it must not be
// done.
type Effect struct {
	Changes []sale.Change
	Does    []string // at once
	Then    []string // afterwards
	Refused []sale.FieldError
	People  int     // who are mailed an offer at once
	Confirm Confirm // what has to be typed; zero for nothing
	Venue   bool    // what the venue holds changes: an owner's to do
}

// Confirm is what has to be typed before an act: Word, because of Why.
type Confirm struct{ Word, Why string }

// Needed says whether anything has to be typed.
func (c Confirm) Needed() bool { return c.Word != "" }

// Typed says whether what was typed will do. Numbers may be grouped as one
// likes.
func (c Confirm) Typed(text string) bool {
	text = strings.TrimSpace(text)
	if !number(c.Word) {
		return text == c.Word
	}
	return digits(text) == digits(c.Word) && !strings.HasPrefix(text, "-")
}

// digits leaves out what groups a number; what is no number stays one.
func digits(text string) string {
	return strings.NewReplacer(",", "", " ", "", "'", "", "’", "", "\u00a0", "", "\u202f", "").Replace(text)
}

// Shown is what a page has told of an effect, for finding out later whether
// it still holds.
type Shown struct {
	Version int64
	Paused  bool
	Frozen  bool
	People  int
	Word    string
}

// Shown is what is told of an effect now.
func (n Now) Shown(e Effect) Shown {
	return Shown{Version: n.Sale.Version, Paused: n.Paused, Frozen: n.Frozen, People: e.People, Word: e.Confirm.Word}
}

// slack is by how much a number may have grown, in parts of a hundred, since
// it was shown: people join and buy while the page is being read.
const slack = 10

// Still says whether what was shown still holds: the sale is the same version,
// nobody paused or froze it meanwhile, the same has to be typed or less, and not
// noticeably more people are mailed.
func (n Now) Still(was Shown, e Effect) bool {
	now := n.Shown(e)
	return now.Version == was.Version && now.Paused == was.Paused && now.Frozen == was.Frozen &&
		!grown(was.People, now.People) && !harder(was.Word, now.Word)
}

// grown says whether a number is noticeably more than it was.
func grown(was, now int) bool { return now > was+max(was*slack/100, 1) }

// harder says whether more has to be typed than before. What was shown comes
// back from a form: a word of its own stands for no other.
func harder(was, now string) bool {
	if now == "" || !number(now) || !number(was) {
		return now != "" && now != was
	}
	before, errBefore := strconv.Atoi(digits(was))
	after, errAfter := strconv.Atoi(digits(now))
	return errBefore != nil || errAfter != nil || grown(before, after)
}

// number says whether a word to be typed is a number.
func number(word string) bool { return word != "" && strings.Trim(word, "0123456789,") == "" }

// look is one look at a change.
type look struct {
	n        Now
	to       sale.Sale
	paused   bool
	schedule Schedule
	e        Effect
}

// Look says what a change does. The sale to come is one that was read and may
// still be invalid.
func Look(n Now, to Next, schedule Schedule) Effect {
	l := &look{n: n, to: to.Sale, paused: to.Paused, schedule: schedule}
	l.to.Version = n.Sale.Version
	l.e.Changes = sale.Diff(n.Sale, l.to)
	l.e.Venue = n.Sale.Tickets.VenueMaximum != l.to.Tickets.VenueMaximum
	if l.refuse(); len(l.e.Refused) > 0 {
		return l.e
	}
	l.form()
	l.window()
	l.pause()
	l.batches()
	l.links()
	l.caps()
	l.tickets()
	l.rest()
	return l.e
}

func (l *look) does(format string, args ...any) {
	l.e.Does = append(l.e.Does, fmt.Sprintf(format, args...))
}

func (l *look) then(format string, args ...any) {
	l.e.Then = append(l.e.Then, fmt.Sprintf(format, args...))
}

// ask has something typed. The sale's own name goes before a number: it
// stands for what is worse.
func (l *look) ask(word, why string) {
	if !l.e.Confirm.Needed() || number(l.e.Confirm.Word) && !number(word) {
		l.e.Confirm = Confirm{word, why}
		return
	}
	if !strings.Contains(l.e.Confirm.Why, why) {
		l.e.Confirm.Why += "; " + why
	}
}

func count(n int) string { return sale.FormatCount(n) }

// people writes how many: nobody, one person, 1,204 people.
func people(n int) string {
	switch n {
	case 0:
		return "nobody"
	case 1:
		return "one person"
	}
	return count(n) + " people"
}

// many writes a count of things with their name in the right number.
func many(n int, one, more string) string {
	if n == 1 {
		return "one " + one
	}
	return count(n) + " " + more
}

// at writes a moment for somebody who reads it now: 14:05, or 14:00 on 13
// March when it is not today.
func (l *look) at(t time.Time) string {
	loc := l.to.Location()
	t, now := t.In(loc), l.n.At.In(loc)
	layout := "15:04"
	if t.Second() != 0 {
		layout = "15:04:05"
	}
	switch {
	case t.Year() != now.Year():
		layout += " on 2 January 2006"
	case t.YearDay() != now.YearDay():
		layout += " on 2 January"
	}
	return t.Format(layout)
}
