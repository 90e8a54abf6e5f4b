package e2etest

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
)

// The dates of sales: long past and far off, so that no test runs into one.
const (
	LongAgo = "2020-01-01T12:00"
	FarOff  = "2089-01-01T12:00"
)

// SaleFile is a sale as an organizer writes it. Slug and Tickets are
// required; the rest has defaults that let a sale begin at once.
type SaleFile struct {
	Slug                string
	Title               string // without single quotes; [Title]
	Opens, Closes       string // of the form: long ago until far off
	Tickets             string // the YAML of the tickets
	Guaranteed, Standby int
	Starts, Ends        string // of the dispatch: LongAgo until after FarOff
	Every               string // "@every 1s"
	Batch               int    // 10
	Life                string // "1h"
	Quiet               string // none
	More                string // further fields, as whole lines
}

func (f SaleFile) yaml() string {
	return fmt.Sprintf(`slug: %s
title: {en: '%s'}
timezone: Europe/Zurich
languages: [en]
currency: CHF
organizer: {name: Lakeside, imprint: "https://lake.example/imprint"}
registration: {opens: %s, closes: %s}
tickets: %s
caps: {guaranteed: %d, standby: %d}
dispatch: {starts: %s, ends: %s, every: "%s", batch: %d, link_life: %s%s}
payment: none
mail: {from: "Lakeside <tickets@lake.example>", reply_to: help@lake.example, receipt: true, alternatives: {en: %s}}
%s
`, f.Slug, cmp.Or(f.Title, Title), cmp.Or(f.Opens, LongAgo), cmp.Or(f.Closes, FarOff), f.Tickets, f.Guaranteed, f.Standby,
		cmp.Or(f.Starts, LongAgo), cmp.Or(f.Ends, "2090-01-01T12:00"), cmp.Or(f.Every, "@every 1s"), cmp.Or(f.Batch, 10), cmp.Or(f.Life, "1h"), f.quiet(), Alternatives, f.More)
}

func (f SaleFile) quiet() string {
	if f.Quiet == "" {
		return ""
	}
	return fmt.Sprintf(", quiet: %q", f.Quiet)
}

// The organizer's own words, in every sale.
const (
	Title        = "An evening at the lake"
	Alternatives = "There is a public rehearsal on Sunday."
)

// Write writes the file for `sale apply`.
func (s *Site) Write(f SaleFile) (path string) {
	s.tb.Helper()
	path = filepath.Join(s.tb.TempDir(), f.Slug+".yaml")
	if err := os.WriteFile(path, []byte(f.yaml()), 0o600); err != nil {
		s.tb.Fatal(err)
	}
	return path
}

// Apply applies the sale, beside whatever runs, and gives what was printed.
func (s *Site) Apply(f SaleFile) string {
	s.tb.Helper()
	return s.Inturn("sale", "apply", s.Write(f))
}
