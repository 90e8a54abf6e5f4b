package console

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
	"github.com/inturn/inturn/internal/steering"
	"github.com/inturn/inturn/templates"
)

// filler fills forms with a change as it stands.
func (ch change) filler(owns bool) filler {
	f := filler{values: ch.values, wrong: map[string]string{}, clashes: map[string]saleform.Clash{}, theirs: ch.theirs, owns: owns}
	for _, e := range ch.wrong {
		if f.wrong[e.Field] == "" {
			f.wrong[e.Field] = e.Message
		}
	}
	for _, clash := range ch.clashes {
		f.clashes[clash.Name] = clash
	}
	return f
}

// edit is a form with what is to be said above it.
func (ch change) edit(groups []templates.EditGroup) templates.Edit {
	e := templates.Edit{Base: ch.now.Sale.Version, Groups: groups, Wrong: labelled(groups, ch.wrong), By: ch.standing.Newest.By()}
	var clashes, theirs []sale.FieldError
	for _, c := range ch.clashes {
		clashes = append(clashes, sale.FieldError{Field: c.Name, Message: fmt.Sprintf("was %s; is %s now; you typed %s", shownValue(c.Filled), shownValue(c.Newest), shownValue(c.Typed))})
	}
	newest := saleform.Of(ch.now.Sale)
	for _, name := range ch.theirs {
		theirs = append(theirs, sale.FieldError{Field: name, Message: "is " + shownValue(newest[name]) + " now"})
	}
	e.Clashes, e.Theirs = labelled(groups, clashes), labelled(groups, theirs)
	return e
}

// shownValue is a field's value in a sentence.
func shownValue(v string) string {
	switch {
	case v == "":
		return "empty"
	case v == saleform.On:
		return "ticked"
	case len([]rune(v)) > 60:
		v = string([]rune(v)[:60]) + "…"
	}
	return strconv.Quote(v)
}

// steerGroups are what is changed while a sale runs.
func (ch change) steerGroups(owns bool) []templates.EditGroup {
	f := ch.filler(owns)
	var all []templates.EditGroup
	for _, g := range settingsGroups() {
		if g.id == "dispatch" || g.id == "places" {
			all = append(all, f.group(g))
		}
	}
	return all
}

// figures are a sale at a glance.
func (ch change) figures() []templates.SteerFigure {
	n, count := ch.now, sale.FormatCount
	reached := "nobody yet"
	if r := ch.standing.State.Reached; r > 0 {
		reached = "number " + count(r)
	}
	all := []templates.SteerFigure{
		{Label: "In line", Value: count(n.Registered), Note: count(n.Guaranteed) + " guaranteed"},
		{Label: "Turn has come up to", Value: reached},
		{Label: "Still wait", Value: count(n.Waiting)},
		{Label: "Links out", Value: count(n.Open), Note: lastEnd(n)},
	}
	if n.Stock != nil {
		p := n.Stock.Capacity()
		all = append(all, templates.SteerFigure{Label: "Tickets sold", Value: count(p.Sold), Note: fmt.Sprintf("of %s; %s offered, %s available", count(p.Issued), count(p.Offered), count(p.Available))})
	}
	return all
}

func lastEnd(n steering.Now) string {
	switch {
	case n.LastEnd.IsZero():
		return ""
	case n.Frozen:
		return "their time stands still"
	}
	return "the last until " + n.LastEnd.In(n.Sale.Location()).Format("15:04:05")
}

// acts are the buttons, those that make sense first.
func (ch change) acts() []templates.SteerAct {
	labels := map[steering.Act][2]string{
		steering.OpenForm:  {"Open the form", "People can join from now on."},
		steering.CloseForm: {"Close the form", "Nobody else can join; who is in line stays."},
		steering.Start:     {"Start", "Offers go out from now on."},
		steering.Pause:     {"Pause", "No offer goes out until you resume; links that are out run on."},
		steering.Resume:    {"Resume", "Offers go out again."},
		steering.Stop:      {"Stop", "The sale ends; those who wait get the polite decline."},
	}
	var able, not []templates.SteerAct
	for _, a := range steering.Acts() {
		one := templates.SteerAct{Name: string(a), Label: labels[a][0], Does: labels[a][1], Reason: ch.now.Senseless(a), Danger: a == steering.Stop}
		one.Until = a == steering.OpenForm && !ch.now.At.Before(ch.now.Sale.Registration.Closes)
		if one.Reason == "" {
			able = append(able, one)
		} else {
			not = append(not, one)
		}
	}
	return append(able, not...)
}

// nextBatch says when the next batch comes.
func (ch change) nextBatch(schedule steering.Schedule) string {
	n := ch.now
	at, _, err := schedule(n.Sale, n.Next, n.At)
	switch {
	case err != nil || !n.At.Before(n.Sale.Dispatch.Ends):
		return "none: the sale has ended"
	case n.Frozen:
		return "none as long as the sale is frozen"
	case n.Paused:
		return "none as long as the sale is paused"
	case at.Before(n.At):
		return "within a minute"
	}
	return at.In(n.Sale.Location()).Format("2 January, 15:04:05 MST")
}

// pending says why the box office does not have the newest version.
func (ch change) pending() string {
	st := ch.standing.State
	if !st.Pending() {
		return ""
	}
	if st.PendingWhy != "" {
		return st.PendingWhy
	}
	return "it was not reached yet"
}

// until suggests until when a form that opens again stays open.
func (ch change) until() string {
	loc := ch.now.Sale.Location()
	return ch.now.At.Add(24 * time.Hour).In(loc).Truncate(time.Minute).Format("2006-01-02T15:04")
}

// carriedOn is what the preview's form carries: what was typed, and what it
// has been told.
func (ch change) carriedOn(form url.Values) []templates.Carried {
	was := ch.now.Shown(ch.effect)
	form = copyOf(form)
	form.Set(fieldBase, strconv.FormatInt(ch.now.Sale.Version, 10))
	form.Set(fieldConfirm, "yes")
	form.Set(shownVersion, strconv.FormatInt(was.Version, 10))
	form.Set(shownPeople, strconv.Itoa(was.People))
	form.Set(shownWord, was.Word)
	for name, on := range map[string]bool{shownPaused: was.Paused, shownFrozen: was.Frozen} {
		form.Del(name)
		if on {
			form.Set(name, "yes")
		}
	}
	form.Del(fieldTyped)
	return carried(form)
}

func copyOf(form url.Values) url.Values {
	out := url.Values{}
	for name, values := range form {
		if len(values) > 0 {
			out.Set(name, values[0])
		}
	}
	return out
}

// bare is a form without what a preview added to it.
func bare(form url.Values) url.Values {
	out := url.Values{}
	for name, values := range form {
		if !strings.HasPrefix(name, "shown.") && name != fieldConfirm && name != fieldTyped && name != fieldBack {
			out[name] = values
		}
	}
	return out
}
