package app

import (
	"context"
	"fmt"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/verify"
)

// Report is what Verify found.
type Report struct {
	Checked  int       `json:"checked"` // checks that were made
	Problems []Problem `json:"problems"`
	Notes    []string  `json:"notes,omitempty"` // what could not be looked at here, and why
}

// Problem is one broken invariant and where it was found.
type Problem struct {
	Side string `json:"side"` // "line", "box office" or "both sides"
	verify.Problem
}

// Verify checks every invariant on the stored data of the sides that are
// here, and that both agree up to the line's cursor. It may run beside a
// serve. The error says that it could not look; what it found stands in the
// report.
func (p *Parts) Verify(ctx context.Context) (Report, error) {
	r := Report{Problems: []Problem{}}
	hasLine, hasBox := p.HasLine(), p.verifiesBoxOffice()
	if hasLine {
		if _, err := p.Line(ctx); err != nil {
			return r, err
		}
		if err := r.side(ctx, "line", p.db(lineDB), line.Checks()); err != nil {
			return r, err
		}
	} else {
		r.Notes = append(r.Notes, "there is no line database here; run verify on its machine too")
	}
	if hasBox {
		if _, err := p.BoxOffice(ctx); err != nil {
			return r, err
		}
		if err := r.side(ctx, "box office", p.db(boxOfficeDB), boxoffice.Checks()); err != nil {
			return r, err
		}
	} else {
		r.Notes = append(r.Notes, "there is no box-office database here; run verify on its machine too")
	}
	if hasLine && hasBox {
		return r, r.across(ctx, p)
	}
	return r, nil
}

// verifiesBoxOffice says whether the box office's database is here. Beside a
// line that finds its box office over the wire, a file in the data directory
// is what was left behind when the box office moved; a database that the
// settings name is looked at wherever the wire leads.
func (p *Parts) verifiesBoxOffice() bool {
	s := p.o.Settings
	leftBehind := s.PeerURL != "" && p.HasLine() && !s.NamesBoxoffice()
	return p.HasBoxOffice() && !leftBehind
}

func (r *Report) side(ctx context.Context, side string, db *sqldb.DB, checks []sqldb.Check) error {
	problems, err := verify.Run(ctx, db, checks)
	if err != nil {
		return fmt.Errorf("check the %s: %w", side, err)
	}
	r.add(side, len(checks), problems)
	return nil
}

// across compares the two sides, sale by sale.
func (r *Report) across(ctx context.Context, p *Parts) error {
	l, err := p.Line(ctx)
	if err != nil {
		return err
	}
	b, err := p.BoxOffice(ctx)
	if err != nil {
		return err
	}
	states, err := l.Sales(ctx)
	if err != nil {
		return err
	}
	for _, st := range states {
		problems, err := verify.Across(ctx, l, b, st.Sale.Slug)
		if err != nil {
			return fmt.Errorf("compare the two sides of %s: %w", st.Sale.Slug, err)
		}
		r.add("both sides", 1, problems)
	}
	return nil
}

func (r *Report) add(side string, checked int, problems []verify.Problem) {
	r.Checked += checked
	for _, p := range problems {
		r.Problems = append(r.Problems, Problem{Side: side, Problem: p})
	}
}
