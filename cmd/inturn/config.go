package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/inturn/inturn/internal/app"
)

type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Check the settings for the roles (all when none is named) and start nothing."`
	Show  configShowCommand  `cmd:"" help:"Print every setting and where it came from, secrets hidden."`
}

type configCheckCommand struct {
	Roles []string `arg:"" optional:"" help:"registration, dispatcher, checkout, console."`
}

func (c *configCheckCommand) Run(s *session) error {
	roles, err := app.ParseRoles(c.Roles)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	loaded, err := s.settings()
	if err != nil {
		return err
	}
	for _, w := range append(loaded.Warnings(), app.Warnings(loaded, roles)...) {
		s.notef("warning: %s", w)
	}
	if err := app.Check(loaded, roles); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	s.printf("The settings are right for: serve %s\n", roles)
	return nil
}

type configShowCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (c *configShowCommand) Run(s *session) error {
	loaded, err := s.settings()
	if err != nil {
		return err
	}
	if c.JSON {
		return s.printJSON(loaded.Values())
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	for _, v := range loaded.Values() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", v.Name, v.Value, v.Source)
	}
	return w.Flush()
}
