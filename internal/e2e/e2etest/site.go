package e2etest

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/inturn/inturn/internal/sqldb/sqldbtest"
)

// Layout is which roles run in which process. An empty process runs them all.
type Layout [][]string

// The layouts that a sale must run the same in.
var (
	// Together is `inturn serve`.
	Together = Layout{{}}
	// Apart is the line on one machine and the box office on another.
	Apart = Layout{{"checkout"}, {"registration", "dispatcher"}}
	// Roles is a process for each role; those of the line share a machine.
	Roles = Layout{{"checkout"}, {"registration"}, {"dispatcher"}}
)

// Options say what a site is like. The zero value is one process on SQLite
// without a mail server.
type Options struct {
	Layout Layout            // Together when nil
	DSN    func() string     // names a fresh database at every call; nil: SQLite in the data directory
	SMTP   string            // URL of the mail server; "": mail is caught inside
	Env    map[string]string // more settings, for every machine
}

// Site is one installation of inturn.
type Site struct {
	tb        testing.TB
	Processes []*Process
	Line      *Machine // where the command line works, too
	Box       *Machine // the same as Line unless the layout is apart

	// What fans and organizers type, without a slash at the end.
	Registration, Checkout, Console string
}

// New makes a site and starts nothing yet. What still runs when the test
// ends is killed, and its logs are shown when the test failed.
func New(tb testing.TB, o Options) *Site {
	tb.Helper()
	if o.Layout == nil {
		o.Layout = Together
	}
	s := &Site{tb: tb}
	s.Line = &Machine{Dir: tb.TempDir(), Env: map[string]string{}, binary: Binary(tb)}
	s.Box = s.Line
	if o.Layout.apart() {
		s.Box = &Machine{Dir: tb.TempDir(), Env: map[string]string{}, binary: Binary(tb)}
	}
	s.settle(o)
	for _, roles := range o.Layout {
		p := &Process{Name: strings.Join(roles, " "), Machine: s.Line, roles: roles}
		if o.Layout.apart() && p.has("checkout") {
			p.Machine = s.Box
		}
		if len(roles) == 0 {
			p.Name = "all"
		}
		s.Processes = append(s.Processes, p)
	}
	tb.Cleanup(s.end)
	return s
}

// apart says whether the box office is on a machine of its own.
func (l Layout) apart() bool {
	return slices.ContainsFunc(l, func(roles []string) bool {
		return slices.Contains(roles, "checkout") && !slices.Contains(roles, "dispatcher")
	})
}

// settle gives every machine its settings.
func (s *Site) settle(o Options) {
	registration, checkout, console := Address(s.tb), Address(s.tb), Address(s.tb)
	s.Registration, s.Checkout, s.Console = "http://"+registration, "http://"+checkout, "http://"+console
	for _, m := range []*Machine{s.Line, s.Box} {
		for name, value := range map[string]string{
			"DATA":                filepath.Join(m.Dir, "data"),
			"REGISTRATION_LISTEN": registration,
			"CHECKOUT_LISTEN":     checkout,
			"CONSOLE_LISTEN":      console,
			"LIMITS":              "off",
			"BEAT":                "100ms",
			"LOG_FORMAT":          "json",
		} {
			m.Env["INTURN_"+name] = value
		}
		for name, value := range o.Env {
			m.Env[name] = value
		}
	}
	s.Line.Env["INTURN_SMTP_URL"] = o.SMTP
	if s.Line != s.Box {
		peer := Address(s.tb)
		const secret = "a secret that both machines know"
		s.Box.Env["INTURN_PEER_LISTEN"], s.Box.Env["INTURN_PEER_SECRET"] = peer, secret
		s.Line.Env["INTURN_PEER_URL"], s.Line.Env["INTURN_PEER_SECRET"] = "http://"+peer, secret
		s.Line.Env["INTURN_CHECKOUT_URL"] = s.Checkout
	}
	if o.DSN != nil {
		s.Line.Env["INTURN_LINE_DSN"], s.Box.Env["INTURN_BOXOFFICE_DSN"] = o.DSN(), o.DSN()
	}
}

// EachDatabase runs the subtests "sqlite" and "postgres" with what
// [Options.DSN] wants.
func EachDatabase(t *testing.T, run func(t *testing.T, dsn func() string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, nil) })
	t.Run("postgres", func(t *testing.T) { run(t, sqldbtest.Postgres(t)) })
}

// Bounces starts `inturn bounces` beside what runs, on the line's machine, and
// gives its process and the address of its listener.
func (s *Site) Bounces() (p *Process, address string) {
	s.tb.Helper()
	address = Address(s.tb)
	machine := s.Line.with(map[string]string{"INTURN_BOUNCES_LISTEN": address})
	p = &Process{Name: "bounces", Machine: machine, roles: []string{"bounces"}, command: "bounces"}
	s.Processes = append(s.Processes, p)
	if err := p.Start(); err != nil {
		s.tb.Fatal(err)
	}
	return p, address
}

// Start starts every process that does not run.
func (s *Site) Start() {
	s.tb.Helper()
	for _, p := range s.Processes {
		if p.running() != nil {
			continue
		}
		if err := p.Start(); err != nil {
			s.tb.Fatal(err)
		}
	}
}

// Stop stops the processes that run any of the roles, all when none is
// named, as an operator does.
func (s *Site) Stop(roles ...string) {
	s.tb.Helper()
	for _, p := range slices.Backward(s.Processes) {
		if len(roles) > 0 && !slices.ContainsFunc(roles, p.has) {
			continue
		}
		if err := p.Stop(); err != nil {
			s.tb.Fatal(err)
		}
		client.CloseIdleConnections()
	}
}

// Process is the one that runs a role.
func (s *Site) Process(role string) *Process {
	for _, p := range s.Processes {
		if p.has(role) {
			return p
		}
	}
	s.tb.Fatalf("no process runs %s", role)
	return nil
}

// Logs is everything that every process has logged.
func (s *Site) Logs() string {
	var all strings.Builder
	for _, p := range s.Processes {
		all.WriteString(p.Log())
	}
	return all.String()
}

// Inturn runs a command on the line's machine; it has to succeed.
func (s *Site) Inturn(args ...string) string {
	s.tb.Helper()
	return s.Line.Inturn(s.tb, args...)
}

// Verify checks every invariant: on each machine by itself, and with both
// databases at hand.
func (s *Site) Verify() {
	s.tb.Helper()
	s.Line.Inturn(s.tb, "verify")
	if s.Box == s.Line {
		return
	}
	s.Box.Inturn(s.tb, "verify")
	box := s.Box.Env["INTURN_BOXOFFICE_DSN"]
	if box == "" {
		box = "sqlite:" + filepath.Join(s.Box.Env["INTURN_DATA"], "boxoffice.db")
	}
	s.Line.with(map[string]string{"INTURN_PEER_URL": "", "INTURN_BOXOFFICE_DSN": box}).Inturn(s.tb, "verify")
}

// end kills what still runs.
func (s *Site) end() {
	for _, p := range s.Processes {
		if err := p.Kill(); err != nil {
			s.tb.Error(err)
		}
		if s.tb.Failed() {
			s.tb.Logf("log of %s:\n%s", p.Name, tail(p.Log()))
		}
	}
}

// tail keeps a failure readable.
func tail(log string) string {
	const most = 8 << 10
	if len(log) <= most {
		return log
	}
	log = log[len(log)-most:]
	return "…" + log[strings.IndexByte(log, '\n')+1:]
}
