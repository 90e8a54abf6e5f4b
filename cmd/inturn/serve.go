package main

import (
	"fmt"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/sale"
)

type serveCommand struct {
	Roles []string `arg:"" optional:"" help:"registration, dispatcher, checkout, console; all when none is named."`
}

// Help is what `inturn serve --help` adds.
func (serveCommand) Help() string {
	return "Settings come from flags, INTURN_… variables and a file; see inturn config show and docs/configuration.md. " +
		"SIGTERM or Ctrl-C stops after finishing what is in flight; a second one stops at once."
}

func (c *serveCommand) Run(s *session) error {
	roles, err := app.ParseRoles(c.Roles)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	loaded, err := s.settings()
	if err != nil {
		return err
	}
	logger := newLogger(s.stderr, loaded.LogFormat, loaded.LogLevel)
	for _, w := range append(loaded.Warnings(), app.Warnings(loaded, roles)...) {
		logger.Warn("questionable setting", "setting", w)
	}
	a, err := app.New(s.ctx, app.Options{
		Settings: loaded, Roles: roles, Clock: time.Now, Logger: logger, Version: version(), Print: s.stderr,
	})
	if sale.CodeOf(err) == sale.CodeInvalid {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	return a.Run(s.ctx)
}
