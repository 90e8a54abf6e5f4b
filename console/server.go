package console

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/mailbox"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// Options are what the console shows. Templates, Clock and Metrics are
// required.
type Options struct {
	Templates      *templates.Templates
	Clock          sale.Clock
	Metrics        http.Handler     // /metrics
	Mailbox        *mailbox.Mailbox // nil: mail leaves through an SMTP server
	Logger         *slog.Logger     // nil: slog.Default
	TrustedProxies []netip.Prefix   // see web.Options
	Health         *web.Health      // nil: ready as long as it runs
	Observe        func(route string, status int, took time.Duration)
}

// Server is the console.
type Server struct{ web *web.Server }

// New makes a console; a required option that is missing is named.
func New(o Options) (*Server, error) {
	switch {
	case o.Templates == nil:
		return nil, errors.New("console: Options.Templates is missing")
	case o.Clock == nil:
		return nil, errors.New("console: Options.Clock is missing")
	case o.Metrics == nil:
		return nil, errors.New("console: Options.Metrics is missing")
	}
	w, err := web.New(web.Options{
		Name: "console", Templates: o.Templates, Clock: o.Clock, Logger: o.Logger,
		TrustedProxies: o.TrustedProxies, Health: o.Health, Observe: o.Observe,
	})
	if err != nil {
		return nil, err
	}
	e := w.Echo()
	e.GET("/metrics", echo.WrapHandler(o.Metrics))
	if o.Mailbox != nil {
		e.GET("/", func(c echo.Context) error { return web.SeeOther(c, mailbox.Path) })
		o.Mailbox.Routes(w, o.Templates)
	}
	return &Server{web: w}, nil
}

// Handler is the console without a listener, for tests.
func (s *Server) Handler() http.Handler { return s.web.Handler() }

// Serve answers on ln until ctx ends, then finishes what is in flight.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error { return s.web.Serve(ctx, ln) }
