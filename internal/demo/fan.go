package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/inturn/inturn/internal/mail/letter"
	"github.com/inturn/inturn/internal/sale"
)

// Ending is how the sale ended for one fan, as the fan's own pages and mails
// said.
type Ending string

// The endings.
const (
	EndBought     Ending = "bought"
	EndDeclined   Ending = "declined"
	EndExpired    Ending = "expired" // the link ran out
	EndBounced    Ending = "bounced"
	EndWithdrawn  Ending = "withdrawn"
	EndSoldOut    Ending = "sold_out"    // waited until everything was sold
	EndOver       Ending = "over"        // waited until the sale's end, and tickets may be left
	EndTurnedAway Ending = "turned_away" // saw the notice instead of the form
	EndUnfinished Ending = "unfinished"  // saw no end
)

// endings turns what a place page says into the fan's ending. A state that is
// not here is not the end.
func endings() map[string]Ending {
	return map[string]Ending{
		"bought": EndBought, "declined": EndDeclined, "expired": EndExpired, "bounced": EndBounced,
		"withdrawn": EndWithdrawn, "soldout": EndSoldOut, "over": EndOver,
	}
}

// Fan is one simulated fan and what became of them.
type Fan struct {
	Behaviour Behaviour `json:"behaviour"`
	Number    int       `json:"number,omitempty"` // 0: no place in line
	Ending    Ending    `json:"ending"`
	Offered   int       `json:"offered,omitempty"` // most tickets the fan could have had
	Tickets   int       `json:"tickets,omitempty"`

	plan    plan
	notice  string // what the landing page said instead of showing its form
	order   string // code
	codes   []string
	placeAt string // address of the place page
	mails   map[sale.MailKind]int
	wrong   []string // promises that were broken before the fan's eyes
}

// life is one fan at work.
type life struct {
	*Fan
	crowd    *crowd
	box      *box
	done     bool        // has seen the end, or an error instead
	served   bool        // waits no more
	watching bool        // reads the place page again and again
	acting   *time.Timer // runs while the fan thinks an offer over
	offer    string      // link of the last offer mail
}

// broke notes a broken promise.
func (f *life) broke(format string, args ...any) {
	f.wrong = append(f.wrong, fmt.Sprintf(format, args...))
}

// trouble notes an error of a request, unless the demo is stopping.
func (f *life) trouble(ctx context.Context, err error) {
	if ctx.Err() == nil {
		f.broke("%s", err)
	}
}

// run lives one fan's sale: sign up, wait for mail, act, and see how it
// ended.
func (f *life) run(ctx context.Context) {
	f.Ending = EndUnfinished
	if !f.pause(ctx, time.Duration(f.plan.arrives*float64(f.crowd.pace.Rush))) {
		return
	}
	if !f.signUp(ctx) {
		return
	}
	if f.Behaviour == Withdraws && f.plan.impatient {
		if !f.pause(ctx, time.Duration(f.plan.thinks*float64(f.crowd.pace.Rush))) {
			return
		}
		f.withdraw(ctx)
	}
	f.watching = f.watching || f.Behaviour == Bounces
	look := time.NewTicker(f.crowd.pace.look())
	defer look.Stop()
	for !f.finished() {
		var again <-chan time.Time
		if f.watching {
			again = look.C
		}
		select {
		case <-ctx.Done():
			return
		case m := <-f.box.mails:
			f.read(ctx, m)
		case <-f.thought():
			f.acting = nil
			f.respond(ctx)
		case <-again:
			f.look(ctx)
		}
	}
}

// pause lets a person's time pass; false when the demo stops meanwhile.
func (f *life) pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// thought fires when the fan has thought the offer over; nil when there is
// none to think about.
func (f *life) thought() <-chan time.Time {
	if f.acting == nil {
		return nil
	}
	return f.acting.C
}

// finished says whether the fan has seen the end and has every mail that
// was promised. Whoever left the line is promised that it is confirmed.
func (f *life) finished() bool {
	switch {
	case !f.done:
		return false
	case f.box.dead || f.Ending == EndUnfinished:
		return true
	case f.Ending == EndWithdrawn:
		return f.mails[sale.MailWithdrawn] > 0
	case f.mails[sale.MailReceipt] == 0:
		return false
	case f.Ending == EndBought:
		return f.mails[sale.MailOrder] > 0
	case f.Ending == EndSoldOut || f.Ending == EndOver:
		return f.mails[sale.MailDecline] > 0
	}
	return true
}

// signUp opens the landing page and joins the line by its form; false when
// there is no place for this fan.
func (f *life) signUp(ctx context.Context) bool {
	landing, err := f.crowd.browser.get(ctx, f.crowd.landing)
	if err != nil {
		f.trouble(ctx, err)
		return false
	}
	sheet, ok := landing.form("email")
	if !ok {
		return f.turnedAway(landing)
	}
	sheet.fields.Set("email", f.plan.address)
	place, err := f.join(ctx, sheet)
	if err != nil {
		f.trouble(ctx, err)
		return false
	}
	if place.status == http.StatusGone { // the last place went while the fan was typing
		return f.turnedAway(place)
	}
	f.Number, f.placeAt = place.number(), place.at.String()
	if place.status != http.StatusOK || f.Number == 0 {
		f.broke("signing up was answered %d: %s", place.status, place.heading())
		return false
	}
	f.crowd.tally.place(f.Number, f.placeAt)
	return true
}

func (f *life) turnedAway(p page) bool {
	f.notice = p.notice()
	f.Ending = EndTurnedAway
	f.crowd.tally.turnedAway.Add(1)
	if f.notice != "full" && f.notice != "closed" {
		f.broke("there is neither a form nor a notice that it is over, but %q", f.notice)
	}
	return false
}

// join sends the sign-up form; who double-clicks sends it twice at once, and
// must get one place.
func (f *life) join(ctx context.Context, sheet form) (page, error) {
	if f.Behaviour != DoubleClicks {
		return f.crowd.browser.send(ctx, sheet)
	}
	a, b, err := f.both(ctx, sheet, sheet)
	if err != nil {
		return page{}, err
	}
	if b.status == http.StatusOK {
		a, b = b, a
	}
	if a.status == http.StatusOK && b.status != http.StatusConflict {
		f.broke("a double click on sign-up was answered %d and %d", a.status, b.status)
	}
	return a, nil
}

// both sends two forms at the same time.
func (f *life) both(ctx context.Context, one, two form) (a, b page, err error) {
	type answer struct {
		page
		err error
	}
	second := make(chan answer, 1)
	go func() {
		p, err := f.crowd.browser.send(ctx, two)
		second <- answer{p, err}
	}()
	a, err = f.crowd.browser.send(ctx, one)
	other := <-second
	if err == nil {
		err = other.err
	}
	return a, other.page, err
}

// read takes one mail out of the box.
func (f *life) read(ctx context.Context, m letter.Letter) {
	kind := kindOf(m)
	f.mails[kind]++
	switch kind {
	case sale.MailOffer:
		link := linkIn(m, "/c/")
		if link == "" {
			f.broke("an offer mail has no link on a line of its own")
			return
		}
		if f.done || f.watching {
			return // a second mail for the same offer, or a fan who does not care
		}
		f.servedNow()
		f.offer = link
		if f.acting == nil {
			f.acting = time.NewTimer(time.Duration(f.plan.thinks * float64(f.crowd.pace.Life)))
		}
	case sale.MailDecline, sale.MailReceipt, sale.MailWithdrawn:
		if where := linkIn(m, "/place/"); where != "" && where != f.placeAt {
			f.broke("a %s mail leads to another place than the own one", kind)
		}
		if kind == sale.MailDecline {
			f.look(ctx)
			f.watching = !f.done
		}
	}
}

// look reads the place page.
func (f *life) look(ctx context.Context) {
	p, err := f.crowd.browser.get(ctx, f.placeAt)
	if err != nil {
		f.trouble(ctx, err)
		f.done = true
		return
	}
	f.see(p)
}

// see takes in what a place page says.
func (f *life) see(p page) {
	if n := p.number(); n != f.Number {
		f.broke("number %d has become number %d", f.Number, n)
	}
	ending, over := endings()[p.state()]
	if !over {
		return
	}
	if f.order != "" && ending != EndBought {
		return // the line collects the purchase with its next beat
	}
	f.Ending, f.done = ending, true
	if ending != EndSoldOut && ending != EndOver {
		f.servedNow()
	}
}

// servedNow counts the fan as waiting no more, once.
func (f *life) servedNow() {
	if !f.served {
		f.served = true
		f.crowd.tally.served.Add(1)
	}
}

// withdraw leaves the line by the place page's own form.
func (f *life) withdraw(ctx context.Context) {
	f.watching = true
	p, err := f.crowd.browser.get(ctx, f.placeAt)
	if err != nil {
		f.trouble(ctx, err)
		return
	}
	sheet, ok := p.formTo("/withdraw")
	if !ok {
		f.see(p) // sold out or over before the fan made up their mind
		return
	}
	if p, err = f.crowd.browser.send(ctx, sheet); err != nil {
		f.trouble(ctx, err)
		return
	}
	f.see(p)
}
