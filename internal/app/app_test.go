package app

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/inturn/inturn/internal/sale"
	"github.com/inturn/inturn/internal/sqldb"
	"github.com/inturn/inturn/internal/web"
)

// start runs an app until the test ends. Its clock moves a minute with every
// look, so that nothing found about health is kept from one question to the
// next.
func start(t *testing.T, roles Roles, env ...string) *App {
	t.Helper()
	var looks atomic.Int64
	clock := func() time.Time {
		return time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC).Add(time.Duration(looks.Add(1)) * time.Minute)
	}
	a, err := New(t.Context(), Options{Settings: load(t, env...), Roles: roles, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return a
}

// ready asks a listener whether it is, and which parts are not.
func ready(t *testing.T, a *App, listener string) (status int, broken map[string]bool) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.listeners[listener].net.Addr().String()+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var report web.Report
	if err := json.NewDecoder(answer.Body).Decode(&report); err != nil {
		t.Fatal(err)
	}
	broken = map[string]bool{}
	for _, c := range report.Checks {
		if !c.OK {
			broken[c.Name] = true
		}
	}
	return answer.StatusCode, broken
}

// TestReadinessIsCriticalOnlyInWhatAListenerNeeds breaks one part after the
// other under a running process.
func TestReadinessIsCriticalOnlyInWhatAListenerNeeds(t *testing.T) {
	for name, c := range map[string]struct {
		part   string
		broken func(t *testing.T, a *App)
		want   map[string]int // status by listener
	}{
		"line database": {
			part:   "line database",
			broken: func(t *testing.T, a *App) { lose(t, a, lineDB) },
			want:   map[string]int{"registration": 503, "checkout": 200, "console": 503, "peer": 200},
		},
		"box-office database": {
			part:   "box office database",
			broken: func(t *testing.T, a *App) { lose(t, a, boxOfficeDB) },
			want:   map[string]int{"registration": 200, "checkout": 503, "console": 200, "peer": 503},
		},
		"disk": {
			part: "disk",
			broken: func(t *testing.T, a *App) { // as a full disk, for root too: the probe cannot be written
				if err := os.MkdirAll(filepath.Join(a.o.Settings.Data, ".probe", "full"), 0o700); err != nil {
					t.Fatal(err)
				}
			},
			want: map[string]int{"registration": 200, "checkout": 200, "console": 200, "peer": 200},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t, AllRoles(), "INTURN_PEER_LISTEN=127.0.0.1:0")
			for listener := range c.want {
				if status, broken := ready(t, a, listener); status != 200 || broken[c.part] {
					t.Fatalf("%s at first: %d %v", listener, status, broken)
				}
			}
			c.broken(t, a)
			for listener, want := range c.want {
				status, broken := ready(t, a, listener)
				if status != want || !broken[c.part] {
					t.Errorf("%s answers %d, want %d; broken: %v", listener, status, want, broken)
				}
			}
		})
	}
}

// lose makes a database unreachable for the probes until the test ends.
func lose(t *testing.T, a *App, name database) {
	t.Helper()
	swap := func(db *sqldb.DB) *sqldb.DB {
		a.parts.mu.Lock()
		defer a.parts.mu.Unlock()
		before := a.parts.dbs[name]
		a.parts.dbs[name] = db
		return before
	}
	db := swap(nil)
	t.Cleanup(func() { swap(db) })
}

// TestEveryRoleStartsAlone starts each role without the others.
func TestEveryRoleStartsAlone(t *testing.T) {
	for _, role := range AllRoles() {
		t.Run(string(role), func(t *testing.T) {
			a := start(t, Roles{role}, "INTURN_SMTP_URL=smtp://127.0.0.1:1", "INTURN_PEER_URL=http://127.0.0.1:1",
				"INTURN_PEER_SECRET=0123456789abcdef", "INTURN_CHECKOUT_URL=https://shop.example", "INTURN_PEER_LISTEN=127.0.0.1:0")
			for listener := range a.listeners {
				if status, _ := ready(t, a, listener); status != 200 {
					t.Errorf("%s answers %d", listener, status)
				}
			}
			want := map[Role]int{Registration: 2, Dispatcher: 1, Checkout: 2, Console: 2}[role] // its own and the peer listener
			if len(a.listeners) != want {
				t.Errorf("%d listeners, want %d", len(a.listeners), want)
			}
		})
	}
}

// TestFailedStartLeavesNothingOpen takes the last listener's port away.
func TestFailedStartLeavesNothingOpen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = New(t.Context(), Options{
		Settings: load(t, "INTURN_PEER_LISTEN="+taken.Addr().String()), Roles: AllRoles(), Clock: time.Now,
	})
	if sale.CodeOf(err) != sale.CodeInvalid || !strings.Contains(err.Error(), "INTURN_PEER_LISTEN") {
		t.Errorf("got %v, want INTURN_PEER_LISTEN named", err)
	}
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
