package main

import (
	"context"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

type saleFreezeCommand struct {
	Slug string `arg:"" help:"The sale."`
	Why  string `required:"" help:"What happened, in one line; recorded, not shown to fans."`
	JSON bool   `name:"json" help:"Print JSON."`
}

func (c *saleFreezeCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, parts *app.Parts, l *line.Line) error {
		inc, fresh, err := l.Freeze(ctx, c.Slug, s.actor(), c.Why)
		if err != nil {
			return err
		}
		s.tellFreezes(ctx, parts, l, c.Slug)
		if c.JSON {
			return s.printJSON(incidentView{Sale: c.Slug, Frozen: true, incidentJSON: incidentOf(inc)})
		}
		st, err := l.Sale(ctx, c.Slug)
		if err != nil {
			return err
		}
		if !fresh {
			s.printf("%s has been frozen since %s.\n", c.Slug, inc.Began.In(st.Sale.Location()).Format(moment))
			return nil
		}
		s.printf("%s is frozen: no new offers, and no clock runs. Links that are out can be used, and keep the time they have.\n", c.Slug)
		return nil
	})
}

type saleReleaseCommand struct {
	Slug string `arg:"" help:"The sale."`
	Why  string `help:"What there is to say about it, in one line; recorded."`
	JSON bool   `name:"json" help:"Print JSON."`
}

func (c *saleReleaseCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, parts *app.Parts, l *line.Line) error {
		inc, fresh, err := l.Unfreeze(ctx, c.Slug, s.actor(), c.Why)
		if err != nil {
			return err
		}
		s.tellFreezes(ctx, parts, l, c.Slug)
		st, err := l.Sale(ctx, c.Slug)
		if err != nil {
			return err
		}
		if fresh && !time.Now().Before(st.Sale.Dispatch.Ends) {
			s.notef("warning: dispatch.ends has passed meanwhile; to go on with %s, apply it with a later one", c.Slug)
		}
		switch {
		case c.JSON:
			return s.printJSON(incidentView{Sale: c.Slug, incidentJSON: incidentOf(inc)})
		case fresh:
			s.printf("%s goes on. It stood still for %s, given to %s.\n", c.Slug, sale.Spelled(inc.Outage()), sale.Counted(inc.Moved, "link"))
		default:
			s.printf("%s is not frozen.\n", c.Slug)
		}
		return nil
	})
}

// tellFreezes tells the box office at once; should it not be reached, the
// dispatcher goes on trying.
func (s *session) tellFreezes(ctx context.Context, parts *app.Parts, l *line.Line, slug string) {
	wire, err := parts.Wire(ctx)
	if err == nil {
		err = l.TellFreezes(ctx, slug, wire.Freeze)
	}
	if err != nil {
		s.notef("the box office has not been told yet, and will be by the dispatcher: %v", err)
	}
}

// incidentJSON is one freeze as programs see it.
type incidentJSON struct {
	Number   int        `json:"number"`
	Began    time.Time  `json:"began"`
	Ended    *time.Time `json:"ended,omitempty"`
	Seconds  int        `json:"seconds"` // that links were given
	Links    int        `json:"links"`   // how many were
	Actor    string     `json:"actor"`
	Why      string     `json:"why"`
	EndedBy  string     `json:"ended_by,omitempty"`
	EndedWhy string     `json:"ended_why,omitempty"`
}

type incidentView struct {
	Sale   string `json:"sale"`
	Frozen bool   `json:"frozen"`
	incidentJSON
}

func incidentOf(inc line.Incident) incidentJSON {
	j := incidentJSON{
		Number: inc.N, Began: inc.Began, Seconds: int(inc.Outage() / time.Second), Links: inc.Moved,
		Actor: inc.Actor, Why: inc.Why, EndedBy: inc.EndedBy, EndedWhy: inc.EndedWhy,
	}
	if !inc.Lasts() {
		j.Ended = &inc.Ended
	}
	return j
}
