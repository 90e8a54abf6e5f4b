package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/inturn/inturn/internal/sale"
)

// probeTimeout bounds one round of probes; freshFor is how long its result
// serves, so that nobody can ask the databases to death through /readyz.
const (
	probeTimeout = 2 * time.Second
	freshFor     = time.Second
)

// Health knows the parts a listener depends on. A critical part that fails
// makes the listener not ready; any other only stands in the JSON.
type Health struct {
	clock  sale.Clock
	logger *slog.Logger

	mu     sync.Mutex
	parts  []part
	last   Report
	probed time.Time
}

type part struct {
	name     string
	critical bool
	probe    func(context.Context) error
}

// Report is what /readyz answers.
type Report struct {
	Status string       `json:"status"` // ready, degraded, not_ready
	Checks []PartHealth `json:"checks"`
}

// PartHealth is one part of a Report. Error is written for strangers.
type PartHealth struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Critical bool   `json:"critical"`
	Error    string `json:"error,omitempty"`
}

// NewHealth knows no part yet.
func NewHealth(clock sale.Clock, logger *slog.Logger) *Health {
	return &Health{clock: clock, logger: logger}
}

// Add names a part. The probe must return soon after its context ends. What
// its error's sale.Error says is shown; any other error is only logged.
func (h *Health) Add(name string, critical bool, probe func(ctx context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.parts = append(h.parts, part{name, critical, probe})
}

// Check probes every part, or answers what was found within the last second.
func (h *Health) Check(ctx context.Context) Report {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.clock()
	if age := now.Sub(h.probed); !h.probed.IsZero() && age >= 0 && age < freshFor {
		return h.last
	}
	// The answer serves others too: the asker's going away does not end it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTimeout)
	defer cancel()
	r := Report{Status: "ready", Checks: make([]PartHealth, len(h.parts))}
	var wg sync.WaitGroup
	for i, p := range h.parts {
		wg.Go(func() { r.Checks[i] = h.check(ctx, p) })
	}
	wg.Wait()
	for i, c := range r.Checks {
		switch {
		case !c.OK && c.Critical:
			r.Status = "not_ready"
		case !c.OK && r.Status == "ready":
			r.Status = "degraded"
		}
		if h.changed(i, c) {
			h.logger.Warn("health changed", "part", c.Name, "ok", c.OK, "error", c.Error)
		}
	}
	h.last, h.probed = r, now
	return r
}

func (h *Health) changed(i int, c PartHealth) bool {
	if i < len(h.last.Checks) {
		return h.last.Checks[i].OK != c.OK
	}
	return !c.OK
}

func (h *Health) check(ctx context.Context, p part) PartHealth {
	c := PartHealth{Name: p.name, Critical: p.critical, OK: true}
	if err := p.probe(ctx); err != nil {
		c.OK, c.Error = false, "does not answer"
		var e *sale.Error
		if errors.As(err, &e) && e.Message != "" {
			c.Error = e.Message
		}
		h.logger.Debug("probe failed", "part", p.name, "error", err)
	}
	return c
}

// healthz says that the process runs.
func (s *Server) healthz(c echo.Context) error {
	return JSON(c, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether this listener can serve, and everything that is wrong.
func (s *Server) readyz(c echo.Context) error {
	r := s.o.Health.Check(c.Request().Context())
	status := http.StatusOK
	if r.Status == "not_ready" {
		status = http.StatusServiceUnavailable
	}
	return JSON(c, status, r)
}
