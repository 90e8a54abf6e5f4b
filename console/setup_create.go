package console

import (
	"context"
	"slices"
	"strconv"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// startZone is where a sale probably is: where the newest sale is, else where
// somebody with such a browser would be.
func (s *Server) startZone(ctx context.Context, acceptLanguage string) (zone string, guessed bool, err error) {
	all, err := s.line.Sales(ctx)
	if err != nil {
		return "", false, err
	}
	if len(all) > 0 {
		return all[len(all)-1].Sale.Timezone, false, nil
	}
	return homeZone(acceptLanguage), true, nil
}

// drafts are the sales that an organizer has begun to set up.
func (s *Server) drafts(ctx context.Context, v visitor) ([]templates.DraftLine, error) {
	drafts, err := s.line.Drafts(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	var all []templates.DraftLine
	for _, d := range drafts {
		zone := zoneNamed(d.Fields["timezone"])
		if !slices.Contains(zones(), zone) {
			zone = "UTC"
		}
		all = append(all, templates.DraftLine{ID: d.ID, Step: stepFor(d, setupSteps()[0]).name, Title: d.Fields["title."+first(languagesOf(d.Fields))], Changed: d.Changed, Zone: zone})
	}
	return all, nil
}

// addRow shows one more row of ticket types.
func addRow(fields map[string]string) {
	d := setup{typed: fields}
	fields["rows"] = strconv.Itoa(d.rows() + 1)
}

// create makes a sale of a draft in which nothing is wrong: version 1, whose
// form opens at its date. A sale that exists is never written over.
func (s *Server) create(ctx context.Context, d *setup, v visitor) error {
	why, err := s.o.Sales.Write(ctx, s.box, d.sale, line.Edit{Actor: v.Address, Source: line.FromConsole})
	if sale.CodeOf(err) == sale.CodeSaleChanged {
		instead := "Choose another one in the first step."
		if isFile(d.typed) {
			instead = "Upload the file on its own page."
		}
		return sale.E(sale.CodeInvalid, "There is a sale with the address %q already. %s", d.sale.Slug, instead)
	}
	if err != nil {
		return err
	}
	if err := s.line.DropDraft(ctx, v.ID, d.ID); err != nil {
		return err
	}
	notice := "The sale is created. Look at the checklist before the form opens."
	switch now := s.clock(); {
	case !now.Before(d.sale.Registration.Closes):
		notice = "The sale is created. Its form has closed already."
	case !now.Before(d.sale.Registration.Opens):
		notice = "The sale is created, and its form is open. Look at the checklist now."
	}
	if why != "" {
		notice = "The sale is created. Its box office does not have it yet (" + why + ") and gets it as soon as it can."
	}
	s.tell(ctx, notice)
	return nil
}
