package console

import (
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// handleWatch is the first page of a sale: how it goes. What others see who
// watch it is shown at once; with nobody watching it is looked at now.
func (s *Server) handleWatch(c echo.Context) error {
	st := s.sale(c)
	fragments := s.hub.newest(st.Sale.Slug)
	if fragments == nil {
		var err error
		if fragments, err = s.lookFor(c.Request().Context(), st.Sale.Slug, pageBudget); err != nil {
			return err
		}
	}
	p := templates.LivePage{ConsoleFrame: s.frame(c, st.Sale.Title.In("en"), "live"), Fragments: fragments}
	return web.Page(c, http.StatusOK, func(w io.Writer) error { return s.pages.Live(w, p) })
}

// streams says which requests go on.
func streams(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/sales/") && (strings.HasSuffix(r.URL.Path, "/live") || strings.Contains(r.URL.Path, "/export/"))
}

// handleLive tells what changes on the page above, as it changes, until the
// reader goes, may not know it any more, or the console stops.
func (s *Server) handleLive(c echo.Context) error {
	slug := s.sale(c).Sale.Slug
	w, err := s.hub.watch(slug)
	if err != nil {
		return err
	}
	if w != nil {
		defer s.hub.leave(w)
	}
	still := s.stillMay(c.Request().Context(), slug)
	stream, err := web.OpenStream(c)
	if err != nil || w == nil {
		return err
	}
	for seen := 0; ; {
		select {
		case <-stream.Done():
			return nil
		case f, ok := <-w.News:
			if !ok || !still() {
				return nil
			}
			event, err := f.event(seen)
			if err != nil {
				return err
			}
			if err := stream.Send(event); err != nil {
				return nil // the reader has gone, or does not read: nobody is left to tell
			}
			seen = f.number
		}
	}
}
