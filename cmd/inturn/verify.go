package main

import (
	"errors"

	"github.com/inturn/inturn/internal/app"
)

type verifyCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (c *verifyCommand) Run(s *session) error {
	parts, err := s.parts()
	if err != nil {
		return err
	}
	defer parts.Close()
	if !parts.HasLine() && !parts.HasBoxOffice() {
		return errors.New("there is no database here; is --data (INTURN_DATA) the right directory?")
	}
	report, err := parts.Verify(s.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.printJSON(report)
	} else {
		s.printReport(report)
	}
	if err == nil && len(report.Problems) > 0 {
		return errSilent
	}
	return err
}

func (s *session) printReport(r app.Report) {
	for _, note := range r.Notes {
		s.notef("%s", note)
	}
	for _, p := range r.Problems {
		s.printf("BROKEN  %s: %s\n", p.Side, p.Problem)
	}
	if len(r.Problems) == 0 {
		s.printf("All %d checks hold.\n", r.Checked)
	} else {
		s.printf("%d problems in %d checks.\n", len(r.Problems), r.Checked)
	}
}
