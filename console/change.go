package console

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/saleform"
	"github.com/inturn/inturn/internal/steering"
)

// What a form of a change carries beside the sale's own fields.
const (
	fieldBase    = "base"    // the version that the form was filled with
	fieldAct     = "act"     // one of steering's acts; empty: fields are changed
	fieldUntil   = "until"   // of a form that opens again
	fieldWhole   = "whole"   // the form has every field, boxes that are not ticked included
	fieldConfirm = "confirm" // what was shown is to be done
	fieldTyped   = "typed"   // what had to be typed
	fieldBack    = "back"    // from the preview back to the form
	fieldFile    = "file"    // a sale file

	shownVersion, shownPaused, shownFrozen, shownPeople, shownWord = "shown.version", "shown.paused", "shown.frozen", "shown.people", "shown.word"
)

// change is one change of a sale on its way: from what was typed to what it
// would do.
type change struct {
	now      steering.Now
	standing line.Standing
	noStock  string // why the box office does not say what is free

	to      steering.Next
	effect  steering.Effect
	values  saleform.Values // as the form would show them now
	wrong   []sale.FieldError
	clashes []saleform.Clash
	theirs  []string
}

// stand looks where a sale stands.
func (s *Server) stand(ctx context.Context, slug string) (change, error) {
	st, err := s.line.Standing(ctx, slug)
	if err != nil {
		return change{}, err
	}
	c := change{standing: st, now: steering.Now{
		At: s.clock(), Sale: st.Newest.Sale, Paused: st.State.Paused, Frozen: st.State.Frozen,
		Registered: st.State.Last, Guaranteed: st.State.GuaranteedGiven, Waiting: st.Waiting, Open: st.Open, LastEnd: st.LastEnd,
		Unsent: st.Unsent, Next: st.State.NextBatch, Limits: s.o.Place.MailLimits, Hour: st.Hour,
	}}
	stock, err := s.box.Stock(ctx, slug)
	switch {
	case err == nil:
		c.now.Stock = &stock
	case sale.CodeOf(err) == sale.CodeNotFound:
		c.noStock = "The box office does not have this sale yet."
	default:
		s.o.Logger.WarnContext(ctx, "the box office does not tell its stock", "sale", slug, "error", err)
		c.noStock = "The box office cannot be reached. What you change is kept, and brought to it as soon as it can be."
	}
	return c, nil
}

// look finds what a change to another sale does.
func (ch *change) look(to steering.Next, schedule steering.Schedule) {
	ch.to = to
	ch.effect = steering.Look(ch.now, to, schedule)
}

// typed reads a form over the version that it was filled with. What somebody
// else changed since then is taken over where it was not touched here, and
// told where it was.
func (s *Server) typed(ctx context.Context, c *change, form url.Values, owns bool) error {
	base, err := strconv.ParseInt(form.Get(fieldBase), 10, 64)
	if err != nil {
		return sale.E(sale.CodeBadRequest, "The form does not say which version of the sale it was made from.")
	}
	newest := c.now.Sale
	filled := newest
	if base != newest.Version {
		v, err := s.line.Version(ctx, newest.Slug, base)
		if err != nil {
			return err
		}
		filled = v.Sale
	}
	was := saleform.Of(filled)
	c.values, c.clashes, c.theirs = saleform.Merge(was, overlaid(was, form), saleform.Of(newest))
	next, wrong := saleform.Parse(newest, c.values, s.o.Sales.CheckSchedule)
	c.wrong = wrong
	if len(wrong) == 0 {
		c.wrong = fieldErrors(s.o.Sales.CheckSale(next))
	}
	if next.Slug != newest.Slug && len(c.wrong) == 0 {
		c.wrong = []sale.FieldError{{Field: "slug", Message: "cannot change; another slug is another sale"}}
	}
	if len(c.wrong) > 0 {
		return nil
	}
	next.Version = newest.Version
	c.look(steering.Next{Sale: next, Paused: c.now.Paused}, s.o.Sales.NextMoments)
	if c.effect.Venue && !owns {
		c.wrong = []sale.FieldError{{Field: "tickets.venue_maximum", Message: "is an owner's to change"}}
	}
	return nil
}

// overlaid is what a form was filled with, with what was typed over it.
func overlaid(filled saleform.Values, form url.Values) saleform.Values {
	v := maps.Clone(filled)
	for name := range form {
		if saleform.Known(name) {
			v[name] = form.Get(name)
		}
	}
	if form.Get(fieldWhole) != "" {
		for _, box := range boxes() {
			v[box] = form.Get(box)
		}
	}
	return v
}

// fieldErrors are what an error says of fields; nil for none.
func fieldErrors(err error) []sale.FieldError {
	if err == nil {
		return nil
	}
	var e *sale.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		return e.Fields
	}
	if errors.As(err, &e) {
		return []sale.FieldError{{Message: e.Message}}
	}
	return []sale.FieldError{{Message: err.Error()}}
}

// act finds what one of the acts does.
func (s *Server) act(c *change, form url.Values) error {
	loc := c.now.Sale.Location()
	until := c.now.Sale.Dispatch.Starts
	if text := form.Get(fieldUntil); text != "" {
		t, err := time.ParseInLocation("2006-01-02T15:04", text, loc)
		if err != nil {
			return sale.E(sale.CodeInvalid, "%q is not a time; write it like 2027-03-10T10:00.", text)
		}
		until = t.UTC()
	}
	to, err := c.now.Do(steering.Act(form.Get(fieldAct)), until)
	if err != nil {
		return err
	}
	c.look(to, s.o.Sales.NextMoments)
	return nil
}

// do does what was looked at. pending says why the box office does not have it
// yet.
func (s *Server) do(ctx context.Context, c change, who visitor, over int64) (pending string, err error) {
	slug := c.now.Sale.Slug
	if c.to.Paused != c.now.Paused {
		if err := s.line.SetPaused(ctx, slug, c.to.Paused, who.Address); err != nil {
			return "", err
		}
	}
	if len(c.effect.Changes) == 0 {
		return "", nil
	}
	return s.o.Sales.Write(ctx, s.box, c.to.Sale, line.Edit{Actor: who.Address, Source: line.FromConsole, Base: c.now.Sale.Version, Over: over})
}

// shown reads what the page had told before it was confirmed.
func shown(form url.Values) steering.Shown {
	version, _ := strconv.ParseInt(form.Get(shownVersion), 10, 64) // 0 is no version: shown anew
	people, _ := strconv.Atoi(form.Get(shownPeople))
	return steering.Shown{
		Version: version, Paused: form.Get(shownPaused) != "", Frozen: form.Get(shownFrozen) != "", People: people, Word: form.Get(shownWord),
	}
}
