package main

import (
	"context"
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/robots"
	"github.com/inturn/inturn/internal/sale"
)

type saleClustersCommand struct {
	Slug string `arg:"" help:"The sale."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// clustersView is what the command prints as JSON.
type clustersView struct {
	Sale string `json:"sale"`
	robots.Report
}

func (c *saleClustersCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, _ *app.Parts, l *line.Line) error {
		st, err := l.Sale(ctx, c.Slug)
		if err != nil {
			return err
		}
		read := func(visit func(robots.Entry) error) error {
			return l.EachSigned(ctx, c.Slug, func(r line.Signed) error {
				return visit(robots.Entry{Number: r.Number, At: r.At, Address: r.Canonical, Network: r.Network})
			})
		}
		report, err := robots.Find(read, robots.Sought{
			Disposables: robots.NewDisposables().Of(st.Sale.Robots), Opens: st.Sale.Registration.Opens,
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return s.printJSON(clustersView{c.Slug, report})
		}
		s.printClusters(st.Sale, report)
		return nil
	})
}

func (s *session) printClusters(v sale.Sale, r robots.Report) {
	count := sale.FormatCount
	s.printf("%s: %s in line, %s\n", v.Slug, count(r.Registrations), sale.Counted(len(r.Clusters), "cluster"))
	loc := v.Location()
	for _, c := range r.Clusters {
		s.printf("\n%s %s\n", c.Kind, c.Key)
		s.printf("  %s of %s (%.1f %%), numbers %s to %s\n", count(c.Count), count(r.Registrations), 100*c.Share, count(c.First), count(c.Last))
		s.printf("  %s to %s, at most %s within %d seconds\n", c.From.In(loc).Format(time.DateTime), c.To.In(loc).Format("2006-01-02 15:04:05 MST"), count(c.Fastest), 10)
		s.printf("  %s\n  %s\n", c.Why, c.Do)
	}
	for _, k := range robots.Kinds() {
		if n := r.LeftOff[k]; n > 0 {
			s.printf("\n%s more of the kind %s are not listed, none of them larger.\n", count(n), k)
		}
	}
	s.printf("\nNothing was changed: everybody keeps their place.\n")
	if v.Robots == nil || !v.Robots.Networks {
		s.notef("networks are not looked at: the sale does not keep them (robots.networks)")
	}
}

// againstRobots is what a sale does against robots, in a line.
func againstRobots(r *sale.Robots) string {
	proof := "no proof of work"
	if r.ProofOfWork {
		proof = "proof of work, " + sale.FormatCount(r.Work) + " hashes"
	}
	networks := "networks not kept"
	if r.Networks {
		networks = "networks kept as hashes"
	}
	return fmt.Sprintf("%s; disposable domains: %s, %d allowed, %d denied; %s", proof, r.Disposable, len(r.Allow), len(r.Deny), networks)
}
