package registration

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handlePlace shows one fan's place. It writes nothing.
func (s *Server) handlePlace(c echo.Context) error {
	e, err := s.entry(c)
	if err != nil {
		return err
	}
	slug, receipt := c.Param("sale"), c.Param("receipt")
	ctx := c.Request().Context()
	p, err := s.find(ctx, slug, receipt)
	if err != nil {
		return err
	}
	d, err := s.placePage(ctx, e, p)
	if err != nil {
		return unavailable(err)
	}
	if web.WantsJSON(c) {
		return web.JSON(c, http.StatusOK, placeOf(d))
	}
	d.Frame = s.placeFrame(c, e, p)
	path := placePath(slug, receipt)
	if canLeave(d.State) {
		d.WithdrawURL = path + "/withdraw" + web.LanguageQuery(c)
		d.Leaving = c.QueryParams().Has("leave")
	}
	if canReturn(p, e.state, s.o.Clock()) {
		d.RejoinURL = path + "/rejoin" + web.LanguageQuery(c)
	}
	d.LandingURL, d.ProgressURL = landingPath(slug, d.Lang), progressPath(slug, d.Lang)
	d.MailLang = s.o.Templates.LanguageOf(e.state.Sale.Languages, p.Lang)
	d.LanguageURL = path + "/language" + web.LanguageQuery(c)
	if d.Link != "" && s.language(c, e, "") != d.Lang {
		// The counter does not know what the fan reads, only what the
		// browser prefers.
		d.Link += "?lang=" + d.Lang
	}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.o.Templates.PlacePage(w, d) })
}

// placeFrame is the frame of a fan's page: in the language that the address
// asks for, or else in the one they signed up in.
func (s *Server) placeFrame(c echo.Context, e *entry, p line.Place) templates.Frame {
	langs := e.state.Sale.Languages
	return templates.Frame{
		Sale:      &e.state.Sale,
		Lang:      s.o.Templates.LanguageOf(langs, web.AskedLanguage(c), p.Lang, c.Request().Header.Get("Accept-Language")),
		Languages: web.Alternates(c, s.o.Templates.LanguagesOf(langs)),
	}
}

// placePage is what a place looks like now, but for its addresses.
func (s *Server) placePage(ctx context.Context, e *entry, p line.Place) (templates.PlacePage, error) {
	now, st := s.o.Clock(), e.state
	d := templates.PlacePage{
		Frame: templates.Frame{Sale: &st.Sale},
		State: stateOf(p, st, now), Number: p.Number, Class: p.Class, Address: p.Address,
		Reached: st.Reached, Paused: st.Paused, Frozen: st.Frozen, Now: now,
	}
	switch d.State {
	case templates.PlaceWaiting, templates.PlaceUndelivered:
		d.About, d.NotBefore = estimate(p, st)
	case templates.PlaceBought, templates.PlaceCancelled:
		if d.Order = p.Offer.Order; d.Order != nil {
			d.OrderURL = s.o.CheckoutURL + "/order/" + d.Order.Ref
		}
	case templates.PlaceOpen:
		last, lasts := p.Freezes.Lasting()
		issued := now
		if d.Frozen = lasts; lasts && last.Began.Before(now) {
			issued = last.Began // where its clock stands
		}
		token, err := s.mint(ctx, st.Sale.Slug, p, issued)
		if err != nil {
			return templates.PlacePage{}, err
		}
		d.Link = s.o.CheckoutURL + "/c/" + token
		d.Most, d.Ends, d.Left = p.Offer.Most, p.Offer.Ends, p.Freezes.Left(now, end(p))
		if !p.Offer.Said.IsZero() {
			d.Moved = p.Offer.Ends.Sub(p.Offer.Said)
		}
	}
	return d, nil
}

// mint makes one more link for a running offer: it opens the same offer until
// the same end as the one in the mail.
func (s *Server) mint(ctx context.Context, slug string, p line.Place, now time.Time) (string, error) {
	kids, err := s.o.Line.SigningKeys(ctx, slug)
	if err != nil {
		return "", err
	}
	return s.o.Keys.MintFirst(kids, link.Claims{
		Offer: p.Offer.ID, Sale: slug, Issued: now, Ends: p.Offer.Ends, Freezes: p.Freezes.Over(),
	})
}
