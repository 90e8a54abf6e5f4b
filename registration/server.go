package registration

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/link"
	"github.com/inturn/inturn/internal/robots"
	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/web"
	"github.com/inturn/inturn/templates"
)

// Line is what the pages need of the line database: the sales, and the one
// place that a request is about.
type Line interface {
	sales
	places
	confirmations
}

// sales is what sign-up needs.
type sales interface {
	Sales(ctx context.Context) ([]line.State, error)
	SignUp(ctx context.Context, in line.SignUp) (line.Registration, error)
}

// places is what the place page needs.
type places interface {
	Place(ctx context.Context, slug string, number int) (line.Place, error)
	Withdraw(ctx context.Context, slug string, number int) error
	Restore(ctx context.Context, slug string, number int) error
	SetLanguage(ctx context.Context, slug string, number int, lang string) error
	ResendReceipt(ctx context.Context, in line.LostReceipt) error
	SigningKeys(ctx context.Context, slug string) (kids []string, err error)
}

// Options are what the front of the line needs. Line, Keys, Templates, URL,
// CheckoutURL and Clock are required.
type Options struct {
	Line        Line
	Keys        *link.Keys // signs receipts and links
	Templates   *templates.Templates
	URL         string // what fans' addresses begin with: scheme and host, no path
	CheckoutURL string // what links and order pages begin with
	Clock       sale.Clock
	Logger      *slog.Logger // nil: slog.Default

	Limits   web.LimitOptions // of sign-ups per client network, required unless NoLimits; its Clock is set here
	NoLimits bool             // for load tests and trusted networks

	TrustedProxies []netip.Prefix // see web.Options
	Health         *web.Health    // nil: ready as long as it runs
	Observe        func(route string, status int, took time.Duration)
	SignedUp       func(class sale.Class, err error) // told about every sign-up; nil: nobody
}

// Server is the front of the line.
type Server struct {
	o           Options
	board       *board
	own         front // the sale's own page
	limits      limits
	disposables *robots.Disposables
	web         *web.Server
}

// New makes a server; a required option that is missing is named.
func New(o Options) (*Server, error) {
	switch {
	case o.Line == nil:
		return nil, errors.New("registration: Options.Line is missing")
	case o.Keys == nil:
		return nil, errors.New("registration: Options.Keys is missing")
	case o.Templates == nil:
		return nil, errors.New("registration: Options.Templates is missing")
	case o.Clock == nil:
		return nil, errors.New("registration: Options.Clock is missing")
	case !o.NoLimits && (o.Limits.PerSec <= 0 || o.Limits.Burst <= 0):
		return nil, errors.New("registration: Options.Limits is missing")
	}
	var err error
	if o.URL, err = base("URL", o.URL); err != nil {
		return nil, err
	}
	if o.CheckoutURL, err = base("CheckoutURL", o.CheckoutURL); err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.SignedUp == nil {
		o.SignedUp = func(sale.Class, error) {}
	}
	s := &Server{o: o, board: newBoard(o), own: ownPage(o.Templates), limits: newLimits(o), disposables: robots.NewDisposables()}
	s.web, err = web.New(web.Options{
		Name: "registration", Templates: o.Templates, Clock: o.Clock, Logger: o.Logger,
		TrustedProxies: o.TrustedProxies, Health: o.Health, Observe: o.Observe, CrossOriginExempt: isSignUp,
	})
	if err != nil {
		return nil, err
	}
	s.routes(s.web.Echo())
	return s, nil
}

// base checks the beginning of addresses. A path is refused: pages link to
// each other from the root.
func base(name, raw string) (string, error) {
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.RawQuery != "" {
		return "", fmt.Errorf("registration: Options.%s is %q, want scheme and host", name, raw)
	}
	return u.String(), nil
}

// isSignUp names the one request that other sites may send: their forms post
// to ours.
func isSignUp(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.Count(r.URL.Path, "/") == 1
}

func (s *Server) routes(e *echo.Echo) {
	e.GET("/", s.handleIndex)
	e.GET("/robots.txt", s.handleRobots)
	e.GET("/.well-known/jwks.json", s.handleJWKS)
	e.GET("/:sale", s.handleSale)
	e.GET("/:sale/:lang", s.handleLanding)
	e.GET("/:sale/:lang/calendar.ics", s.handleCalendar)
	e.POST("/:sale", s.handleSignUp)
	e.GET("/:sale/progress", s.handleProgress) // before /:sale/:lang: no language is called so
	e.GET("/:sale/:lang/progress", s.handleProgressIn)
	e.GET("/:sale/challenge", s.handleChallenge)
	e.GET("/:sale/confirm/:token", s.handleConfirm)
	e.POST("/:sale/confirm/:token", s.handleConfirmed)
	e.GET("/:sale/receipt", s.handleLost)
	e.POST("/:sale/receipt", s.handleResend)
	e.GET("/:sale/place/:receipt", s.handlePlace)
	e.GET("/:sale/place/:receipt/withdraw", s.handleLeave)
	e.POST("/:sale/place/:receipt/withdraw", s.handleWithdraw)
	e.POST("/:sale/place/:receipt/rejoin", s.handleRejoin)
	e.POST("/:sale/place/:receipt/language", s.handleLanguage)
	e.GET("/:sale/embed", s.handleEmbedAny)
	e.GET("/:sale/embed/demo", s.handleEmbedDemo)
	e.GET("/:sale/:lang/embed", s.handleEmbed)
	e.POST("/:sale/:lang/embed", s.handleEmbedSignUp)
	e.GET("/:sale/:lang/embed/:receipt", s.handleEmbedPlace)
	e.GET(templates.EmbedScriptPath, echo.WrapHandler(s.o.Templates.EmbedScript()))
	s.web.ServeBrands(s.saleOf)
}

// Handler is the server without a listener, for tests and for mounting. Run
// keeps it up to date.
func (s *Server) Handler() http.Handler { return s.web.Handler() }

// Run follows changes made elsewhere until ctx ends.
func (s *Server) Run(ctx context.Context) error { return s.board.run(ctx) }

// Serve answers on ln and follows changes until ctx ends, then finishes what
// is in flight.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Run(ctx) })
	g.Go(func() error { return s.web.Serve(ctx, ln) })
	return g.Wait()
}
