package checkout

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/boxoffice"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// Options are what the counter needs. BoxOffice, Templates, URL and Clock are
// required.
type Options struct {
	BoxOffice      *boxoffice.BoxOffice
	Templates      *templates.Templates
	URL            string // what fans' addresses begin with, without a slash at the end
	Clock          sale.Clock
	Logger         *slog.Logger   // nil: slog.Default
	TrustedProxies []netip.Prefix // see web.Options
	Health         *web.Health    // nil: ready as long as it runs
	Observe        func(route string, status int, took time.Duration)
}

// Server is the counter.
type Server struct {
	box    *boxoffice.BoxOffice
	pages  *templates.Templates
	url    string
	clock  sale.Clock
	logger *slog.Logger
	keys   *keyring
	web    *web.Server
}

// New makes a counter; a required option that is missing is named.
func New(o Options) (*Server, error) {
	switch {
	case o.BoxOffice == nil:
		return nil, errors.New("checkout: Options.BoxOffice is missing")
	case o.Templates == nil:
		return nil, errors.New("checkout: Options.Templates is missing")
	case o.URL == "":
		return nil, errors.New("checkout: Options.URL is missing")
	case o.Clock == nil:
		return nil, errors.New("checkout: Options.Clock is missing")
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	w, err := web.New(web.Options{
		Name: "checkout", Templates: o.Templates, Clock: o.Clock, Logger: o.Logger,
		TrustedProxies: o.TrustedProxies, Health: o.Health, Observe: o.Observe,
	})
	if err != nil {
		return nil, err
	}
	s := &Server{
		box: o.BoxOffice, pages: o.Templates, url: strings.TrimSuffix(o.URL, "/"), clock: o.Clock, logger: o.Logger,
		keys: &keyring{load: o.BoxOffice.Keys, clock: o.Clock, logger: o.Logger},
		web:  w,
	}
	s.routes(w.Echo())
	return s, nil
}

func (s *Server) routes(e *echo.Echo) {
	e.GET("/c/:token", s.handleOffer, noStore)
	e.POST("/c/:token", s.handleBuy, noStore)
	e.POST("/c/:token/decline", s.handleDecline, noStore)
	e.GET("/order/:ref", s.handleOrder, noStore)
	s.web.ServeBrands(s.box.Sale)
	e.GET("/order/:ref/calendar.ics", s.handleCalendar, noStore)
}

// noStore keeps every answer to a personal address out of caches.
func noStore(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "no-store")
		return next(c)
	}
}

// Handler is the counter without a listener, for tests and for mounting.
func (s *Server) Handler() http.Handler { return s.web.Handler() }

// Serve answers on ln until ctx ends, then finishes what is in flight.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error { return s.web.Serve(ctx, ln) }
