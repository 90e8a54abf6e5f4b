package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/helpdesk"
	"github.com/inturn/inturn/internal/line"
)

type fanCommand struct {
	Show  fanShowCommand  `cmd:"" help:"What happened to one place, and why it waits; everything that is stored about the fan with --json."`
	Erase fanEraseCommand `cmd:"" help:"Erase a person from a sale's line: the address is gone, the number stays."`
}

type fanShowCommand struct {
	Slug string `arg:"" help:"The sale."`
	Fan  string `arg:"" name:"number|address" help:"The place's number, or the address in any spelling."`
	JSON bool   `name:"json" help:"Print JSON: everything that is stored."`
}

// place gives the one place that was meant, and says of which others it is.
func (s *session) place(l *line.Line, slug, typed string) (line.Fan, error) {
	found, err := helpdesk.Find(s.ctx, l, slug, typed)
	if err != nil {
		return line.Fan{}, err
	}
	if len(found.Numbers) == 0 {
		if !found.Asked.IsZero() {
			return line.Fan{}, errors.New("this address has no place in this line; it was mailed a link to confirm it, and has not used it")
		}
		return line.Fan{}, errors.New("this address has no place in this line")
	}
	return l.Fan(s.ctx, slug, found.Numbers[0])
}

func (c *fanShowCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, parts *app.Parts, l *line.Line) error {
		f, err := s.place(l, c.Slug, c.Fan)
		if err != nil {
			return err
		}
		if c.JSON {
			return s.printJSON(f)
		}
		st, err := l.Sale(ctx, c.Slug)
		if err != nil {
			return err
		}
		queue, err := l.Queue(ctx, c.Slug, f.Number)
		if err != nil {
			return err
		}
		wire, err := parts.Wire(ctx)
		if err == nil {
			_, err = wire.Stock(ctx, c.Slug)
		}
		s.printFan(helpdesk.Question{Fan: f, State: st, Queue: queue, Now: time.Now(), BoxDown: err != nil})
		return nil
	})
}

func (s *session) printFan(q helpdesk.Question) {
	f := q.Fan
	address := f.Address
	if address == "" {
		address = "erased"
	}
	s.printf("Number %d, %s, %s\n", f.Number, f.Class, address)
	if len(f.OtherPlaces) > 0 {
		s.printf("The same address has other places: %s\n", strings.Trim(fmt.Sprint(f.OtherPlaces), "[]"))
	}
	for _, r := range helpdesk.Waits(q) {
		s.printf("  %s\n", r.Text)
	}
	s.printf("\n")
	for _, e := range helpdesk.Timeline(f, &q.State.Sale) {
		s.printf("%s  %s", helpdesk.Moment(&q.State.Sale, e.At), e.Text)
		if e.Actor != "" {
			s.printf(" (%s)", e.Actor)
		}
		if e.Why != "" {
			s.printf(" Why: %s", e.Why)
		}
		s.printf("\n")
	}
}

type fanEraseCommand struct {
	Slug   string `arg:"" help:"The sale."`
	Number int    `arg:"" help:"The place's number."`
	Why    string `required:"" help:"Why, for the audit. Leave the address out: it is kept for ever."`
	Order  string `enum:"keep,cancel," default:"" help:"What becomes of what the fan bought: keep it without the address, or cancel it."`
}

func (c *fanEraseCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, _ *app.Parts, l *line.Line) error {
		a := line.Act{Sale: c.Slug, Number: c.Number, Actor: s.actor(), Why: c.Why}
		if err := l.Erase(ctx, a, line.OrderChoice(c.Order)); err != nil {
			return err
		}
		s.printf("The person at number %d of %s is erased; the number stays.\n", c.Number, c.Slug)
		return nil
	})
}
