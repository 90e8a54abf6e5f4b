package main

import (
	"bufio"
	"context"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/export"
	"github.com/inturn/inturn/internal/line"
)

type exportCommand struct {
	Slug string `arg:"" help:"The sale."`
	What string `arg:"" enum:"registrations,offers,orders,ledger,audit" help:"registrations, offers, orders, ledger or audit."`
	CSV  bool   `name:"csv" xor:"format" help:"Print CSV (the default)."`
	JSON bool   `name:"json" xor:"format" help:"Print a JSON array."`
}

// Run writes to standard output as it reads. Output that broke off ends with
// exit code 1, and a JSON document without its end.
func (c *exportCommand) Run(s *session) error {
	return s.withLine(func(ctx context.Context, parts *app.Parts, l *line.Line) error {
		wire, err := parts.Wire(ctx)
		if err != nil {
			return err
		}
		format := export.CSV
		if c.JSON {
			format = export.JSON
		}
		e, err := export.Source{Line: l, Ledger: wire, Sale: c.Slug, Addresses: true}.Open(ctx, c.What, format)
		if err != nil {
			return err
		}
		out := bufio.NewWriter(s.stdout)
		if err := e.Write(ctx, out); err != nil {
			return err
		}
		return out.Flush()
	})
}
