package console

import (
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleNewSale shows what was begun, and where to begin.
func (s *Server) handleNewSale(c echo.Context) error { return s.newSalePage(c, http.StatusOK, "") }

func (s *Server) newSalePage(c echo.Context, status int, wrong string) error {
	drafts, err := s.drafts(c.Request().Context(), s.visitor(c))
	if err != nil {
		return err
	}
	p := templates.DraftsPage{ConsoleFrame: s.frame(c, "Set up a sale", ""), Drafts: drafts, Wrong: wrong}
	return web.Page(c, status, func(w io.Writer) error { return s.pages.NewSale(w, p) })
}

// handleBeginSetup makes a draft with all that can be guessed.
func (s *Server) handleBeginSetup(c echo.Context) error {
	ctx := c.Request().Context()
	zone, guessed, err := s.startZone(ctx, c.Request().Header.Get("Accept-Language"))
	if err != nil {
		return err
	}
	fields := starting(s.clock(), zone)
	if guessed {
		fields["guessed"] = zone
	}
	id, err := s.line.NewDraft(ctx, s.visitor(c).ID, fields)
	if err != nil {
		return err
	}
	return web.SeeOther(c, stepPath(id, setupSteps()[0].name))
}

func (s *Server) handleSetup(c echo.Context) error {
	step, id, err := setupOf(c)
	if err != nil {
		return err
	}
	draft, err := s.line.Draft(c.Request().Context(), s.visitor(c).ID, id)
	if err != nil {
		return err
	}
	return s.setupPage(c, http.StatusOK, draft, stepFor(draft, step))
}

// handleSetupPost keeps what was typed, right or wrong, and goes where the
// button leads: on only when this step is right.
func (s *Server) handleSetupPost(c echo.Context) error {
	ctx, v := c.Request().Context(), s.visitor(c)
	step, id, err := setupOf(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	draft, err := s.line.ChangeDraft(ctx, v.ID, id, func(fields map[string]string) {
		if isFile(fields) {
			s.takeFile(fields, form)
			return
		}
		s.take(step, fields, form, v.Address)
		if form.Get("to") == toRow {
			addRow(fields)
		}
	})
	if err != nil {
		return err
	}
	step = stepFor(draft, step)
	switch to := form.Get("to"); to {
	case toNext, toCreate:
		return s.setupOn(c, draft, step)
	case toBack:
		return web.SeeOther(c, stepPath(id, step.beside(-1)))
	case toStay:
		return web.SeeOther(c, stepPath(id, step.name)+"#the-plan")
	case toRow:
		return web.SeeOther(c, stepPath(id, step.name)+"#the-last-row")
	default:
		if other, ok := stepNamed(to); ok {
			step = stepFor(draft, other)
		}
		return web.SeeOther(c, stepPath(id, step.name))
	}
}

// Where the buttons of a step lead besides the other steps.
const (
	toNext   = "next"
	toBack   = "back"
	toStay   = "stay"
	toRow    = "row"
	toCreate = "create"
)

// setupOn goes on from a step, or from the last one to the sale.
func (s *Server) setupOn(c echo.Context, draft line.Draft, step setupStep) error {
	ctx, v := c.Request().Context(), s.visitor(c)
	d, err := s.openDraft(ctx, draft, step, v.Address)
	if err != nil {
		return err
	}
	if step.name != "preview" {
		if len(d.mistakes(step.name)) > 0 {
			return s.setupPage(c, http.StatusUnprocessableEntity, draft, step)
		}
		return web.SeeOther(c, stepPath(draft.ID, step.beside(1)))
	}
	if len(d.order) > 0 {
		return s.setupPage(c, http.StatusUnprocessableEntity, draft, step)
	}
	if err := s.create(ctx, d, v); err != nil {
		return err
	}
	return web.SeeOther(c, "/sales/"+d.sale.Slug+"/checklist")
}

func (s *Server) handleDiscardSetup(c echo.Context) error {
	_, id, err := setupOf(c)
	if sale.CodeOf(err) != "" && id == 0 {
		return err
	}
	if err := s.line.DropDraft(c.Request().Context(), s.visitor(c).ID, id); err != nil {
		return err
	}
	s.tell(c.Request().Context(), "The draft is gone.")
	return web.SeeOther(c, "/sales/new")
}

// handleSetupLanding is the landing page of a draft, as fans would see it
// before the form opens. It is shown in a frame.
func (s *Server) handleSetupLanding(c echo.Context) error {
	d, err := s.draftOf(c)
	if err != nil {
		return err
	}
	if len(d.order) > 0 {
		return &sale.Error{Code: sale.CodeInvalid, Message: "The page is shown once everything is right.", Fields: d.order}
	}
	web.FramedBy(c, web.OwnPages)
	d.sale.Slug = brandAt(d.ID) // which is all that the page leads to from here
	p := templates.LandingPage{Frame: templates.Frame{Lang: c.Param("lang"), Sale: &d.sale}, Notice: templates.NoticeBefore, Action: "#"}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.LandingPage(w, p) })
}

// draftOf is the draft that the path names.
func (s *Server) draftOf(c echo.Context) (*setup, error) {
	_, id, err := setupOf(c)
	if id == 0 {
		return nil, err
	}
	ctx, v := c.Request().Context(), s.visitor(c)
	draft, err := s.line.Draft(ctx, v.ID, id)
	if err != nil {
		return nil, err
	}
	return s.openDraft(ctx, draft, setupSteps()[0], v.Address)
}

func stepPath(draft int64, step string) string {
	return "/sales/new/" + strconv.FormatInt(draft, 10) + "/" + step
}

// setupOf reads draft and step from the path.
func setupOf(c echo.Context) (setupStep, int64, error) {
	id, err := strconv.ParseInt(c.Param("draft"), 10, 64)
	if err != nil || id < 1 {
		return setupStep{}, 0, sale.E(sale.CodeNotFound, "There is no such draft.")
	}
	step, ok := stepNamed(c.Param("step"))
	if !ok {
		return setupStep{}, id, sale.E(sale.CodeNotFound, "There is no such step.")
	}
	return step, id, nil
}

func (s *Server) setupPage(c echo.Context, status int, draft line.Draft, step setupStep) error {
	d, err := s.openDraft(c.Request().Context(), draft, step, s.visitor(c).Address)
	if err != nil {
		return err
	}
	p := templates.SetupPage{
		ConsoleFrame: s.frame(c, step.title+" – set up a sale", ""), Draft: draft.ID, Step: step.name,
		Heading: step.heading, Lead: step.lead, Steps: d.steps(), Next: step.next, First: step.beside(-1) == step.name,
	}
	if d.seen(step.name) {
		p.Wrong = d.mistakes(step.name)
	}
	if isFile(d.typed) {
		p.Steps, p.First, p.File = nil, true, d.typed[fieldFile]
	}
	step.show(s, d, &p)
	if p.Preview != nil {
		web.Frames(c)
		p.Preview.Choose(c.QueryParam("lang"))
	}
	return web.Page(c, status, func(w io.Writer) error { return s.pages.Setup(w, p) })
}
