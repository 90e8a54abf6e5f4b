package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
)

// around is the one middleware: it checks the origin, recovers, turns an
// error into an answer, and tells the log and the metrics.
func (s *Server) around(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.o.Clock()
		allowHead(c)
		if err := s.guarded(next, c); err != nil {
			s.fail(err, c)
		}
		took := s.o.Clock().Sub(start)
		route, status := c.Path(), c.Response().Status
		if route == "" {
			route = "unmatched"
		}
		s.o.Observe(route, status, took)
		ctx := c.Request().Context()
		if s.o.Logger.Enabled(ctx, slog.LevelDebug) {
			s.o.Logger.LogAttrs(ctx, slog.LevelDebug, "request", slog.String("method", c.Request().Method),
				slog.String("route", route), slog.Int("status", status), slog.Duration("took", took))
		}
		if status == statusClientGone {
			// Returning would have net/http answer 200 with nothing in it.
			panic(http.ErrAbortHandler)
		}
		return nil
	}
}

// guarded runs the handler; a panic becomes an internal error.
func (s *Server) guarded(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p) // net/http's own way to cut a connection
		default:
			s.o.Logger.Error("panic", "route", c.Path(), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	r := c.Request()
	if !s.o.CrossOriginExempt(r) {
		if err := s.origin.Check(r); err != nil {
			return sale.Wrap(sale.CodeForbidden, err, "This request came from another site.")
		}
	}
	return next(c)
}

// allowHead has an Allow header name HEAD wherever it names GET: the router
// knows nothing of HEAD, which is routed as GET.
func allowHead(c echo.Context) {
	allowed, ok := c.Get(echo.ContextKeyHeaderAllow).(string)
	if !ok || !strings.Contains(allowed, http.MethodGet) {
		return // what was asked for is there, or cannot be read either
	}
	res := c.Response()
	res.Before(func() { res.Header().Set(echo.HeaderAllow, allowed+", "+http.MethodHead) })
}
