package registration

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleProgress answers JSON, or sends a reader on to the page in their
// language, as handleSale does.
func (s *Server) handleProgress(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept, Accept-Language")
	if web.WantsJSON(c) {
		return s.sendProgress(c, e, pageKey{json: true})
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusFound, progressPath(e.state.Sale.Slug, s.language(c, e, web.AskedLanguage(c))))
}

// handleProgressIn says how far the line has got, from memory.
func (s *Server) handleProgressIn(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	if !s.speaks(e, c.Param("lang")) {
		return sale.E(sale.CodeNotFound, "There is nothing at this address.")
	}
	c.Response().Header().Set("Vary", "Accept")
	if web.WantsJSON(c) {
		return s.sendProgress(c, e, pageKey{json: true})
	}
	return s.sendProgress(c, e, pageKey{lang: c.Param("lang")})
}

func (s *Server) sendProgress(c echo.Context, e *entry, key pageKey) error {
	d := progressPage(&e.state, s.o.Clock())
	key.progress = d.State
	p, err := e.progress.kept(key, func(w io.Writer) error { return s.renderProgress(w, e, d, key) })
	if err != nil {
		return err
	}
	return fromMemory(c, p)
}

func (s *Server) renderProgress(w io.Writer, e *entry, d templates.ProgressPage, key pageKey) error {
	if key.json {
		return json.NewEncoder(w).Encode(s.progressOf(d))
	}
	slug := e.state.Sale.Slug
	d.Lang = key.lang
	d.Languages = s.alternates(e, func(lang string) string { return progressPath(slug, lang) })
	d.LandingURL = landingPath(slug, key.lang)
	return s.o.Templates.ProgressPage(w, d)
}

// progressPage is how far a line has got at one moment, as far as that was
// read; it follows a crowd's sign-ups by readings, not one by one.
func progressPage(st *line.State, now time.Time) templates.ProgressPage {
	d := templates.ProgressPage{
		Frame: templates.Frame{Sale: &st.Sale}, State: progressOf(st, now), Paused: st.Halted(), Frozen: st.Frozen,
		Reached: st.Reached, Registered: st.Last, Guaranteed: max(st.Sale.Caps.Guaranteed, st.GuaranteedGiven),
	}
	if d.State == templates.ProgressOver || d.State == templates.ProgressSoldOut {
		return d
	}
	if !st.Halted() && st.Reached < st.Last {
		d.Next = st.NextBatch
		d.Serving = sale.Guaranteed
		if st.Reached >= d.Guaranteed {
			d.Serving = sale.Standby
		}
	}
	last := line.Place{Registration: line.Registration{Number: min(d.Guaranteed, st.Last), Class: sale.Guaranteed}}
	d.GuaranteedBy, _ = estimate(last, *st)
	return d
}

func progressOf(st *line.State, now time.Time) templates.ProgressState {
	switch {
	case !now.Before(st.Sale.Dispatch.Ends):
		return templates.ProgressOver
	case st.SoldOut:
		return templates.ProgressSoldOut
	case st.Reached == 0:
		return templates.ProgressBefore
	default:
		return templates.ProgressMoving
	}
}
