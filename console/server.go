package console

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/figures"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/mailbox"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// Options are what the console works with. Line, Keys, Templates, Clock,
// Metrics, URL, BoxOffice and Sales are required.
type Options struct {
	Line           *line.Line
	Keys           *link.Keys // what invitations and second factors are sealed with
	Templates      *templates.Templates
	Clock          sale.Clock
	URL            string           // what organizers type, without a slash at the end
	Metrics        http.Handler     // /metrics
	Mailbox        *mailbox.Mailbox // nil: mail leaves through an SMTP server
	Private        bool             // only this machine reaches the listener
	Logger         *slog.Logger     // nil: slog.Default
	TrustedProxies []netip.Prefix   // see web.Options
	Health         *web.Health      // nil: ready as long as it runs
	Observe        func(route string, status int, took time.Duration)

	BoxOffice BoxOffice     // where the stock is
	Patience  time.Duration // for one answer of it while an organizer waits; 1.5 s when zero
	Sales     SalesDesk     // how sales are checked and written
	Place     Place         // what is known of where it runs
}

// Server is the console.
type Server struct {
	o        Options
	line     *line.Line
	pages    *templates.Templates
	clock    sale.Clock
	box      BoxOffice // the options', waited for no longer than an organizer is
	web      *web.Server
	sessions *scs.SessionManager
	figures  *figures.Figures
	hub      *hub
	reports  *reports
	hashing  chan struct{} // a place in it is the right to hash a passphrase

	examining chan struct{} // the place in it is the right to ask the doctor
}

// maxBody is what a form or a sale file may weigh.
const maxBody = 1 << 20

// New makes a console; a required option that is missing is named.
func New(o Options) (*Server, error) {
	switch {
	case o.Line == nil:
		return nil, errors.New("console: Options.Line is missing")
	case o.Keys == nil:
		return nil, errors.New("console: Options.Keys is missing")
	case o.Templates == nil:
		return nil, errors.New("console: Options.Templates is missing")
	case o.Clock == nil:
		return nil, errors.New("console: Options.Clock is missing")
	case o.Metrics == nil:
		return nil, errors.New("console: Options.Metrics is missing")
	case o.URL == "":
		return nil, errors.New("console: Options.URL is missing")
	}
	if o.BoxOffice == nil {
		return nil, errors.New("console: Options.BoxOffice is missing")
	}
	if err := o.Sales.check(); err != nil {
		return nil, err
	}
	w, err := web.New(web.Options{
		Name: "console", Templates: o.Templates, Clock: o.Clock, Logger: o.Logger, MaxBody: maxBody,
		TrustedProxies: o.TrustedProxies, Health: o.Health, Observe: o.Observe, Streams: streams,
		ErrorPage: func(w io.Writer, e *sale.Error) error {
			return writeError(w, o.Templates, templates.ConsoleFrame{}, e)
		},
	})
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	s := &Server{
		o: o, line: o.Line, pages: o.Templates, clock: o.Clock, web: w, box: patient{o.BoxOffice, cmp.Or(o.Patience, boxPatience)},
		hashing: make(chan struct{}, hashers), examining: make(chan struct{}, 1),
	}
	if s.figures, err = figures.New(figures.Options{Line: o.Line, BoxOffice: s.box, Clock: o.Clock}); err != nil {
		return nil, err
	}
	s.hub = newHub(o, s.look)
	s.reports = newReports(s)
	s.sessions = newSessions(o.Line, o.Clock, s.sessionFailed)
	for _, r := range s.routes() {
		s.add(r)
	}
	return s, nil
}

// add answers a route, in the session of whoever asks.
func (s *Server) add(r route) {
	s.web.Echo().Add(r.method, r.path, s.guard(r), echo.WrapMiddleware(s.sessions.LoadAndSave))
}

func (s *Server) handleMetrics(c echo.Context) error {
	s.o.Metrics.ServeHTTP(c.Response(), c.Request())
	return nil
}

// sessionFailed answers when a session can be neither read nor kept.
func (s *Server) sessionFailed(w http.ResponseWriter, _ *http.Request, err error) {
	s.o.Logger.Error("session", "error", err)
	w.Header().Set("Retry-After", "5")
	http.Error(w, "The console's database does not answer. Please try again.", http.StatusServiceUnavailable)
}

// Handler is the console without a listener, for tests.
func (s *Server) Handler() http.Handler { return s.web.Handler() }

// Serve answers on ln until ctx ends, then ends what goes on, and finishes
// what is in flight.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.hub.run(ctx)
	}()
	err := s.web.Serve(ctx, ln)
	cancel()
	<-stopped
	s.reports.end()
	return err
}
