package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/plan"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// States of a thing on the checklist. Only what breaks a promise is wrong.
const (
	isDone  = "done"
	isLook  = "look"
	isWrong = "wrong"
)

// checklist is a sale before its opening, as one looks at it at one moment.
type checklist struct {
	line.State
	now      time.Time
	kept     map[line.CheckItem]line.Checked
	signs    line.Signs
	forecast plan.Forecast
	foreseen bool // there is a forecast
	keys     time.Time
}

// lookAt reads everything that the checklist is made of. It asks nobody
// outside: that is the doctor's, on request.
func (s *Server) lookAt(ctx context.Context, st line.State) (checklist, error) {
	c := checklist{State: st, now: s.clock()}
	var err error
	if c.kept, err = s.line.Checklist(ctx, st.ID); err != nil {
		return c, err
	}
	if c.signs, err = s.line.Signs(ctx, st.ID); err != nil {
		return c, err
	}
	if s.o.Place.KeysMade != nil {
		if c.keys, err = s.o.Place.KeysMade(); err != nil {
			s.o.Logger.ErrorContext(ctx, "the age of the keys is not known", "error", err)
		}
	}
	if moments, err := s.o.Sales.Moments(st.Sale); err == nil {
		q := plan.Question{Sale: st.Sale, Moments: moments, Limits: s.o.Place.MailLimits, Assumptions: plan.Assume(st.Sale)}
		c.forecast, err = plan.Predict(q)
		c.foreseen = err == nil
	}
	return c, nil
}

// items are what can be seen from here, in the order of the sale.
func (c checklist) items() []templates.ChecklistItem {
	return []templates.ChecklistItem{c.dates(), c.caps(), c.pace(), c.languages(), c.smallPrint(), c.quiet(), c.boxOffice(), c.dispatcher(), c.testMail()}
}

func item(state, title, text, do string) templates.ChecklistItem {
	return templates.ChecklistItem{State: state, Title: title, Text: text, Do: do}
}

// leading is an item with the way to where it is put right.
func (c checklist) leading(i templates.ChecklistItem, page, words string) templates.ChecklistItem {
	i.Link, i.LinkText = "/sales/"+c.Sale.Slug+page, words
	return i
}

func (c checklist) at(t time.Time) string {
	return t.In(c.Sale.Location()).Format(inWords)
}

func (c checklist) dates() templates.ChecklistItem {
	const title = "Dates"
	r, d, e := c.Sale.Registration, c.Sale.Dispatch, c.Sale.Event
	found := fmt.Sprintf("The form opens %s and closes %s later. Offers begin %s.", c.at(r.Opens), plan.Length(r.Closes.Sub(r.Opens)), c.at(d.Starts))
	switch {
	case !e.Starts.IsZero() && d.Ends.After(e.Starts):
		return item(isLook, title, "The sale goes on until "+c.at(d.Ends)+", and the event begins "+c.at(e.Starts)+".", "End the sale before the event, unless tickets are meant to be sold while it goes on.")
	case c.now.Before(r.Opens) && r.Opens.Sub(c.now) < 24*time.Hour:
		return item(isLook, title, found, "The form opens within a day. Have you told everybody who should know?")
	case r.Closes.Sub(r.Opens) < 2*time.Hour:
		return item(isLook, title, found, "The form is open for a short time only: whoever works or sleeps then has no chance. A place in line needs no hurry.")
	case c.Sale.FirstMails().After(d.Starts):
		return item(isLook, title, found, "The first offers are mailed "+c.at(c.Sale.FirstMails())+", since their start lies in the quiet hours.")
	}
	return item(isDone, title, found, "")
}

func (c checklist) caps() templates.ChecklistItem {
	const title = "Places that can be promised"
	t, caps := c.Sale.Tickets, c.Sale.Caps
	promised := caps.Guaranteed * t.MaxPerFan
	found := fmt.Sprintf("%s guaranteed × %d tickets = %s of %s; %s on standby.",
		sale.FormatCount(caps.Guaranteed), t.MaxPerFan, sale.FormatCount(promised), sale.FormatCount(t.Capacity), sale.FormatCount(caps.Standby))
	switch {
	case promised > t.Capacity:
		return item(isWrong, title, found, "More is promised than there is: lower the guaranteed places.")
	case c.foreseen && c.forecast.Mailed < min(caps.Guaranteed, c.forecast.Line):
		return item(isWrong, title, found+fmt.Sprintf(" With this schedule %s guaranteed fans would get no offer before the sale ends.",
			sale.FormatCount(min(caps.Guaranteed, c.forecast.Line)-c.forecast.Mailed)), "End the sale later, mail larger batches or mail them more often: the plan shows what is enough.")
	case caps.Guaranteed == 0:
		return item(isLook, title, found, "Nobody is guaranteed a ticket. "+sale.FormatCount(sale.SuggestCaps(t.Capacity, t.MaxPerFan).Guaranteed)+" could be.")
	case caps.Standby == 0:
		return item(isLook, title, found, "Without standby nobody takes what guaranteed fans leave.")
	}
	return item(isDone, title, found, "")
}

// pace repeats what the plan says is to be looked at.
func (c checklist) pace() templates.ChecklistItem {
	const title = "Pace of the mails"
	if !c.foreseen {
		return item(isLook, title, "There is no plan of this sale.", "Look at its schedule.")
	}
	var look []string
	for _, a := range c.forecast.Advise() {
		if a.Look {
			look = append(look, a.Text)
		}
	}
	found := fmt.Sprintf("If %d %% of a full line buy, %s of %s tickets are sold.", int(c.forecast.Question.Buys*100), sale.FormatCount(c.forecast.Sold), sale.FormatCount(c.forecast.ForSale))
	if !c.forecast.SoldOut.IsZero() {
		found = fmt.Sprintf("If %d %% of a full line buy, everything is sold %s after the first offers.", int(c.forecast.Question.Buys*100), plan.Length(c.forecast.Takes()))
	}
	i := item(isDone, title, found, strings.Join(look, " "))
	i = c.leading(i, "/plan", "See the plan")
	if len(look) > 0 {
		i.State = isLook
	}
	return i
}

// languages: every text that fans read is there in every language.
func (c checklist) languages() templates.ChecklistItem {
	const title = "Texts in every language"
	texts := map[string]sale.Text{"the title": c.Sale.Title}
	if len(c.Sale.Mail.Alternatives) > 0 {
		texts["the alternatives"] = c.Sale.Mail.Alternatives
	}
	order := []string{"the title", "the alternatives"}
	for _, t := range c.Sale.Tickets.Types {
		name := "the ticket " + t.Title.In("en")
		texts[name], order = t.Title, append(order, name)
	}
	for place, own := range c.Sale.Texts {
		name := "your own words for " + strings.ReplaceAll(place, "_", " ")
		texts[name], order = own, append(order, name)
	}
	var missing []string
	for _, name := range order {
		for _, lang := range c.Sale.Languages {
			if text, there := texts[name]; there && text[lang] == "" {
				missing = append(missing, name+" in "+languageName(lang))
			}
		}
	}
	var spoken []string
	for _, lang := range c.Sale.Languages {
		spoken = append(spoken, languageName(lang))
	}
	if len(missing) > 0 {
		return c.leading(item(isLook, title, "Missing: "+strings.Join(missing, ", ")+".", "Where a title is missing, fans read it in another language; where your own words are missing, they read inturn's."),
			"/settings", "Write them")
	}
	return item(isDone, title, strings.Join(spoken, ", ")+".", "")
}

func (c checklist) smallPrint() templates.ChecklistItem {
	const title = "Small print"
	o := c.Sale.Organizer
	if o.Privacy == "" {
		return c.leading(item(isLook, title, "There is no address of a privacy statement.", "Fans leave their e-mail address: in the EU and in Switzerland they have to be told who keeps it, what for and how long."),
			"/settings#organizer", "Add it")
	}
	if o.Imprint == "" {
		return c.leading(item(isLook, title, "There is no address of an imprint.", "In some countries, Germany and Austria among them, a page that sells something needs one."), "/settings#organizer", "Add it")
	}
	return item(isDone, title, "Privacy statement and imprint are linked.", "")
}

// night is when most people sleep.
var night = sale.QuietHours{From: 23 * 3600, To: 7 * 3600} //nolint:gochecknoglobals // never changed

func (c checklist) quiet() templates.ChecklistItem {
	const title = "Quiet hours"
	if q := c.Sale.Dispatch.Quiet; !q.None() {
		return item(isDone, title, "No offer is mailed between "+strings.Replace(q.String(), "-", " and ", 1)+".", "")
	}
	asleep := c.Sale
	asleep.Dispatch.Quiet = night
	first, last := c.Sale.Dispatch.Starts, c.Sale.Dispatch.Ends
	if c.foreseen && !c.forecast.First.IsZero() {
		first, last = c.forecast.First, c.forecast.LastLink
	}
	if rest := asleep.Rest(); rest.Loud(first, last) == last.Sub(first) {
		return item(isDone, title, "There are none, and by the plan everything is over before the night.", "")
	}
	return c.leading(item(isLook, title, "There are none: offers are mailed at night, and their links run out before most people wake.", "Set quiet hours, like 22:00-08:00."),
		"/steer#dispatch", "Set them")
}

func (c checklist) boxOffice() templates.ChecklistItem {
	const title = "Box office"
	if c.Pending() {
		return item(isLook, title, "The box office does not have the newest version yet: "+c.PendingWhy, "It is given it again and again by itself. Until then what the version widens is not in force, and of a first version nothing is offered.")
	}
	return item(isDone, title, fmt.Sprintf("It has version %d, the newest.", c.Stored), "")
}

func (c checklist) dispatcher() templates.ChecklistItem {
	const title = "Dispatcher"
	if c.signs.LeaseUntil.IsZero() {
		return item(isLook, title, "No dispatcher has taken this sale up yet.", "One that runs takes a new sale up within a minute: look at this page again. Where none runs, start one: inturn serve. Without it no mail leaves, receipts included.")
	}
	if !c.signs.Holder || !c.signs.LeaseUntil.After(c.now) {
		return item(isLook, title, "No dispatcher works on this sale at the moment.", "Start one: inturn serve. Without it no mail leaves, receipts included.")
	}
	if c.Paused {
		return item(isLook, title, "A dispatcher works on this sale, and the sale is paused: no offer is made.", "Resume it before the first offers.")
	}
	return item(isDone, title, "A dispatcher works on this sale.", "")
}

// testMail is what became of the last one.
func (c checklist) testMail() templates.ChecklistItem {
	const title = "A test mail"
	i := c.leading(item(isLook, title, "Nobody has sent one.", "Send one to yourself, and see how it looks and that it is not taken for spam."), "/test-mail", "Send a test mail")
	kept, ok := c.kept[line.CheckMail]
	if !ok {
		return i
	}
	_, result, _ := strings.Cut(kept.Detail, " ")
	if line.MailResult(result) != line.ResultAccepted {
		i.Text = fmt.Sprintf("The last one, to %s on %s, did not arrive: %s.", kept.Actor, c.at(kept.At), result)
		i.Do = "See what the mail server said, put it right, and send another one."
		return i
	}
	i.State, i.Do = isDone, ""
	i.Text = fmt.Sprintf("The mail server took one to %s on %s.", kept.Actor, c.at(kept.At))
	return i
}

// backedUp says whether the keys of now are.
func (c checklist) backedUp() templates.ChecklistKeys {
	const title = "Keys backed up"
	kept, ok := c.kept[line.CheckKeys]
	k := templates.ChecklistKeys{Confirmed: ok && !c.keys.After(kept.At)}
	switch {
	case k.Confirmed:
		k.ChecklistItem = item(isDone, title, fmt.Sprintf("%s confirmed it %s.", kept.Actor, c.at(kept.At)), "")
	case ok:
		k.ChecklistItem = item(isLook, title, fmt.Sprintf("%s confirmed it %s, and a key was made after that.", kept.Actor, c.at(kept.At)), "Back the data directory up again, keys and databases as of one moment.")
	default:
		k.ChecklistItem = item(isLook, title, "Nobody has confirmed it.", "Back the data directory up, keys and databases as of one moment. Without its keys no link and no place page of a mail can be opened after a disk has died.")
	}
	return k
}

// findings are the doctor's last ones.
func (c checklist) findings() templates.ChecklistDoctor {
	const title = "What inturn doctor says"
	kept, ok := c.kept[line.CheckDoctor]
	if !ok {
		return templates.ChecklistDoctor{ChecklistItem: item(isLook, title, "It has not been asked yet.", "It looks at the domain that mails come from, the mail server, the public addresses, keys, disk and clocks.")}
	}
	d := templates.ChecklistDoctor{Asked: true, At: kept.At, Actor: kept.Actor}
	var all []doctor.Finding
	if err := json.Unmarshal([]byte(kept.Detail), &all); err != nil {
		d.ChecklistItem = item(isLook, title, "What it said cannot be read any more.", "Ask again.")
		return d
	}
	state := isDone
	for _, f := range all {
		switch f.Level {
		case doctor.Fail:
			state, d.Problems = isWrong, d.Problems+1
		case doctor.Warn:
			d.Problems++
			if state == isDone {
				state = isLook
			}
		case doctor.OK:
			d.Fine++
		}
		d.Areas = withFinding(d.Areas, f)
	}
	text := fmt.Sprintf("%d of %d things are fine.", d.Fine, len(all))
	do := ""
	if old := c.now.Sub(kept.At); old > 7*24*time.Hour {
		state, do = worse(state, isLook), "That was "+plan.Length(old)+" ago: ask again before the form opens."
	}
	d.ChecklistItem = item(state, title, text, do)
	return d
}

func worse(a, b string) string {
	if a == isWrong || b == isWrong {
		return isWrong
	}
	if a == isLook || b == isLook {
		return isLook
	}
	return isDone
}

// examine asks the doctor and keeps what he says, if he is asked here and
// nobody else has asked him a moment ago.
func (s *Server) examine(ctx context.Context, slug, actor string) error {
	if s.o.Place.Examine == nil {
		return sale.E(sale.CodeInvalid, "The doctor cannot be asked from here. Run inturn doctor on the machine.")
	}
	select {
	case s.examining <- struct{}{}:
		defer func() { <-s.examining }()
	default:
		return sale.E(sale.CodeInvalid, "Somebody has just asked the doctor. Please look again in a moment.")
	}
	short, cancel := context.WithTimeout(ctx, examineFor)
	defer cancel()
	found, err := s.o.Place.Examine(short)
	if err == nil {
		err = short.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return sale.E(sale.CodeInvalid, "The doctor was not done after %s, so somebody whom he asked does not answer. Run inturn doctor on the machine: it has more time.", plan.Length(examineFor))
	}
	if err != nil {
		return fmt.Errorf("ask the doctor: %w", err)
	}
	doc, err := json.Marshal(found)
	if err != nil {
		return fmt.Errorf("keep what the doctor says: %w", err)
	}
	return s.line.Check(ctx, slug, line.CheckDoctor, line.Checked{Actor: actor, Detail: string(doc)}, fmt.Sprintf("%d findings", len(found)))
}

// examineFor is how long an organizer waits for the doctor: less than a
// request may take.
const examineFor = 12 * time.Second
