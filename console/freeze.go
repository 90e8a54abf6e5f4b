package console

import (
	"context"
	"slices"
	"strings"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// freezeWord is what somebody types who means to freeze a sale.
const freezeWord = "freeze"

// freezing is what the page about a sale's clocks shows, but for its frame.
func (s *Server) freezing(ctx context.Context, slug string) (templates.FreezePage, error) {
	st, err := s.line.Sale(ctx, slug)
	if err != nil {
		return templates.FreezePage{}, err
	}
	incidents, err := s.line.Incidents(ctx, slug)
	if err != nil {
		return templates.FreezePage{}, err
	}
	now := s.clock()
	p := templates.FreezePage{
		Timezone: st.Sale.Timezone, Frozen: st.Frozen, Paused: st.Paused, Ended: !now.Before(st.Sale.Dispatch.Ends),
		Word: freezeWord, Act: templates.FreezeAct{Name: "freeze"},
	}
	for _, inc := range slices.Backward(incidents) {
		p.Past = append(p.Past, templates.Incident{
			Freeze: inc.Freeze, Actor: inc.Actor, Why: inc.Why, EndedBy: inc.EndedBy, EndedWhy: inc.EndedWhy, Moved: inc.Moved,
		})
	}
	stands := now // where the clocks stand
	if st.Frozen {
		last := incidents[len(incidents)-1]
		p.Since, p.For, p.By, p.Why, p.Act.Name = last.Began, now.Sub(last.Began), last.Actor, last.Why, "release"
		stands = last.Began
	}
	if p.Links, err = s.line.LinksOut(ctx, st.ID, stands); err != nil {
		return templates.FreezePage{}, err
	}
	untold, err := s.line.UntoldFreezes(ctx, slug)
	if err == nil && len(untold) > 0 {
		p.Untold = notTold(st.Frozen)
	}
	return p, err
}

func notTold(frozen bool) string {
	if frozen {
		return "The box office could not be told yet. It is told as soon as it can be reached, and then goes by the freeze from its beginning; until then it refuses links whose old end has passed."
	}
	return "The box office could not be told of the release yet. It is told as soon as it can be reached; until then it lets links stand still."
}

// freezeSale stops the clocks of a sale, for whoever typed the word.
func (s *Server) freezeSale(ctx context.Context, slug, actor string, typed map[string]string) (notice string, err error) {
	if !strings.EqualFold(strings.TrimSpace(typed["confirm"]), freezeWord) {
		e := sale.E(sale.CodeInvalid, "Nothing was done.")
		e.Fields = []sale.FieldError{{Field: "confirm", Message: "This is not “" + freezeWord + "”."}}
		if _, err := sale.CheckWhy(typed["why"]); err != nil {
			e.Fields = append(e.Fields, fieldErrors(err)...)
		}
		return "", e
	}
	_, fresh, err := s.line.Freeze(ctx, slug, actor, typed["why"])
	if err != nil {
		return "", err
	}
	s.tellFreezes(ctx, slug)
	if !fresh {
		return "The sale was frozen already.", nil
	}
	return "The sale is frozen: no clock of it runs.", nil
}

// releaseSale lets them run again.
func (s *Server) releaseSale(ctx context.Context, slug, actor string, typed map[string]string) (notice string, err error) {
	why, err := sale.CheckWhy(typed["why"])
	if err != nil {
		return "", err
	}
	inc, fresh, err := s.line.Unfreeze(ctx, slug, actor, why)
	if err != nil {
		return "", err
	}
	s.tellFreezes(ctx, slug)
	if !fresh {
		return "The sale was not frozen any more.", nil
	}
	return released(inc), nil
}

// released says what a release gave to whom.
func released(inc line.Incident) string {
	links := "no link was out"
	switch {
	case inc.Moved == 1:
		links = "1 link was given that time"
	case inc.Moved > 1:
		links = sale.FormatCount(inc.Moved) + " links were given that time"
	}
	return "The sale goes on. It stood still for " + sale.Spelled(inc.Outage()) + "; " + links + "."
}

// tellFreezes tells the box office at once. Should it not be reached, the page
// says so, and the dispatcher tells it.
func (s *Server) tellFreezes(ctx context.Context, slug string) {
	if err := s.line.TellFreezes(ctx, slug, s.box.Freeze); err != nil {
		s.o.Logger.WarnContext(ctx, "the box office is not told of a freeze", "sale", slug, "error", err)
	}
}
