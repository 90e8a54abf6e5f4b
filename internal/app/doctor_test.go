package app

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/doctor/dnstest"
	"github.com/inturn/inturn/internal/line"
	"github.com/inturn/inturn/internal/sale"
)

// visit examines what is set by env and stored for these sales.
func visit(t *testing.T, roles Roles, env []string, sales ...sale.Sale) []doctor.Finding {
	t.Helper()
	parts, err := NewParts(PartsOptions{Settings: load(t, env...), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { parts.Close() })
	for _, s := range sales {
		if _, err := parts.Apply(t.Context(), s, line.Edit{Source: line.FromFile}); err != nil {
			t.Fatal(err)
		}
	}
	found, err := parts.Examine(t.Context(), DoctorOptions{
		Roles: roles, Resolver: dnstest.Start(t, "x.example A 192.0.2.1").Resolver(), HTTP: &http.Client{}, Timeout: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// says looks for a finding of this check and level with these words in it.
func says(t *testing.T, all []doctor.Finding, check string, level doctor.Level, words string) {
	t.Helper()
	var seen []string
	for _, f := range all {
		text := strings.Join([]string{string(f.Level), f.Check, f.Subject, f.Found, f.Do}, " · ")
		if f.Check == check && f.Level == level && strings.Contains(text, words) {
			return
		}
		if f.Check == check {
			seen = append(seen, text)
		}
	}
	t.Errorf("%s %s %q is missing among:\n%s", check, level, words, strings.Join(seen, "\n"))
}

const relay = "INTURN_SMTP_URL=smtp://127.0.0.1:1"

// TestPlansAgainstMailLimits: 25 guaranteed in batches of 10, 100 in line.
func TestPlansAgainstMailLimits(t *testing.T) {
	now := time.Now()
	plan := func(change func(*sale.Sale)) sale.Sale {
		s := lakeside(now)
		s.Tickets = sale.Tickets{MaxPerFan: 4, Capacity: 100, Types: []sale.TicketType{{ID: "ticket", Title: sale.Text{"en": "Ticket"}, Stock: 100, Price: 1000}}}
		s.Caps = sale.Caps{Guaranteed: 25, Standby: 75}
		s.Registration = sale.Registration{Opens: now.Add(-time.Hour), Closes: now.Add(time.Hour)}
		s.Dispatch = sale.Dispatch{Starts: now.Add(2 * time.Hour), Ends: now.Add(8 * time.Hour), Every: "@every 1m", Batch: 10, LinkLife: time.Hour}
		s.Mail.Receipt = true
		change(&s)
		return s
	}
	for what, c := range map[string]struct {
		env    string
		change func(*sale.Sale)
		level  doctor.Level
		words  string
	}{
		"plenty":            {"INTURN_MAIL_PER_HOUR=10000", func(*sale.Sale) {}, doctor.OK, "at 10,000 mails an hour the offers to 25 guaranteed fans take a minute or two and the receipts of a full line of 100 take a minute or two"},
		"slower than said":  {"INTURN_MAIL_PER_HOUR=50", func(*sale.Sale) {}, doctor.Warn, "take 30 minutes"},
		"too slow":          {"INTURN_MAIL_PER_HOUR=4", func(*sale.Sale) {}, doctor.Fail, "dispatch runs for 6 hours"},
		"a second's limit":  {"INTURN_MAIL_PER_SECOND=1", func(*sale.Sale) {}, doctor.OK, "at 3,600 mails an hour"},
		"late receipts":     {"INTURN_MAIL_PER_HOUR=60", func(s *sale.Sale) { s.Dispatch.Every = "@every 15m" }, doctor.Warn, "a full line of 100 take 100 minutes"},
		"receipts left out": {"INTURN_MAIL_PER_HOUR=60", func(s *sale.Sale) { s.Dispatch.Every, s.Mail.Receipt = "@every 15m", false }, doctor.OK, "take 25 minutes"},
	} {
		t.Run(what, func(t *testing.T) {
			says(t, visit(t, nil, []string{relay, c.env}, plan(c.change)), "mails", c.level, c.words)
		})
	}
	found := visit(t, nil, nil, plan(func(s *sale.Sale) { s.Dispatch.Batch, s.Dispatch.Every = 1, "@every 30m" }))
	says(t, found, "plan", doctor.Warn, "would get no offer")
}

func TestWhatIsHere(t *testing.T) {
	dir := t.TempDir()
	found := visit(t, nil, []string{relay, "INTURN_DATA=" + dir, "INTURN_DKIM_KEYS=r1:/nowhere/r1.pem", "INTURN_LIMITS=off"}, lakeside(time.Now()))
	says(t, found, "data directory", doctor.OK, "can be written")
	says(t, found, "line database", doctor.OK, "opens")
	says(t, found, "box-office database", doctor.OK, "opens")
	says(t, found, "keys", doctor.OK, "back them up")
	says(t, found, "DKIM key", doctor.Fail, "open the key of selector r1")
	says(t, found, "mail limits", doctor.Warn, "INTURN_MAIL_PER_HOUR")
	says(t, found, "bounces", doctor.Warn, "INTURN_BOUNCE_ADDRESS")
	says(t, found, "settings", doctor.Warn, "limits")
	says(t, found, "login", doctor.Fail, "no connection")
	says(t, found, "SPF", doctor.Fail, "there is no SPF record")

	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "line.db"), []byte("not a database at all, but long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	says(t, visit(t, nil, []string{"INTURN_DATA=" + dir}), "line database", doctor.Fail, "cannot be used")
}

// TestADoctorMakesNothing: not even the data directory.
func TestADoctorMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	found := visit(t, nil, []string{"INTURN_DATA=" + dir})
	says(t, found, "data directory", doctor.Warn, "not there yet")
	for _, f := range found {
		if f.Area == doctor.AreaSettings && f.Check != "data directory" {
			t.Errorf("what is in a directory that is not there: %+v", f)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the data directory was made")
	}
	empty := t.TempDir()
	says(t, visit(t, nil, []string{"INTURN_DATA=" + empty}), "keys", doctor.Warn, "no keys for links yet")
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestARoleLooksAtItsOwn: what stands only on another machine is not asked for
// here.
func TestARoleLooksAtItsOwn(t *testing.T) {
	found := visit(t, Roles{Dispatcher}, []string{relay})
	says(t, found, "settings", doctor.Fail, "INTURN_PEER_URL")
	for _, f := range visit(t, Roles{Checkout}, nil) {
		if f.Area == doctor.AreaDomains || f.Area == doctor.AreaServer || f.Check == "line database" || f.Check == "keys" {
			t.Errorf("asked of a box office: %+v", f)
		}
	}
}
