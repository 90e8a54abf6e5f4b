package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/inturn/inturn/internal/app"
	"github.com/inturn/inturn/internal/doctor"
	"github.com/inturn/inturn/internal/sale"
)

type doctorCommand struct {
	Roles   []string      `arg:"" optional:"" help:"What this machine serves: registration, dispatcher, checkout, console; all when none is named."`
	From    []string      `help:"Sender to look at besides those of the sales." placeholder:"ADDRESS" sep:"none"`
	SendTo  string        `help:"Hand a test mail for this address to the mail server; without it nothing is sent." placeholder:"ADDRESS"`
	DNS     string        `name:"dns" help:"Ask this DNS server instead of the system's." placeholder:"HOST[:PORT]"`
	Timeout time.Duration `default:"10s" help:"How long to wait for one answer."`
	JSON    bool          `name:"json" help:"Print JSON."`
}

// Help is what `inturn doctor --help` adds.
func (doctorCommand) Help() string {
	return "Looks at SPF, DKIM, DMARC and MX of every domain that a sale sends from, logs in at the mail server, asks the public addresses, compares clocks, and " +
		"checks disk, keys, databases and plans. It says what it found, why it matters and what to do. It changes nothing. " +
		"Exit code 0: fine, or warnings only; 1: something has to be put right; 2: the command line or the settings are wrong."
}

// doctorReport is what --json prints.
type doctorReport struct {
	OK       bool             `json:"ok"` // nothing has failed
	Failures int              `json:"failures"`
	Warnings int              `json:"warnings"`
	Findings []doctor.Finding `json:"findings"`
}

func (c *doctorCommand) Run(s *session) error {
	roles, err := app.ParseRoles(c.Roles)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	resolver, err := c.resolver()
	if err != nil {
		return err
	}
	if c.Timeout <= 0 {
		return fmt.Errorf("%w: --timeout must be longer than nothing", errUsage)
	}
	parts, err := s.parts()
	if err != nil {
		return err
	}
	defer parts.Close()
	findings, err := parts.Examine(s.ctx, app.DoctorOptions{
		Roles: roles, From: c.From, SendTo: c.SendTo, Resolver: resolver, Timeout: c.Timeout, HTTP: &http.Client{Transport: ownTransport(resolver)},
	})
	if sale.CodeOf(err) == sale.CodeInvalid {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	if err := s.ctx.Err(); err != nil {
		return fmt.Errorf("stopped before everything was looked at: %w", err)
	}
	report := doctorReport{Findings: findings}
	for _, f := range findings {
		switch f.Level {
		case doctor.Fail:
			report.Failures++
		case doctor.Warn:
			report.Warnings++
		case doctor.OK:
		}
	}
	report.OK = report.Failures == 0
	if c.JSON {
		err = s.printJSON(report)
	} else {
		report.print(s.stdout, s.terminal(s.stdout).Colour)
	}
	if err == nil && !report.OK {
		return errSilent
	}
	return err
}

// resolver asks the system's DNS servers, or the one that was named.
func (c *doctorCommand) resolver() (*net.Resolver, error) {
	if c.DNS == "" {
		return &net.Resolver{PreferGo: true}, nil
	}
	host, port, err := net.SplitHostPort(c.DNS)
	if err != nil {
		host, port = strings.Trim(c.DNS, "[]"), "53"
	}
	if host == "" || strings.ContainsAny(host, " /@") {
		return nil, fmt.Errorf("%w: --dns %q is not a server like 9.9.9.9 or 127.0.0.1:5353", errUsage, c.DNS)
	}
	address := net.JoinHostPort(host, port)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}, nil
}

// ownTransport opens a connection for each question, and asks the same DNS
// as everything else.
func ownTransport(resolver *net.Resolver) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Resolver: resolver}).DialContext
	t.DisableKeepAlives = true
	return t
}

// width is where lines are broken.
const width = 100

// print writes for a person: what is wrong stands out, what is fine is short.
func (r doctorReport) print(w io.Writer, colour bool) {
	area := ""
	for _, f := range r.Findings {
		if f.Area != area {
			if area != "" {
				fmt.Fprintln(w)
			}
			area = f.Area
			fmt.Fprintln(w, area)
		}
		fmt.Fprintf(w, "  %s  %s\n", mark(f.Level, colour), indent(fmt.Sprintf("%s, %s: %s", f.Check, f.Subject, f.Found), 8))
		if f.Why != "" {
			fmt.Fprintf(w, "        Why: %s\n", indent(f.Why, 13))
		}
		if f.Do != "" {
			fmt.Fprintf(w, "        Do:  %s\n", indent(f.Do, 13))
		}
		for _, record := range f.Records {
			fmt.Fprintf(w, "             name   %s\n             type   %s\n             value  %s\n", record.Name, record.Type, record.Value)
		}
	}
	switch {
	case r.Failures > 0:
		fmt.Fprintf(w, "\n%s to put right, %s.\n", count(r.Failures, "thing", "things"), count(r.Warnings, "warning", "warnings"))
	case r.Warnings > 0:
		fmt.Fprintf(w, "\nNothing is wrong; %s.\n", count(r.Warnings, "warning", "warnings"))
	default:
		fmt.Fprintln(w, "\nEverything is fine.")
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// mark is the level in four columns.
func mark(l doctor.Level, colour bool) string {
	word, code := "ok  ", "32"
	switch l {
	case doctor.Warn:
		word, code = "warn", "33"
	case doctor.Fail:
		word, code = "FAIL", "31;1"
	case doctor.OK:
	}
	if colour {
		return "\x1b[" + code + "m" + word + "\x1b[0m"
	}
	return word
}

// indent breaks a text at spaces and sets its further lines in.
func indent(text string, by int) string {
	var b strings.Builder
	column := by
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", by))
			column = by
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
