package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/sale"
)

func TestReadiness(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	h := NewHealth(func() time.Time { return now }, slog.New(slog.DiscardHandler))
	var database, mail error
	probes := 0
	h.Add("database", true, func(context.Context) error { probes++; return database })
	h.Add("mail", false, func(context.Context) error { return mail })
	url, _ := start(t, Options{Health: h}, nil)

	ask := func() (int, Report, string) {
		res, body := do(t, "GET", url+"/readyz", "")
		var r Report
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, r, body
	}
	if status, r, _ := ask(); status != 200 || r.Status != "ready" || len(r.Checks) != 2 {
		t.Errorf("healthy: %d %+v", status, r)
	}
	mail = sale.E(sale.CodeUnavailable, "The mail server refuses our password.")
	if _, r, _ := ask(); r.Status != "ready" || probes != 1 {
		t.Errorf("within a second: %+v after %d probes", r, probes)
	}
	now = now.Add(time.Second)
	status, r, body := ask()
	if status != 200 || r.Status != "degraded" || !strings.Contains(body, "refuses our password") {
		t.Errorf("mail down: %d %s", status, body)
	}
	now = now.Add(time.Second)
	database = errors.New("dial postgres://user:password@host")
	status, r, body = ask()
	if status != 503 || r.Status != "not_ready" || strings.Contains(body, "password@host") {
		t.Errorf("database down: %d %s", status, body)
	}
	if res, _ := do(t, "GET", url+"/healthz", ""); res.StatusCode != 200 {
		t.Errorf("healthz: %d", res.StatusCode)
	}
}
