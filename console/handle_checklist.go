package console

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleChecklist shows what has to be right before the form opens.
func (s *Server) handleChecklist(c echo.Context) error {
	st, v := s.sale(c), s.visitor(c)
	list, err := s.lookAt(c.Request().Context(), st)
	if err != nil {
		return err
	}
	p := templates.ChecklistPage{
		ConsoleFrame: s.frame(c, "Checklist", "checklist"), Opens: st.Sale.Registration.Opens, Zone: st.Sale.Timezone,
		Open: !list.now.Before(st.Sale.Registration.Opens), Items: list.items(), Keys: list.backedUp(), Doctor: list.findings(),
		Examining: s.o.Place.Examine != nil, Manages: v.role.May(sale.RoleManager),
	}
	if s.o.Place.RegistrationURL != "" {
		p.URL = s.o.Place.RegistrationURL + "/" + st.Sale.Slug
	}
	if !p.Manages { // who may only look is led to the plan, which he may see, and nowhere else
		for i, it := range p.Items {
			if it.Link != "/sales/"+st.Sale.Slug+"/plan" {
				p.Items[i].Link = ""
			}
		}
	}
	p.Count()
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Checklist(w, p) })
}

// handleExamine asks the doctor.
func (s *Server) handleExamine(c echo.Context) error {
	slug := s.sale(c).Sale.Slug
	if err := s.examine(c.Request().Context(), slug, s.visitor(c).Address); err != nil {
		return err
	}
	return web.SeeOther(c, "/sales/"+slug+"/checklist#doctor")
}

// handleBackedUp keeps that somebody has backed the keys up.
func (s *Server) handleBackedUp(c echo.Context) error {
	slug, ctx := s.sale(c).Sale.Slug, c.Request().Context()
	err := s.line.Check(ctx, slug, line.CheckKeys, line.Checked{Actor: s.visitor(c).Address}, "the data directory with its keys is backed up")
	if err != nil {
		return err
	}
	s.tell(ctx, "Noted that the keys are backed up.")
	return web.SeeOther(c, "/sales/"+slug+"/checklist")
}

// withFinding puts a finding under its heading.
func withFinding(areas []templates.ChecklistArea, f doctor.Finding) []templates.ChecklistArea {
	if f.Level == doctor.OK {
		return areas // told in a number
	}
	if len(areas) == 0 || areas[len(areas)-1].Title != f.Area {
		areas = append(areas, templates.ChecklistArea{Title: f.Area})
	}
	shown := templates.ChecklistFinding{Level: isLook, Check: f.Check, Subject: f.Subject, Found: f.Found, Why: f.Why, Do: f.Do}
	if f.Level == doctor.Fail {
		shown.Level = isWrong
	}
	for _, r := range f.Records {
		shown.Records = append(shown.Records, r.Name+" "+r.Type+" "+r.Value)
	}
	last := &areas[len(areas)-1]
	last.Findings = append(last.Findings, shown)
	return areas
}

// handlePlan shows how a sale would go, by what the address assumes.
func (s *Server) handlePlan(c echo.Context) error {
	of := s.sale(c).Sale
	p := templates.PlanPage{ConsoleFrame: s.frame(c, "Plan", "plan"), Plan: s.forecast(of, assume(of, c.QueryParam), "")}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Plan(w, p) })
}
