package calendar

import (
	"fmt"
	"net/url"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// ContentType is what a file is served and mailed as.
const ContentType = "text/calendar; charset=utf-8; method=PUBLISH"

// The opening of a form has a start; calendars want an end too, and a
// reminder is what it is for.
const (
	openingLasts = 30 * time.Minute
	remindBefore = "-PT10M"
)

// Order is the entry of the event that an order is for: a file, in a fan's
// language. It needs a sale that says when its event is. The entry of a
// cancelled order says so.
func Order(t *templates.Templates, lang string, s sale.Sale, o sale.Order, orderURL string) ([]byte, error) {
	words, err := t.OrderEntry(lang, s, o, orderURL)
	if err != nil {
		return nil, err
	}
	revision := 2 * int(s.Version)
	status := ics.ObjectStatusConfirmed
	if o.State == sale.OrderCancelled {
		status = ics.ObjectStatusCancelled
		revision++ // a later state of the same version
	}
	cal, e := entry(fmt.Sprintf("order.%s.%s@%s", s.Slug, o.Code, host(orderURL)), revision, words)
	e.SetDtStampTime(o.At)
	e.SetStartAt(s.Event.Starts)
	e.SetEndAt(s.Event.Ends)
	if s.Event.Venue != "" {
		e.SetLocation(s.Event.Venue)
	}
	e.SetURL(orderURL)
	e.SetStatus(status)
	return write(cal), nil
}

// Opening is the entry of the moment at which a sale's form opens, with a
// reminder ten minutes before.
func Opening(t *templates.Templates, lang string, s sale.Sale, landingURL string, now time.Time) ([]byte, error) {
	words, err := t.OpeningEntry(lang, s, landingURL)
	if err != nil {
		return nil, err
	}
	ends := s.Registration.Opens.Add(openingLasts)
	if s.Registration.Closes.Before(ends) {
		ends = s.Registration.Closes
	}
	cal, e := entry(fmt.Sprintf("opening.%s@%s", s.Slug, host(landingURL)), 2*int(s.Version), words)
	e.SetDtStampTime(now)
	e.SetStartAt(s.Registration.Opens)
	e.SetEndAt(ends)
	e.SetURL(landingURL)
	e.SetTimeTransparency(ics.TransparencyTransparent)
	alarm := e.AddAlarm()
	alarm.SetAction(ics.ActionDisplay)
	alarm.SetTrigger(remindBefore)
	alarm.SetDescription(words.Summary)
	return write(cal), nil
}

func entry(uid string, revision int, words templates.Entry) (*ics.Calendar, *ics.VEvent) {
	cal := ics.NewCalendar()
	cal.SetProductId("-//inturn//inturn//EN")
	cal.SetMethod(ics.MethodPublish)
	e := cal.AddEvent(uid)
	e.SetSequence(revision)
	e.SetSummary(words.Summary)
	e.SetDescription(words.Text)
	return cal, e
}

// write ends lines as RFC 5545, 3.1, has them; the library would end them as
// the machine's text files do.
func write(cal *ics.Calendar) []byte {
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

// host is what makes an entry's name unique among all calendars.
func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}
