package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/templates"
)

// Options are what a listener needs. Templates and Clock are required.
type Options struct {
	Name           string               // of the listener, for the log: "registration"
	Templates      *templates.Templates // for error pages and static files
	Clock          sale.Clock
	Logger         *slog.Logger   // nil: slog.Default
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; none: nobody's
	Health         *Health        // nil: ready as long as it runs
	MaxBody        int64          // bytes of a request body; 0: 4 KiB
	Timeout        time.Duration  // deadline of a request; 0: 15 s
	Grace          time.Duration  // for what is in flight at a stop; 0: 20 s

	// Observe is told about every request by the pattern of its route.
	Observe func(route string, status int, took time.Duration)

	// Streams names the requests whose answers go on (see OpenStream): they
	// have no deadline. Nil: none.
	Streams func(*http.Request) bool

	// ErrorPage renders an error that brings no page of its own; its message
	// is empty where it is nobody's business. Nil: the page that fans see.
	ErrorPage func(io.Writer, *sale.Error) error

	// CrossOriginExempt names the unsafe requests that other sites may send.
	CrossOriginExempt func(*http.Request) bool
}

// Server is one listener's echo with everything around it.
type Server struct {
	o      Options
	echo   *echo.Echo
	origin *http.CrossOriginProtection
	https  func(*http.Request) bool
}

// New makes a server that answers /healthz, /readyz and the static files.
// Routes are added to Echo before it serves.
func New(o Options) (*Server, error) {
	if o.Templates == nil {
		return nil, errors.New("web: Options.Templates is missing")
	}
	if o.Clock == nil {
		return nil, errors.New("web: Options.Clock is missing")
	}
	o = o.withDefaults()
	s := &Server{o: o, echo: echo.New(), origin: http.NewCrossOriginProtection()}
	ip, scheme := extractors(o.TrustedProxies)
	s.echo.IPExtractor, s.echo.SchemeExtractor = ip, scheme
	s.https = func(r *http.Request) bool { return scheme(r) == "https" }
	s.echo.HTTPErrorHandler = s.fail
	s.echo.Use(s.around)
	s.echo.GET("/healthz", s.healthz)
	s.echo.GET("/readyz", s.readyz)
	s.echo.GET(templates.StaticPath+"*", echo.WrapHandler(o.Templates.Static()))
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Logger = o.Logger.With("listener", o.Name)
	if o.Health == nil {
		o.Health = NewHealth(o.Clock, o.Logger)
	}
	if o.MaxBody == 0 {
		o.MaxBody = 4 << 10
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 20 * time.Second
	}
	if o.Observe == nil {
		o.Observe = func(string, int, time.Duration) {}
	}
	if o.CrossOriginExempt == nil {
		o.CrossOriginExempt = func(*http.Request) bool { return false }
	}
	return o
}

// extractors believe forwarding headers from trusted proxies only.
func extractors(proxies []netip.Prefix) (echo.IPExtractor, echo.SchemeExtractor) {
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP:   p.Addr().AsSlice(),
			Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	if len(proxies) == 0 {
		return echo.ExtractIPDirect(), echo.ExtractSchemeFromHeaders(trust...)
	}
	return echo.ExtractIPFromXFFHeader(trust...), echo.ExtractSchemeFromHeaders(trust...)
}

// Echo is where routes are added.
func (s *Server) Echo() *echo.Echo { return s.echo }

// Handler is the whole server: headers, limits and deadline around echo.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header(), s.https(r))
		r.Body = http.MaxBytesReader(w, r.Body, s.o.MaxBody)
		if s.o.Streams == nil || !s.o.Streams(r) {
			ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
			defer cancel()
			r = r.WithContext(ctx)
		}
		if r.Method == http.MethodHead {
			// Routed as GET. net/http still knows that it is HEAD and
			// keeps the body back.
			r.Method = http.MethodGet
		}
		s.echo.ServeHTTP(w, r)
	})
}

// Serve answers on ln until ctx ends, then finishes what is in flight.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      s.o.Timeout + 15*time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.o.Logger.Handler(), slog.LevelDebug),
		// What is in flight when ctx ends is finished, not cancelled.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", s.o.Name, err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.Grace)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close() // what still runs after its grace is cut off
		return fmt.Errorf("stop %s: %w", s.o.Name, err)
	}
	return nil
}
